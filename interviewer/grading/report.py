"""The report: what a graded interview says. The JSON contract of ``interviewer grade --json``."""

from typing import Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from interviewer.domain import Help, Level, Step, Verdict

Status = Literal["assessed", "insufficient_evidence"]
StepStatus = Literal["assessed", "not_reached", "insufficient_evidence"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Evidence(_Model):
    """A quote that counts for or against a signal."""

    signal: str
    quote: str
    """An exact substring of ``turns[turn].text``."""
    turn: int = Field(ge=0)
    help: Help
    sign: Literal["+", "-"]
    about: str = ""
    """The signal's subject in words."""


class Missing(_Model):
    """A signal that was not shown, and what to study."""

    signal: str
    text: str
    study: list[str] = Field(default_factory=list)


class StepReport(_Model):
    status: StepStatus
    score: float | None = Field(default=None, ge=1, le=4)
    comment: str = ""
    evidence: list[Evidence] = Field(default_factory=list)
    missing: list[Missing] = Field(default_factory=list)


class Remark(_Model):
    """A red flag or a trade-off with the words that showed it."""

    id: str
    text: str
    turn: int = Field(ge=0)
    quote: str


class StepTime(_Model):
    """Seconds."""

    used: float = Field(ge=0)
    budget: float = Field(ge=0)


class StudyItem(_Model):
    """One thing to study next, with the notes that treat it."""

    step: Step
    text: str
    notes: list[str] = Field(default_factory=list)


class GradedBy(_Model):
    backend: str = Field(validation_alias=AliasChoices("backend", "rung"))
    model: str | None = None
    model_sha256: str | None = None
    prompts: dict[str, str] = Field(default_factory=dict)
    rubric: str = ""


class Report(_Model):
    """A graded interview."""

    case: str
    level: Level
    status: Status
    verdict: Verdict
    confidence: float = Field(ge=0, le=1)
    score: float | None = Field(default=None, ge=1, le=4)
    steps: dict[Step, StepReport]
    red_flags: list[Remark] = Field(default_factory=list)
    trade_offs: list[Remark] = Field(default_factory=list)
    time: dict[Step, StepTime] = Field(default_factory=dict)
    summary: str = ""
    reasons: list[str] = Field(default_factory=list)
    """The two or three things that carried the verdict."""
    next_level: str = ""
    """What the bar at the next level up would ask."""
    strong: dict[Step, str] = Field(default_factory=dict)
    """What a strong answer has, grounded in the knowledge base."""
    study_plan: list[StudyItem] = Field(default_factory=list, max_length=5)
    bar: dict[str, float] = Field(default_factory=dict)
    """The cut-offs that were used: ``no_hire``, ``hire``, ``strong_hire``."""
    warnings: list[str] = Field(default_factory=list)
    graded_by: GradedBy
