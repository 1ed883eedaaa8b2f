"""Clarifying questions in candidates' words, matched to the right requirement fact or to "not specified"."""

from pathlib import Path
from typing import Any

from evals.scorers import fact_matched, silence_kept
from evals.suites.conduct import read_lines
from evals.types import Data, Json, Sample, Suite

FILE = Path(__file__).resolve().parent.parent / "data" / "facts.jsonl"


def samples(data: Data) -> list[Sample]:
    return [
        Sample(line["id"], line["case"], {"question": line["question"]}, {"fact": line["fact"]})
        for line in read_lines(FILE)
    ]


def task(sample: Sample, world: Any) -> Json:
    return {"fact": world.fact_for(sample.case, sample.inputs["question"])}


SUITE = Suite("facts", __doc__ or "", samples, task, (fact_matched.SCORER, silence_kept.SCORER))
