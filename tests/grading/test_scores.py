"""Marks from depth: what talk around the matter has diluted is concentrated again, and nothing else moves."""

import numpy as np
import pytest

from interviewer.domain import Level, Step
from interviewer.grading.parameters import rubric
from interviewer.grading.scores import Pooled, Scale, calibrated, diluted

SCALE = Scale(slope=1.0, intercept=0.0, lean=0.5, half=60.0, bars=dict.fromkeys(Level, 0.0))
MIDDLE = float(rubric()["dilution"]["middle"])


def marks(overall: float, substance: float, own: float | None = None) -> dict[Step, float]:
    """The marks of an interview of two steps, one of them as told."""
    steps = {Step.DATA: overall, Step.MODEL: overall if own is None else own}
    weights = dict.fromkeys(Step, 100.0)
    return calibrated(Pooled(overall, steps, {}, weights, substance, 0.1, 0.9), Level.SENIOR, SCALE, list(steps))


@pytest.mark.parametrize("overall", [1.5, 2.4, 3.6])
def test_a_tidy_interview_keeps_its_marks(overall: float) -> None:
    tidy = float(rubric()["dilution"]["tidy"])
    for substance in (tidy, 0.9, 1.0):
        assert marks(overall, substance)[Step.DATA] == pytest.approx(overall)


def test_marks_of_thin_talk_are_moved_away_from_the_middle() -> None:
    assert marks(MIDDLE, 0.4)[Step.DATA] == pytest.approx(MIDDLE)
    assert marks(MIDDLE - 0.5, 0.4)[Step.DATA] < MIDDLE - 0.5
    assert marks(MIDDLE + 0.5, 0.4)[Step.DATA] > MIDDLE + 0.5


def test_the_order_of_interviews_and_of_steps_stays() -> None:
    overall = [marks(value, 0.45)[Step.DATA] for value in np.linspace(1.2, 3.9, 9)]
    assert overall == sorted(overall)
    apart = marks(2.5, 0.45, own=3.2)
    assert apart[Step.MODEL] - apart[Step.DATA] > marks(2.5, 1.0, own=3.2)[Step.MODEL] - 2.5


def test_hardly_any_substance_does_not_blow_a_mark_up_without_bound() -> None:
    assert diluted(0.0) == float(rubric()["dilution"]["least"])
    shares = [diluted(share) for share in np.linspace(0, 1, 21)]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
