"""Turns spoken by the backend that was asked for.

interviewer turns whose backend is the run's own ÷ interviewer turns; on local the others were worded by scripted
"""

from evals.scorers.wording import positions
from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    backend = record.output and record.output.get("backend")
    return [Point(float(ours.get("backend") == backend), ours["turn"]) for ours, _ in positions(record) if backend]


SCORER = Scorer("backend_kept", __doc__ or "", points, mean)
