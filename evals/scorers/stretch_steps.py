"""Long wandering talk leaves the steps as they were.

mean over stretched transcripts of the mean |Δ step score|, scored in only one of the two counting as 1
"""

from evals.scorers.shift import shift_points
from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return shift_points(record, "stretched")


SCORER = Scorer("stretch_steps", __doc__ or "", points, mean, "lower")
