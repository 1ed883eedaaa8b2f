"""Benchmarks of the scripted rung: ``python -m evals.bench`` prints medians in seconds. Read them as ratios."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from evals.personas.hold import hold
from evals.personas.persona import Candidate, personas
from evals.world import open_world
from interviewer.transcript import transcript_from

CASE = "fraud-detection"


def timed(work: Callable[[], object], times: int = 5) -> float:
    """Median wall time of several calls."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _start() -> None:
    subprocess.run([sys.executable, "-c", "import interviewer.cli"], check=True, capture_output=True)


def main() -> None:
    """Start of the command line, a turn, a report, the index."""
    world = open_world("scripted")
    held = hold(Candidate(personas()["strong"], CASE), CASE, "senior", world)
    body = {"case": CASE, "level": "senior", "turns": held["turns"]}
    transcript = transcript_from(body)
    half = transcript.model_copy(update={"turns": transcript.turns[: len(transcript.turns) // 2 * 2]})
    rows = {
        "start of the command line": timed(_start, 3),
        f"a turn after {len(half.turns)} turns": timed(lambda: world.reply(half)),
        f"a report on {len(transcript.turns)} turns": timed(lambda: world.grade(transcript)),
        "a query of the index, warm": timed(lambda: world.search("where do the labels come from"), 20),
    }
    with tempfile.TemporaryDirectory() as folder:
        rows["building the index from nothing"] = timed(lambda: _build(Path(folder)), 1)
    for name, seconds in rows.items():
        print(f"{name:40} {seconds:8.3f} s")


def _build(folder: Path) -> None:
    from interviewer.casebook.embed import Embedder
    from interviewer.casebook.index import Index
    from interviewer.casebook.library import Library

    index = Index(Library.load(), Embedder(), folder)
    index.nearest("framework", "labels", {"audience": "grader"}, 1)
    index.nearest("topics", "labels", {"audience": "grader"}, 1)


if __name__ == "__main__":
    main()
