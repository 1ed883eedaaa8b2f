"""The service: everything that the pages do, without a page. Keeps turns, asks the interviewer, has interviews graded.

Nothing about an interview lives in memory: each call reads the database, so a restart or a second tab changes nothing.
"""

import logging
import queue
import threading
import weakref
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from interviewer.background import Background
from interviewer.domain import Level, Manner, MoveKind
from interviewer.errors import InterviewerError
from interviewer.grading.ahead import ahead
from interviewer.grading.report import Report
from interviewer.interview.state import State
from interviewer.knowledge.load import Knowledge
from interviewer.models.base import ModelChain
from interviewer.practice.export import shared
from interviewer.practice.retake import rewind
from interviewer.practice.second_opinion import Opinion, Search, over, second_opinion
from interviewer.storage import Header, MovedOnError, Store
from interviewer.transcript import Transcript, Turn

log = logging.getLogger(__name__)
_TRIES = 3


class Replier(Protocol):
    """What the service needs of the interviewer."""

    def warm(self, case: str) -> None:
        """Makes ready in the background what the first answers on a case need."""
        ...

    def reply(self, transcript: Transcript, at: float) -> Iterator[Any]:
        """Pieces of text, then one Reply."""
        ...

    def state(self, transcript: Transcript, at: float) -> Any:
        """The state of the interview."""
        ...


class Grader(Protocol):
    """What the service needs of the grader."""

    def __call__(
        self,
        transcript: Transcript,
        knowledge: Knowledge,
        chain: ModelChain,
        level: Level | None = None,
        progress: Callable[..., None] | None = None,
    ) -> Report: ...


@dataclass(frozen=True)
class Engine:
    """What answers and grades."""

    interviewer: Replier
    chain: ModelChain
    grade: Grader
    search: Search | None = None
    """Looks passages up; None without an index."""
    close: Callable[[], None] = lambda: None
    """Ends what it still does in the background."""


@dataclass(frozen=True)
class Choice:
    """What was chosen on the set-up page."""

    case: str
    level: Level
    minutes: float
    manner: Manner
    mode: str = "interview"


@dataclass(frozen=True)
class Words:
    """The interviewer's turn so far, and the transcript that it answers."""

    text: str
    transcript: Transcript


@dataclass(frozen=True)
class Said:
    """The interviewer's turn is stored."""

    warnings: list[str]
    closed: bool


@dataclass(frozen=True)
class Grading:
    """How far grading is: 0 to 1, or None when it does not say."""

    fraction: float | None
    text: str


@dataclass(frozen=True)
class Room:
    """All that the room shows."""

    header: Header
    transcript: Transcript
    state: Any
    backend: str
    best_backend: str


def needs_answer(transcript: Transcript) -> bool:
    """Whether it is the interviewer's turn."""
    return not transcript.turns or transcript.turns[-1].speaker == "candidate"


def is_over(transcript: Transcript) -> bool:
    """Whether the interviewer has closed the interview."""
    moves = [turn.move for turn in transcript.turns if turn.move]
    return bool(moves) and moves[-1].kind is MoveKind.CLOSE


