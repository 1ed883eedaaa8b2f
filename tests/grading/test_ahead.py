"""Grading ahead: what was read during the interview is not read again, and the report is the same; a model that judges
reads once ahead, when last words are asked for, and again where more than a farewell follows."""

import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from interviewer import Level, ModelError
from interviewer.background import DroppedError
from interviewer.grading.grade import LastWords, ahead, grade, is_farewell, is_over_with
from interviewer.grading.report import Report
from interviewer.knowledge import Knowledge
from interviewer.models.base import ModelChain
from interviewer.transcript import Transcript, transcript_from
from tests.grading.interviews import REASONED, interview
from tests.grading.judge_model import JudgeModel


@pytest.mark.slow
def test_the_report_is_the_same_as_without_it(knowledge: Knowledge, home: Path) -> None:
    judge = partial(grade, vectors=home / "vectors")
    alone = judge(interview(REASONED), knowledge, ModelChain())
    for job in ahead(judge, interview(REASONED[:5]), knowledge, ModelChain()):
        job(lambda: None)
    assert judge(interview(REASONED), knowledge, ModelChain()) == alone


@pytest.mark.slow
def test_it_can_be_left_in_the_middle(knowledge: Knowledge, home: Path) -> None:
    (job,) = ahead(partial(grade, vectors=home / "vectors"), interview(REASONED), knowledge, ModelChain())

    def breathe() -> None:
        raise DroppedError

    with pytest.raises(DroppedError):
        job(breathe)


def test_before_the_first_answer_there_is_nothing_to_prepare(knowledge: Knowledge) -> None:
    empty = transcript_from({"case": "video-recommendation", "level": "mid", "turns": []})
    assert ahead(grade, empty, knowledge, ModelChain()) == []


JUDGES: Any = (JudgeModel(),)
NOTHING: Any = None
"""The knowledge base, where nothing asks for it."""


def asked_for_last_words() -> Transcript:
    """An interview in which the interviewer has just asked for them."""
    whole = interview(REASONED).model_dump(mode="json", exclude_none=True)
    words = {"speaker": "interviewer", "text": "Anything to add?", "move": {"kind": "wrap_up"}}
    return Transcript.model_validate({**whole, "turns": [*whole["turns"], words]})


def then(said: str, before: Transcript | None = None) -> Transcript:
    """The interview with the candidate's answer and the interviewer's close."""
    whole = (before or asked_for_last_words()).model_dump(mode="json", exclude_none=True)
    end = {"speaker": "interviewer", "text": "Thank you.", "move": {"kind": "close"}}
    return Transcript.model_validate({**whole, "turns": [*whole["turns"], {"speaker": "candidate", "text": said}, end]})


@pytest.fixture
def begun() -> tuple[LastWords, Any]:
    """Last words that were begun, and the report."""
    words, report = LastWords(), Report.model_construct()
    assert words.begin("an interview", lambda *_, **__: report, asked_for_last_words(), NOTHING, ModelChain(JUDGES))
    return words, report


def test_after_a_farewell_the_report_that_was_begun_is_the_report(begun: tuple[LastWords, Any]) -> None:
    words, report = begun
    assert words.take("an interview", then("No, that's all. Thanks a lot!"), Level.SENIOR) is report


@pytest.mark.parametrize(
    "now",
    [
        then("One correction: I'd wait ninety days."),
        then("No, thanks.", interview([*REASONED[:-1], "Other words."])),
        then("No, thanks.", then("I'd also watch for drift.", asked_for_last_words())),
    ],
    ids=["a correction", "an edited answer", "it went on"],
)
def test_anything_else_is_graded_anew(begun: tuple[LastWords, Any], now: Transcript) -> None:
    assert begun[0].take("an interview", now, Level.SENIOR) is None


def test_another_level_another_interview_and_a_failure_are_graded_anew(begun: tuple[LastWords, Any]) -> None:
    words, report = begun
    assert words.take("an interview", then("No, thanks."), Level.MID) is None
    assert words.take("another interview", then("No, thanks."), Level.SENIOR) is None
    assert words.take("an interview", then("No, thanks."), Level.SENIOR) is report

    def fails(*given: Any, **more: Any) -> Report:
        raise ModelError("out")

    assert words.begin("it fails", fails, asked_for_last_words(), NOTHING, ModelChain(JUDGES))
    assert words.take("it fails", then("No, thanks."), Level.SENIOR) is None


