"""Verdicts that equal the label.

records with ours = theirs ÷ records
"""

from evals.scorers.marks import panel, rank, report
from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    ours = report(record)["verdict"]
    return [
        verdict(
            rank(ours) == panel(record),
            note=f"{ours}; label {record.target['labels']['verdict']}",
        )
    ]


SCORER = Scorer("verdict_exact", __doc__ or "", points, mean)
