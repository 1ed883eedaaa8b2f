"""The report's words: reasons, comments, what was missing, what to study. Templates filled from verified evidence.

No sentence here says anything that a quote, a score or the knowledge base does not hold.
"""

from collections.abc import Mapping, Sequence

from interviewer.domain import Help, Level, Step, Verdict
from interviewer.grading.report import Evidence, Missing, Remark, StepReport, StudyItem
from interviewer.knowledge.schema import FrameworkNote, Signal
from interviewer.listening.thought import depth

WORDS = {
    Verdict.STRONG_NO_HIRE: "Strong no hire",
    Verdict.NO_HIRE: "No hire",
    Verdict.HIRE: "Hire",
    Verdict.STRONG_HIRE: "Strong hire",
}
MISSING = 3
SOLID, OUTSTANDING = 2.75, 3.5
WEAK = 2.2
"""The score under which a mere mention is held against the candidate: above it, it was often a good one."""
_SHOWN = {
    Help.UNPROMPTED: "Without being asked you brought up",
    Help.PROBED: "When asked, you had an answer on",
    Help.HINTED: "After a hint you got to",
}
_WITHOUT = {
    "outstanding": "You argued this step through along lines of your own.",
    "solid": "You argued this step through along lines of your own.",
    "mixed": "What you said here was sensible but stayed on the surface.",
    "poor": "What you said here stayed general; none of the points that this step turns on was worked out.",
}


def _grade(score: float) -> str:
    for least, word in ((OUTSTANDING, "outstanding"), (SOLID, "solid"), (1.75, "mixed")):
        if score >= least:
            return word
    return "poor"


def open_points(
    signals: Sequence[Signal], shown: set[str], perhaps: set[str], level: Level, score: float | None
) -> list[Missing]:
    """The signals expected at the level for which there is no evidence: the case's own where any of them is open.

    What was ``perhaps`` said is named only where a step was weak and nothing else can be: it was not worked out.
    """
    open_ = [one for one in signals if one.level.rank <= level.rank and one.id not in shown]
    due = [one for one in open_ if one.id not in perhaps]
    if not due and _weak(score):
        due = open_[:1]
    own = [one for one in due if not one.id.startswith("general-")]
    return [Missing(signal=one.id, text=one.text, study=list(one.study)) for one in (own or due)[:MISSING]]


def missing(points: Sequence[Missing], score: float | None) -> list[Missing]:
    """Those of the open points that a report may call missing: none in a solid step, whose talk is rich enough to have
    had half of them in other words (``evals/data/claim_readings.jsonl``)."""
    return list(points) if _weak(score) else []


def _weak(score: float | None) -> bool:
    return score is None or score < SOLID


def telling(evidence: Sequence[Evidence], score: float | None) -> list[Evidence]:
    """The evidence that bears on the score: only in a weak step is a mere mention held against the candidate."""
    return [one for one in evidence if one.sign == "+" or score is None or score < WEAK]


def comment(report: StepReport, topics: Mapping[str, str]) -> str:
    """What an interviewer would say of a step: the grade, what was shown and with how much help, what stayed thin."""
    if report.status == "not_reached":
        return "The interview did not get to this step, so it was not scored."
    if report.status == "insufficient_evidence" or report.score is None:
        return "Too little was said about this step to judge it."
    parts = [f"{_grade(report.score).capitalize()}."]
    shown = [one for one in report.evidence if one.sign == "+"]
    against = [one for one in report.evidence if one.sign == "-"]
    for help_, said in _SHOWN.items():
        own = [one for one in shown if one.help == help_]
        if own:
            parts.append(f"{said} {_names(own, topics)}{_how([one.quote for one in own])}.")
    if names := _names(against, topics):
        parts.append(f"You touched on {names} without developing {'it' if len(against) == 1 else 'them'}.")
    if not report.evidence:
        parts.append(_WITHOUT[_grade(report.score)])
    if report.missing:
        parts.append(f"Work on {_names(report.missing[:1], topics)} first.")
    return " ".join(parts)


def _how(quotes: Sequence[str]) -> str:
    """What the quotes have beside the subject."""
    said = [depth(quote) for quote in quotes]
    have = [
        words
        for words, there in (
            ("a reason", any(one.reason for one in said)),
            ("figures", any(one.number for one in said)),
            ("a choice", any(one.choice for one in said)),
        )
        if there
    ]
    return f", with {listed(have)}" if have else ""


