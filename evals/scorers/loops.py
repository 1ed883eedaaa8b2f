"""Loops: the same sentence twice in an interview.

interviewer turns with a sentence of more than four words that an earlier turn of the interview said letter by letter ÷
interviewer turns
"""

from evals.scorers.wording import positions, sentences
from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    seen: set[str] = set()
    found = []
    for ours, _ in positions(record):
        if "error" in ours:
            continue
        said = [one.lower() for one in sentences(ours["text"]) if len(one.split()) > 4]
        again = [one for one in said if one in seen]
        found.append(Point(float(bool(again)), ours["turn"], again[0][:140] if again else "", not again))
        seen.update(said)
    return found


SCORER = Scorer("loops", __doc__ or "", points, mean, "lower")
