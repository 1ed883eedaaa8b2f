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
    ModeKind.INTERVIEW: "All seven steps at your own lead, graded against the bar.",
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
