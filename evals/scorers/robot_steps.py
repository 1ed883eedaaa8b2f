"""How far the steps move when a robotic voice says the interview.

mean over interviews of the mean |Δ step score|, scored in only one of the two counting as 1
"""

from evals.scorers.through_speech import shifted
from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return shifted(record, robot=True)


SCORER = Scorer("robot_steps", __doc__ or "", points, mean, "lower")
