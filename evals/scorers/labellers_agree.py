"""Agreement of the two labellings of a position (of the data, not of the product).

positions labelled twice where each labeller's primary move is in the other's acceptable set ÷ positions labelled twice
"""

from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    first, second = record.target.get("accept"), record.target.get("second")
    if not first or not second:
        return []
    agree = first[0] in second and second[0] in first
    return [verdict(agree, note=f"{', '.join(first)} against {', '.join(second)}")]


SCORER = Scorer("labellers_agree", __doc__ or "", points, mean)
