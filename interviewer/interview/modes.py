"""The practice modes beside the full interview: what they are called, how long they take, what they are about. Pure.

A transcript's ``mode`` is one of ``interview``, ``step:<step>``, ``drill:<topic>``, ``warm_up`` and ``rapid``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from interviewer.domain import Step
from interviewer.errors import BadInput

LONGEST_TOPIC = 54
"""Characters: the whole mode has room for 60."""


class Kind(StrEnum):
    """The kinds of practice."""

    INTERVIEW = "interview"
    STEP = "step"
    DRILL = "drill"
    WARM_UP = "warm_up"
    RAPID = "rapid"


LABELS = {
    Kind.INTERVIEW: "Full interview",
    Kind.STEP: "One step",
    Kind.DRILL: "Drill on a topic",
    Kind.WARM_UP: "Warm-up with hints",
    Kind.RAPID: "Rapid follow-ups",
}
ABOUT = {
    Kind.INTERVIEW: "All seven steps at your own lead, graded against the bar.",
    Kind.STEP: "One step of the seven and nothing else, with its own opening question.",
    Kind.DRILL: "Questions on one subject of the problem, one after the other.",
    Kind.WARM_UP: "A shorter interview in which a thin answer brings a hint. Hints are marked in the report.",
    Kind.RAPID: "Short questions in quick succession; the interviewer presses on thin answers and never just nods.",
}
MINUTES = {Kind.INTERVIEW: 45, Kind.STEP: 15, Kind.DRILL: 15, Kind.WARM_UP: 30, Kind.RAPID: 10}


@dataclass(frozen=True)
class Mode:
    """A mode taken apart."""

    kind: Kind
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
    if name not in set(Kind) or (colon and name not in (Kind.STEP, Kind.DRILL)):
        raise BadInput(f"mode '{text[:60]}': there is no such mode; there are {possible}")
    if name == Kind.STEP:
        if subject not in set(Step):
            raise BadInput(f"mode '{text[:60]}': no such step; there are {', '.join(f'step:{step}' for step in Step)}")
        return Mode(Kind.STEP, step=Step(subject))
    if name == Kind.DRILL:
        if not subject or len(subject) > LONGEST_TOPIC:
            raise BadInput(
                f"mode '{text[:60]}': name a topic of 1 to {LONGEST_TOPIC} characters, e.g. drill:label delay"
            )
        return Mode(Kind.DRILL, topic=subject)
    return Mode(Kind(name))


def known_mode(text: str) -> Mode:
    """The mode of a transcript from wherever; one that nobody knows is taken for a full interview."""
    try:
        return parse_mode(text)
    except BadInput:
        return Mode(Kind.INTERVIEW)


def scope(text: str) -> Sequence[Step]:
    """The steps that a mode is about: one of them in a single step, else all seven."""
    step = known_mode(text).step
    return (step,) if step else tuple(Step)
