"""Verdicts within one of the label.

records with |ours − theirs| ≤ 1 on ranks 0–3 ÷ records
"""

from evals.scorers.marks import panel, rank, report
from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    ours = report(record)["verdict"]
    return [
        verdict(
            abs(rank(ours) - panel(record)) <= 1,
            note=f"{ours}; label {record.target['labels']['verdict']}",
        )
    ]


SCORER = Scorer("verdict_within_one", __doc__ or "", points, mean)
