"""From a model's answers to what a report may say: quotes found in the talk, ids known, marks bounded.

What cannot be found in the candidate's words carries nothing: a criterion without a quote is left out, a mark without
one is not taken, and both are counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interviewer import Help, Level, MoveKind, Step
from interviewer.grading import thresholds
from interviewer.grading.assessor import expected_at
from interviewer.grading.evidence import Aimed, Excerpt, Quote, Quotes, inside, seconds_taken
from interviewer.grading.forms import Cited, Correction, JudgedCriterion, JudgedStep, PanelMark, SaidBetter, Telling
from interviewer.grading.report import (
    Better,
    Criterion,
    CriterionStatus,
    Evidence,
    FlagReport,
    Missing,
    Moment,
    Nearest,
    Remark,
    Report,
    StepReport,
    StepTime,
    StudyItem,
)
from interviewer.knowledge import Knowledge
from interviewer.knowledge.schema import RedFlag, Signal
from interviewer.knowledge.validate import has_term
from interviewer.transcript import Transcript

_AT = thresholds().answers

MOST_CHOICES = 1
"""Choices of a step that are shown as weighed."""
_NONE = frozenset(("", "none", "nothing", "no gap", "n/a", "-"))
"""What a gap says where nothing is left out."""
OTHER = "other"
"""The id of a mistake or choice that no list has."""


def coded(step: Step, criteria: Sequence[Signal]) -> dict[str, Signal]:
    """A step's criteria by the names under which a model is asked for them: prompts and answers repeat every name, and
    ids are long."""
    return {f"{step.value[0]}{number}": one for number, one in enumerate(criteria, 1)}


def mistakes(knowledge: Knowledge, case: str, step: Step) -> dict[str, RedFlag]:
    """A step's known mistakes, named likewise."""
    known = knowledge.case(case)
    flags = known.red_flags if known else knowledge.red_flags(case)
    return {f"x{number}": one for number, one in enumerate((flag for flag in flags if flag.step is step), 1)}


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
        own = coded(answer.step, self.criteria[answer.step])
        criteria, evidence = self._criteria(answer, own)
        flags = self._flags(answer)
        weighed = self.moments(answer.trade_offs, MOST_CHOICES)
        choices = [Remark(id=OTHER, text=one.text, turn=one.turn, quote=one.quote) for one in weighed]
        report = StepReport(
            status=answer.status,
            comment=short(answer.comment),
            criteria=criteria,
            evidence=evidence,
            missing=self._missing(criteria),
        )
        if answer.status == "evaded":
            report.score = 1.0
        elif answer.status == "assessed" and answer.mark is not None and (evidence or flags):
            report.score = halved(answer.mark)
        elif answer.status == "assessed":
            self.unquoted.append(answer.step)
            report.status, report.comment = "insufficient_evidence", ""
        return report, flags, choices

    def _find(self, cited: Cited | JudgedCriterion) -> Quote | None:
        """The words in the talk, unless they are aimed at whoever grades: those are evidence of nothing."""
        found = self.quotes.find(cited.quote, cited.place)
        return None if found is None or inside(self.aimed, found.turn, found.start, found.end) else found

    def _criteria(self, answer: JudgedStep, own: Mapping[str, Signal]) -> tuple[list[Criterion], list[Evidence]]:
        """The criteria in their order, and the quotes for or against them. Words that come near to an absent one stand
        with it and are evidence of nothing; where the model gave words that nobody said, it is left out."""
        criteria: list[Criterion] = []
        evidence: list[Evidence] = []
        answers = {criterion.id: criterion for criterion in reversed(answer.criteria)}
        for name, signal in own.items():
            one = answers.get(name)
            if one is None:
                continue
            said = self._find(one) if one.quote.strip() else None
            status, gap = _agreed(one)
            silent = status in ("absent", "not_applicable")
            if said is None and (one.quote.strip() or not silent):
                continue
            nearest = Nearest(turn=said.turn, quote=said.text) if said and status == "absent" else None
            status = "touched" if nearest else status
            about, text = signal.topic, signal.text
            criteria.append(
                Criterion(
                    signal=signal.id,
                    status=status,
                    about=about,
                    text=text,
                    gap=gap,
                    level=signal.level,
                    nearest=nearest,
                )
            )
            if said and not silent:
                evidence.append(
                    Evidence(
                        signal=signal.id,
                        quote=said.text,
                        turn=said.turn,
                        help=help_given(self.transcript, said.turn, signal, one.help),
                        sign="-" if status == "wrong" else "+",
                        about=about,
                        status=status,
                        gap=gap,
                    )
                )
        return criteria, evidence

    def _missing(self, criteria: Sequence[Criterion]) -> list[Missing]:
        """What nothing in the talk came near to and counts at the level."""
        absent = {criterion.signal for criterion in criteria if criterion.status == "absent"}
        every = (one for own in self.criteria.values() for one in expected_at(own, self.level))
        gaps = [one for one in every if one.id in absent]
        return [Missing.of(gap) for gap in gaps[: _AT.most_missing]]

    def _flags(self, answer: JudgedStep) -> list[FlagReport]:
        known = mistakes(self.knowledge, self.transcript.case, answer.step)
        flags = []
        for flag in answer.flags:
            found, listed = self._find(flag), known.get(flag.id)
            text = short(flag.text) or (listed.text if listed else "")
            if found is not None and text:
                flags.append(
                    FlagReport(
                        id=listed.id if listed else OTHER,
                        text=text,
                        turn=found.turn,
                        quote=found.text,
                        corrected=flag.corrected,
                        step=answer.step,
                    )
                )
        return flags

    def moments(self, told: Sequence[Telling], most: int) -> list[Moment]:
        """Those whose words were said."""
        found = [(one, self._find(one)) for one in told if one.text.strip()]
        return [
            Moment(text=short(one.text), turn=place.turn, quote=place.text) for one, place in found if place is not None
        ][:most]

    def better(self, told: Sequence[SaidBetter]) -> list[Better]:
        """Answers that cost much, whose words were said and for which there is another."""
        return [
            Better(text=moment.text, turn=moment.turn, quote=moment.quote, say=short(one.say), then=short(one.then))
            for one in told
            if one.say.strip()
            for moment in self.moments([one], 1)
        ][: _AT.most_better]

    def study_plan(self, answers: Mapping[Step, JudgedStep], steps: Mapping[Step, StepReport]) -> list[StudyItem]:
        """At most five things, one a step, the lowest mark first; each tied to a gap: none for what was shown."""
        plan = []
        for step in sorted(answers, key=lambda step: steps[step].score or 5.0):
            one, own = answers[step].study, steps[step]
            signal = coded(step, self.criteria[step]).get(one.criterion)
            shown = {criterion.signal for criterion in own.criteria if criterion.status == "shown"}
            if (signal and signal.id in shown) or not one.text.strip():
                continue
            notes = list(signal.study) if signal else [note for gap in own.missing[:1] for note in gap.study]
            plan.append(StudyItem(step=step, text=short(one.text), notes=notes))
        return plan[: thresholds().page.most_study]

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