def test_it_is_begun_once_an_interview_and_only_at_last_words_by_a_model_that_judges() -> None:
    words = LastWords()
    calls: list[int] = []

    def grades(*given: Any, **more: Any) -> Any:
        calls.append(1)

    small: Any = (JudgeModel(backend="local", capable=False),)
    assert not words.begin("a", grades, interview(REASONED), NOTHING, ModelChain(JUDGES))
    assert not words.begin("a", grades, asked_for_last_words(), NOTHING, ModelChain(small))
    assert not words.begin("a", grades, asked_for_last_words(), NOTHING, ModelChain())
    assert words.begin("a", grades, asked_for_last_words(), NOTHING, ModelChain(JUDGES))
    assert not words.begin("a", grades, asked_for_last_words(), NOTHING, ModelChain(JUDGES))
    words.take("a", then("No."), Level.SENIOR)
    assert calls == [1]


def said_at(seconds: float, text: str, event: str | None = None) -> Transcript:
    """The answer to the request for last words."""
    whole = asked_for_last_words().model_dump(mode="json", exclude_none=True)
    turn = {"speaker": "candidate", "text": text, "at": seconds, "event": event}
    return Transcript.model_validate({**whole, "turns": [*whole["turns"], turn]})


@pytest.mark.parametrize(
    ("now", "over"),
    [
        (said_at(60, "", "end"), True),
        (said_at(2_701, "I'd also watch drift."), True),
        (said_at(2_701, "How many shops are there?"), False),
        (said_at(60, "I'd also watch drift."), False),
        (interview(REASONED), False),
        (asked_for_last_words(), False),
    ],
    ids=["the button", "last words", "a question", "time is left", "no last words were asked for", "nothing said yet"],
)
def test_an_interview_ends_with_the_button_or_with_last_words_after_the_time(now: Transcript, over: bool) -> None:
    assert is_over_with(now) is over


def test_with_words_that_end_the_interview_the_report_is_begun_anew_and_with_a_farewell_it_is_not(
    begun: tuple[LastWords, Any],
) -> None:
    words, first = begun
    second = Report.model_construct()
    assert not words.begin(
        "an interview", lambda *_, **__: second, said_at(2_701, "No, thank you."), NOTHING, ModelChain(JUDGES)
    )
    more = said_at(2_701, "I'd also watch drift.")
    assert words.begin("an interview", lambda *_, **__: second, more, NOTHING, ModelChain(JUDGES))
    assert words.take("an interview", then("I'd also watch drift."), Level.SENIOR) is second is not first


def test_who_waits_for_a_report_that_was_begun_is_told_how_far_it_is() -> None:
    words, go_on, told = LastWords(), threading.Event(), list[tuple[float, str]]()
    unchecked, seen = Report.model_construct(summary="not checked"), list[Report]()

    def judges(*given: Any, **more: Any) -> Report:
        progress = given[-1]
        progress(0.5, "half")
        more["early"](unchecked)
        assert go_on.wait(30)
        progress(0.9, "nearly")
        return Report.model_construct()

    assert words.begin("a", judges, asked_for_last_words(), NOTHING, ModelChain(JUDGES))

    def see(report: Report) -> None:
        seen.append(report)
        go_on.set()

    assert words.take("a", then("No."), Level.SENIOR, lambda share, what: told.append((share, what)), see)
    assert unchecked in seen
    assert told[-1] == (0.9, "nearly")
    assert len(told) > 1


@pytest.mark.parametrize(
    "text",
    ["", "No.", "Nope, I think I covered everything.", "No, thank you so much, it was great talking to you. Bye!"],
)
def test_a_farewell(text: str) -> None:
    assert is_farewell(text)


@pytest.mark.parametrize(
    "text", ["I'd add monitoring.", "No, but the labels need 90 days.", "Yes, calibration.", "thank you " * 30]
)
def test_no_farewell(text: str) -> None:
    assert not is_farewell(text)
