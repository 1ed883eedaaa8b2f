"""The service: everything that the pages do, without a page. Keeps turns, asks the interviewer, has interviews graded.

Nothing about an interview lives in memory: each call reads the database, so a restart or a second tab changes nothing.
"""

import logging
import queue
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

from interviewer import BadInput, InterviewerError, Level, Manner, ModelError, Step, telemetry
from interviewer.background import Background, Breathe, Job
from interviewer.grading.assessor import Early, Progress
from interviewer.grading.grade import LastWords, ahead
from interviewer.grading.report import Report, spoken_about
from interviewer.interview.state import State
from interviewer.knowledge import Knowledge
from interviewer.practice import shared
from interviewer.practice.retake import Opinion, as_judged, kept_opinion, rewind, second_opinion, stronger_answer
from interviewer.storage import Header, editable
from interviewer.storage.store import MovedOnError, Store
from interviewer.transcript import Transcript, Turn
from interviewer.web import Engine, UnderWay, bound, needs_answer, slug, speaking

log = logging.getLogger(__name__)
LONGEST_ANSWER = 50_000
"""Characters of one answer."""
LONGEST_PROBLEM = 2_000
_TRIES = 3
HOLD = 90.0
"""Seconds that the interviewer waits while the last answer is edited."""


@dataclass(frozen=True)
class Choice:
    """What was chosen on the set-up page."""

    case: str
    level: Level
    minutes: float
    manner: Manner
    mode: str = "interview"
    problem: str = ""
    """A problem in the person's own words; then ``case`` is made from it."""


@dataclass(frozen=True)
class Words:
    """The interviewer's turn so far."""

    text: str


@dataclass(frozen=True)
class Said:
    """The interviewer's turn is stored, and this is how the room looks now."""

    warnings: list[str]
    room: "Room"


@dataclass(frozen=True)
class Grading:
    """How far grading is: 0 to 1, or None when it does not say."""

    fraction: float | None
    text: str


_News: TypeAlias = "queue.Queue[Grading | Report | Exception | None]"
"""``None``: nothing more comes."""


@dataclass(frozen=True)
class Room:
    """All that the room shows."""

    header: Header
    transcript: Transcript
    state: Any
    backend: str
    best_backend: str
    spent: float | None = None
    """US dollars so far; None where the price is not known."""
    reported: Mapping[Step, float] = field(default_factory=dict)
    """Seconds of each part, as the report has them; empty before there is one."""
    wait: str = ""
    """How long reports took here, in words; empty where none was made yet."""

    @property
    def over(self) -> bool:
        """Whether the interview has ended."""
        return self.header.ended is not None or self.transcript.is_over

    @property
    def editable(self) -> int | None:
        """The turn that its speaker may still edit."""
        return None if self.over else editable(self.transcript.turns)


