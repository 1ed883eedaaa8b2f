"""P(hire | the label says no hire).

records that we call hire or strong hire ÷ records labelled no hire or strong no hire
"""

from evals.scorers.marks import panel, rank, report
from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    if panel(record) >= 2:
        return []
    hired = rank(report(record)["verdict"]) >= 2
    return [Point(float(hired), note=report(record)["verdict"] if hired else "", ok=not hired)]


SCORER = Scorer("false_hire", __doc__ or "", points, mean, "lower")
