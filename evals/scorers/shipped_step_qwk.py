"""Step agreement of the grader as shipped; in-sample on transcripts that it was fitted on.

step_qwk of the report with the shipped numbers: the gap to step_qwk is what fitting on a case is worth
"""

from evals.statistics import quadratic_kappa
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    ours = (record.output or {})["shipped"]["steps"]
    panel = record.target["labels"].get("steps") or {}
    both = [(ours.get(step), theirs) for step, theirs in panel.items()]
    return [Point((mine, theirs)) for mine, theirs in both if mine is not None and theirs is not None]


SCORER = Scorer("shipped_step_qwk", __doc__ or "", points, quadratic_kappa)
