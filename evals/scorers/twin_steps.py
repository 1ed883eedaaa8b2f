"""Twins get the same step scores.

mean over pairs of the mean |Δ step score|, scored in only one of the two counting as 1; a pair passes at 0.25
"""

from evals.scorers.shift import shift_points
from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return shift_points(record, "twins")


SCORER = Scorer("twin_steps", __doc__ or "", points, mean, "lower")
