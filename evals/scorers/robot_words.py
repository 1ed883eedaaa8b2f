"""Word error rate of the interviews as a robotic voice says them.

words to change, add or take away ÷ words said
"""

from evals.scorers.through_speech import error_rate, word_counts
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return word_counts(record, robot=True)


SCORER = Scorer("robot_words", __doc__ or "", points, error_rate, "lower")
