"""Retrieval: mean reciprocal rank.

mean over queries with gold notes of 1 ÷ rank of the first passage of a gold note among five; 0 where there is none
"""

from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    gold, found = record.target["gold"], (record.output or {})["found"][:5]
    ranks = [place for place, one in enumerate(found, 1) if one in gold]
    return [Point(1 / ranks[0] if ranks else 0.0)] if gold else []


SCORER = Scorer("mrr", __doc__ or "", points, mean)
