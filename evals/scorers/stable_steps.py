"""Padding, flattery, self-praise, repetition, irrelevant talk, names and fillers move no mark.

mean over transcripts and changes of the mean |Δ step score|, not scored → scored counting as 1; a change passes at 0.25
"""

from evals.scorers.shift import shift_points
from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return shift_points(record, "stable")


SCORER = Scorer("stable_steps", __doc__ or "", points, mean, "lower")
