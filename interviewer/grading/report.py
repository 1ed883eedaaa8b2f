"""The report: what a graded interview says. The JSON contract of ``interviewer grade --json``."""

from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from interviewer.domain import Help, Level, Step, Verdict

Status = Literal["assessed", "insufficient_evidence", "not_judged"]
"""``not_judged``: this backend cannot stand behind a verdict on this kind of talk; ``warnings`` says why."""
StepStatus = Literal["assessed", "evaded", "not_reached", "not_applicable", "insufficient_evidence"]
"""``evaded``: asked and not answered, scored 1. ``not_applicable``: the problem does not have this step."""
CriterionStatus = Literal["shown", "partly", "wrong", "absent", "not_applicable"]


class _Model(BaseModel):
    # Reports are kept for years: keys that this revision does not know are passed over.
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


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


class Criterion(_Model):
    """What became of one signal; only an assessor that judges gives any."""

    signal: str
    status: CriterionStatus
    about: str = ""
    """The signal's subject in words."""
    level: Level | None = None
    """From which level on its absence counts."""


class Missing(_Model):
    """A signal that was not shown, and what to study."""

    signal: str
    text: str
    study: list[str] = Field(default_factory=list)


class StepReport(_Model):
    """One step. ``score`` is 1 to 4 relative to the level asked for, or None."""

    status: StepStatus
    score: float | None = Field(default=None, ge=1, le=4)
    comment: str = ""
    criteria: list[Criterion] = Field(default_factory=list)
    evidence: list[Evidence] = Field(default_factory=list)
    missing: list[Missing] = Field(default_factory=list)


class Remark(_Model):
    """A trade-off that was raised, with the words that show it."""

    id: str
    text: str
    turn: int = Field(ge=0)
    quote: str


class FlagReport(Remark):
    """A mistake, with the words that show it."""

    corrected: bool = False
    """Whether the candidate put it right later."""
    step: Step | None = None


class Moment(_Model):
    """Something that carried the result, or two things that do not go together, with the candidate's words."""

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
    """What made the report."""

    backend: str = Field(validation_alias=AliasChoices("backend", "rung"))
    model: str | None = None
    model_sha256: str | None = None
    prompts: dict[str, str] = Field(default_factory=dict)
    """SHA-256 of every prompt that was used."""
    rubric: str = ""


class Report(_Model):
    """A graded interview."""

    case: str
    title: str = ""
    """The problem in words; empty in reports of earlier revisions."""
    level: Level
    status: Status
    verdict: Verdict | None = None
    """None exactly when ``not_judged``."""
    confidence: float = Field(ge=0, le=1)
    p_hire: float | None = Field(default=None, ge=0, le=1)
    """The chance that human interviewers at that level would hire."""
    score: float | None = Field(default=None, ge=1, le=4)
    steps: dict[Step, StepReport]
    red_flags: list[FlagReport] = Field(default_factory=list)
    trade_offs: list[Remark] = Field(default_factory=list)
    time: dict[Step, StepTime] = Field(default_factory=dict)
    summary: str = ""
    decisive: list[Moment] = Field(default_factory=list)
    """What carried the result."""
    contradictions: list[Moment] = Field(default_factory=list)
    """What was said in one place and not kept to in another."""
    pacing: str = ""
    communication: str = ""
    """How the candidate led and made themselves understood."""
    work_on_first: str = ""
    order: list[Step] = Field(default_factory=list)
    """Where there are no scores: the candidate's own steps, most shown first."""
    questions: list[str] = Field(default_factory=list)
    """To ask oneself: each names a point that the problem turns on and claims nothing."""
    reasons: list[str] = Field(default_factory=list)
    """The two or three things that carried the verdict (how the verdict came about, in numbers)."""
    next_level: str = ""
    """What the bar at the next level up would ask."""
    strong: dict[Step, str] = Field(default_factory=dict)
    """What a strong answer has, grounded in the knowledge base."""
    study_plan: list[StudyItem] = Field(default_factory=list, max_length=5)
    bar: dict[str, float] = Field(default_factory=dict)
    """The cut-offs that were used: ``no_hire``, ``hire``, ``strong_hire``; empty without a score."""
    warnings: list[str] = Field(default_factory=list)
    graded_by: GradedBy

    @model_validator(mode="before")
    @classmethod
    def _every_step(cls, data: Any) -> Any:
        """All seven steps are there, always."""
        if isinstance(data, dict) and isinstance(data.get("steps"), dict):
            empty = {"status": "insufficient_evidence"}
            data = {**data, "steps": {**dict.fromkeys(Step, empty), **data["steps"]}}
        return data

    @model_validator(mode="after")
    def _verdict_unless_not_judged(self) -> "Report":
        if (self.verdict is None) != (self.status == "not_judged"):
            raise ValueError("verdict: must be null exactly when the status is not_judged")
        return self
