"""No list and no Markdown.

interviewer turns without bullets, numbered items, headings, bold, code, tables or links ÷ interviewer turns
"""

import re

from evals.scorers.wording import positions, unscored
from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict

_MARKUP = re.compile(r"(?m)^\s*(?:[-*+•]\s|\d+[.)]\s|#{1,6}\s|\|)|\*\*|__|`|\[[^\]]+\]\(|(?:\b\d\)\s.*){2}")


def points(record: Record) -> list[Point]:
    return [
        unscored(ours)
        if "error" in ours
        else verdict(not _MARKUP.search(ours["text"]), ours["turn"], f"markup: {ours['text'][:120]}")
        for ours, _ in positions(record)
    ]


SCORER = Scorer("no_list", __doc__ or "", points, mean)
