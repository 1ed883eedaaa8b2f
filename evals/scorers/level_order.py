"""A higher bar never gives a better verdict.

pairs (mid, senior), (senior, staff), (mid, staff) of the same transcript whose higher level has no better
verdict ÷ pairs
"""

from itertools import combinations

from evals.scorers.marks import rank
from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict
from interviewer.domain import Level


def points(record: Record) -> list[Point]:
    levels = (record.output or {})["levels"]
    return [
        verdict(
            rank(levels[high]["verdict"]) <= rank(levels[low]["verdict"]),
            note=f"{low}: {levels[low]['verdict']}, {high}: {levels[high]['verdict']}",
        )
        for low, high in combinations([str(level) for level in Level], 2)
    ]


SCORER = Scorer("level_order", __doc__ or "", points, mean)
