"""Turns spoken by the rung that was asked for.

interviewer turns whose rung is the run's own ÷ interviewer turns; on local the others were worded by scripted
"""

from evals.scorers.wording import positions
from evals.statistics import mean
from evals.vocabulary import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    rung = record.output and record.output.get("rung")
    return [Point(float(ours.get("rung") == rung), ours["turn"]) for ours, _ in positions(record) if rung]


SCORER = Scorer("rung_kept", __doc__ or "", points, mean)
