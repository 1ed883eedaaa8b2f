"""The state of an interview, and the fold that makes it out of an observed transcript.

Plain data and a pure function: the same live, on resume and on recordings.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from interviewer import MoveKind, Step
from interviewer.interview import known_mode, thresholds
from interviewer.interview.words import says
from interviewer.listening.intents import Intent, announced
from interviewer.text import spans
from interviewer.transcript import Heard, Observed, Transcript, Turn

_AT = thresholds().state

T = TypeVar("T")
TEMPLATED = frozenset({MoveKind.OPEN, MoveKind.CLOSE, MoveKind.LET_GO_ON})
"""Forced moves that need no model: they are said at once, the same on every backend."""


class Wish(StrEnum):
    """How far a candidate's wish to end the interview has come."""

    NONE = "none"
    SAID = "said"
    """In the last turn, in clear words; nobody has asked back yet."""
    ASKED = "asked"
    """The interviewer asked whether to stop."""
    CONFIRMED = "confirmed"
    """They said yes, in a turn of its own."""


@dataclass(frozen=True)
class SeenSoFar:
    """What the observer behind the turns noted on a criterion, the last word on it."""

    criterion: str
    status: str
    """``shown``, ``partly`` or ``wrong``."""
    quote: str
    turn: int


@dataclass(frozen=True)
class Deferred:
    """Something that the candidate promised to come back to."""

    turn: int
    step: Step | None
    quote: str


@dataclass
class State:
    """What has happened so far; written by ``fold`` alone. Times in seconds; orders are those of happening."""

    step: Step = Step.CLARIFY
    """The step that the interview is in."""
    covered: dict[Step, list[str]] = field(default_factory=dict)
    """Signals heard, per step."""
    facts: list[str] = field(default_factory=list)
    """Requirement facts that were given out."""
    hints: int = 0
    elapsed: float = 0.0
    length: float = 2700.0
    used: dict[Step, float] = field(default_factory=dict)
    """Time spent per step."""
    visited: list[Step] = field(default_factory=list)
    """Steps that the candidate spoke about or the interviewer opened."""
    touched: set[Step] = field(default_factory=set)
    """Steps that the candidate surely spoke about: fewer than those that something was heard in."""
    spoken_about: set[Step] = field(default_factory=set)
    """What the plan and a report without a verdict call spoken about: ``touched``, what a whole answer was asked about
    or went to, and what the candidate named as what they go to. Never taken back."""
    opened: list[Step] = field(default_factory=list)
    """Steps that the interviewer steered to."""
    asked: list[str] = field(default_factory=list)
    """Ids of signals, red flags, trade-offs and pushbacks that the interviewer's moves were about."""
    moves: list[MoveKind] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """The interviewer's turns, word for word."""
    deferred: list[Deferred] = field(default_factory=list)
    probes_in_step: int = 0
    """Questions of ours in a row about the current step."""
    since_curveball: int = 99
    """Turns of ours since the last curveball."""
    silences: int = 0
    """Turns of ours in a row without a word from the candidate."""
    redirects: int = 0
    last_candidate: int | None = None
    """Index of the candidate's last turn when it is the last turn, else None."""
    wrapped: bool = False
    """Whether last words were asked for, and the candidate did not go on instead."""
    closed: bool = False
    agreed: list[str] = field(default_factory=list)
    """Assumptions that were granted where the case is silent."""
    curveballs: int = 0
    wish: Wish = Wish.NONE
    """Of the candidate, to end the interview."""
    seen: dict[str, SeenSoFar] = field(default_factory=dict)
    """By criterion, by the observer behind the turns, in the order of happening; empty without one."""

    @property
    def left(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self.length - self.elapsed)

    @property
    def last_move(self) -> MoveKind | None:
        """The interviewer's last move."""
        return self.moves[-1] if self.moves else None

    def heard(self, signal: str) -> bool:
        """Whether the signal was heard in any step."""
        return any(signal in signals for signals in self.covered.values())


_ASKING = {MoveKind.PROBE, MoveKind.TRADE_OFF, MoveKind.CHALLENGE, MoveKind.ASK_TO_CLARIFY, MoveKind.CURVEBALL}
_STEERING = {
    MoveKind.OPEN, MoveKind.MOVE_ON, MoveKind.ASK_TO_CLARIFY, MoveKind.TIME_CHECK, MoveKind.PROBE,
    MoveKind.TRADE_OFF, MoveKind.CURVEBALL,
}  # fmt: skip


