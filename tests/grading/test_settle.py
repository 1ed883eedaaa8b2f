"""A step that was passed through gets the words that are most about it, from the steps beside it only."""

import numpy as np
import pytest

from interviewer.domain import Step
from interviewer.grading.locate import STEPS
from interviewer.grading.parameters import Floats, Probe
from interviewer.grading.settle import settled
from interviewer.listening.segments import Unit

PROBE = Probe(np.eye(7, dtype=np.float32), np.zeros(7, np.float32))


def _units(count: int) -> list[Unit]:
    return [Unit(1, 100 * i, 100 * i + 9, "some words", "some words", 25) for i in range(count)]


def _about(*steps: Step) -> Floats:
    return np.eye(7, dtype=np.float32)[[STEPS.index(step) for step in steps]]


def test_framing_heard_as_requirements_goes_to_framing() -> None:
    about = _about(Step.CLARIFY, Step.CLARIFY, Step.FRAME, Step.DATA)
    steps = [Step.CLARIFY, Step.CLARIFY, Step.CLARIFY, Step.DATA]
    found = settled(_units(4), about, steps, [Step.CLARIFY, Step.FRAME, Step.DATA], PROBE, 22)
    assert found == [Step.CLARIFY, Step.CLARIFY, Step.FRAME, Step.DATA]


@pytest.mark.parametrize(
    ("about", "steps"),
    [
        ([Step.CLARIFY, Step.FRAME], [Step.CLARIFY, Step.SERVE]),
        ([Step.CLARIFY, Step.FRAME], [Step.CLARIFY, Step.DATA]),
        ([Step.CLARIFY, Step.CLARIFY, Step.DATA], [Step.CLARIFY, Step.CLARIFY, Step.DATA]),
    ],
    ids=["not beside it", "the giver would be left with nothing", "nothing sounds like it"],
)
def test_otherwise_all_stays_as_it_was(about: list[Step], steps: list[Step]) -> None:
    got_to = [Step.CLARIFY, Step.FRAME, *({*steps} - {Step.CLARIFY})]
    assert settled(_units(len(steps)), _about(*about), steps, got_to, PROBE, 22) == steps


def test_a_step_that_was_not_reached_takes_nothing() -> None:
    about = _about(Step.CLARIFY, Step.CLARIFY, Step.FRAME)
    steps = [Step.CLARIFY] * 3
    assert settled(_units(3), about, steps, [Step.CLARIFY], PROBE, 22) == steps
