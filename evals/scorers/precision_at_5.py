"""Retrieval: precision at 5 (reported, no goal).

passages of a gold note among the first five ÷ 5, mean over queries with gold notes
"""

from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    gold, found = record.target["gold"], (record.output or {})["found"][:5]
    return [Point(sum(one in gold for one in found) / 5)] if gold else []


SCORER = Scorer("precision_at_5", __doc__ or "", points, mean)
