"""Verdict agreement without the case file: knowing the case told apart from knowing the answers.

verdict_qwk of the report made with the transcript's own case withheld from the knowledge base
"""

from evals.scorers.marks import verdict_pair
from evals.statistics import quadratic_kappa
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return verdict_pair(record, "withheld")


SCORER = Scorer("withheld_verdict_qwk", __doc__ or "", points, quadratic_kappa)
