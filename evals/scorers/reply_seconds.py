"""Seconds to the interviewer's turn (median).

median wall time of a reply; of a shared machine: read it as a ratio
"""

from evals.scorers.wording import positions
from evals.statistics import median
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return [Point(float(ours["seconds"]), ours["turn"]) for ours, _ in positions(record) if "seconds" in ours]


SCORER = Scorer("reply_seconds", __doc__ or "", points, median, "lower")
