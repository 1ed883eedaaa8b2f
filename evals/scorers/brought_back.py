"""A candidate who puts a step off is brought back to it.

interviews of the persona that says "let me come back to that" in which it later speaks on that step ÷ those interviews
"""

from evals.personas.persona import personas
from evals.scorers.held import output, persona
from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    step = personas()[persona(record)].defers
    if step is None:
        return []
    return [verdict(str(step) in output(record)["about"].values(), note=f"never came back to {step}")]


SCORER = Scorer("brought_back", __doc__ or "", points, mean)
