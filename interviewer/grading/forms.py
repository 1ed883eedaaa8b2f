"""The forms of a model's answers (``judgement``). Every field may be left out, so that an answer with a gap is still
worth reading; fields stand in the order of thought: the words first, then what they show."""

from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from interviewer import Help, Step
from interviewer.grading.report import StepStatus


def _help(value: object) -> object:
    return value if value in set(Help) else Help.PROBED


SomeHelp = Annotated[Help, BeforeValidator(_help)]


def _bare(form: dict[str, Any]) -> None:
    """A form without what only people read: endpoints bill it with every prompt."""
    form.pop("description", None)
    for own in form.get("properties", {}).values():
        own.pop("title", None)
        own.pop("default", None)


class _Form(BaseModel):
    model_config = ConfigDict(json_schema_extra=_bare)


class Cited(_Form):
    """A quote and the place of its passage."""

    place: str = Field(default_factory=str)
    quote: str = Field(default_factory=str)


class JudgedCriterion(_Form):
    """A criterion, and the candidate's words that come nearest to it, also where they do not show it."""

    id: str
    place: str = Field(default_factory=str)
    quote: str = Field(default_factory=str)
    help: SomeHelp = Help.PROBED
    gap: str = Field(default_factory=str)
    """What the words leave out of it, or what is wrong with them: said before the status, which follows from it."""
    status: Literal["shown", "partly", "wrong", "absent", "not_applicable"]


class JudgedFlag(Cited):
    """A mistake."""

    id: str = Field(default_factory=str)
    text: str = Field(default_factory=str)
    corrected: bool = Field(default_factory=bool)


class Telling(Cited):
    """A choice that was weighed, or something about the whole, with the words that show it."""

    text: str = Field(default_factory=str)


class ToStudy(_Form):
    """A gap of this candidate and what to do about it."""

    criterion: str = Field(default_factory=str)
    text: str = Field(default_factory=str)


class JudgedStep(_Form):
    """One step."""

    step: Step
    where: str = Field(default_factory=str)
    criteria: list[JudgedCriterion] = Field(default_factory=list)
    flags: list[JudgedFlag] = Field(default_factory=list)
    trade_offs: list[Telling] = Field(default_factory=list)
    comment: str = Field(default_factory=str)
    study: ToStudy = Field(default_factory=ToStudy)
    status: StepStatus
    mark: float | None = None


class PosedProblem(_Form):
    """Which problem of ours a talk poses: what it is about, then what of ours is nearest and how they differ."""

    product: str = Field(default_factory=str)
    decision: str = Field(default_factory=str)
    data: str = Field(default_factory=str)
    problem: str = Field(default_factory=str)
    """In words, as a title."""
    nearest: str = Field(default_factory=str)
    differs: str = Field(default_factory=str)
    case: str
    """Its slug, or ``none``."""


class PanelMark(_Form):
    """What a member of a panel gives a step, without criteria; None where it was not reached or does not apply."""

    step: Step
    because: str = Field(default_factory=str)
    mark: float | None = None


class Panel(_Form):
    """The interview as a member of a panel marks it."""

    pattern: str
    marks: list[PanelMark] = Field(default_factory=list)
    for_hire: str = Field(default_factory=str)
    against_hire: str = Field(default_factory=str)
    p_hire: float


class Whole(_Form):
    """What the interview was like as a whole, and what to do about it."""

    decisive: list[Telling] = Field(default_factory=list)
    contradictions: list[Telling] = Field(default_factory=list)
    pacing: str = Field(default_factory=str)
    communication: str = Field(default_factory=str)
    p_hire: float
    work_on_first: str = Field(default_factory=str)
    next_level: str = Field(default_factory=str)


class Correction(Cited):
    """A claim of the report that does not hold, with the words against it."""

    claim: int
    instead: str = Field(default_factory=str)
    """The claim as it holds; empty where nothing is left of it."""


class SaidBetter(Telling):
    """An answer that cost much, and how it could have been given."""

    say: str = Field(default_factory=str)
    then: str = Field(default_factory=str)
    """The question that would come next."""


class Checked(_Form):
    """What does not hold of a report, and what could have been said."""

    corrections: list[Correction] = Field(default_factory=list)
    better: list[SaidBetter] = Field(default_factory=list)


class Answer(_Form):
    """What every call of a report is asked for: one of the seven steps, the panel's marks, the whole, or what does not
    hold of all that.

    It is one form for all, because an endpoint may read the form before the prompt: another form is another prefix,
    and the transcript would be billed again (platform.openai.com/docs/guides/prompt-caching, "What can be cached").
    """

    model_config = ConfigDict(title="Answer")
    _asked_for: ClassVar[str] = ""
    """The part that this call asks for."""

    step: JudgedStep | None = None
    panel: Panel | None = None
    whole: Whole | None = None
    checked: Checked | None = None

    @model_validator(mode="after")
    def _there(self) -> Self:
        if self._asked_for and getattr(self, self._asked_for) is None:
            raise ValueError("what was asked for is not there")
        return self


SomeAnswer = TypeVar("SomeAnswer", bound=Answer)


class OfAStep(Answer):
    """The answer about a step."""

    _asked_for = "step"


class OfThePanel(Answer):
    """The answer of the panel."""

    _asked_for = "panel"


class OfTheWhole(Answer):
    """The answer about the whole."""

    _asked_for = "whole"


class OfTheCheck(Answer):
    """The answer about what the others claim."""

    _asked_for = "checked"
