"""Long wandering talk leaves the verdict as it was.

stretched transcripts with the original's verdict ÷ stretched transcripts
"""

from evals.scorers.shift import kept_points
from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return kept_points(record, "stretched")


SCORER = Scorer("stretch_verdict", __doc__ or "", points, mean)
