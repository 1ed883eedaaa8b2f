"""Pacing error.

Σ over steps |seconds used − budget| ÷ Σ budget, mean over interviews of the cooperative personas; the seconds of an
answer and of the turn before it count for the step that the answer is about
"""

from evals.scorers.held import COOPERATIVE, output, persona, spent
from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    if persona(record) not in COOPERATIVE:
        return []
    budgets, used = output(record)["known"]["budgets"], spent(record)
    whole = sum(budgets.values())
    if not whole:
        return []
    return [Point(sum(abs(used.get(step, 0.0) - budget) for step, budget in budgets.items()) / whole)]


SCORER = Scorer("pacing", __doc__ or "", points, mean, "lower")