_SIDES = ("For: ", "Against: ")
"""How the reasons begin that are about the talk."""


@dataclass(frozen=True)
class Claim:
    """Something that a report says about the talk, and where it says it."""

    path: tuple[str | int, ...]
    """Its place in the report as data."""
    text: str
    step: Step | None = None
    about: str = ""
    """The subject that a gap is of."""

    @property
    def place(self) -> str:
        """What stands before its words where it is given to be checked."""
        step = f"[{self.step.label}] " if self.step else ""
        return f"{step}{self.about}: left out: " if self.about else step

    @property
    def line(self) -> str:
        """As the reader who checks it is given it."""
        return f"{self.place}{self.text}"

    def said(self, instead: str) -> str:
        """Other words for it, in one line: without its place, and on the side on which it stands."""
        for part in (self.place, self.place.partition("] ")[2], "left out: "):
            instead = instead.removeprefix(part)
        side = next((side for side in _SIDES if self.text.startswith(side)), "")
        return f"{side}{short(instead.removeprefix(side))}" if instead.strip() else ""


def claims_of(report: Report) -> list[Claim]:
    """What a report says of the talk in its own words: of the whole, of each step, of what was left out."""
    told = [Claim((name,), text) for name in ("summary", "pacing", "communication") if (text := getattr(report, name))]
    for name in ("decisive", "contradictions"):
        told += [Claim((name, at, "text"), one.text) for at, one in enumerate(getattr(report, name))]
    told += [Claim(("reasons", at), text) for at, text in enumerate(report.reasons) if text.startswith(_SIDES)]
    for step, own in report.steps.items():
        told += [Claim(("steps", step, "comment"), own.comment, step)] if own.comment and own.criteria else []
        told += [
            Claim(("steps", step, "criteria", at, "gap"), one.gap, step, one.about or one.text)
            for at, one in enumerate(own.criteria)
            if one.status == "partly" and one.gap
        ]
    return told


