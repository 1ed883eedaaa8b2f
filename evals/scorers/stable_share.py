"""Changes without substance that move the steps by no more than 0.25 on average.

changed transcripts with mean |Δ step score| ≤ 0.25 ÷ changed transcripts
"""

from evals.scorers.shift import shift_points
from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return [Point(float(bool(one.ok)), note=one.note, ok=one.ok) for one in shift_points(record, "stable")]


SCORER = Scorer("stable_share", __doc__ or "", points, mean)
