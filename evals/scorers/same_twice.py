"""The same transcript twice gives the same report.

transcripts whose second report equals the first in every field ÷ transcripts
"""

from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    return [verdict(bool((record.output or {})["same_twice"]), note="the two reports differ")]


SCORER = Scorer("same_twice", __doc__ or "", points, mean)