def put_right(report: Report, claims: Sequence[Claim], corrections: Sequence[Correction]) -> tuple[Report, int]:
    """The report with the claims that were refuted said as they hold, or not at all, and how many those are. No mark
    and no verdict changes: only words do. A gap of which nothing is left leaves its criterion shown."""
    told, done = report.model_dump(), 0
    new = {one.claim - 1: one.instead.strip() for one in reversed(corrections)}
    for number, claim in enumerate(claims):
        instead = claim.said(new[number]) if number in new else claim.text
        if instead == claim.text:
            continue
        done += 1
        *way, last = claim.path
        holder: Any = told
        for key in way:
            holder = holder[key]
        if last != "gap":
            holder[last] = instead
            continue
        gap, own = instead.rstrip("."), told["steps"][claim.step]
        for one in (*own["criteria"], *own["evidence"]):
            if one["signal"] == holder["signal"]:
                one.update(gap=gap, status="partly" if gap else "shown")
    for name in ("decisive", "contradictions"):
        told[name] = [one for one in told[name] if one["text"]]
    told["reasons"] = [one for one in told["reasons"] if one.strip()]
    return Report.model_validate(told), done


def _agreed(one: JudgedCriterion) -> tuple[CriterionStatus, str]:
    """Status and gap, which must agree: what leaves something out is not more than partly shown."""
    gap = short(one.gap).rstrip(".")
    if one.status in ("absent", "not_applicable"):
        return one.status, ""
    if one.status != "wrong" and gap.lower() in _NONE:
        return one.status, ""
    return ("partly" if one.status == "shown" else one.status), gap


def help_given(transcript: Transcript, turn: int, signal: Signal, said: Help) -> Help:
    """How much help came before words in a turn: as the model says, where what is known of the turns does not say
    otherwise.

    Before the interviewer has said more than the problem there was none. What the turn before asked about, by the
    criterion's id or one of its terms, was not brought up by the candidate alone; what it hinted at was hinted.
    """
    spoken = [one for one in transcript.turns[:turn] if one.speaker == "interviewer" and one.text.strip()]
    if len(spoken) < 2:
        return Help.UNPROMPTED
    last, move = spoken[-1], spoken[-1].move
    about_it = move is not None and move.signal == signal.id
    if about_it and move is not None and move.kind is MoveKind.HINT:
        return Help.HINTED
    named = about_it or any(has_term(term, last.text) for term in signal.terms)
    return Help.PROBED if named and said is Help.UNPROMPTED else said


def halved(mark: float) -> float:
    """Within 1 to 4, in halves."""
    return min(4.0, max(1.0, round(mark * 2) / 2))


def short(text: str) -> str:
    """A model's words on one line, of bounded length."""
    text = " ".join(text.split())
    return text if len(text) <= _AT.longest_comment else text[: _AT.longest_comment - 1].rsplit(" ", 1)[0] + "…"
