"""Draws at random what a reader then judges: quotes in reports, and claims that a criterion was not clearly heard.

    python -m evals.readings quotes 100 --seed 4 FOLDER…     lines for data/quote_readings.jsonl, to be judged
    python -m evals.readings claims 60 --seed 4 FOLDER…      the same for data/claim_readings.jsonl

Every transcript in the folders (JSON, both voicings) is graded on the backend ``scripted``. What
was read before is not drawn again. A line's judgement (``supports``, ``missing``) is null until somebody has read it
against ``criterion``, and against the whole transcript for a claim; the suite ``readings`` computes the shares.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.suites.conduct import read_lines
from evals.types import Json
from interviewer.transcript import read_transcript

DATA = Path(__file__).parent / "data"
FILES = {"quotes": DATA / "quote_readings.jsonl", "claims": DATA / "claim_readings.jsonl"}
_KEYS = ("transcript", "turn", "signal", "quote")


def readings(kind: str) -> list[Json]:
    """All that were kept of this kind."""
    return list(read_lines(FILES[kind]))


def last_draw(lines: Sequence[Json]) -> list[Json]:
    """The readings of the newest draw: only those were made of what is shown now."""
    return [line for line in lines if line.get("draw") == lines[-1]["draw"]] if lines else []


def quotes(name: str, report: Json) -> list[Json]:
    """Every quote that a report ties to a criterion."""
    return [
        {"transcript": name, "turn": one["turn"], "step": step, "signal": one["signal"], "sign": one["sign"]}
        | {"quote": one["quote"]}
        for step, body in report["steps"].items()
        for one in body["evidence"]
    ]


def claims(name: str, report: Json) -> list[Json]:
    """Every criterion that a report says was not clearly heard."""
    return [
        {"transcript": name, "step": step, "signal": one["signal"]}
        for step, body in report["steps"].items()
        for one in body["missing"]
    ]


def drawn(every: Iterable[Json], read: Iterable[Json], most: int, seed: int) -> list[Json]:
    """So many of those that were not read before, by chance."""
    known = {_key(line) for line in read}
    new = [line for line in every if _key(line) not in known]
    return random.Random(seed).sample(new, min(most, len(new)))


def _key(line: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(line.get(name) for name in _KEYS)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=sorted(FILES))
    parser.add_argument("most", type=int)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)

    from evals.world import ProductWorld
    from interviewer.grading.reasoned import subjects

    world = ProductWorld("scripted")
    every, criteria = [], {one.id: one.text for one in subjects().values()}
    for path in sorted(one for folder in asked.folders for one in folder.glob("*.json")):
        transcript = read_transcript(path)
        own = world.knowledge.signals(transcript.case)
        criteria |= {f"{transcript.case}/{one.id}": one.text for signals in own.values() for one in signals}
        report = world.grade(transcript)
        found = quotes(path.stem, report) if asked.kind == "quotes" else claims(path.stem, report)
        every += [line | {"case": transcript.case} for line in found]
    world.close()
    judged = "supports" if asked.kind == "quotes" else "missing"
    for line in drawn(every, readings(asked.kind), asked.most, asked.seed):
        criterion = criteria.get(f"{line['case']}/{line['signal']}") or criteria.get(line["signal"], "")
        print(json.dumps(line | {judged: None, "by": "", "draw": "", "criterion": criterion}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
