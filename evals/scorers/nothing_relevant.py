"""Retrieval: "nothing relevant" is recognised.

queries without an answer here that are said to have none ÷ such queries
"""

from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    if record.target["gold"]:
        return []
    output = record.output or {}
    return [verdict(not output["relevant"], note=f"{record.inputs['query']}: {output['best']}")]


SCORER = Scorer("nothing_relevant", __doc__ or "", points, mean)
