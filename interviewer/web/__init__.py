"""The app in a browser. Here: what it stands on: who interviews, grades, hears and speaks, and what that may cost."""

import hashlib
import logging
import queue
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from interviewer import InterviewerError
from interviewer.background import Breathe
from interviewer.config import Settings
from interviewer.grading.report import Report
from interviewer.interview.state import TEMPLATED
from interviewer.models import Budget
from interviewer.models.base import ModelChain
from interviewer.practice.retake import Search
from interviewer.speech import asks_endpoint, stt, tts
from interviewer.speech.audio import open_session
from interviewer.transcript import Transcript

if TYPE_CHECKING:
    from interviewer.interview.interviewer import Interviewer


@dataclass(frozen=True)
class Engine:
    """What answers and grades."""

    interviewer: "Interviewer"
    chain: ModelChain
    grade: Callable[..., Report]
    """``grading.grade``, which knows already what to look up."""
    search: Search | None = None
    """Looks passages up; None without an index."""
    close: Callable[[], None] = lambda: None
    """Ends what it still does in the background."""
    observe: Callable[[Transcript, Breathe], Transcript] | None = None
    """Notes behind the turns what answers show; None where nothing does."""
    budget: Budget = field(default_factory=Budget)
    """What an interview may cost, and what it has cost."""


# -- parts -----------------------------------------------------------------------------------------------
# The voice of one process: recogniser, detector and voice, loaded once behind the page's back.


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HearingParts:
    """What hears."""

    recogniser: stt.FirstRecogniser
    vad: Any


class VoiceParts:
    """Opens recogniser and voice when first needed, each on its own; a missing one does not stop the other."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="voice")
        self._lock = threading.Lock()
        self._hearing: Future[HearingParts] | None = None
        self._saying: Future[tts.FirstVoice] | None = None

    def warm(self) -> None:
        """Starts loading."""
        with self._lock:
            self._hearing = self._hearing or self._pool.submit(self._open_hearing)
            self._saying = self._saying or self._pool.submit(self._open_saying)

    def hearing(self) -> HearingParts:
        """What hears. Raises CannotRun."""
        self.warm()
        assert self._hearing
        return self._hearing.result()

    def saying(self) -> tts.FirstVoice:
        """What speaks. Raises CannotRun."""
        self.warm()
        assert self._saying
        return self._saying.result()

    def missing(self) -> str:
        """One line on what is not there; empty when all is. Looks only for files, loads nothing."""
        if not asks_endpoint(self.settings.hearing, self.settings) and stt.weights() is None:
            return stt.MISSING
        return "" if tts.voice_file() or asks_endpoint(self.settings.saying, self.settings) else tts.MISSING

    def remote(self) -> str:
        """Where sound and text are sent; empty when they stay here."""
        kinds = (self.settings.hearing, self.settings.saying)
        away = any(asks_endpoint(kind, self.settings) for kind in kinds)
        return (self.settings.openai_base_url or "api.openai.com") if away else ""

    def close(self) -> None:
        """Stops what was started; a voice that is still loading is stopped as soon as it is there."""
        with self._lock:
            voice = self._saying
        self._pool.shutdown(wait=False, cancel_futures=True)
        if voice:
            voice.add_done_callback(_closed)

    def _open_hearing(self) -> HearingParts:
        return HearingParts(stt.open_hearing(self.settings), open_session())

    def _open_saying(self) -> tts.FirstVoice:
        voice = tts.open_saying(self.settings)
        try:
            voice.warm()
        except InterviewerError as error:
            log.warning("%s", error)  # the next voice is asked at the first word
        return voice


def _closed(voice: "Future[tts.FirstVoice]") -> None:
    if not voice.cancelled() and not voice.exception():
        voice.result().close()


# -- reports ---------------------------------------------------------------------------------------------
# A report that is being made belongs to everybody who waits for it: a page that is come to asks for it twice, and shows
# what its second question gets.


class UnderWay:
    """Who waits for which report, and what is there of it before its words are checked. Safe from several threads."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[queue.Queue[Any]]] = {}
        self._early: dict[str, Report] = {}
        self._lock = threading.Lock()

    def join(self, name: str, news: "queue.Queue[Any]") -> None:
        """One more who waits: what is there comes at once."""
        with self._lock:
            self._waiting.setdefault(name, []).append(news)
            if early := self._early.get(name):
                news.put(early)

    def show(self, name: str, early: Report) -> None:
        """Gives it to all who wait, and to those who still come."""
        with self._lock:
            self._early[name] = early
            for news in self._waiting[name]:
                news.put(early)

    def leave(self, name: str, news: "queue.Queue[Any]") -> None:
        """One who has the report, or was told why there is none: then nothing early is worth showing."""
        with self._lock:
            self._early.pop(name, None)
            self._waiting[name].remove(news)
            if not self._waiting[name]:
                del self._waiting[name]


# -- turns -----------------------------------------------------------------------------------------------
# What the turns so far say about the next one, and how a turn and a problem are named.


def slug(problem: str) -> str:
    """A case's name made from a problem's first words: ``own-rank-the-search-results-of-a-shop``."""
    words = re.findall(r"[a-z0-9]+", problem.lower())[:8]
    return "-".join(["own", *words])[:60].rstrip("-")


def bound(key: str, text: str) -> str:
    """A key that belongs to these words: sent again with other words it is another turn."""
    return f"{key[:32]}:{hashlib.sha256(text.encode()).hexdigest()[:24]}"


def needs_answer(transcript: Transcript) -> bool:
    """Whether it is the interviewer's turn."""
    return not transcript.turns or transcript.turns[-1].speaker == "candidate"


def speaking(transcript: Transcript, best: str) -> str:
    """The backend that worded the last turn; a turn that is the same on every backend says nothing about that."""
    for turn in reversed(transcript.turns):
        if turn.backend and not (turn.move and turn.move.kind in TEMPLATED):
            return turn.backend
    return best
