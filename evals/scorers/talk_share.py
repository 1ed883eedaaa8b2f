"""Our share of the words.

interviewer's words ÷ all words, median over interviews without the silent persona (people: median 18 %)
"""

from evals.scorers.held import output, persona
from evals.statistics import median
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    if persona(record) == "silent":
        return []
    words = {"interviewer": 0, "candidate": 0}
    for turn in output(record)["turns"]:
        words[turn["speaker"]] += len(turn["text"].split())
    return [Point(words["interviewer"] / max(1, sum(words.values())))]


SCORER = Scorer("talk_share", __doc__ or "", points, median, "lower")
