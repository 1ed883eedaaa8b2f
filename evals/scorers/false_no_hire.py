"""P(no hire | the label says hire).

records that we call no hire or strong no hire ÷ records labelled hire or strong hire
"""

from evals.scorers.marks import panel, rank, report
from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    if panel(record) < 2:
        return []
    refused = rank(report(record)["verdict"]) < 2
    return [
        Point(
            float(refused),
            note=report(record)["verdict"] if refused else "",
            ok=not refused,
        )
    ]


SCORER = Scorer("false_no_hire", __doc__ or "", points, mean, "lower")
