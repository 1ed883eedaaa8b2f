"""The report: what a graded interview says (the JSON of ``interviewer grade --json``), and its own words."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from interviewer import Help, Level, Step, Verdict
from interviewer.grading import thresholds
from interviewer.knowledge.schema import Signal

Status = Literal["assessed", "insufficient_evidence", "not_judged"]
"""``not_judged``: this backend cannot stand behind a verdict on this kind of talk; ``warnings`` says why."""
StepStatus = Literal["assessed", "evaded", "not_reached", "not_applicable", "insufficient_evidence"]
"""``evaded``: asked and not answered, scored 1. ``not_applicable``: the problem does not have this step."""
CriterionStatus = Literal["shown", "partly", "wrong", "touched", "absent", "not_applicable"]
"""``touched``: words came near and show no part of it. ``absent``: nothing came near."""


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
    status: Literal["shown", "partly", "wrong"] | None = None
    """What the quote is said to be; None where nobody judged it."""
    gap: str = ""
    """What a ``partly`` leaves out of the signal, what is wrong with a ``wrong``."""


class Nearest(_Model):
    """Words of the candidate: an exact substring of ``turns[turn].text``."""

    turn: int = Field(ge=0)
    quote: str


class Criterion(_Model):
    """What became of one signal; only an assessor that judges gives any."""

    signal: str
    status: CriterionStatus
    about: str = ""
    """The signal's subject in words."""
    text: str = ""
    """The signal: what was looked for."""
    gap: str = ""
    """As of the evidence."""
    level: Level | None = None
    """From which level on its absence counts."""
    nearest: Nearest | None = None
    """Where it was touched: the words that come nearest to it, which do not show it."""


class Missing(_Model):
    """A signal that was not shown, and what to study."""

    signal: str
    text: str
    study: list[str] = Field(default_factory=list)

    @classmethod
    def of(cls, signal: Signal) -> Self:
        """The gap that a signal of the knowledge base leaves: its criterion, and what to study about it."""
        return cls(signal=signal.id, text=signal.text, study=list(signal.study))


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


class Better(Moment):
    """An answer that cost much: what it cost, with the candidate's words, and how it could have been given."""

    say: str
    then: str = ""
    """The question that would come next."""


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
    checked: int = 0
    """Statements that were tried against the talk once more."""
    put_right: int = 0
    """How many of these did not hold and were said anew or left out."""


class Report(_Model):
    """A graded interview."""

    case: str
    title: str = ""
    """The problem in words; empty in reports of earlier revisions."""
    judged_as: str | None = None
    """The case whose criteria were used, ``unknown`` for the general ones, where the talk of a recording poses another
    problem than ``case``."""
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
    better: list[Better] = Field(default_factory=list)
    """The answers that cost the most, dearest first."""
    pacing: str = ""
    communication: str = ""
    """How the candidate led and made themselves understood."""
    work_on_first: str = ""
    order: list[Step] = Field(default_factory=list)
    """Where there are no scores: the steps that were spoken about, most shown first."""
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


# -- its own words ---------------------------------------------------------------------------------------
# The report's own words: sentences filled from verified quotes and the knowledge base; code adds nothing to them.


_AT = thresholds().page

WORDS = {
    Verdict.STRONG_NO_HIRE: "Strong no hire",
    Verdict.NO_HIRE: "No hire",
    Verdict.HIRE: "Hire",
    Verdict.STRONG_HIRE: "Strong hire",
}
HOW_TO_BE_JUDGED = (
    "To be judged, set OPENAI_API_KEY, or OPENAI_BASE_URL for a model server of your own (Ollama, LM Studio, vLLM), or "
    "INTERVIEWER_MODEL=local:<path of a GGUF of 4 GB or more>, and start again. Then this interview can be judged, "
    "on its page in the app or as a transcript by `interviewer grade`."
)
HOW_TO_BE_JUDGED_YET = "To be judged, mend what the backend says below (see `interviewer doctor`), and grade it again."
CHECKING = "What this report says is being checked against the talk once more; the page changes when that is done."
TOO_LITTLE = "There is too little in this interview to judge; nothing was scored."


def not_judged(with_a_model: bool, failed: bool = False) -> tuple[str, str]:
    """Why there is no verdict, and how to get one. ``failed``: a model that could judge is set and did not answer."""
    who = "With the small embedded model" if with_a_model else "Without a language model"
    return (
        f"{who} nobody can tell how sound an answer is, so there is no verdict: what follows is what came up, in your "
        "own words, as far as it could be heard.",
        HOW_TO_BE_JUDGED_YET if failed else HOW_TO_BE_JUDGED,
    )


