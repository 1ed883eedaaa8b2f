"""Fold: from an annotated transcript to the state. Pure; the same live, on resume and on recordings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from interviewer.domain import MoveKind, Step
from interviewer.interview.modes import known_mode
from interviewer.interview.state import Deferred, Flag, State
from interviewer.transcript import Heard, Transcript, Turn

T = TypeVar("T")
_ASKING = {MoveKind.PROBE, MoveKind.TRADE_OFF, MoveKind.CHALLENGE, MoveKind.ASK_TO_CLARIFY, MoveKind.CURVEBALL}
_STEERING = {
    MoveKind.OPEN,
    MoveKind.MOVE_ON,
    MoveKind.ASK_TO_CLARIFY,
    MoveKind.TIME_CHECK,
    MoveKind.PROBE,
    MoveKind.TRADE_OFF,
    MoveKind.CURVEBALL,
}
_ANSWER, _STAY, _FOLLOW = 2.6, 1.6, 1.3
"""How much more readily a turn is taken to be about the step that we asked about, the current one, the one after it."""
_SIGNAL = 0.06
"""What each signal heard adds to its step's share of the turn."""
_LONGEST_TURN = 300.0
"""Seconds of one exchange that count towards a step: a break is not time spent."""


@dataclass
class _Run:
    step: Step = Step.CLARIFY
    covered: dict[Step, list[str]] = field(default_factory=dict)
    facts: list[str] = field(default_factory=list)
    hints: int = 0
    used: dict[Step, float] = field(default_factory=dict)
    visited: list[Step] = field(default_factory=list)
    opened: list[Step] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    moves: list[MoveKind] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    deferred: list[Deferred] = field(default_factory=list)
    flags: dict[str, Flag] = field(default_factory=dict)
    asked_about: Step | None = None
    """The step of the question that the candidate is answering."""
    probes_in_step: int = 0
    since_curveball: int = 99
    silences: int = 0
    redirects: int = 0
    wrapped: bool = False
    closed: bool = False
    only: Step | None = None
    """The step that a practice of one step never leaves."""

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
        self.silences += 1
        self.since_curveball += 1
        if move is None:
            return
        self.moves.append(move.kind)
        if move.signal:
            self.asked.append(move.signal)
            self.flags.pop(move.signal, None)
            self.deferred = [one for one in self.deferred if move.signal != f"deferred:{one.turn}"]
        self.asked_about = move.step if move.kind in _STEERING else None
        if move.step and move.kind in _STEERING:
            self.enter(move.step)
        if move.step and move.kind in (MoveKind.MOVE_ON, MoveKind.TIME_CHECK):
            self.opened.append(move.step)
        self.probes_in_step += move.kind in _ASKING
        self.redirects = self.redirects + 1 if move.kind is MoveKind.REDIRECT else 0
        if move.kind is MoveKind.CURVEBALL:
            self.since_curveball = 0
        self.hints += move.kind is MoveKind.HINT
        self.wrapped = self.wrapped or move.kind is MoveKind.WRAP_UP
        self.closed = self.closed or move.kind is MoveKind.CLOSE

    def candidate(self, index: int, turn: Turn) -> None:
        heard = turn.heard or []
        self.silences = 0
        for one in heard:
            if one.kind == "signal" and one.step and one.id not in self.covered.setdefault(one.step, []):
                self.covered[one.step].append(one.id)
            elif one.kind == "red_flag" and one.id not in self.asked:
                self.flags[one.id] = Flag(one.id, index, one.quote, one.score)
            elif one.kind == "intent" and one.id == "defer":
                self.deferred.append(Deferred(index, self.step, one.quote))
        led = next((one.step for one in heard if one.kind == "intent" and one.id == "goes_to"), None)
        step = led or _spoken_step(heard, self.step, self.asked_about is not None)
        if step:
            self.deferred = [one for one in self.deferred if one.turn == index or one.step != step or step == self.step]
            self.enter(step)


def _spoken_step(heard: list[Heard], current: Step, asked: bool) -> Step | None:
    """The step that a turn was about. The current one keeps the floor unless another clearly takes it."""
    steps = {one.step: one.score for one in heard if one.kind == "step" and one.step}
    if not steps:
        return None
    for one in heard:
        if one.kind == "signal" and one.step:
            steps[one.step] = steps.get(one.step, 0.0) + _SIGNAL
    order = list(Step)
    stay = _ANSWER if asked else _STAY
    pull = {0: stay, 1: _FOLLOW}
    weighed = {step: share * pull.get(order.index(step) - order.index(current), 1.0) for step, share in steps.items()}
    best = max(weighed, key=lambda step: weighed[step])
    backed = any(one.kind == "signal" and one.step == best for one in heard)
    return best if backed or best == current or current not in steps else current


def fold(transcript: Transcript, now: float | None = None) -> State:
    """The state after the transcript's last turn. ``now`` is the time of asking, in seconds since the start.

    The transcript must be annotated and have its clock set.
    """
    only = known_mode(transcript.mode).step
    run = _Run(step=only, only=only, visited=[only], opened=[only]) if only else _Run()
    turns = transcript.turns
    for index, turn in enumerate(turns):
        if turn.speaker == "interviewer":
            run.interviewer(turn)
        else:
            run.candidate(index, turn)
        end = turns[index + 1].at if index + 1 < len(turns) else now
        spent = max(0.0, min(_LONGEST_TURN, (end if end is not None else turn.at or 0.0) - (turn.at or 0.0)))
        run.used[run.step] = run.used.get(run.step, 0.0) + spent
    last = turns[-1] if turns else None
    elapsed = max(now or 0.0, (last.at or 0.0) if last else 0.0)
    return State(
        step=run.step,
        covered=_in_order(run.covered),
        facts=tuple(run.facts),
        hints=run.hints,
        elapsed=elapsed,
        length=transcript.minutes * 60,
        used=_in_order(run.used),
        visited=tuple(run.visited),
        opened=tuple(run.opened),
        asked=tuple(run.asked),
        moves=tuple(run.moves),
        said=tuple(run.said),
        deferred=tuple(run.deferred),
        flags=tuple(run.flags.values()),
        probes_in_step=run.probes_in_step,
        since_curveball=run.since_curveball,
        silences=run.silences,
        redirects=run.redirects,
        turns=len(turns),
        last_candidate=len(turns) - 1 if last and last.speaker == "candidate" else None,
        wrapped=run.wrapped,
        closed=run.closed,
    )


def _in_order(values: Mapping[Step, T]) -> dict[Step, T]:
    return {step: values[step] for step in Step if step in values}
