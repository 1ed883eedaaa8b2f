"""A model's answers, their forms and what a report may say of them: quotes found, ids known, marks bounded.

Nothing here is trusted: quotes are looked for in the talk, ids among the criteria, marks are bounded (``judgement``).
Every field may be left out, so that an answer with a gap is still worth reading.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from interviewer import Help, Level, Step
from interviewer.grading import thresholds
from interviewer.grading.assessor import expected_at
from interviewer.grading.evidence import Aimed, Excerpt, Quote, Quotes, inside, seconds_taken
from interviewer.grading.report import (
    Criterion,
    Evidence,
    FlagReport,
    Missing,
    Moment,
    Remark,
    StepReport,
    StepStatus,
    StepTime,
    StudyItem,
)
from interviewer.knowledge import Knowledge
from interviewer.knowledge.schema import Signal
from interviewer.transcript import Transcript


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


# -- judgement -------------------------------------------------------------------------------------------
# From a model's answers to what a report may say: quotes found in the talk, ids known, marks bounded.
#
# What cannot be found in the candidate's words carries nothing: a criterion without a quote is left out, a mark
# without one is not taken, and both are counted.


_AT = thresholds().answers

LONGEST = _AT.longest_comment
"""Characters of a comment."""
MOST_MISSING = _AT.most_missing
"""Points named as missing in a step; the checklist holds all of them."""
MOST_QUOTES = 2
"""Quotes of one criterion."""
MOST_STUDY = thresholds().page.most_study
"""Things to study next."""
OTHER = "other"
"""The id of a mistake or choice that no list has."""


@dataclass
class Judgement:
    """Turns answers into parts of a report; ``quotes`` counts what was found and what was not."""

    transcript: Transcript
    level: Level
    criteria: Mapping[Step, Sequence[Signal]]
    knowledge: Knowledge
    quotes: Quotes
    aimed: Sequence[Aimed]
    unquoted: list[Step] = field(default_factory=list)
    """Steps whose mark was not taken for want of a quote."""

    def step(self, answer: JudgedStep) -> tuple[StepReport, list[FlagReport], list[Remark]]:
        """A step with its mistakes and the choices weighed in it."""
        own = {one.id: one for one in self.criteria[answer.step]}
        criteria, evidence = self._criteria(answer, own)
        flags = self._flags(answer)
        choices = self._choices(answer)
        report = StepReport(
            status=answer.status,
            comment=short(answer.comment),
            criteria=sorted(criteria, key=lambda one: list(own).index(one.signal)),
            evidence=evidence,
            missing=self._missing(criteria, own),
        )
        if answer.status == "evaded":
            report.score = 1.0
        elif answer.status == "assessed" and answer.mark is not None and (evidence or flags):
            report.score = halved(answer.mark)
        elif answer.status == "assessed":
            self.unquoted.append(answer.step)
            report.status, report.comment = "insufficient_evidence", ""
        return report, flags, choices

    def _find(self, cited: Cited) -> Quote | None:
        """The words in the talk, unless they are aimed at whoever grades: those are evidence of nothing."""
        found = self.quotes.find(cited.quote, cited.place)
        return None if found is None or inside(self.aimed, found.turn, found.start, found.end) else found

    def _criteria(self, answer: JudgedStep, own: Mapping[str, Signal]) -> tuple[list[Criterion], list[Evidence]]:
        criteria: dict[str, Criterion] = {}
        evidence: list[Evidence] = []
        for one in answer.criteria:
            signal = own.get(one.id)
            if signal is None or one.id in criteria:
                continue
            found = [place for cited in one.quotes[:MOST_QUOTES] if (place := self._find(cited)) is not None]
            if found:
                criteria[one.id] = Criterion(signal=one.id, status=one.status, about=signal.topic, level=signal.level)
            evidence += [
                Evidence(
                    signal=one.id,
                    quote=place.text,
                    turn=place.turn,
                    help=one.help,
                    sign="-" if one.status == "wrong" else "+",
                    about=signal.topic,
                )
                for place in found
            ]
        named = {one.id for one in answer.criteria}
        for status, ids in (("absent", answer.absent), ("not_applicable", answer.not_applicable)):
            for id_ in ids:
                if id_ in own and id_ not in criteria and id_ not in named:
                    signal = own[id_]
                    criteria[id_] = Criterion.model_validate(
                        {"signal": id_, "status": status, "about": signal.topic, "level": signal.level}
                    )
        return list(criteria.values()), evidence

    def _missing(self, criteria: Sequence[Criterion], own: Mapping[str, Signal]) -> list[Missing]:
        """What was not said and counts at the level."""
        absent = {one.signal for one in criteria if one.status == "absent"}
        gaps = [one for one in expected_at(own.values(), self.level) if one.id in absent]
        return [Missing.of(one) for one in gaps[:MOST_MISSING]]

    def _flags(self, answer: JudgedStep) -> list[FlagReport]:
        known = {one.id: one for one in self.knowledge.red_flags(self.transcript.case)}
        flags = []
        for one in answer.flags:
            found = self._find(one)
            text = short(one.text) or (known[one.id].text if one.id in known else "")
            if found is not None and text:
                id_ = one.id if one.id in known else OTHER
                flags.append(
                    FlagReport(
                        id=id_, text=text, turn=found.turn, quote=found.text, corrected=one.corrected, step=answer.step
                    )
                )
        return flags

    def _choices(self, answer: JudgedStep) -> list[Remark]:
        case = self.knowledge.case(self.transcript.case)
        known = {one.id for one in case.trade_offs} if case else set()
        found = [(one, self._find(one)) for one in answer.trade_offs if one.text.strip()]
        return [
            Remark(id=one.id if one.id in known else OTHER, text=short(one.text), turn=place.turn, quote=place.text)
            for one, place in found
            if place is not None
        ]

    def moments(self, told: Sequence[Telling], most: int) -> list[Moment]:
        """Those whose words were said."""
        found = [(one, self._find(one)) for one in told if one.text.strip()]
        return [
            Moment(text=short(one.text), turn=place.turn, quote=place.text) for one, place in found if place is not None
        ][:most]

    def study_plan(self, answers: Mapping[Step, JudgedStep], steps: Mapping[Step, StepReport]) -> list[StudyItem]:
        """At most five things, one a step, the lowest mark first; each tied to a gap: none for what was shown."""
        plan = []
        for step in sorted(answers, key=lambda step: steps[step].score or 5.0):
            one, own = answers[step].study, steps[step]
            signal = next((signal for signal in self.criteria[step] if signal.id == one.criterion), None)
            shown = {criterion.signal for criterion in own.criteria if criterion.status == "shown"}
            if one.criterion in shown or not one.text.strip():
                continue
            notes = list(signal.study) if signal else [note for gap in own.missing[:1] for note in gap.study]
            plan.append(StudyItem(step=step, text=short(one.text), notes=notes))
        return plan[:MOST_STUDY]

    def times(self, answers: Mapping[Step, JudgedStep]) -> dict[Step, StepTime]:
        """The time of each step, by the passages that are about it; one about several is shared."""
        budgets = self.knowledge.budgets(self.transcript.minutes)
        own = {step: self.quotes.covered(answer.where) for step, answer in answers.items()}
        claims: dict[Excerpt, int] = {}
        for passages in own.values():
            for passage in passages:
                claims[passage] = claims.get(passage, 0) + 1
        return {
            step: StepTime(
                used=seconds_taken(self.transcript, [(one, 1 / claims[one]) for one in own.get(step, [])]),
                budget=round(budgets[step], 1),
            )
            for step in Step
        }


def of_both(steps: Mapping[Step, StepReport], panel: Sequence[PanelMark], weight: float) -> dict[Step, StepReport]:
    """The steps with the marks of both readings: by criteria, and ``weight`` of the panel's, which saw none.

    A mark stands on quotes, and only the reading by criteria gives any: where it has a mark and the panel none, its
    mark holds; where it has none (not reached, too little, not applicable) there is none; evaded stays 1.
    """
    theirs = {one.step: halved(one.mark) for one in panel if one.mark is not None}
    return {
        step: own.model_copy(update={"score": (1 - weight) * own.score + weight * theirs[step]})
        if own.status == "assessed" and own.score is not None and step in theirs
        else own
        for step, own in steps.items()
    }


def apart(steps: Mapping[Step, StepReport], panel: Sequence[PanelMark], far: float) -> list[str]:
    """A sentence for each step whose two readings lie at least ``far`` from each other."""
    told = []
    for one in panel:
        own = steps[one.step].score if steps[one.step].status == "assessed" else None
        if own is None or one.mark is None or abs(own - halved(one.mark)) < far:
            continue
        because = f" ({short(one.because).rstrip('.')})" if one.because.strip() else ""
        told.append(
            f"{one.step.label}: two readings lie apart, {own:g} by its criteria and {halved(one.mark):g} as a panel "
            f"would mark it{because}; the mark is between them."
        )
    return told


def halved(mark: float) -> float:
    """Within 1 to 4, in halves."""
    return min(4.0, max(1.0, round(mark * 2) / 2))


def short(text: str) -> str:
    """A model's words on one line, of bounded length."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rsplit(" ", 1)[0] + "…"
