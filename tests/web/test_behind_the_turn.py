"""The report is prepared while the interview goes on, and nothing goes on for one that is over or deleted."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from interviewer import Level, Manner, ModelError
from interviewer.grading.report import CHECKING, Report
from interviewer.models.base import ModelChain
from interviewer.practice.retake import Opinion, Point
from interviewer.storage import owner_of_user
from interviewer.storage.store import Store
from interviewer.transcript import Observed, Transcript, Turn
from interviewer.web import Engine, UnderWay
from interviewer.web.service import Choice, Grading, Said, Service
from tests.web.stand_in import StandIn, StandInLibrary, grade

ANN = owner_of_user("ann")
SOON = 5.0


@dataclass
class Asked:
    """A model that only has a backend."""

    backend: str = "local"
    name: str = "fake"
    sha256: None = None

    @property
    def capable(self) -> bool:
        return self.backend == "openai"


@dataclass
class Grades:
    """The stand-in's grading, which keeps what it was given and can be held up at its first step."""

    turns: list[int] = field(default_factory=list)
    chains: list[ModelChain] = field(default_factory=list)
    finished: list[int] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    fails: bool = False

    def __call__(
        self,
        transcript: Transcript,
        knowledge: Any,
        chain: ModelChain,
        level: Level | None = None,
        progress: Callable[..., None] | None = None,
        early: Callable[..., None] | None = None,
    ) -> Report:
        assert progress
        self.turns.append(len(transcript.turns))
        self.chains.append(chain)
        self.begun.set()
        if self.fails:
            raise ModelError("no model")
        assert self.go_on.wait(SOON)
        report = grade(transcript, knowledge, chain, level, progress)
        if early:
            early(report.model_copy(update={"warnings": [CHECKING]}))
        self.finished.append(len(transcript.turns))
        return report


@dataclass
class Held:
    """An interview under way."""

    service: Service
    id: str
    grades: Grades

    def say(self, text: str, event: str | None = None) -> None:
        turn = Turn.model_validate({"speaker": "candidate", "text": text, "event": event})
        self.service.say(ANN, self.id, turn)
        assert any(isinstance(news, Said) for news in self.service.answer(ANN, self.id))


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Callable[..., Held]]:
    hosts: list[Service] = []

    def open_(backend: str = "local", **more: Any) -> Held:
        grades = Grades(**more)
        models: Any = (Asked(backend),)
        engine = Engine(StandIn(), ModelChain(models), grades)
        knowledge: Any = StandInLibrary()
        service = Service(Store.open(f"sqlite:///{tmp_path / 'interviews.sqlite'}"), knowledge, lambda: engine)
        hosts.append(service)
        id_ = service.begin(ANN, Choice("fraud-detection", Level.SENIOR, 45, Manner.NEUTRAL))
        assert any(isinstance(news, Said) for news in service.answer(ANN, id_))
        return Held(service, id_, grades)

    yield open_
    for service in hosts:
        service.close()
        service.store.close()


def test_after_every_turn_the_report_so_far_is_made_and_thrown_away(held: Callable[..., Held]) -> None:
    interview = held()
    interview.grades.go_on.set()
    for text in ("data", "evaluation by time"):
        interview.say(text)
        assert interview.service.behind.idle(SOON)
    assert interview.grades.finished == [3, 5]
    assert not interview.service.store.reports(ANN, interview.id)


def test_before_the_first_answer_there_is_nothing_to_prepare(held: Callable[..., Held]) -> None:
    interview = held()
    assert interview.service.behind.idle(SOON)
    assert not interview.grades.turns


def test_it_is_made_on_the_best_backend_alone_and_a_model_that_fails_does_no_harm(held: Callable[..., Held]) -> None:
    interview = held(fails=True)
    interview.say("data")
    assert interview.service.behind.idle(SOON)
    assert [(len(chain.models), chain.named) for chain in interview.grades.chains] == [(1, True)]
    interview.say("evaluation")


def test_a_backend_that_is_paid_by_the_call_is_asked_for_nothing_ahead(held: Callable[..., Held]) -> None:
    interview = held("openai")
    interview.say("data")
    assert interview.service.behind.idle(SOON)
    assert not interview.grades.turns


def test_a_model_that_judges_begins_when_last_words_are_asked_for(held: Callable[..., Held]) -> None:
    interview = held("openai")
    interview.grades.go_on.set()
    interview.say("data")
    interview.say("last words")
    assert interview.grades.begun.wait(SOON)
    interview.say("end")
    *_, early, report = interview.service.grade(ANN, interview.id, Level.SENIOR)
    assert isinstance(early, Report)
    assert isinstance(report, Report)
    assert (early.warnings, CHECKING in report.warnings) == ([CHECKING], False), (
        "before its words are checked, and after"
    )
    assert interview.service.store.reports(ANN, interview.id)[Level.SENIOR] == report
    assert interview.grades.turns == [5, 7]  # "end" is no farewell: it was read anew


def test_who_comes_back_to_a_report_in_the_making_learns_since_when_it_is(held: Callable[..., Held]) -> None:
    interview = held("openai")
    interview.say("data")
    interview.say("end")
    service, level = interview.service, Level.SENIOR
    first = service.grade(ANN, interview.id, level)
    assert isinstance(next(first), Grading)
    assert interview.grades.begun.wait(SOON)
    began = time.monotonic() - service.waits.passed(f"{interview.id}/{level}")
    again = service.grade(ANN, interview.id, level)
    assert isinstance(next(again), Grading)
    assert time.monotonic() - service.waits.passed(f"{interview.id}/{level}") == pytest.approx(began, abs=0.001)
    assert service.waits.passed(f"{interview.id}/{Level.STAFF}") == 0
    interview.grades.go_on.set()
    assert isinstance(list(first)[-1], Report)
    assert isinstance(list(again)[-1], Report)
    assert service.waits.passed(f"{interview.id}/{level}") == 0


