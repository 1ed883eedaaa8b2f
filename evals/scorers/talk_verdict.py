"""The same interview as a talker would have held it gets the same verdict: few long turns, restarts, drawing aloud.

told transcripts with the original's verdict ÷ told transcripts
"""

from evals.scorers.shift import kept_points
from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return kept_points(record, "told")


SCORER = Scorer("talk_verdict", __doc__ or "", points, mean)
