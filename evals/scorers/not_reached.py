"""Steps that were not reached are recognised, and only those.

F1 of "no score for the step" against labels that are null: 2·TP ÷ (2·TP + FP + FN) over all labelled steps
"""

from collections.abc import Sequence

from evals.scorers.marks import step_marks
from evals.statistics import pair
from evals.types import Point, Record, Scorer, Value


def points(record: Record) -> list[Point]:
    return [
        Point(
            (float(ours is None), float(theirs is None)),
            note=f"{step}: {'not scored' if ours is None else ours}; label {theirs}",
            ok=(ours is None) == (theirs is None),
        )
        for step, ours, theirs in step_marks(record)
    ]


def f1(values: Sequence[Value]) -> float | None:
    """F1 of pairs of 0 and 1; None where neither side has a 1."""
    both = [pair(value) for value in values]
    hits = sum(ours * theirs for ours, theirs in both)
    ours_only, theirs_only = (
        sum(o for o, _ in both) - hits,
        sum(t for _, t in both) - hits,
    )
    return 2 * hits / (2 * hits + ours_only + theirs_only) if hits + ours_only + theirs_only else None


SCORER = Scorer("not_reached", __doc__ or "", points, f1)
