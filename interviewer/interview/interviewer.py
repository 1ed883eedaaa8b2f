"""The turn loop: a transcript in, the interviewer's next turn out.

    listen fast (annotate) ─► state (fold) ─► next move (direct) ─► words (speak)

Nothing is written to a disk here; whoever calls stores the candidate's turn before asking for a reply.
"""

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from interviewer.background import DroppedError
from interviewer.domain import MoveKind
from interviewer.errors import InterviewerError
from interviewer.interview.agenda import Agenda, prepare
from interviewer.interview.decision import Decision
from interviewer.interview.direct import decide
from interviewer.interview.fold import fold
from interviewer.interview.speak import Speaker
from interviewer.interview.state import State
from interviewer.interview.templates import Words
from interviewer.knowledge.embeddings import Embedder, shared_embedder, yielding
from interviewer.knowledge.load import Knowledge
from interviewer.knowledge.retrieval import Retriever
from interviewer.listening.annotate import Listener
from interviewer.models.base import ModelChain
from interviewer.transcript import WORDS_A_MINUTE, Move, Transcript, Turn, with_clock

log = logging.getLogger(__name__)

_PIECE = 3
"""Words per streamed piece."""
_PAUSE = 0.001
"""Seconds between two batches of what is made ready in the background."""
_LAST_STEP = 10.0
"""Seconds that closing waits for a step under way."""


@dataclass(frozen=True)
class Reply:
    """The interviewer's next turn, and the state after it."""

    turn: Turn
    transcript: Transcript
    """Annotated, with the new turn at its end."""
    state: State
    backend: str
    decision: Decision
    warnings: list[str] = field(default_factory=list)


class Interviewer:
    """Conducts interviews. Holds no interview: every call gets the whole transcript."""

    def __init__(
        self,
        knowledge: Knowledge,
        chain: ModelChain | None = None,
        *,
        retriever: Retriever | None = None,
        embedder: Embedder | None = None,
        vectors: Path | None = None,
    ):
        embedder = embedder or shared_embedder()
        self.knowledge = knowledge
        self.listener = Listener(knowledge, embedder, vectors)
        self.chain = chain or ModelChain()
        self.retriever = retriever
        self._words = Words(knowledge, embedder)
        self.speaker = Speaker(knowledge, embedder, self.chain)
        self._waking: list[threading.Thread] = []
        self._closed = threading.Event()

    def warm(self, case: str = "") -> None:
        """Makes ready, in the background, what the first answers on a case need: ears, index, embedded model.

        Without a case, what every case needs. Returns at once.
        """
        self.speaker.warmth.begin()
        waking = threading.Thread(target=self._wake, args=(case,), name="waking", daemon=True)
        self._waking = [*(one for one in self._waking if one.is_alive()), waking]
        waking.start()

    def close(self) -> None:
        """Ends what is still being made ready: native code that runs while Python shuts down aborts the process."""
        self._closed.set()
        for one in self._waking:
            one.join(_LAST_STEP)

    def _unless_closed(self) -> None:
        if self._closed.wait(_PAUSE):
            raise DroppedError

    def _wake(self, case: str) -> None:
        try:
            with yielding(self._unless_closed):
                self.listener.ears(case)
                if self.retriever and not self._closed.is_set():
                    self.retriever.wake(case)
        except DroppedError:
            return
        except InterviewerError:
            log.warning("not ready ahead; the first answer will try again", exc_info=True)

    def state(self, transcript: Transcript, at: float | None = None) -> State:
        """The state of an interview at a time in seconds since its start, by default at its last turn."""
        timed, _ = with_clock(self.listener.annotate(transcript))
        return fold(timed, at)

    def next_turn(self, transcript: Transcript, at: float | None = None) -> Reply:
        """The interviewer's next turn. ``at``: when it is asked for, in seconds since the start."""
        # An opening needs no ears: the listener wakes while the candidate reads the problem.
        timed, warnings = with_clock(self.listener.annotate(transcript) if transcript.turns else transcript)
        if self.knowledge.case(transcript.case) is None:
            warnings.append(
                f"The knowledge base has no case '{transcript.case}': the framework's general signals are used."
            )
        at = _asked_at(timed) if at is None else at
        state = fold(timed, at)
        last = timed.turns[state.last_candidate] if state.last_candidate is not None else None
        plain = not transcript.turns and transcript.mode == "interview"
        agenda = Agenda(transcript.level) if plain else prepare(timed, state, last, self.listener, self.retriever)
        decision = decide(state, last, agenda)
        wording = self._words.word(decision, timed, state)
        spoken = self.speaker.speak(decision, wording, timed, state)
        turn = Turn(
            speaker="interviewer",
            text=spoken.text,
            at=at,
            move=Move(kind=decision.kind, step=decision.step, signal=decision.ref),
            facts=list(wording.facts),
            backend=spoken.backend,
        )
        after = timed.with_turn(turn)
        if self.retriever and self.retriever.trouble:
            warnings.append(self.retriever.trouble)
        return Reply(turn, after, fold(after, at), spoken.backend, decision, [*warnings, *spoken.warnings])

    def reply(self, transcript: Transcript, at: float | None = None) -> Iterator[str | Reply]:
        """The same in pieces of text as they are to be shown, then the whole ``Reply``."""
        reply = self.next_turn(transcript, at)
        words = reply.turn.text.split(" ")
        for start in range(0, len(words), _PIECE):
            yield " ".join(words[start : start + _PIECE]) + (" " if start + _PIECE < len(words) else "")
        yield reply


def _asked_at(timed: Transcript) -> float:
    """When the last turn has been said, at 140 words a minute."""
    if not timed.turns:
        return 0.0
    last = timed.turns[-1]
    return round((last.at or 0.0) + last.words * 60 / WORDS_A_MINUTE + 1.0, 1)


def closes(turn: Turn) -> bool:
    """Whether a turn ends the interview."""
    return turn.move is not None and turn.move.kind is MoveKind.CLOSE
