"""The seam of the conduct: what a policy sees, what may be asked next and is allowed now, and what it proposes.

    next_turn:  observe ─► View, Allowed ─► policy.act ─► Proposal ─► guardrails.violations ─► said, or tried again

A policy proposes one turn; code checks it and has the last word. Policies stand in a chain, best first; the rules come
last and their proposals always pass.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from interviewer import Level, MoveKind, Step
from interviewer.interview import ModeKind, known_mode, scope, thresholds
from interviewer.interview.state import State, Wish
from interviewer.interview.words import says
from interviewer.knowledge import Knowledge
from interviewer.knowledge.retrieval import Retriever
from interviewer.knowledge.schema import Fact
from interviewer.listening.annotate import Listener
from interviewer.text import without_fillers
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
class Option:
    """Something that the interviewer could ask about."""

    id: str
    step: Step
    level: Level = Level.MID
    general: bool = False
    """Whether it is the framework's, asked in any case, and not this case's own."""


@dataclass(frozen=True)
class Agenda:
    """What could be asked next, prepared from the case and what was just said; ids only, no wording."""

    level: Level
    scope: tuple[Step, ...] = tuple(Step)
    budgets: dict[Step, float] = field(default_factory=dict)
    """Seconds."""
    signals: dict[Step, tuple[Option, ...]] = field(default_factory=dict)
    look_up: Callable[[], tuple[str, ...]] = tuple
    """Looks up what ``near`` holds; a model that conducts never asks for it, nor for ``brushed``."""
    look_back: Callable[[], frozenset[str]] = frozenset
    """Looks for what ``brushed`` holds."""
    pushbacks: tuple[Option, ...] = ()
    drill: bool = False
    """One subject: the signals are those near it, and no step is steered to."""

    @cached_property
    def options(self) -> dict[str, Option]:
        """The signals by id."""
        return {one.id: one for own in self.signals.values() for one in own}

    @cached_property
    def near(self) -> tuple[str, ...]:
        """Signals whose topic is nearest to what was just said, nearest first; empty without retrieval."""
        return self.look_up()

    @cached_property
    def brushed(self) -> frozenset[str]:
        """Signals that the last answers came near, though not near enough to count: asked about last."""
        return self.look_back()


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


# -- agenda ----------------------------------------------------------------------------------------------
# What the case offers to ask next, given what was just said.


_AGENDA = thresholds().agenda


def prepare(
    transcript: Transcript, state: State, last: Turn | None, listener: Listener, retriever: Retriever | None
) -> Agenda:
    """The agenda for the next move."""
    knowledge = listener.knowledge
    case = knowledge.case(transcript.case)
    own_ids = {one.id for own in case.signals.values() for one in own} if case else set()
    signals = {
        step: tuple(Option(one.id, step, one.level, bool(case) and one.id not in own_ids) for one in own)
        for step, own in knowledge.signals(transcript.case).items()
    }
    steps, mode = tuple(scope(transcript.mode)), known_mode(transcript.mode)
    subject = _subject(mode.topic, transcript.case, signals, knowledge, retriever) if mode.topic else []
    budgets = knowledge.budgets(transcript.minutes)
    if len(steps) < len(Step):
        whole = sum(budgets[step] for step in steps)
        budgets = {step: budgets[step] / whole * transcript.minutes * 60 for step in steps}
    return Agenda(
        level=transcript.level,
        scope=steps,
        budgets=budgets,
        signals=_by_step(subject) or signals,
        look_up=lambda: tuple(one.id for one in subject) or _near(transcript, last, retriever),
        look_back=lambda: _brushed(transcript, listener),
        pushbacks=tuple(Option(one.id, one.step, one.level) for one in (case.pushbacks if case else [])),
        drill=bool(subject),
    )


def _subject(
    topic: str, case: str, signals: dict[Step, tuple[Option, ...]], knowledge: Knowledge, retriever: Retriever | None
) -> list[Option]:
    """The signals near a drill's subject, nearest first; none where nothing is near or nothing can be looked up.

    What graders look for says better than a neutral topic what a signal is about; only the signals' ids leave here.
    """
    note = knowledge.topics.get(topic)
    query = note.title if note else topic.replace("-", " ")
    named = [step for step in Step if {*query.lower().split()} & {*step.value.split("_")} - {"as", "and", "ml"}]
    step = named[0] if named and not note else None
    found = (
        retriever.search(query, audience="grader", case=case, kind="strong", step=step, limit=_AGENDA.drill)
        if retriever
        else []
    )
    studied = [one.id for one in knowledge.every_signal(case).values() if topic in one.study]
    of_step = [one.id for one in signals.get(step, ())] if step else []
    order = list(dict.fromkeys([*studied, *(one.passage.ref for one in found), *of_step]))[: _AGENDA.drill]
    options = {one.id: one for own in signals.values() for one in own}
    return [options[name] for name in order if name in options]


def _by_step(options: list[Option]) -> dict[Step, tuple[Option, ...]]:
    found: dict[Step, tuple[Option, ...]] = {}
    for one in options:
        found[one.step] = (*found.get(one.step, ()), one)
    return found


def _near(transcript: Transcript, last: Turn | None, retriever: Retriever | None) -> tuple[str, ...]:
    """Signals by the nearness of their topic to the end of what was just said."""
    if retriever is None:
        return ()
    query = " ".join(without_fillers(last.text).split()[-_AGENDA.query_words :]) if last else ""
    found = retriever.search(query, audience="interviewer", case=transcript.case, kind="topic", limit=_AGENDA.near)
    return tuple(one.passage.ref for one in found)


def _brushed(transcript: Transcript, listener: Listener) -> frozenset[str]:
    """Signals that something of the last answers sounded like: who has just said it is not asked to say it."""
    said, case = [turn.text for _, turn in transcript.candidate_turns()], transcript.case
    near = (listener.near(case, text, _AGENDA.brushed) for text in said[-_AGENDA.last_answers :])
    return frozenset().union(*near, *(listener.named(case, text) for text in said))


# -- allowed ---------------------------------------------------------------------------------------------
# What an interviewer's turn may do now: moves, parts and facts, by the clock, the buttons and what was asked. Pure.
#
# The same for every policy. Nothing ends unasked: a close needs the time, the button, or a wish that was confirmed in
# a turn of its own.


_AT = thresholds().moves

_FREE = frozenset({
    MoveKind.ANSWER, MoveKind.ASK_TO_CLARIFY, MoveKind.LET_GO_ON, MoveKind.PROBE, MoveKind.TRADE_OFF,
    MoveKind.CHALLENGE, MoveKind.REDIRECT, MoveKind.MOVE_ON, MoveKind.TIME_CHECK, MoveKind.META,
})  # fmt: skip


def allowed(view: View) -> Allowed:
    """What a policy may choose from; one move where nothing else would be right."""
    state, steps = view.state, frozenset(scope(view.transcript.mode))
    forced = _forced(view)
    if forced:
        return Allowed(forced, _facts(view) if MoveKind.ANSWER in forced else frozenset(), steps)
    mode = known_mode(view.transcript.mode)
    moves = set(_FREE)
    if mode.kind in (ModeKind.STEP, ModeKind.DRILL):
        moves -= {MoveKind.MOVE_ON, MoveKind.TIME_CHECK}
    if mode.kind is ModeKind.RAPID:
        moves -= {MoveKind.TIME_CHECK, MoveKind.LET_GO_ON}
    if _may_change(view):
        moves.add(MoveKind.CURVEBALL)
    if mode.kind is ModeKind.WARM_UP or (view.last is not None and says("wants_help", view.last.text)):
        moves.add(MoveKind.HINT)
    if state.wish is Wish.SAID or (state.left <= _AT.wrap_share * state.length and not state.wrapped):
        moves.add(MoveKind.WRAP_UP)
    if may_close(view):
        moves.add(MoveKind.CLOSE)
    return Allowed(frozenset(moves), _facts(view), steps)


def _forced(view: View) -> frozenset[MoveKind]:
    """The moves that are left where the clock, a button or silence decides; nothing where they do not."""
    state, last = view.state, view.last
    if state.closed or (last and last.event == "end") or state.wish is Wish.CONFIRMED:
        return frozenset({MoveKind.CLOSE})
    if not state.said and view.transcript.words_of_candidate < _AT.spoken:
        return frozenset({MoveKind.OPEN})
    if state.elapsed >= state.length + _AT.grace:
        return frozenset({MoveKind.CLOSE})
    match last.event if last else None:
        case "hint":
            return frozenset({MoveKind.HINT})
        case "skip":
            whole = known_mode(view.transcript.mode).kind in (ModeKind.INTERVIEW, ModeKind.WARM_UP, ModeKind.RAPID)
            return frozenset({MoveKind.MOVE_ON if whole else MoveKind.PROBE})
        case "pause" | "silence":
            return frozenset({MoveKind.LET_GO_ON})
    if state.left <= 0:
        end = MoveKind.CLOSE if state.wrapped else MoveKind.WRAP_UP
        return frozenset({end, MoveKind.ANSWER, MoveKind.META} if last and says("asks", last.text) else {end})
    if last is None or not last.text.strip():
        quiet = {MoveKind.LET_GO_ON} if state.silences <= 1 else {MoveKind.LET_GO_ON, MoveKind.PROBE, MoveKind.MOVE_ON}
        one_part = known_mode(view.transcript.mode).kind in (ModeKind.STEP, ModeKind.DRILL)
        return frozenset(quiet - {MoveKind.MOVE_ON} if one_part else quiet)
    return frozenset()


def may_close(view: View) -> bool:
    """Whether the interview may end with this turn: time, button, or a wish that was confirmed in a turn of its own."""
    state, last = view.state, view.last
    if state.closed or state.left <= 0 or state.wish is Wish.CONFIRMED or (last is not None and last.event == "end"):
        return True
    if not state.wrapped or state.left > _AT.wrap_share * state.length:
        return False
    no_more = last is not None and says("has_no_more", last.text) and not says("declines", last.text[3:])
    return state.left <= _AT.last_seconds or no_more


def _may_change(view: View) -> bool:
    state = view.state
    share = state.elapsed / state.length
    few = curveballs_left(state, view.transcript.level) > 0
    return few and _AT.curveballs_from <= share <= _AT.curveballs_to and state.since_curveball > 2


def _facts(view: View) -> frozenset[str]:
    """Facts that may be stated: those already given, and any of the case's where something was asked."""
    given = set(view.state.facts)
    ours = view.state.said[-1] if view.state.said else ""
    asked = says("which_was_meant", ours)
    heard = view.last is not None and any(one.kind == "question" for one in view.last.heard or [])
    if view.last is not None and (asked or heard or says("asks", view.last.text)):
        given |= {fact.id for fact in case_facts(view.knowledge, view.transcript.case)}
    return frozenset(given)


def case_facts(knowledge: Knowledge, slug: str) -> Sequence[Fact]:
    """The facts of a case; none of one that the knowledge base does not have."""
    case = knowledge.case(slug)
    return case.facts if case else ()


def curveballs_left(state: State, level: Level) -> int:
    """How often the situation may still be changed."""
    return max(0, _AT.curveballs[level] - state.curveballs)
