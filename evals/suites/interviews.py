"""Whole interviews with simulated candidates on a simulated clock: every persona on every case.

The candidates are deterministic (answer banks written without sight of the case files); ``personas.yaml`` lists them.
"""

from typing import Any

from evals.graded import grade_body
from evals.personas.banks import cases
from evals.personas.hold import hold
from evals.personas.persona import Candidate, personas
from evals.scorers import (
    backend_kept,
    brought_back,
    coverage,
    dead_ends,
    errors_challenged,
    facts_kept,
    grounded,
    leakage,
    loops,
    one_question,
    pacing,
    persona_order,
    repeats,
    restraint,
    short,
    talk_share,
)
from evals.types import Data, Json, Sample, Suite
from interviewer.domain import Level

FAST_CASES = ("fraud-detection",)
LEVELS = tuple(Level)


def samples(data: Data) -> list[Sample]:
    chosen = FAST_CASES if data.fast else cases()
    return [
        Sample(f"{case}-{name}", case, {"case": case, "persona": name, "level": str(LEVELS[(number + order) % 3])})
        for number, case in enumerate(chosen)
        for order, name in enumerate(personas())
    ]


def task(sample: Sample, world: Any) -> Json:
    case, level = sample.inputs["case"], sample.inputs["level"]
    candidate = Candidate(personas()[sample.inputs["persona"]], case)
    held = hold(candidate, case, level, world)
    body = {"case": case, "level": level, "turns": held["turns"]}
    return {
        **held,
        "known": world.knows(case),
        "backend": world.identity["backend"],
        "report": grade_body(body, world, Level.SENIOR),
    }


SUITE = Suite(
    "interviews",
    __doc__ or "",
    samples,
    task,
    (
        coverage.SCORER,
        pacing.SCORER,
        talk_share.SCORER,
        errors_challenged.SCORER,
        persona_order.SCORER,
        brought_back.SCORER,
        dead_ends.SCORER,
        loops.SCORER,
        one_question.SCORER,
        short.SCORER,
        restraint.SCORER,
        leakage.SCORER,
        repeats.SCORER,
        facts_kept.SCORER,
        grounded.SCORER,
        backend_kept.SCORER,
    ),
)
