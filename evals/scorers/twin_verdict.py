"""Twins get the same verdict: the clean and the spoken version of an interview.

pairs with equal verdicts ÷ pairs
"""

from evals.scorers.shift import kept_points
from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return kept_points(record, "twins")


SCORER = Scorer("twin_verdict", __doc__ or "", points, mean)