def test_after_a_mere_farewell_the_report_is_there(held: Callable[..., Held]) -> None:
    interview = held("openai")
    interview.grades.go_on.set()
    interview.say("last words")
    assert interview.grades.begun.wait(SOON)
    interview.say("", event="end")
    report = list(interview.service.grade(ANN, interview.id, Level.SENIOR))[-1]
    assert isinstance(report, Report)
    assert interview.grades.turns == [3]
    assert interview.service.store.reports(ANN, interview.id)[Level.SENIOR] == report


def test_a_new_turn_takes_the_place_of_what_was_under_way(held: Callable[..., Held]) -> None:
    interview = held()
    interview.say("data")
    assert interview.grades.begun.wait(SOON)
    interview.say("evaluation")
    interview.grades.go_on.set()
    assert interview.service.behind.idle(SOON)
    assert (interview.grades.turns, interview.grades.finished) == ([3, 5], [5])


@pytest.mark.parametrize("end", ["closed", "deleted"])
def test_nothing_goes_on_for_an_interview_that_is_over_or_deleted(held: Callable[..., Held], end: str) -> None:
    interview = held()
    interview.say("data")
    assert interview.grades.begun.wait(SOON)
    if end == "closed":
        interview.say("", event="end")
    else:
        interview.service.delete(ANN, interview.id)
    interview.grades.go_on.set()
    assert interview.service.behind.idle(SOON)
    assert (interview.grades.turns, interview.grades.finished) == ([3], [])


def test_who_asks_for_the_report_goes_first(held: Callable[..., Held]) -> None:
    interview = held()
    interview.say("data")
    assert interview.grades.begun.wait(SOON)
    interview.grades.go_on.set()
    news = list(interview.service.grade(ANN, interview.id, Level.SENIOR))
    assert isinstance(news[-1], Report)
    assert len(news) > 2
    assert interview.service.behind.idle(SOON)
    assert len(interview.grades.turns) == 2


def noted(transcript: Transcript, breathe: Callable[[], None]) -> Transcript:
    """Notes 'seen' on every answer that has no note yet."""
    breathe()
    marks = {"observed": Observed(backend="openai", promises=[])}
    turns = [
        turn.model_copy(update=marks) if turn.speaker == "candidate" and turn.observed is None else turn
        for turn in transcript.turns
    ]
    return transcript.model_copy(update={"turns": turns})


def test_what_the_observer_notes_is_stored_with_the_answer(tmp_path: Path) -> None:
    knowledge: Any = StandInLibrary()
    engine = Engine(StandIn(), ModelChain(), grade, observe=noted)
    service = Service(Store.open(f"sqlite:///{tmp_path / 'interviews.sqlite'}"), knowledge, lambda: engine)
    try:
        id_ = service.begin(ANN, Choice("fraud-detection", Level.SENIOR, 45, Manner.NEUTRAL))
        list(service.answer(ANN, id_))
        service.say(ANN, id_, Turn(speaker="candidate", text="Labels arrive late."))
        list(service.answer(ANN, id_))
        assert service.behind.idle(SOON)
        answer = service.store.transcript(ANN, id_).turns[1]
        assert answer.observed is not None
        assert answer.text == "Labels arrive late."
        other = service.store.transcript(ANN, id_).turns[1].model_copy(update={"text": "Other words."})
        changed = service.store.transcript(ANN, id_).model_copy(update={"turns": [answer, other]})
        service.store.note(ANN, id_, changed)  # of words that are no longer there: nothing is kept
        assert service.store.transcript(ANN, id_).turns[1].text == "Labels arrive late."
    finally:
        service.close()
        service.store.close()


def test_a_stronger_answer_is_asked_for_once_and_kept_with_the_interview(
    held: Callable[..., Held], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, asked = held("openai"), []

    def gives(transcript: Transcript, turn: int, *others: Any) -> Opinion:
        asked.append(turn)
        return Opinion("What then?", transcript.turns[turn].text, (Point("a number", ""),), (), f"Better {turn}.")

    monkeypatch.setattr("interviewer.web.service.stronger_answer", gives)
    one.grades.go_on.set()
    one.say("Labels arrive late.")
    one.say("So I wait a month.")
    one.service.store.end(ANN, one.id)
    found = one.service.opinion(ANN, one.id, 1)
    assert one.service.opinion(ANN, one.id, 1) == found
    assert one.service.opinion(ANN, one.id, 3).stronger == "Better 3."
    assert asked == [1, 3]
    again = one.service.again(ANN, one.id, 3)
    assert "stronger" not in (one.service.store.transcript(ANN, again).model_extra or {}), "that is another answer"


def test_who_comes_while_a_report_is_checked_gets_what_is_there_of_it() -> None:
    under_way, report = UnderWay(), Report.model_construct(summary="not checked")
    maker, second, late = queue.Queue[Any](), queue.Queue[Any](), queue.Queue[Any]()
    under_way.join("a", maker)
    under_way.show("a", report)
    under_way.join("a", second)
    under_way.join("b", late)
    assert (maker.get_nowait(), second.get_nowait(), late.empty()) == (report, report, True)
    under_way.leave("a", maker)
    under_way.join("a", late)
    assert late.empty(), "it is checked now, and stored"
