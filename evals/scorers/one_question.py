"""One question at a time.

interviewer turns with at most one question mark (doubled marks count once) ÷ interviewer turns
"""

import re

from evals.scorers.wording import positions, unscored
from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    return [
        unscored(ours)
        if "error" in ours
        else verdict(len(re.findall(r"\?+", ours["text"])) <= 1, ours["turn"], f"asks twice: {ours['text'][:160]}")
        for ours, _ in positions(record)
    ]


SCORER = Scorer("one_question", __doc__ or "", points, mean)
