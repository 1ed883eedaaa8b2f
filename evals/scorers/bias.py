"""Mean bias of the step scores.

mean of (ours − theirs) over all steps that both marked; above zero is lenient
"""

from evals.scorers.marks import step_marks
from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return [
        Point(ours - theirs, note=str(step))
        for step, ours, theirs in step_marks(record)
        if ours is not None and theirs is not None
    ]


SCORER = Scorer("bias", __doc__ or "", points, mean, "zero")