class Service:
    """Serves every page and every person of one process."""

    def __init__(self, store: Store, knowledge: Knowledge, engine: Callable[[], Engine]):
        self.store = store
        self.knowledge = knowledge
        self._engine = engine
        """Waits for the models to be there; the pages do not."""
        self.behind = Background()
        """What is done for interviews that go on, between their turns."""
        self._locks: weakref.WeakValueDictionary[str, _Lock] = weakref.WeakValueDictionary()
        self._locks_lock = threading.Lock()

    def begin(self, owner: str, choice: Choice) -> str:
        """A new interview; its id."""
        versions = {"knowledge": self.knowledge.version}
        return self.store.create(
            owner,
            Transcript(
                case=choice.case,
                level=choice.level,
                minutes=choice.minutes,
                manner=choice.manner,
                mode=choice.mode,
                versions=versions,
                turns=[],
            ),
        )

    def again(self, owner: str, id_: str, turn: int) -> str:
        """A second take from before that answer; its id. Raises BadInput."""
        return self.store.create(owner, rewind(self.store.transcript(owner, id_), turn, id_))

    def opinion(self, owner: str, id_: str, turn: int) -> Opinion:
        """What a stronger answer would have had. Raises BadInput while the interview runs."""
        transcript, ended = self.store.transcript(owner, id_), self.store.header(owner, id_).ended is not None
        search = self._engine().search if ended or over(transcript) else None
        return second_opinion(transcript, turn, self.knowledge, search, ended=ended)

    def share(self, owner: str, id_: str, consent: bool, names: list[str]) -> Transcript:
        """The interview for the evals, without names; the consent is kept. Raises BadInput."""
        transcript, ended = self.store.transcript(owner, id_), self.store.header(owner, id_).ended is not None
        given = shared(transcript, consent=consent, names=names, ended=ended)
        self.store.consent(owner, id_, "evals", consent)
        return given

    def first_take(self, owner: str, id_: str, level: Level) -> Report | None:
        """The report of the interview that this one is a second take of, if that one is over; graded now if need be."""
        parent = self.store.header(owner, id_).parent
        if parent is None or self.store.header(owner, parent).ended is None:
            return None
        return next((news for news in self.grade(owner, parent, level) if isinstance(news, Report)), None)

    def say(self, owner: str, id_: str, turn: Turn, key: str | None = None) -> None:
        """Stores a candidate's turn; the same key again is the same turn."""
        self.store.append(owner, id_, turn, key=key or None)

    def answer(self, owner: str, id_: str) -> Iterator[Words | Said]:
        """The interviewer's next turn, if it is its turn: the words as they come, then, stored, Said."""
        with self._lock(id_), self.behind.first():
            for _ in range(_TRIES):
                transcript = self.store.transcript(owner, id_)
                if not needs_answer(transcript) or is_over(transcript):
                    return
                reply = yield from self._speak(transcript, self.store.tick(owner, id_))
                try:
                    self.store.answer(owner, id_, reply.transcript, expected=len(transcript.turns))
                except MovedOnError:
                    continue  # the candidate said more in another tab: answer that too
                if reply.state.closed:
                    self.store.end(owner, id_)
                    self.behind.drop(id_)
                else:
                    self._go_on_behind(id_, reply.transcript)
                yield Said(list(reply.warnings), bool(reply.state.closed))
                return

    def _go_on_behind(self, id_: str, transcript: Transcript) -> None:
        engine = self._engine()
        self.behind.put(id_, ahead(engine.grade, transcript, self.knowledge, engine.chain))

    def delete(self, owner: str, id_: str) -> None:
        """Deletes an interview for good, and ends what is under way for it. Raises BadInput."""
        self.store.delete(owner, id_)
        self.behind.drop(id_)

    def close(self) -> None:
        """Ends what goes on behind the turns."""
        self.behind.close()

    def _speak(self, transcript: Transcript, at: float) -> Generator[Words, None, Any]:
        text, reply, interviewer = "", None, self._engine().interviewer
        if not transcript.turns:
            interviewer.warm(transcript.case)  # while the candidate reads the problem
        for piece in interviewer.reply(transcript, at):
            if isinstance(piece, str):
                text += piece
                yield Words(text, transcript)
            else:
                reply = piece
        if reply is None:
            raise InterviewerError("The interviewer fell silent.")
        return reply

    def room(self, owner: str, id_: str) -> Room:
        """What the room shows now."""
        elapsed = self.store.tick(owner, id_)
        header, transcript = self.store.header(owner, id_), self.store.transcript(owner, id_)
        if not transcript.turns:  # at once: the models may still be loading
            return Room(header, transcript, State(elapsed=elapsed, length=header.minutes * 60), "", "")
        engine = self._engine()
        spoken = [turn.backend for turn in transcript.turns if turn.speaker == "interviewer" and turn.backend]
        best = engine.chain.backend
        state = engine.interviewer.state(transcript, elapsed)
        return Room(header, transcript, state, spoken[-1] if spoken else best, best)

    def grade(self, owner: str, id_: str, level: Level) -> Iterator[Grading | Report]:
        """The report on that level: the stored one, or a new one, with its progress.

        Grading goes on, and its report is stored, when nobody listens any more.
        """
        known = self.store.reports(owner, id_).get(level)
        if known:
            yield known
            return
        news: queue.Queue[Grading | Report | Exception] = queue.Queue()
        threading.Thread(target=self._grade, args=(owner, id_, level, news), daemon=True).start()
        yield Grading(None, "Reading the interview")
        while True:
            item = news.get()
            if isinstance(item, Exception):
                raise item
            yield item
            if isinstance(item, Report):
                return

    def _grade(self, owner: str, id_: str, level: Level, news: "queue.Queue[Grading | Report | Exception]") -> None:
        try:
            self.behind.drop(id_)  # what it has found out is remembered
            with self._lock(f"{id_}/{level}"), self.behind.first():
                report = self.store.reports(owner, id_).get(level)
                if report is None:
                    transcript = self.store.transcript(owner, id_)
                    engine = self._engine()
                    report = engine.grade(
                        transcript, self.knowledge, engine.chain, level, lambda *news_: news.put(_grading(*news_))
                    )
                    self.store.add_report(owner, id_, report, turns_graded=len(transcript.turns))
                news.put(report)
        except Exception as error:  # handed on to the page, which says it
            log.exception("grading failed")
            news.put(error)

    def _lock(self, name: str) -> "_Lock":
        with self._locks_lock:
            lock = self._locks.get(name) or _Lock()
            self._locks[name] = lock
            return lock


class _Lock:
    """A lock that a weak dictionary can hold."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _grading(*news: object) -> Grading:
    fraction = next((float(item) for item in news if isinstance(item, int | float)), None)
    return Grading(fraction, next((item for item in news if isinstance(item, str)), "Grading"))
