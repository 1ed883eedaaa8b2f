"""Interviews without substance: empty, one word, gibberish, copied questions, off topic. Nothing may be invented."""

from pathlib import Path
from typing import Any

from evals.recorded import transcript_of
from evals.scorers import nothing_invented, quotes
from evals.suites.conduct import read_lines
from evals.types import Data, Json, Sample, Suite

FILE = Path(__file__).resolve().parent.parent / "data" / "degenerate.jsonl"


def samples(data: Data) -> list[Sample]:
    return [
        Sample(
            line["id"],
            line["id"],
            {"transcript": {key: line[key] for key in ("case", "level", "turns")}},
            {"want": line["want"]},
        )
        for line in read_lines(FILE)
    ]


def task(sample: Sample, world: Any) -> Json:
    return {"report": world.grade(transcript_of(sample.inputs))}


SUITE = Suite("degenerate", __doc__ or "", samples, task, (nothing_invented.SCORER, quotes.SCORER))
