"""The level makes a difference somewhere.

transcripts whose overall score or verdict differs between mid and staff ÷ transcripts (reported, not a goal)
"""

from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    levels = (record.output or {})["levels"]
    mid, staff = levels["mid"], levels["staff"]
    return [Point(float((mid["score"], mid["verdict"]) != (staff["score"], staff["verdict"])))]


SCORER = Scorer("level_matters", __doc__ or "", points, mean)