@dataclass
class _Fold(State):
    """A state in the making, turn by turn."""

    only: Step | None = None
    """The step that a practice of one step never leaves."""
    asked_about: Step | None = None
    """The step of the question that the candidate is answering."""
    live: bool = False
    """Whether the last turn of the interviewer's was ours: the move of a recorded one is a guess."""

    def enter(self, step: Step) -> None:
        step = self.only or step
        if step != self.step:
            self.probes_in_step = 0
        self.step = step
        if step not in self.visited:
            self.visited.append(step)

    def interviewer(self, turn: Turn) -> None:
        move = turn.move
        self.said.append(turn.text)
        self.facts += [fact for fact in turn.facts if fact not in self.facts]
        self.agreed += [one for one in turn.agreed if one not in self.agreed]
        if turn.facts or turn.agreed:
            self.touched.add(Step.CLARIFY)
        self.silences += 1
        self.since_curveball += 1
        if move is None:
            return
        self.moves.append(move.kind)
        if move.signal:
            self.asked.append(move.signal)
            self.deferred = [one for one in self.deferred if move.signal != f"deferred:{one.turn}"]
        self.asked_about = move.step if move.kind in _STEERING else None
        ours = turn.backend is not None and move.kind is not MoveKind.ANSWER  # that is asked for amid anything
        if move.step and (move.kind in _STEERING or ours):
            self.enter(move.step)
        if move.step and move.kind in (MoveKind.MOVE_ON, MoveKind.TIME_CHECK):
            self.opened.append(move.step)
        self.probes_in_step += move.kind in _ASKING
        self.redirects = self.redirects + 1 if move.kind is MoveKind.REDIRECT else 0
        if move.kind is MoveKind.CURVEBALL:
            self.since_curveball = 0
            self.curveballs += turn.backend is not None  # of a recorded one it is only guessed
        self.hints += move.kind is MoveKind.HINT
        self._end(turn, move.kind)

    def _end(self, turn: Turn, kind: MoveKind) -> None:
        """What the interviewer's turn does to a wish to end."""
        self.wrapped = self.wrapped or kind is MoveKind.WRAP_UP
        self.closed = self.closed or kind is MoveKind.CLOSE
        if kind is MoveKind.WRAP_UP and self.wish is Wish.SAID:
            self.wish = Wish.ASKED
        elif self.wish is Wish.SAID and kind is not MoveKind.WRAP_UP:
            self.wish = Wish.NONE
        self.live = turn.backend is not None

    def candidate(self, index: int, turn: Turn) -> None:
        heard = turn.heard or []
        self.silences = 0
        self._wish(turn)
        if turn.observed is not None:
            self._observed(index, turn)
        shares = {one.step: one.score for one in heard if one.kind == "step"}
        for one in heard:
            if one.kind == "signal" and one.step and shares.get(one.step, 0.0) >= _AT.touched:
                self.touched.add(one.step)
            if (
                one.kind == "signal"
                and turn.observed is None
                and one.step
                and one.id not in self.covered.setdefault(one.step, [])
            ):
                self.covered[one.step].append(one.id)
            elif one.kind == "intent" and one.id == Intent.DEFER:
                self.deferred.append(Deferred(index, self.step, one.quote))
        led = next((one.step for one in heard if one.kind == "intent" and one.id == "goes_to"), None)
        if turn.observed is None:
            step = led or _spoken_step(heard, self.step, self.asked_about is not None)
        else:
            step = led or _noted_step(turn.observed, self.step)
        if step:
            self.deferred = [one for one in self.deferred if one.turn == index or one.step != step or step == self.step]
            self.enter(step)
        self._spoken(turn.text, step)

    def _spoken(self, text: str, step: Step | None) -> None:
        """What the turn was about, however little of it can be told."""
        words = len(text.split())
        if words >= _AT.whole_answer:
            asked = None if self.last_move is MoveKind.OPEN else self.asked_about  # the opening asks about everything
            self.spoken_about |= {one for one in (asked, step) if one}
        if words >= _AT.goes_on:
            self.spoken_about |= {named for piece in spans(text) if (named := announced(piece.text))}

    def _wish(self, turn: Turn) -> None:
        """A wish to end, its confirmation, or going on instead."""
        if not turn.text.strip():
            return
        goes_on = len(turn.text.split()) >= _AT.goes_on
        if self.closed and not self.live and goes_on:
            self.closed = self.wrapped = False
        if self.wish is Wish.ASKED:
            refused = says("declines", turn.text) or (goes_on and not says("wish_to_end", turn.text))
            sure = says("confirms", turn.text) or says("wish_to_end", turn.text)
            self.wish = Wish.CONFIRMED if sure and not refused else Wish.NONE
            self.wrapped = self.wish is Wish.CONFIRMED
        elif self.wish is not Wish.CONFIRMED:
            heard = any(one.kind == "intent" and one.id == Intent.END for one in turn.heard or [])
            self.wish = Wish.SAID if heard or says("wish_to_end", turn.text) else Wish.NONE

    def _observed(self, index: int, turn: Turn) -> None:
        """What the observer noted on a turn; it goes before what embeddings heard."""
        assert turn.observed is not None
        for one in turn.observed.criteria:
            if one.step:
                self.touched.add(one.step)
            before = self.seen.pop(one.criterion, None)
            status = "shown" if before and before.status == "shown" and one.status == "partly" else one.status
            self.seen[one.criterion] = SeenSoFar(one.criterion, status, one.quote, index)
            if one.step and one.status == "shown" and one.criterion not in self.covered.setdefault(one.step, []):
                self.covered[one.step].append(one.criterion)
        known = {one.quote for one in self.deferred}
        self.deferred += [Deferred(index, self.step, quote) for quote in turn.observed.promises if quote not in known]


