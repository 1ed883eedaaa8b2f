"""The report's words: reasons, comments, what was missing, what to study. Templates filled from verified evidence.

No sentence here says anything that a quote, a score or the knowledge base does not hold.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from interviewer.casebook.case import FrameworkNote, Signal
from interviewer.grading.report import Evidence, Missing, Remark, StepReport, StudyItem
from interviewer.steps import Help, Level, Step, Verdict

Retrieve = Callable[..., Sequence[Any]]
"""``Retriever.search``: the passages for a query that the grader may read, best first."""

WORDS = {
    Verdict.STRONG_NO_HIRE: "Strong no hire",
    Verdict.NO_HIRE: "No hire",
    Verdict.HIRE: "Hire",
    Verdict.STRONG_HIRE: "Strong hire",
}
MISSING = 3
_HELP = {
    Help.UNPROMPTED: "unasked",
    Help.PROBED: "when asked",
    Help.HINTED: "after a hint",
}


def _grade(score: float) -> str:
    for least, word in ((3.5, "outstanding"), (2.75, "solid"), (1.75, "mixed")):
        if score >= least:
            return word
    return "poor"


def missing(signals: Sequence[Signal], shown: set[str], level: Level) -> list[Missing]:
    """The signals expected at the level that no evidence shows; the case's own come first."""
    due = [one for one in signals if one.level.rank <= level.rank and one.id not in shown]
    return [Missing(signal=one.id, text=one.text, study=list(one.study)) for one in due[:MISSING]]


def comment(step: Step, report: StepReport, topics: Mapping[str, str]) -> str:
    """Two or three sentences on a step."""
    if report.status == "not_reached":
        return "The interview did not get to this step. It was not scored."
    if report.status == "insufficient_evidence" or report.score is None:
        return "Too little was said about this step to judge it."
    parts = [f"{_grade(report.score).capitalize()} at this level ({report.score:.1f} of 4)."]
    for help_ in (Help.UNPROMPTED, Help.PROBED, Help.HINTED):
        names = _names(
            [one for one in report.evidence if one.sign == "+" and one.help == help_],
            topics,
        )
        if names:
            parts.append(f"Treated {_HELP[help_]}: {names}.")
    if names := _names([one for one in report.evidence if one.sign == "-"], topics):
        parts.append(f"Touched without a reason or a consequence: {names}.")
    if not report.evidence:
        parts.append(
            "No sentence of this step could be tied to a criterion, so the score rests on the answer as a whole."
        )
    if report.missing:
        parts.append(f"Not clearly heard: {', '.join(topics.get(one.signal, one.signal) for one in report.missing)}.")
    return " ".join(parts)


def _names(evidence: Sequence[Evidence], topics: Mapping[str, str]) -> str:
    return ", ".join(dict.fromkeys(topics.get(one.signal, one.signal) for one in evidence))


def reasons(steps: Mapping[Step, StepReport], flags: Sequence[Remark], hire: float) -> list[str]:
    """The two or three things that carried the verdict."""
    scored = [(report.score, step) for step, report in steps.items() if report.score is not None]
    if not scored:
        return ["There was too little to judge."]
    found = []
    high, low = max(scored), min(scored)
    if high[0] >= hire:
        found.append(f"Strongest: {high[1].title} ({high[0]:.1f}){_said(steps[high[1]], '+')}")
    if low[0] < hire:
        found.append(f"Weakest: {low[1].title} ({low[0]:.1f}){_said(steps[low[1]], '-')}")
    absent = [step.label for step, report in steps.items() if report.status == "not_reached"]
    if absent:
        found.append(f"Never reached: {', '.join(absent)}.")
    elif flags:
        found.append(f"Left standing: {flags[0].text}")
    elif len(found) < 2:
        below = sum(score < hire for score, _ in scored)
        found.append(f"{len(scored) - below} of {len(scored)} scored steps are at or above the bar for a hire.")
    return found[:3]


def _said(report: StepReport, sign: str) -> str:
    quote = next((one.quote for one in report.evidence if one.sign == sign), "")
    if not quote:
        return "."
    words = quote.split()
    return f", e.g. “{' '.join(words[:24])}{' …' if len(words) > 24 else ''}”"


def strong_answers(
    case: str, signals: Mapping[Step, Sequence[Signal]], shown: set[str], level: Level, retrieve: Retrieve | None
) -> dict[Step, str]:
    """What a strong answer has, per step, in the knowledge base's words and with the source.

    Retrieval chooses the passages, asked for the first thing that was missing. Without it only the subject is named.
    """
    found = {}
    for step, own in signals.items():
        due = [one for one in own if one.level.rank <= level.rank]
        wanted = next((one for one in due if one.id not in shown), due[0] if due else None)
        if wanted is None:
            continue
        if retrieve is None:
            found[step] = f"{wanted.topic.capitalize()}."
            continue
        query = f"what a strong answer has: {wanted.topic}. {wanted.text}"
        hits = [hit.passage for hit in retrieve(query, audience="grader", case=case, step=step, limit=4)]
        hits = [one for one in hits if one.kind in ("strong", "reference", "note", "fact")]
        sentences = [f"{_opening(one.text)} [{_source(one)}]" for one in hits[:2]]
        found[step] = " ".join([wanted.strong, *sentences])
    return found


def _opening(text: str) -> str:
    """The first sentence or two, at most about forty words."""
    sentences = re.split(r"(?<=[.!?])\s+", " ".join(text.split()))
    first = sentences[0]
    if len(sentences) > 1 and len(f"{first} {sentences[1]}".split()) <= 40:
        return f"{first} {sentences[1]}"
    return first


def _source(passage: Any) -> str:
    return str(passage.title or passage.ref or passage.id).replace("-", " ")


def study_plan(
    steps: Mapping[Step, StepReport],
    topics: Mapping[str, str],
) -> list[StudyItem]:
    """At most five things to study: the weakest steps first, one item for each thing missing."""
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
            if round_ < len(steps[step].missing) and len(plan) < 5:
                gap = steps[step].missing[round_]
                plan.append(
                    StudyItem(
                        step=step,
                        text=f"{topics.get(gap.signal, gap.signal).capitalize()}: {gap.text}",
                        notes=gap.study,
                    )
                )
    return plan


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
