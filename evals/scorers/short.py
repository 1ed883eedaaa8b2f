"""At most 60 words.

interviewer turns of at most 60 words ÷ interviewer turns
"""

from evals.scorers.wording import positions, unscored
from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    return [
        unscored(ours)
        if "error" in ours
        else verdict(len(ours["text"].split()) <= 60, ours["turn"], f"{len(ours['text'].split())} words")
        for ours, _ in positions(record)
    ]


SCORER = Scorer("short", __doc__ or "", points, mean)
