"""Benchmarks of the scripted backend: ``python -m evals.bench`` prints medians, wall and processor seconds.

Wall time depends on what else runs; read figures of a busy machine as ratios.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from evals.changes import stretched
from evals.recorded import recorded
from evals.types import Data
from evals.world import open_world
from interviewer.transcript import Transcript, transcript_from

CASE = "fraud-detection"
WORDS = 9000
TURNS = 5
Row = tuple[str, float, float]


def timed(name: str, work: Callable[[], object], times: int = 5) -> Row:
    """Name, median wall seconds, median processor seconds (children included)."""
    wall, used = [], []
    for _ in range(times):
        start, before = time.perf_counter(), _processor()
        work()
        wall.append(time.perf_counter() - start)
        used.append(_processor() - before)
    return name, statistics.median(wall), statistics.median(used)


def _processor() -> float:
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, whose))


def _python(code: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def rows() -> Iterator[Row]:
    """Start, turns, reports, the index."""
    yield timed("start of the command line", _python("import interviewer.cli"), 3)
    yield timed("import of the app", _python("import interviewer.web.server, gradio"), 3)
    world = open_world("scripted")
    transcript = next(transcript_from(one.body) for one in recorded(Data()) if one.body["case"] == CASE)
    half = _live(transcript, len(transcript.turns) // 2 * 2, world)
    yield timed("the first turn on a case, its vectors on the disk", lambda: open_world("scripted").reply(half), 1)
    yield from _turns(half, world)
    long = transcript_from(stretched(transcript.model_dump(mode="json"), WORDS))
    words = sum(turn.words for turn in long.turns)
    yield timed(f"a report on {words} words, never read before", lambda: _afresh(long), 1)
    world.grade(long)
    yield timed(f"a report on {words} words, after a live interview", lambda: world.grade(long))
    with tempfile.TemporaryDirectory() as folder:
        yield timed("building the index from nothing", lambda: _build(Path(folder)), 1)
    yield timed("the first query of the index", lambda: world.search("where do the labels come from"), 1)
    yield timed("a query of the index, warm", lambda: world.search("where do the labels come from"), 20)


def _turns(half: Transcript, world: Any) -> Iterator[Row]:
    """A turn whose last answer has not been listened to; and the same answer heard before."""
    world.reply(half)
    answers = [turn.text for turn in half.turns if turn.speaker == "candidate"][-TURNS:]
    fresh = iter([f"{text} And again, for attempt {number}." for number, text in enumerate(answers)])

    def reply() -> object:
        last = half.turns[-1].model_copy(update={"text": next(fresh), "heard": None})
        return world.reply(half.model_copy(update={"turns": [*half.turns[:-1], last]}))

    yield timed(f"a turn after {len(half.turns)} turns, a new answer", reply, min(TURNS, len(answers)))
    yield timed("the same, an answer heard before", lambda: world.reply(half))


def _live(transcript: Transcript, upto: int, world: Any) -> Transcript:
    """The first turns as a live interview holds them: every turn but the last was listened to."""
    heard = world.reply(transcript.model_copy(update={"turns": transcript.turns[: upto - 2]}))["transcript"]
    turns = [*heard.turns[: upto - 2], *transcript.turns[upto - 2 : upto]]
    return transcript.model_copy(update={"turns": turns})


def _afresh(long: Transcript) -> object:
    """A report by an embedder that remembers nothing."""
    from interviewer.knowledge.embeddings import shared_embedder

    shared_embedder.cache_clear()
    return open_world("scripted").grade(long)


def _build(folder: Path) -> None:
    from interviewer.knowledge.embeddings import Embedder
    from interviewer.knowledge.index import Index
    from interviewer.knowledge.load import Knowledge

    index = Index(Knowledge.load(), Embedder(), folder)
    index.nearest("framework", "labels", {"audience": "grader"}, 1)
    index.nearest("topics", "labels", {"audience": "grader"}, 1)


def main() -> None:
    """Prints a row as soon as it is measured."""
    print(f"{'':52} {'wall':>8}  {'processor':>9}")
    for name, wall, used in rows():
        print(f"{name:52} {wall:8.3f} s {used:8.3f} s", flush=True)


if __name__ == "__main__":
    main()
