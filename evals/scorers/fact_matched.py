"""Clarifying questions are matched to the right fact, or to "not specified".

questions of data/facts.jsonl matched to their fact, or to none where the case is silent ÷ questions
"""

from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    got, wanted = (record.output or {})["fact"], record.target["fact"]
    return [verdict(got == wanted, note=f"{record.inputs['question']} → {got}; wanted {wanted}")]


SCORER = Scorer("fact_matched", __doc__ or "", points, mean)
