"""Retrieval: queries with an answer are not turned away.

queries with gold notes that are said to have something relevant ÷ such queries
"""

from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    if not record.target["gold"]:
        return []
    output = record.output or {}
    return [verdict(bool(output["relevant"]), note=f"{record.inputs['query']}: {output['best']}")]


SCORER = Scorer("relevant_kept", __doc__ or "", points, mean)
