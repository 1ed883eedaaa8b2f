"""The same interview as a talker would have held it gets the same marks: few long turns, restarts, drawing aloud.

mean over told transcripts of the mean |Δ step score|, scored in only one of the two counting as 1
"""

from evals.scorers.shift import shift_points
from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return shift_points(record, "told")


SCORER = Scorer("talk_steps", __doc__ or "", points, mean, "lower")
