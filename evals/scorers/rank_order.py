"""Order of the candidates (Spearman).

rank correlation of our overall score (the verdict where there is none) with the labelled verdict, ties by mean rank
"""

from evals.scorers.marks import panel, rank, report
from evals.statistics import spearman
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    body = report(record)
    score = body["score"] if body["score"] is not None else rank(body["verdict"]) + 1
    return [Point((float(score), panel(record)))]


SCORER = Scorer("rank_order", __doc__ or "", points, spearman)
