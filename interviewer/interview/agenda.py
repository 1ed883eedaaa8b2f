"""The agenda: what the case offers to ask next, given what was just said."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property

from interviewer import Level, Step
from interviewer.config import Strict
from interviewer.interview import ModeKind, known_mode, scope
from interviewer.interview.state import State
from interviewer.knowledge import Knowledge
from interviewer.knowledge.retrieval import Retriever
from interviewer.listening.annotate import Listener
from interviewer.text import without_fillers
from interviewer.transcript import Transcript, Turn


class _Numbers(Strict):
    """``data/agenda.yaml``, where each number has its reason."""

    brushed: float
    last_answers: int
    query_words: int
    drill: int
    near: int


@cache
def _numbers() -> _Numbers:
    return _Numbers.beside(__file__, "agenda.yaml")


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
    warm_up: bool = False
    drill: bool = False
    """One subject: the signals are those near it, and no step is steered to."""

    @cached_property
    def near(self) -> tuple[str, ...]:
        """Signals whose topic is nearest to what was just said, nearest first; empty without retrieval."""
        return self.look_up()

    @cached_property
    def brushed(self) -> frozenset[str]:
        """Signals that the last answers came near, though not near enough to count: asked about last."""
        return self.look_back()


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
        warm_up=mode.kind is ModeKind.WARM_UP,
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
        retriever.search(query, audience="grader", case=case, kind="strong", step=step, limit=_numbers().drill)
        if retriever
        else []
    )
    studied = [one.id for own in knowledge.signals(case).values() for one in own if topic in one.study]
    of_step = [one.id for one in signals.get(step, ())] if step else []
    order = list(dict.fromkeys([*studied, *(one.passage.ref for one in found), *of_step]))[: _numbers().drill]
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
    query = " ".join(without_fillers(last.text).split()[-_numbers().query_words :]) if last else ""
    found = retriever.search(query, audience="interviewer", case=transcript.case, kind="topic", limit=_numbers().near)
    return tuple(one.passage.ref for one in found)


def _brushed(transcript: Transcript, listener: Listener) -> frozenset[str]:
    """Signals that something of the last answers sounded like: who has just said it is not asked to say it."""
    said, case = [turn.text for _, turn in transcript.candidate_turns()], transcript.case
    near = (listener.near(case, text, _numbers().brushed) for text in said[-_numbers().last_answers :])
    return frozenset().union(*near, *(listener.named(case, text) for text in said))
