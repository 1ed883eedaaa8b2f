"""How an interview is held. Here: the practice modes, and the tuned numbers, typed; values are in ``data/``.

A transcript's ``mode`` is one of ``interview``, ``step:<step>``, ``drill:<topic>``, ``warm_up`` and ``rapid``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import get_args

from pydantic import Field

from interviewer import BadInput, Level, Step
from interviewer.config import Strict, data_beside
from interviewer.knowledge.schema import Task

LONGEST_TOPIC = 54
"""Characters: the whole mode has room for 60."""


class ModeKind(StrEnum):
    """The kinds of practice."""

    INTERVIEW = "interview"
    STEP = "step"
    DRILL = "drill"
    WARM_UP = "warm_up"
    RAPID = "rapid"


LABELS = {
    ModeKind.INTERVIEW: "Full interview",
    ModeKind.STEP: "One step",
    ModeKind.DRILL: "Drill on a topic",
    ModeKind.WARM_UP: "Warm-up with hints",
    ModeKind.RAPID: "Rapid follow-ups",
}
ABOUT = {
    ModeKind.INTERVIEW: "All seven steps, in the order that you choose.",
    ModeKind.STEP: "One step of the seven and nothing else, with its own opening question.",
    ModeKind.DRILL: "Questions on one subject of the problem, one after the other.",
    ModeKind.WARM_UP: "A shorter interview in which a thin answer brings a hint. Hints are marked in the report.",
    ModeKind.RAPID: "Short questions in quick succession; the interviewer presses on thin answers and never just nods.",
}
MINUTES = {ModeKind.INTERVIEW: 45, ModeKind.STEP: 15, ModeKind.DRILL: 15, ModeKind.WARM_UP: 30, ModeKind.RAPID: 10}


@dataclass(frozen=True)
class Mode:
    """A mode taken apart."""

    kind: ModeKind
    step: Step | None = None
    topic: str = ""

    def __str__(self) -> str:
        subject = self.step.value if self.step else self.topic
        return f"{self.kind}:{subject}" if subject else self.kind.value

    @property
    def label(self) -> str:
        """The mode as a person would say it."""
        subject = self.step.label if self.step else self.topic
        return f"{LABELS[self.kind]}: {subject}" if subject else LABELS[self.kind]

    @property
    def minutes(self) -> int:
        """How long it usually takes."""
        return MINUTES[self.kind]


def parse_mode(text: str) -> Mode:
    """The mode behind its name. Raises BadInput listing the possible ones."""
    name, colon, subject = text.strip().partition(":")
    subject = " ".join(subject.split())
    possible = "interview, step:<step>, drill:<topic>, warm_up, rapid"
    if name not in set(ModeKind) or (colon and name not in (ModeKind.STEP, ModeKind.DRILL)):
        raise BadInput(f"mode '{text[:60]}': there is no such mode; there are {possible}")
    if name == ModeKind.STEP:
        if subject not in set(Step):
            raise BadInput(f"mode '{text[:60]}': no such step; there are {', '.join(f'step:{step}' for step in Step)}")
        return Mode(ModeKind.STEP, step=Step(subject))
    if name == ModeKind.DRILL:
        if not subject or len(subject) > LONGEST_TOPIC:
            raise BadInput(
                f"mode '{text[:60]}': name a topic of 1 to {LONGEST_TOPIC} characters, e.g. drill:label delay"
            )
        return Mode(ModeKind.DRILL, topic=subject)
    return Mode(ModeKind(name))


def known_mode(text: str) -> Mode:
    """The mode of a transcript from wherever; one that nobody knows is taken for a full interview."""
    try:
        return parse_mode(text)
    except BadInput:
        return Mode(ModeKind.INTERVIEW)


def scope(text: str) -> Sequence[Step]:
    """The steps that a mode is about: one of them in a single step, else all seven."""
    step = known_mode(text).step
    return (step,) if step else tuple(Step)


def whole_minutes(weights: Mapping[Step, float], minutes: float) -> dict[Step, int]:
    """The parts' plan in whole minutes by weight, at least one each, which together are the interview's."""
    whole = sum(weights.values()) or 1.0
    exact = {step: weight / whole * minutes for step, weight in weights.items()}
    shares = {step: max(1, int(one)) for step, one in exact.items()}
    left = round(minutes) - sum(shares.values())
    for step in sorted(exact, key=lambda one: int(exact[one]) - exact[one])[: max(0, left)]:
        shares[step] += 1
    return shares


# -- thresholds ------------------------------------------------------------------------------------------
# The numbers of the interview, typed; the values and where they come from are ``data/thresholds.yaml``.


class Moves(Strict):
    """When a move is allowed."""

    curveballs: dict[Level, int]
    curveballs_from: float
    curveballs_to: float
    wrap_share: float
    last_seconds: float
    grace: float
    spoken: int


class Block(Strict):
    """What the part of the prompt that changes each turn recalls."""

    cut: int
    lately: int
    recalled: int
    quote: int
    touched: float
    narrow: int
    late: float
    curveball_after: float
    shown: int
    wrong: int
    promises: int
    told: int


class FactNumbers(Strict):
    """When a sentence tells a fact."""

    minute_off: float
    told: float
    fewest_words: int
    stated: float
    own_share: float
    telltale: int
    alike: int
    surely_asked: float
    most: int
    bare: int
    short_of_time: float


class ModelNumbers(Strict):
    """What a conducting model is asked."""

    max_tokens: int
    temperatures: tuple[float, ...]
    notes: int
    note_words: int
    near: float
    query_words: int
    header_limit: int
    small: float
    least_window: int
    roomy_window: int


class Observing(Strict):
    """What the second look behind the turns is asked."""

    at_once: int
    """Answers that are read in one call at most, the newest."""
    before: int
    """Turns before them that are shown."""
    before_words: int
    """Words of each."""
    limit: float
    """Seconds that a call may take."""
    max_tokens: int


class Folding(Strict):
    """Which step a turn is about."""

    answer: float
    stay: float
    follow: float
    signal: float
    touched: float
    longest_turn: float
    goes_on: int
    whole_answer: int


class WordingNumbers(Strict):
    """The form of a turn."""

    most_words: int
    same: float
    longest_term: int


class Figures(Strict):
    """When two figures are the same."""

    small: int
    near: float


class AgendaNumbers(Strict):
    """How what may be asked next is found."""

    brushed: float
    last_answers: int
    query_words: int
    drill: int
    near: int


class InterviewThresholds(Strict):
    """All of them."""

    moves: Moves
    block: Block
    facts: FactNumbers
    model: ModelNumbers
    observer: Observing
    state: Folding
    wording: WordingNumbers
    patience: float
    figures: Figures
    agenda: AgendaNumbers


@cache
def thresholds() -> InterviewThresholds:
    """The shipped thresholds."""
    return InterviewThresholds.beside(__file__, "thresholds.yaml")


# -- settings --------------------------------------------------------------------------------------------
# The tuned numbers of the rules, typed; the values and where they come from are ``data/rules.yaml``.


class BankNumbers(Strict):
    """Which follow-up of the bank fits."""

    sentences: int
    fewest_words: int
    tail: int
    older: float
    asks: float
    about: float
    words: float
    general: float
    likeness: float
    worth: float
    sure: float
    pressed: int
    answered: float
    sooner: float
    surely: float
    most: int


class RuleSettings(Strict):
    """All of them."""

    words_after_a_request: int
    clear_step: float
    clear_lead: float
    sure_step: float
    short_answer: int
    design_from: int
    confirmation: int
    tail: int
    most_facts: int
    most_facts_words: int
    finished: int
    scene_words: int
    scene_share: float
    last_answers: int
    monitor_due: float
    unspoken: float
    sure_doubt: float
    question_tail: int
    early_share: float
    long_talk: int
    own_view: float
    sure_of_several: float
    pressing_tail: int
    pressing_turns: int
    words_of_a_part: int
    told_alike: float
    sure_fact: float
    part_is_over: float
    untouched_share: float
    untouched_signals: int
    spent_share: float
    untouched_subjects: float
    least_share: float
    remind_at: float
    time_checks: int
    over: float
    posed: int
    last_minutes: float
    questions_in_a_part: int
    substantial: int
    move_from: float
    planned_share: float
    due_share: float
    soon_share: float
    posed_alike: float
    gone_into: float
    late_parts_from: float
    longest_again: int
    questions_before_moving: int
    curveballs: dict[Level, int]
    curveballs_from: float
    curveballs_to: float
    curveball_gap: int
    sure_mistake: float
    manner_every: int
    longest_quote: int
    bank: BankNumbers


@cache
def settings() -> RuleSettings:
    """The shipped settings."""
    return RuleSettings.beside(__file__, "rules.yaml")


# -- wording ---------------------------------------------------------------------------------------------
# What a part is called and what is asked in it without a model: ``data/wording.yaml`` and ``data/followups.yaml``.


class StepWords(Strict):
    """What a step is called aloud, and the questions that open it."""

    name: str
    openers: list[str] = Field(min_length=2)


class Subject(Strict):
    """Something that such an interview comes to."""

    id: str
    """Its name within the part; a case may have a situation of its own for it."""
    said: str
    """Words that show that somebody has spoken of it (a regular expression)."""
    asks: list[str] = Field(min_length=1)
    essential: bool = False
    """Whether a part is never left before somebody has come to it."""
    tasks: list[Task] = Field(default=[*get_args(Task)], min_length=1)
    """The tasks in which it makes sense to ask this; all of them where none is named."""

    def touched(self, talk: str) -> bool:
        """Whether the talk has come to it."""
        return re.search(self.said, talk, re.IGNORECASE) is not None


class _Subjects(Strict):
    subjects: dict[Step, list[Subject]]


@cache
def subjects() -> dict[Step, list[Subject]]:
    """What such an interview comes to, by part, in the order in which one asks."""
    return _Subjects.beside(__file__, "followups.yaml").subjects


@cache
def steps() -> dict[Step, StepWords]:
    """The words for each step."""
    data = data_beside(__file__, "wording.yaml")["steps"]
    return {step: StepWords.model_validate(data[step.value]) for step in Step}
