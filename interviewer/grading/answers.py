"""What a capable model is asked for: the forms of its answers, fields in the order in which they are to be thought.

Nothing here is trusted: quotes are looked for in the talk, ids among the criteria, marks are bounded (``judgement``).
Every field may be left out, so that an answer with a gap is still worth reading.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from interviewer.domain import Help, Step
from interviewer.grading.report import StepStatus


def _help(value: object) -> object:
    return value if value in set(Help) else Help.PROBED


SomeHelp = Annotated[Help, BeforeValidator(_help)]


class Cited(BaseModel):
    """A quote and the place of its passage."""

    place: str = Field(default_factory=str)
    quote: str = Field(default_factory=str)


class JudgedCriterion(BaseModel):
    """A criterion that the candidate came near to."""

    id: str
    status: Literal["shown", "partly", "wrong"]
    help: SomeHelp
    quotes: list[Cited] = Field(default_factory=list)


class JudgedFlag(Cited):
    """A mistake."""

    id: str = Field(default_factory=str)
    text: str = Field(default_factory=str)
    corrected: bool = Field(default_factory=bool)


class Weighed(Cited):
    """A choice that was weighed."""

    id: str = Field(default_factory=str)
    text: str = Field(default_factory=str)


class ToStudy(BaseModel):
    """A gap of this candidate and what to do about it."""

    criterion: str = Field(default_factory=str)
    text: str = Field(default_factory=str)


class JudgedStep(BaseModel):
    """One step."""

    step: Step
    where: str = Field(default_factory=str)
    criteria: list[JudgedCriterion] = Field(default_factory=list)
    absent: list[str] = Field(default_factory=list)
    not_applicable: list[str] = Field(default_factory=list)
    flags: list[JudgedFlag] = Field(default_factory=list)
    trade_offs: list[Weighed] = Field(default_factory=list)
    comment: str = Field(default_factory=str)
    study: ToStudy = Field(default_factory=ToStudy)
    status: StepStatus
    mark: float | None = None


class JudgedSteps(BaseModel):
    """Some of the seven steps."""

    steps: list[JudgedStep]


class Telling(Cited):
    """Something about the whole, with the words that show it."""

    text: str = Field(default_factory=str)


class PanelMark(BaseModel):
    """What a member of a panel gives a step, without criteria; None where it was not reached or does not apply."""

    step: Step
    because: str = Field(default_factory=str)
    mark: float | None = None


class Whole(BaseModel):
    """The look at the whole interview."""

    pattern: str
    marks: list[PanelMark] = Field(default_factory=list)
    decisive: list[Telling] = Field(default_factory=list)
    contradictions: list[Telling] = Field(default_factory=list)
    pacing: str = Field(default_factory=str)
    communication: str = Field(default_factory=str)
    for_hire: str = Field(default_factory=str)
    against_hire: str = Field(default_factory=str)
    p_hire: float
    work_on_first: str = Field(default_factory=str)
    next_level: str = Field(default_factory=str)
