"""Moves that a good interviewer could have made.

labelled positions at which our kind is in the acceptable set ÷ labelled positions
"""

from evals.scorers.wording import positions, unscored
from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    accept = record.target.get("accept")
    if not accept:
        return []
    return [
        unscored(ours)
        if "error" in ours
        else verdict(ours["kind"] in accept, ours["turn"], f"{ours['kind']}; good: {', '.join(accept)}")
        for ours, _ in positions(record)
    ]


SCORER = Scorer("move_accepted", __doc__ or "", points, mean)