def _noted_step(observed: Observed, current: Step) -> Step | None:
    """The step of most of what the observer noted on a turn; the current one where it noted as much of that."""
    noted = Counter(one.step for one in observed.criteria if one.step)
    return max(noted, key=lambda step: (noted[step], step == current), default=None)


def _spoken_step(heard: list[Heard], current: Step, asked: bool) -> Step | None:
    """The step that a turn was about. The current one keeps the floor unless another clearly takes it."""
    steps = {one.step: one.score for one in heard if one.kind == "step" and one.step}
    if not steps:
        return None
    for one in heard:
        if one.kind == "signal" and one.step:
            steps[one.step] = steps.get(one.step, 0.0) + _AT.signal
    stay = _AT.answer if asked else _AT.stay
    pull = {0: stay, 1: _AT.follow}
    weighed = {step: share * pull.get(step.rank - current.rank, 1.0) for step, share in steps.items()}
    best = max(weighed, key=lambda step: weighed[step])
    backed = any(one.kind == "signal" and one.step == best for one in heard)
    return best if backed or best == current or current not in steps else current


def fold(transcript: Transcript, now: float | None = None) -> State:
    """The state after the transcript's last turn. ``now`` is the time of asking, in seconds since the start.

    The transcript must be observed and have its clock set.
    """
    only, turns = known_mode(transcript.mode).step, transcript.turns
    last = turns[-1] if turns else None
    state = _Fold(elapsed=max(now or 0.0, (last.at or 0.0) if last else 0.0), length=transcript.minutes * 60, only=only)
    if only:
        state.step, state.visited, state.opened = only, [only], [only]
    for index, turn in enumerate(turns):
        if turn.speaker == "interviewer":
            state.interviewer(turn)
        else:
            state.candidate(index, turn)
        end = turns[index + 1].at if index + 1 < len(turns) else now
        spent = max(0.0, min(_AT.longest_turn, (end if end is not None else turn.at or 0.0) - (turn.at or 0.0)))
        state.used[state.step] = state.used.get(state.step, 0.0) + spent
    state.spoken_about |= state.touched
    state.covered, state.used = _in_order(state.covered), _in_order(state.used)
    state.last_candidate = len(turns) - 1 if last and last.speaker == "candidate" else None
    return state


def _in_order(values: Mapping[Step, T]) -> dict[Step, T]:
    return {step: values[step] for step in Step if step in values}
