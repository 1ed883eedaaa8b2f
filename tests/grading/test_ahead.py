"""Grading ahead: what was judged during the interview is not asked again, and the report is the same."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from interviewer.casebook.library import Library
from interviewer.grading.ahead import ahead
from interviewer.grading.grade import grade
from interviewer.grading.judge import NOTHING_SAID
from interviewer.models.behind import DroppedError
from interviewer.models.door import Door, Message
from interviewer.models.remembered import Remembered
from interviewer.transcript import Transcript
from tests.grading.interviews import REASONED, interview
from tests.grading.test_rungs import KNOWN, FakeModel


@dataclass
class Remembering(FakeModel):
    """Judges by the words alone, about half of them yes, and remembers, as the embedded model does."""

    known: Remembered[float] = field(default_factory=lambda: Remembered(KNOWN))

    def judge(self, messages: Sequence[Message]) -> float:
        return self.known.of(messages, lambda: _by_words(self._ask(messages)))


def _by_words(text: str) -> float:
    return hashlib.sha256(text.encode()).digest()[0] / 128 - 1


def _so_far(whole: Transcript) -> list[Transcript]:
    """The interview after each answer."""
    ends = [index + 1 for index, _ in whole.candidate_turns()]
    return [whole.model_copy(update={"turns": whole.turns[:end]}) for end in ends]


def test_at_the_end_most_is_known_and_the_report_is_the_same(library: Library, home: Path) -> None:
    whole = interview(REASONED)
    judge = partial(grade, vectors=home / "vectors")
    fresh, prepared = Remembering(), Remembering()
    alone = judge(whole, library, Door((fresh,)))
    for so_far in _so_far(whole)[:-1]:
        for job in ahead(judge, so_far, library, Door((prepared,))):
            job(lambda: None)
    before = len(prepared.asked)
    report = judge(whole, library, Door((prepared,)))
    assert report == alone
    assert len(prepared.asked) - before < len(fresh.asked) / 2
    assert alone.steps != judge(whole, library, Door()).steps  # the model did strike something out


def test_it_can_be_left_between_any_two_judgements(library: Library, home: Path) -> None:
    model, judge = Remembering(), partial(grade, vectors=home / "vectors")
    job, _ = ahead(judge, interview(REASONED), library, Door((model,)))

    def breathe() -> None:
        if len(model.asked) >= 3:
            raise DroppedError

    with pytest.raises(DroppedError):
        job(breathe)
    assert 3 <= len(model.asked) <= 4


def test_what_does_not_depend_on_the_interview_is_asked_for_every_signal(library: Library, home: Path) -> None:
    model, judge = Remembering(), partial(grade, vectors=home / "vectors")
    _, every_signal = ahead(judge, interview(REASONED), library, Door((model,)))
    every_signal(lambda: None)
    own = library.signals(interview(REASONED).case)
    assert len(model.asked) == sum(len(signals) for signals in own.values())
    before = len(model.asked)
    judge(interview(REASONED), library, Door((model,)))
    assert not any(NOTHING_SAID in text for text in model.asked[before:])


def test_an_unknown_model_is_asked_nothing_ahead(library: Library, home: Path) -> None:
    model = Remembering(sha256="0" * 64)
    for job in ahead(partial(grade, vectors=home / "vectors"), interview(REASONED), library, Door((model,))):
        job(lambda: None)
    assert not model.asked
