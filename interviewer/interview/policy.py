"""The seam of the conduct: what a policy sees, what it may do, and what it proposes.

    next_turn:  observe ─► View, Allowed ─► policy.act ─► Proposal ─► guardrails.violations ─► said, or tried again

A policy proposes one turn; code checks it and has the last word. Policies stand in a chain, best first; the rules come
last and their proposals always pass.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from interviewer.domain import MoveKind, Step
from interviewer.interview.agenda import Agenda
from interviewer.interview.state import State
from interviewer.knowledge.load import Knowledge
from interviewer.transcript import Transcript, Turn


class TargetKind(StrEnum):
    """What kind of thing a turn is about."""

    SIGNAL = "signal"
    TRADE_OFF = "trade_off"
    PUSHBACK = "pushback"
    RED_FLAG = "red_flag"


@dataclass(frozen=True)
class Target:
    """What a turn is about."""

    kind: TargetKind
    id: str


@dataclass(frozen=True)
class Violation:
    """A rule that a proposal broke, in words that tell the next try what to do about it."""

    rule: str
    """A short fixed name: ``praise``, ``leak``, ``questions`` …"""
    reason: str
    """One sentence to the policy."""
    text: str = ""
    """The words that broke it."""


@dataclass(frozen=True)
class View:
    """What a policy sees. The transcript has its clock set and every turn observed."""

    transcript: Transcript
    at: float
    """Seconds since the start."""
    state: State
    agenda: Agenda
    knowledge: Knowledge
    last: Turn | None
    """The candidate's turn that is to be answered; None when the candidate did not speak last."""
    told: tuple[Violation, ...] = ()
    """What was wrong with the tries before."""
    said: str = ""
    """Words of this very turn that are out already: the next try goes on from them."""
    attempt: int = 0
    """How many tries there were before."""

    def after(self, broken: Iterable[Violation], said: str = "") -> "View":
        """The view of the next try."""
        return replace(self, told=(*self.told, *broken), said=said, attempt=self.attempt + 1)


@dataclass(frozen=True)
class Allowed:
    """What code allows now: with one move it is forced."""

    moves: frozenset[MoveKind]
    facts: frozenset[str] = frozenset()
    """Ids of the facts that may be stated."""
    steps: frozenset[Step] = frozenset(Step)
    """The parts that the practice is about."""

    @property
    def forced(self) -> MoveKind | None:
        """The only move allowed, or None where there is a choice."""
        return next(iter(self.moves)) if len(self.moves) == 1 else None


@dataclass
class Proposal:
    """One turn as a policy would have it."""

    move: MoveKind
    words: Iterable[str]
    """The text in pieces, as it is made; iterated once."""
    step: Step | None = None
    target: Target | None = None
    facts: tuple[str, ...] = ()
    """Ids of the case's facts that the words state."""
    agreed: tuple[str, ...] = ()
    """Assumptions on which the case is silent and that this turn grants: never contradicted afterwards."""
    on: str = ""
    """The candidate's very words that the turn takes up; empty where it takes up none."""
    usage: Callable[[], dict[str, int]] = dict
    """What the words took, once they are all there: tokens read, from a cache, written."""


class Policy(Protocol):
    """Proposes the next turn."""

    name: str
    """``llm``, ``rules`` …"""
    tries: int
    """How often it may propose before the next policy is asked."""

    @property
    def backend(self) -> str:
        """The name of the backend that speaks: ``openai``, ``local`` or ``scripted``."""
        ...

    def act(self, view: View, allowed: Allowed) -> Proposal:
        """The proposal. Raises ModelError when it cannot."""
        ...
