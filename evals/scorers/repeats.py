"""Repeats of an earlier question.

interviewer turns with a question that equals one of an earlier interviewer turn (same letters, or content words with a
Jaccard index of 0.8 or more) ÷ interviewer turns with a question
"""

from evals.scorers.wording import alike, positions, sentences, unscored
from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    found = []
    for ours, before in positions(record):
        if "error" in ours:
            found.append(unscored(ours))
            continue
        asked = [one for one in sentences(ours["text"]) if one.endswith("?")]
        earlier = [
            one
            for turn in before
            if turn["speaker"] == "interviewer"
            for one in sentences(turn["text"])
            if one.endswith("?")
        ]
        if asked:
            again = [one for one in asked if any(alike(one, old) for old in earlier)]
            note = f"asked before: {again[0][:140]}" if again else ""
            found.append(Point(float(bool(again)), ours["turn"], note, not again))
    return found


SCORER = Scorer("repeats", __doc__ or "", points, mean, "lower")
