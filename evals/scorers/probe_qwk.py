"""The embedding probe's own verdict agreement: the baseline to beat.

verdict_qwk of a ridge regression on mean sentence embeddings of 50-word chunks, fitted with the case left out
"""

from evals.scorers.marks import rival_triple
from evals.statistics import pair, quadratic_kappa
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return [
        Point((pair(point.value)[2], pair(point.value)[1]))
        for point in rival_triple(record, "probe")
        if point.value is not None
    ]


SCORER = Scorer("probe_qwk", __doc__ or "", points, quadratic_kappa)
