"""Terse, compound, misspelt and caption-style questions, and the first questions of an interview as an independent
writer would say them aloud: all the requirement facts that they ask for, and no other."""

from pathlib import Path
from typing import Any

from evals.scorers import facts_exact, facts_silent
from evals.suites.conduct import read_lines
from evals.suites.red_flags import listener
from evals.types import Data, Json, Sample, Suite
from interviewer.transcript import Transcript

FILE = Path(__file__).resolve().parent.parent / "data" / "asked.jsonl"


def samples(data: Data) -> list[Sample]:
    return [
        Sample(line["id"], line["case"], {"question": line["question"]}, {"facts": line["facts"]})
        for line in read_lines(FILE)
    ]


def task(sample: Sample, world: Any) -> Json:
    """The facts that the listener hears asked for in a turn of this question alone."""
    turn = {"speaker": "candidate", "text": sample.inputs["question"]}
    transcript = Transcript.model_validate({"case": sample.case, "level": "senior", "turns": [turn]})
    heard = listener(world).annotate(transcript).turns[0].heard or []
    return {"facts": sorted({one.id for one in heard if one.kind == "question" and one.id})}


SUITE = Suite("asked", __doc__ or "", samples, task, (facts_exact.SCORER, facts_silent.SCORER))
