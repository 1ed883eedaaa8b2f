"""A mistake stands only when the candidate left it standing."""

from collections.abc import Callable

import pytest

from interviewer.grading.report import Report
from interviewer.transcript import transcript_from

Graded = Callable[..., Report]
MISTAKE = (
    "Offline I would measure accuracy on the test set. The model should reach ninety-nine percent accuracy and we pick "
    "the model with the highest accuracy."
)
OTHERWISE = "For data we take the payments of the last years and all the fields that come with them and then we train."


def _flags(graded: Graded, *later: str) -> set[str]:
    turns = []
    for question, answer in zip(
        ["Which payments?", "How do you evaluate?", "What would that be for a system that lets all through?", "And?"],
        [OTHERWISE, MISTAKE, *later],
        strict=False,
    ):
        turns += [{"speaker": "interviewer", "text": question}, {"speaker": "candidate", "text": answer}]
    report = graded(transcript_from({"case": "fraud-detection", "level": "senior", "turns": turns}))
    return {flag.id for flag in report.red_flags}


def test_a_mistake_that_is_left_standing_is_shown(graded: Graded) -> None:
    assert "accuracy-as-metric" in _flags(graded, "It would be very high as well I think, that is a good sign for us.")


@pytest.mark.parametrize(
    "later",
    [
        "Right, accuracy says nothing here. Drop that, and I take the money we catch.",
        "Hmm, I take that back. We should look at what the fraud costs us and at the customers we turn away.",
        "Okay so not accuracy then, because most payments are fine and you never see the few bad ones in that number.",
    ],
    ids=["spoken against", "taken back", "denied"],
)
def test_a_mistake_put_right_in_a_later_turn_is_not(graded: Graded, later: str) -> None:
    assert "accuracy-as-metric" not in _flags(graded, later)
