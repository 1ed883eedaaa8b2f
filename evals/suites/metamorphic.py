"""Changes that must not move a mark, and changes that must: padding, praise, fillers; hand-waving, real reasons.

A transcript is graded as it is, twice, and in every changed version; that takes a dozen reports, so a fixed selection
of transcripts stands for all.
"""

from typing import Any, TypeVar

from evals import changes
from evals.graded import brief, grade_all
from evals.personas.banks import has_case, strong_answer
from evals.recorded import recorded, sample_of, transcript_of
from evals.scorers import (
    reasons_count,
    same_twice,
    stable_share,
    stable_steps,
    stable_verdict,
    substance_counts,
)
from evals.types import Data, Json, Sample, Suite
from interviewer.domain import Step

COUNT, FAST = 10, 3
T = TypeVar("T")


def spread(samples: list[T], count: int) -> list[T]:
    """Every so many-th one: a fixed selection that reaches over all cases."""
    return samples[:: max(1, len(samples) // count)][:count]


def samples(data: Data) -> list[Sample]:
    found = [sample_of(one) for one in recorded(data) if not one.twin_of]
    return spread(found, FAST if data.fast else COUNT)


def task(sample: Sample, world: Any) -> Json:
    body = sample.inputs["transcript"]
    transcript = transcript_of(sample.inputs)
    first, second = world.grade(transcript), world.grade(transcript)
    return {
        "base": brief(first),
        "same_twice": first == second,
        "stable": grade_all({name: change(body) for name, change in changes.STABLE.items()}, world),
        "lowering": grade_all({name: change(body) for name, change in changes.LOWERING.items()}, world),
        "raising": grade_all(with_reasons(body, brief(first)), world),
    }


def with_reasons(body: Json, base: Json) -> dict[str, Json]:
    """Per step scored below 3 the transcript with one more question and a strong answer, before the last turns."""
    if not has_case(body["case"]):
        return {}
    found = {}
    for step in Step:
        if (base["steps"].get(step) or 1.0) < 3:
            added = [
                {"speaker": "interviewer", "text": f"Anything to add on {step.label.lower()}?"},
                {"speaker": "candidate", "text": strong_answer(body["case"], step)},
            ]
            turns = [{key: value for key, value in turn.items() if key != "at"} for turn in body["turns"]]
            found[str(step)] = {**body, "turns": [*turns[:-2], *added, *turns[-2:]]}
    return found


SUITE = Suite(
    "metamorphic",
    __doc__ or "",
    samples,
    task,
    (
        stable_steps.SCORER,
        stable_share.SCORER,
        stable_verdict.SCORER,
        substance_counts.SCORER,
        reasons_count.SCORER,
        same_twice.SCORER,
    ),
)
