"""Changes without substance that leave the verdict as it was.

changed transcripts with the original's verdict ÷ changed transcripts
"""

from evals.scorers.shift import kept_points
from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return kept_points(record, "stable")


SCORER = Scorer("stable_verdict", __doc__ or "", points, mean)
