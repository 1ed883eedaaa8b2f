"""Dead ends: interviews that do not come to a close.

interviews that fail, run more than a tenth over their time, or close before half of it ÷ interviews
"""

from evals.scorers.held import output
from evals.statistics import mean
from evals.types import Point, Record, Scorer

EARLY, LATE = 0.5, 1.1


def points(record: Record) -> list[Point]:
    held = output(record)
    share = held["ended"] / (held.get("minutes", 45) * 60)
    bad = not held["closed"] or share > LATE or share < EARLY
    note = f"closed: {held['closed']}, after {share:.0%} of the time" if bad else ""
    return [Point(float(bad), len(held["turns"]) - 1, note, not bad)]


SCORER = Scorer("dead_ends", __doc__ or "", points, mean, "lower")