def listed(words: Sequence[str]) -> str:
    """``a, b and c``"""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


def _names(evidence: Sequence[Evidence | Missing], topics: Mapping[str, str]) -> str:
    return listed(list(dict.fromkeys(f"“{topics.get(one.signal, one.signal)}”" for one in evidence)))


def reasons(
    steps: Mapping[Step, StepReport], flags: Sequence[Remark], hire: float, topics: Mapping[str, str]
) -> list[str]:
    """The two or three things that carried the verdict."""
    scored = [(report.score, step) for step, report in steps.items() if report.score is not None]
    if not scored:
        return ["There was too little to judge."]
    found = []
    high, low = max(scored, key=lambda one: (round(one[0], 1), _shown(steps[one[1]]))), min(scored)
    if high[0] >= hire:
        found.append(f"Strongest: {high[1].label} ({high[0]:.1f}){_said(steps[high[1]], '+') or '.'}")
    if low[0] < hire:
        said = _said(steps[low[1]], "-") or _open(steps[low[1]], topics)
        found.append(f"Weakest: {low[1].label} ({low[0]:.1f}){said}")
    absent = [step.label for step, report in steps.items() if report.status == "not_reached"]
    if absent:
        found.append(f"Never reached: {', '.join(absent)}.")
    elif flags:
        found.append(f"Left standing: {flags[0].text}")
    elif len(found) < 2:
        below = sum(score < hire for score, _ in scored)
        share = f"{len(scored) - below} of {len(scored)}" if below else f"All {len(scored)}"
        found.append(f"{share} scored steps are at or above the bar for a hire.")
    return found[:3]


def _shown(report: StepReport) -> int:
    """How many quotes are tied to a criterion of the case or the framework."""
    return sum(one.sign == "+" and not one.signal.startswith("reasoned-") for one in report.evidence)


def _said(report: StepReport, sign: str) -> str:
    quote = next((one.quote for one in report.evidence if one.sign == sign), "")
    words = quote.split()
    return f", e.g. “{' '.join(words[:24])}{' …' if len(words) > 24 else ''}”" if words else ""


def _open(report: StepReport, topics: Mapping[str, str]) -> str:
    return f"; nothing was worked out on {_names(report.missing[:2], topics)}." if report.missing else "."


def study_plan(
    steps: Mapping[Step, StepReport], points: Mapping[Step, Sequence[Missing]], signals: Mapping[str, Signal]
) -> list[StudyItem]:
    """At most five of the open points to study: the weakest steps first, each with a question to answer aloud."""
    order = sorted(
        steps,
        key=lambda step: (
            steps[step].score is not None,
            steps[step].score or 0.0,
            list(Step).index(step),
        ),
    )
    plan: list[StudyItem] = []
    for round_ in range(MISSING):
        for step in order:
            if round_ < len(points[step]) and len(plan) < 5:
                gap = points[step][round_]
                plan.append(
                    StudyItem(
                        step=step,
                        text=_exercise(gap, signals.get(gap.signal)),
                        notes=gap.study,
                    )
                )
    return plan


def _exercise(gap: Missing, signal: Signal | None) -> str:
    if signal is None:
        return gap.text
    return f"{signal.topic[:1].upper()}{signal.topic[1:]}. Answer aloud: “{signal.probes[0]}”"


def next_level(
    level: Level,
    score: float | None,
    bars: Mapping[str, float],
    hire: float,
    notes: Mapping[Step, FrameworkNote],
    weakest: Step | None,
) -> str:
    """What the bar at the next level up would ask."""
    if level == Level.STAFF:
        return "This is the highest level that is interviewed for."
    above = Level.SENIOR if level == Level.MID else Level.STAFF
    text = ""
    if score is not None:
        there = max(1.0, score - (bars[above.value] - bars[level.value]))
        text = f"The same interview would score about {there:.1f} at {above.value}, where {hire:.2f} is a hire. "
    if weakest is not None and weakest in notes:
        text += f"There, {weakest.label.lower()} asks: {notes[weakest].levels[above]}"
    return text.strip()