class Service:
    """Serves every page and every person of one process."""

    def __init__(self, store: Store, knowledge: Knowledge, engine: Callable[[], Engine]):
        self.store = store
        self.knowledge = knowledge
        self._engine = engine
        """Waits for the models to be there; the pages do not."""
        self.behind = Background()
        """What is done for interviews that go on, between their turns."""
        self._last_words = LastWords()
        self.waits = telemetry.ReportWaits()
        self._under_way = UnderWay()
        self._held: dict[str, tuple[int, float]] = {}
        """The turn of an interview that is being edited, and until when the answer to it is held back."""
        self._locks: weakref.WeakValueDictionary[str, threading.Lock] = weakref.WeakValueDictionary()
        self._locks_lock = threading.Lock()

    def begin(self, owner: str, choice: Choice) -> str:
        """A new interview, whose clock waits; its id. Raises BadInput for a problem that is too long."""
        problem = " ".join(choice.problem.split()) or None
        if problem and len(problem) > LONGEST_PROBLEM:
            raise BadInput(f"Your problem has {len(problem):,} characters; at most {LONGEST_PROBLEM:,} are possible.")
        return self.store.create(
            owner,
            Transcript(
                case=slug(problem) if problem else choice.case,
                level=choice.level,
                minutes=choice.minutes,
                manner=choice.manner,
                mode=choice.mode,
                problem=problem,
                versions={"knowledge": self.knowledge.version},
                turns=[],
            ),
            waits=True,
        )

    def again(self, owner: str, id_: str, turn: int) -> str:
        """A second take from before that answer; its id. Raises BadInput."""
        return self.store.create(owner, rewind(self.store.transcript(owner, id_), turn, id_), waits=True)

    def opinion(self, owner: str, id_: str, turn: int) -> Opinion:
        """What a stronger answer would have had; a model is asked once. Raises BadInput while the interview runs."""
        with self._lock(f"{id_}/stronger"):
            transcript, ended = self.store.transcript(owner, id_), self.store.header(owner, id_).ended is not None
            reports = self.store.reports(owner, id_)
            transcript = as_judged(transcript, reports.values())
            engine = self._engine() if ended or transcript.is_over else None
            model = engine.chain.best_capable if engine else None
            if engine and (known := kept_opinion(transcript, turn)):
                return known
            if engine and model and not engine.budget.reached(transcript):
                try:
                    found = stronger_answer(transcript, turn, self.knowledge, model)
                    self.store.keep_stronger(owner, id_, turn, asdict(found))
                    return found
                except ModelError as error:
                    log.warning("no stronger answer of the model: %s", error)
        search, report = engine.search if engine else None, reports.get(transcript.level)
        return second_opinion(transcript, turn, self.knowledge, search, ended=ended, report=report)

    def share(self, owner: str, id_: str, consent: bool, names: list[str]) -> Transcript:
        """The interview for the evals, without names; the consent is kept. Raises BadInput."""
        ended = self.store.header(owner, id_).ended is not None
        given = shared(self.store.transcript(owner, id_), consent=consent, names=names, ended=ended)
        self.store.consent(owner, id_, "evals", consent)
        return given

    def first_take(self, owner: str, id_: str, level: Level) -> Report | None:
        """The report of the interview that this one is a second take of, if that one is over; graded now if need be."""
        parent = self.store.header(owner, id_).parent
        if parent is None or self.store.header(owner, parent).ended is None:
            return None
        *_, report = (news for news in self.grade(owner, parent, level) if isinstance(news, Report))
        return report

    def say(self, owner: str, id_: str, turn: Turn, key: str | None = None) -> None:
        """Stores a candidate's turn; the same key with the same words again is the same turn.

        Raises OverError once the interview has ended, BadInput for an answer that is too long.
        """
        if len(turn.text) > LONGEST_ANSWER:
            raise BadInput(f"an answer may have {LONGEST_ANSWER:,} characters; this one has {len(turn.text):,}")
        self.store.append(owner, id_, turn, key=bound(key, turn.text) if key else None)

    def edit(self, owner: str, id_: str, number: int, text: str) -> None:
        """Puts other words into the last answer. Raises MovedOnError once it is answered."""
        if not text or len(text) > LONGEST_ANSWER:
            raise BadInput(f"an answer has 1 to {LONGEST_ANSWER:,} characters; this one has {len(text):,}")
        self.store.replace(owner, id_, number, text)
        self._held.pop(id_, None)

    def hold(self, owner: str, id_: str, turn: int | None) -> None:
        """Holds the answer to that turn back, as long as none of its words are out; None lets it come."""
        self.store.header(owner, id_)
        self._held.pop(id_, None)
        if turn is not None:
            self._held[id_] = turn, time.monotonic() + HOLD

    def pause(self, owner: str, id_: str, paused: bool) -> None:
        """Stops the interview's clock, or lets it go on."""
        self.store.pause(owner, id_, paused)

    def answer(self, owner: str, id_: str) -> Iterator[Words | Said]:
        """The interviewer's next turn, if it is its turn: the words as they come, then, stored, Said."""
        with self._lock(id_), self.store.answering(id_), self.behind.first():
            for _ in range(_TRIES):
                transcript = self.store.transcript(owner, id_)
                if not needs_answer(transcript) or transcript.is_over:
                    return
                if self.store.header(owner, id_).ended is not None:
                    return  # a recording may end with the candidate's words: nobody is there to be answered
                began = time.monotonic()
                self._begin_report(self._engine(), id_, transcript, reports=1)
                try:
                    reply, first = yield from self._speak(owner, id_, transcript, self.store.elapsed(owner, id_))
                    self.store.answer(owner, id_, reply.transcript, expected=len(transcript.turns))
                except MovedOnError:
                    continue  # the candidate said more, or said it otherwise: answer that
                _told(id_, len(transcript.turns), reply.backend, first - began, time.monotonic() - began)
                if reply.state.closed:
                    self.store.end(owner, id_)
                    self.behind.drop(id_)
                else:
                    self._go_on_behind(owner, id_, reply.transcript)
                engine, header = self._engine(), self.store.header(owner, id_)
                best, spent = engine.chain.conducts, engine.budget.spent(reply.transcript)
                shown = Room(
                    header,
                    reply.transcript,
                    reply.state,
                    speaking(reply.transcript, best),
                    best,
                    spent,
                    {},
                    self.waits.told(),
                )
                yield Said(list(reply.warnings), shown)
                return

    def _go_on_behind(self, owner: str, id_: str, transcript: Transcript) -> None:
        engine = self._engine()
        self._begin_report(engine, id_, transcript, reports=2)
        jobs = ahead(engine.grade, transcript, self.knowledge, engine.chain)
        if engine.observe and transcript.candidate_turns():
            jobs = [self._noting(owner, id_, engine.observe), *jobs]
        self.behind.put(id_, jobs)

    def _begin_report(self, engine: Engine, id_: str, transcript: Transcript, *, reports: int) -> None:
        """Begins the report where the interview ends now or soon, if so many can still be paid."""
        if engine.budget.leaves(transcript, reports=reports):
            self._last_words.begin(id_, engine.grade, transcript, self.knowledge, engine.chain)

    def _noting(self, owner: str, id_: str, observe: Callable[[Transcript, Breathe], Transcript]) -> Job:
        def note(breathe: Breathe) -> None:
            with suppress(ModelError, BadInput):  # the next turn's notes take this answer up; or it was deleted
                self.store.note(owner, id_, observe(self.store.transcript(owner, id_), breathe))

        return note

    def keep(self, owner: str, transcript: Transcript) -> str:
        """A recorded interview becomes one of the owner's, ended; its id."""
        id_ = self.store.create(owner, transcript)
        self.store.end(owner, id_)
        return id_

    def delete(self, owner: str, id_: str) -> bool:
        """Deletes an interview for good, and ends what is under way for it; whether its bytes are gone already."""
        finished = self.store.delete(owner, id_)
        self.behind.drop(id_)
        self._last_words.drop(id_)
        return finished

    def close(self) -> None:
        """Ends what goes on behind the turns."""
        self.behind.close()

    def _wait(self, owner: str, id_: str, transcript: Transcript) -> None:
        """Waits while the last words are edited. Raises MovedOnError when they are others then."""
        waited, turn = False, editable(transcript.turns)
        while (held := self._held.get(id_)) and held[0] == turn and time.monotonic() < held[1]:
            waited = True
            time.sleep(0.1)
        self._held.pop(id_, None)
        said = [turn.text for turn in transcript.turns]
        if waited and said != [turn.text for turn in self.store.transcript(owner, id_).turns]:
            raise MovedOnError("the last words were edited")

    def _speak(
        self, owner: str, id_: str, transcript: Transcript, at: float
    ) -> Generator[Words, None, tuple[Any, float]]:
        """The words as they come; then the reply and the moment of its first word."""
        text, reply, interviewer, first = "", None, self._engine().interviewer, 0.0
        if not transcript.turns:
            interviewer.warm(transcript.case)  # while the candidate reads the problem
        try:
            for piece in telemetry.at(id_, len(transcript.turns), interviewer.reply(transcript, at)):
                first = first or time.monotonic()
                if not text:
                    self._wait(owner, id_, transcript)
                if isinstance(piece, str):
                    text += piece
                    yield Words(text)
                else:
                    reply = piece
        except Exception as error:
            if not isinstance(error, MovedOnError):
                telemetry.turn_failed(error)
            raise
        if reply is None:
            raise InterviewerError("The interviewer fell silent.")
        return reply, first

    def clock(self, owner: str, id_: str) -> Header:
        """A sign of life from an open room; where its clock stands."""
        self.store.tick(owner, id_)
        return self.store.header(owner, id_)

    def room(self, owner: str, id_: str) -> Room:
        """What the room shows now."""
        elapsed = self.store.tick(owner, id_)
        header, transcript = self.store.header(owner, id_), self.store.transcript(owner, id_)
        if not transcript.turns:  # at once: the models may still be loading
            return Room(header, transcript, State(elapsed=elapsed, length=header.minutes * 60), "", "")
        engine = self._engine()
        best, spent = engine.chain.conducts, engine.budget.spent(transcript)
        state = engine.interviewer.state(transcript, elapsed)
        report = self.store.reports(owner, id_).get(transcript.level) if header.ended is not None else None
        times = {step: one.used for step, one in report.time.items()} if report else {}
        state.spoken_about |= spoken_about(report) if report else set()  # the plan and the report say the same
        return Room(header, transcript, state, speaking(transcript, best), best, spent, times, self.waits.told())

    def judges(self) -> bool:
        """Whether what is at work can judge. Waits for it."""
        return self._engine().chain.judges

    def grade(self, owner: str, id_: str, level: Level, *, anew: bool = False) -> Iterator[Grading | Report]:
        """The report on that level: the stored one, or a new one, with its progress; a new one may come
        before its words are checked and then once more. ``anew`` replaces a stored one that judges nothing.

        Grading goes on, and its report is stored, when nobody listens any more.
        """
        known = self.store.reports(owner, id_).get(level)
        if known and not (anew and known.status == "not_judged"):
            yield known
            return
        news: _News = queue.Queue()
        news.put(Grading(None, "Reading the interview"))
        name = f"{id_}/{level}"
        self._under_way.join(name, news)
        self.waits.begin(name)
        threading.Thread(target=self._grade, args=(owner, id_, level, news, known), daemon=True).start()
        while (item := news.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item

    def _grade(self, owner: str, id_: str, level: Level, news: "_News", unwanted: Report | None) -> None:
        name = f"{id_}/{level}"
        try:
            self.behind.drop(id_)  # what it has found out is remembered
            with self._lock(name), self.store.grading(id_, level), self.behind.first():
                report = self.store.reports(owner, id_).get(level)
                if report is None or report == unwanted:
                    transcript, began = self.store.transcript(owner, id_), time.monotonic()
                    engine = self._engine()
                    tell: Progress = lambda share, what: news.put(Grading(share, what))  # noqa: E731
                    show: Early = lambda report: self._under_way.show(name, report)  # noqa: E731
                    begun = self._last_words.take(id_, transcript, level, tell, show)
                    given = (transcript, self.knowledge, engine.chain, level, tell)
                    report = begun or engine.grade(*given, early=show)
                    self.store.add_report(owner, id_, report, turns_graded=len(transcript.turns))
                    telemetry.graded(report.status, self.waits.took(time.monotonic() - began))
            outcome: Report | Exception = report
        except Exception as error:  # handed on to the page, which says it
            log.exception("grading failed")
            outcome = error
        self.waits.end(name)
        self._under_way.leave(name, news)
        news.put(outcome)
        news.put(None)

    def _lock(self, name: str) -> threading.Lock:
        with self._locks_lock:
            return self._locks.setdefault(name, threading.Lock())


def _told(interview: str, turn: int, backend: str, first: float, whole: float) -> None:
    telemetry.turn_answered(backend, first, whole)
    where = {"interview": interview, "turn": turn, "backend": backend, "seconds": round(whole, 3)}
    log.info("turn answered", extra=where)