def badly_heard(share: float) -> str:
    """Why talk that was not understood by the recorder gets no verdict, and how to get one."""
    return (
        f"Hardly more than {share:.0%} of the candidate's words seem to have arrived as they were said, so nobody can "
        "tell what was meant, and there is no verdict. Take a better recogniser's transcript, or correct this one, and "
        "grade it again."
    )


def doubtfully_heard(share: float) -> str:
    """What the reader of a report on such talk must know."""
    return (
        f"About {share:.0%} of the candidate's words seem to have arrived as they were said: quotes may hold misheard "
        "words, and the confidence is lower for it."
    )


def covered(evidence: Sequence[Evidence], missing: Sequence[Missing], example: str, spoken: bool) -> str:
    """The comment on a step that was heard and not judged: subjects with a quote behind each, no praise, and not how
    much help came before, which nobody here can tell. ``example`` is a sentence that surely is about the step, or
    empty; ``spoken`` whether the talk went there."""
    parts = []
    if evidence:
        parts.append(f"You spoke about {listed([f'“{one.about}”' for one in evidence])}.")
    elif example:
        parts.append(f"You spoke about this step, for instance: “{' '.join(example.split())}”")
    elif spoken:
        parts.append("You spoke about this step; what you said of it could not be told for certain.")
    else:
        return "Nothing could be tied to this step for certain; that does not mean that nothing was said."
    if missing:
        parts.append("Below is also what nothing in your words came near to.")
    return " ".join(parts)


def covered_in_short(steps: Mapping[Step, StepReport], order: Sequence[Step]) -> str:
    """The summary of a report without a verdict."""
    if not order:
        return ""
    said = f"What came up: {listed([step.label for step in Step if step in order])}"
    most, *rest = sorted((len(steps[step].evidence) for step in order), reverse=True)
    clearly = rest and most > rest[0]
    return f"{said}. Most could be quoted for {order[0].label}." if clearly else f"{said}."


def spoken_about(report: Report) -> set[Step]:
    """The steps that a report says were spoken about."""
    told = {step for step, own in report.steps.items() if own.evidence or own.score is not None}
    return told | set(report.order)


def questions_left(
    gaps: Mapping[Step, Sequence[Missing]], order: Sequence[Step], signals: Mapping[str, Signal]
) -> list[str]:
    """One question a step to ask oneself, about what could not be quoted; the steps least shown come first."""
    return [
        f"{step.label}: {signals[gaps[step][0].signal].probes[0]}"
        for step in weakest_first(order)
        if gaps[step] and gaps[step][0].signal in signals
    ]


def exercises(
    gaps: Mapping[Step, Sequence[Missing]], order: Sequence[Step], signals: Mapping[str, Signal]
) -> list[StudyItem]:
    """At most five things to study: the steps least shown come first, one thing each."""
    plan: list[StudyItem] = []
    for step in weakest_first(order):
        gap = next((one for one in gaps[step] if one.study), None)
        if gap is not None and gap.signal in signals and len(plan) < _AT.most_study:
            one = signals[gap.signal]
            text = f"{one.topic[:1].upper()}{one.topic[1:]}. Answer aloud: “{one.probes[-1]}”"
            plan.append(StudyItem(step=step, text=text, notes=gap.study))
    return plan


def weakest_first(order: Sequence[Step]) -> list[Step]:
    """The steps that were not heard, in their usual order, then those that were, least shown first."""
    return [*(step for step in Step if step not in order), *reversed(order)]


def unreached(steps: Mapping[Step, StepReport]) -> list[Step]:
    """The steps that apply and have nothing to mark."""
    nothing = ("not_reached", "insufficient_evidence")
    return [step for step, own in steps.items() if own.score is None and own.status in nothing]


def near_the_line(report: Report) -> bool:
    """Whether the verdict could as well be the one on the other side of a hire."""
    hire = report.bar.get("hire")
    return report.score is not None and hire is not None and abs(report.score - hire) < thresholds().page.close


def graded_by(report: Report) -> str:
    """What made the report."""
    by = report.graded_by
    made = "by a language model" if by.prompts else "without a language model"
    model, rubric = (f" ({by.model})" if by.model else ""), (f"; rubric {by.rubric}" if by.rubric else "")
    again = f", which tried its {by.checked} statements against the talk once more" if by.checked else ""
    return f"Read {made}{model}{again}{rubric}."


def why_none(report: Report) -> tuple[list[str], list[str]]:
    """Of the warnings those that say why there is no verdict, which come first, and the others."""
    first = 2 if report.status == "not_judged" else 0
    return report.warnings[:first], report.warnings[first:]


def strong_title(report: Report) -> str:
    """What stands over what a strong answer has: without a verdict nobody knows whether it was said."""
    return f"What a strong answer has{'' if report.status == 'assessed' else ', whether or not you said it'}"


def listed(words: Sequence[str]) -> str:
    """Words in one phrase: ``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
