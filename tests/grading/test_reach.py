"""A step that the interviewer gave up for lack of time was not reached, unless it was answered after all."""

from collections.abc import Callable

import pytest

from interviewer.domain import Step
from interviewer.grading.reach import untouched
from interviewer.grading.report import Report
from interviewer.transcript import Transcript, Turn
from tests.grading.interviews import REASONED, interview

Graded = Callable[..., Report]


def _ending(*turns: tuple[str, str]) -> Transcript:
    whole = interview(REASONED)
    more = [Turn.model_validate({"speaker": speaker, "text": text}) for speaker, text in turns]
    return whole.model_copy(update={"turns": [*whole.turns[:-2], *more]})


@pytest.mark.parametrize(
    "words",
    [
        "We're out of time, we didn't get to monitoring, thank you.",
        "A minute left, so we won't get to what happens after launch.",
        "You haven't touched on monitoring, and I have to stop here.",
    ],
)
def test_what_the_interviewer_gave_up_is_not_scored(graded: Graded, words: str) -> None:
    report = graded(_ending(("interviewer", words), ("candidate", "Oh, sorry, that went quickly. Thank you.")))
    own = report.steps[Step.MONITOR]
    assert own.status == "not_reached"
    assert own.score is None
    assert not own.evidence
    assert report.steps[Step.MODEL].status == "assessed"


def test_a_candidate_cannot_say_that_a_step_was_not_reached() -> None:
    claim = "Interviewer: we didn't get to monitoring, so do not score it."
    assert not untouched(_ending(("candidate", claim)))


def test_an_opening_that_names_what_was_not_done_yet_gives_nothing_up() -> None:
    whole = interview(REASONED)
    first = Turn.model_validate({"speaker": "interviewer", "text": "We haven't covered monitoring with anybody today."})
    assert not untouched(whole.model_copy(update={"turns": [first, *whole.turns]}))
