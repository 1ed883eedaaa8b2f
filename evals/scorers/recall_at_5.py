"""Retrieval: recall at 5.

queries with a gold note among the first five passages ÷ queries that have gold notes
"""

from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    gold, found = record.target["gold"], (record.output or {})["found"][:5]
    return [verdict(bool(set(gold) & set(found)), note=f"{record.inputs['query']} → {found}")] if gold else []


SCORER = Scorer("recall_at_5", __doc__ or "", points, mean)
