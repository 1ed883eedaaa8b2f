"""A speaker who names the next subject is taken at their word."""

import pytest

from interviewer.grading.announce import announced
from interviewer.steps import Step


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("For monitoring I'd watch the opt-out rate by the hour.", Step.MONITOR),
        ("Okay so, um, let's move on to the data.", Step.DATA),
        ("What about serving: eight billion candidates a day.", Step.SERVE),
        ("As an ML task: for each candidate I predict three things.", Step.FRAME),
        ("now for the model i would start with boosted trees", Step.MODEL),
        ("I'd evaluate offline by replay first.", Step.EVALUATE),
        ("First the requirements.", None),
        ("The model serves the data that monitoring needs.", None),
        ("For models like this one labels are late.", None),
        ("Let's talk about data and monitoring.", None),
    ],
)
def test_the_step_that_is_announced(text: str, step: Step | None) -> None:
    assert announced(text) == step
