"""Step agreement without the case file.

step_qwk of the report made with the transcript's own case withheld from the knowledge base
"""

from evals.scorers.marks import step_pairs
from evals.statistics import quadratic_kappa
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return step_pairs(record, "withheld")


SCORER = Scorer("withheld_step_qwk", __doc__ or "", points, quadratic_kappa)
