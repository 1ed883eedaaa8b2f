"""Seven steps reached within the time, with a cooperative candidate.

interviews of the cooperative personas (strong, deferrer, jumper, terse, middling) in which the candidate got to speak
on all seven steps before the close ÷ those interviews
"""

from evals.scorers.held import COOPERATIVE, output, persona
from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    if persona(record) not in COOPERATIVE:
        return []
    reached = set(output(record)["about"].values())
    missing = [step for step in output(record)["known"]["budgets"] if step not in reached]
    return [verdict(not missing, len(output(record)["turns"]) - 1, f"never reached: {', '.join(missing)}")]


SCORER = Scorer("coverage", __doc__ or "", points, mean)
