"""Verdict agreement of the grader as shipped; in-sample on transcripts that it was fitted on.

verdict_qwk of the report with the shipped numbers: the gap to verdict_qwk is what fitting on a case is worth
"""

from evals.scorers.marks import rank
from evals.statistics import quadratic_kappa
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    ours, theirs = rank((record.output or {})["shipped"]["verdict"]), rank(record.target["labels"]["verdict"])
    return [Point((ours, theirs))]


SCORER = Scorer("shipped_verdict_qwk", __doc__ or "", points, quadratic_kappa)
