"""Word error rate of the interviews as the embedded voice says them.

words to change, add or take away ÷ words said
"""

from evals.scorers.through_speech import error_rate, word_counts
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return word_counts(record, robot=False)


SCORER = Scorer("speech_words", __doc__ or "", points, error_rate, "lower")
