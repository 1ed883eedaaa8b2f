"""Terse and caption-style questions on which the case is silent get no fact.

questions of data/asked.jsonl without a fact that get none ÷ those questions
"""

from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    if record.target["facts"]:
        return []
    found = (record.output or {})["facts"]
    return [verdict(not found, note=f"{record.inputs['question']} → {found}")]


SCORER = Scorer("facts_silent", __doc__ or "", points, mean)
