"""A speaker who names the next subject is taken at their word."""

import pytest

from interviewer import Step
from interviewer.listening.intents import announced


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("For monitoring I'd watch the opt-out rate by the hour.", Step.MONITOR),
        ("Okay so, um, let's move on to the data.", Step.DATA),
        ("What about serving: eight billion candidates a day.", Step.SERVE),
        ("As an ML task: for each candidate I predict three things.", Step.FRAME),
        ("now for the model i would start with boosted trees", Step.MODEL),
        ("I'd evaluate offline by replay first.", Step.EVALUATE),
        ("Serving: one service with a cache in front of it.", Step.SERVE),
        ("Okay, the training data \u2013 two years of logs.", Step.DATA),
        ("I'd say that the model is: good.", None),
        ("Model and features: both are simple.", None),
        ("First the requirements.", None),
        ("The model serves the data that monitoring needs.", None),
        ("For models like this one labels are late.", None),
        ("Let's talk about data and monitoring.", None),
    ],
)
def test_the_step_that_is_announced(text: str, step: Step | None) -> None:
    assert announced(text) == step
