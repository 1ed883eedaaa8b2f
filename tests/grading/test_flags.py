"""A mistake stands only when the candidate left it standing."""

from collections.abc import Callable

import numpy as np
import pytest

from interviewer.domain import Step
from interviewer.grading import grade
from interviewer.grading.flags import Mistake, mistakes, red_flags, trade_offs
from interviewer.grading.reading import Reading
from interviewer.grading.report import Report
from interviewer.knowledge.load import Knowledge
from interviewer.listening.examples import Exemplars, Sounds
from interviewer.listening.segments import candidate_units
from interviewer.transcript import Transcript, transcript_from
from tests.grading.interviews import REASONED, interview

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


def test_words_that_say_a_mistake_speak_for_nothing_also_when_it_was_put_right(
    graded: Graded, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quotes() -> list[str]:
        return [one.quote for step in graded(interview(REASONED)).steps.values() for one in step.evidence]

    shown = quotes()[0]
    flag = knowledge.red_flags("video-recommendation")[0]

    def said(reading: Reading, *_: object) -> list[Mistake]:
        own = tuple(i for i, unit in enumerate(reading.units) if unit.text in shown or shown in unit.text)
        far = np.zeros(len(reading.units), np.float32)
        return [Mistake(flag, own, far, far + 1)]

    monkeypatch.setattr(grade, "mistakes", said)
    assert shown not in quotes()


UNIT = "I'd keep one percent of the impressions for new ads, since exploration costs revenue now and pays later."


def _reading(deep: float, words: str = UNIT) -> tuple[Transcript, Reading, list[float]]:
    turns = [{"speaker": "interviewer", "text": "And?"}, {"speaker": "candidate", "text": words}]
    transcript = transcript_from({"case": "ad-click-prediction", "level": "senior", "turns": turns})
    units = candidate_units(transcript)
    steps = (Step.EVALUATE,) * len(units)
    return transcript, Reading(tuple(units), np.ones((len(units), 1), np.float32), steps, (), ()), [deep] * len(units)


def _sounds(*ids: str, near: float = 1.0) -> Sounds:
    return Sounds(ids, (None,) * len(ids), ids, np.full((len(ids), 1), near, np.float32))


@pytest.mark.parametrize(("score", "near", "heard"), [(2.0, 0.6, 1), (3.6, 0.6, 0), (3.6, 0.7, 1), (None, 0.6, 1)])
def test_in_a_strong_step_only_what_sounds_very_much_like_a_mistake_is_one(
    knowledge: Knowledge, score: float | None, near: float, heard: int
) -> None:
    transcript, reading, deep = _reading(1.0)
    flag = knowledge.red_flags("ad-click-prediction")[0].model_copy(update={"cues": ["one percent"]})
    sounds = Exemplars(_sounds(), _sounds(), _sounds(flag.id, near=near), _sounds(flag.id, near=0.0), _sounds())
    said = mistakes(reading, [flag], sounds)
    assert len(red_flags(transcript, reading, said, deep, {Step.EVALUATE: score})) == heard


@pytest.mark.parametrize(
    ("deep", "words", "raised"),
    [(3.0, UNIT, 1), (1.0, UNIT, 0), (3.0, "The model scores the ads and we run that in batches on a card.", 0)],
    ids=["weighed", "shallow talk", "other words"],
)
def test_a_trade_off_is_raised_in_its_own_words_and_weighed(
    knowledge: Knowledge, deep: float, words: str, raised: int
) -> None:
    transcript, reading, depths = _reading(deep, words)
    case = knowledge.case("ad-click-prediction")
    sounds = Exemplars(_sounds(), _sounds(), _sounds(), _sounds(), _sounds("explore-or-earn"))
    signals = [one for own in knowledge.signals("ad-click-prediction").values() for one in own]
    found = trade_offs(transcript, reading, signals, case, sounds, depths)
    assert len(found) == raised
    assert all(one.quote in words and one.text.endswith(".") for one in found)
