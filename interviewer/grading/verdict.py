"""From step marks and the second look to the verdict: pure code over the numbers in ``data/rubric.yaml``.

Two readings of one interview come together: the mean of the step marks, and the chance that a hiring committee would
hire. Near the hire cut-off the second decides the side; far from it the marks do. ``strong`` needs both.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interviewer.domain import Level, Step, Verdict
from interviewer.grading.report import StepReport
from interviewer.grading.rubric import cut_offs


@dataclass(frozen=True)
class Judged:
    """A verdict and how it came about."""

    verdict: Verdict
    score: float
    """The mean of the step marks, 1 to 4."""
    confidence: float
    disagreement: str = ""
    """A sentence where marks and second look point to different sides."""


def mean_mark(steps: Mapping[Step, StepReport], rubric: Mapping[str, Any]) -> float | None:
    """The mean over the steps that apply. One that was not reached, or about which too little was said, counts as the
    mean of the others less ``not_reached_less``; one that was evaded as ``evaded``."""
    about = rubric["steps"]
    marked = [own.score for own in steps.values() if own.score is not None]
    marked += [float(about["evaded"]) for own in steps.values() if own.status == "evaded" and own.score is None]
    if not marked:
        return None
    mean = sum(marked) / len(marked)
    absent = len(unreached(steps))
    return (sum(marked) + absent * max(1.0, mean - float(about["not_reached_less"]))) / (len(marked) + absent)


def unreached(steps: Mapping[Step, StepReport]) -> list[Step]:
    """The steps that apply and have nothing to mark."""
    nothing = ("not_reached", "insufficient_evidence")
    return [step for step, own in steps.items() if own.score is None and own.status in nothing]


def judge(steps: Mapping[Step, StepReport], p_hire: float, level: Level, rubric: Mapping[str, Any]) -> Judged | None:
    """The verdict; None when no step has a mark."""
    mean = mean_mark(steps, rubric)
    if mean is None:
        return None
    bar, look = cut_offs(rubric, level), rubric["second_look"]
    near = bar["hire"] - float(look["below"]) <= mean < bar["hire"] + float(look["above"])
    hired = p_hire >= 0.5 if near else mean >= bar["hire"]
    reached = len(unreached(steps)) <= int(rubric["steps"]["most_unreached"])
    if hired:
        strong = mean >= bar["strong_hire"] and p_hire >= float(look["strong_hire"]) and reached
        verdict = Verdict.STRONG_HIRE if strong else Verdict.HIRE
    else:
        strong = mean < bar["no_hire"] and p_hire <= float(look["strong_no_hire"])
        verdict = Verdict.STRONG_NO_HIRE if strong else Verdict.NO_HIRE
    apart = (mean >= bar["hire"]) != (p_hire >= 0.5)
    return Judged(
        verdict,
        round(mean, 2),
        _confidence(mean, p_hire, hired, bar, rubric["confidence"]),
        _apart(mean, bar["hire"], p_hire, near) if apart else "",
    )


def _apart(mean: float, hire: float, p_hire: float, near: bool) -> str:
    side = "below" if mean < hire else "above"
    taken = "the second look decides" if near else "so far from it the marks decide"
    return (
        f"The two readings disagree: the marks average {mean:.2f}, {side} the {hire:.2f} of a hire, and the look at "
        f"the whole gives a hire {p_hire:.0%}; {taken}."
    )


def _confidence(mean: float, p_hire: float, hired: bool, bar: Mapping[str, float], about: Mapping[str, Any]) -> float:
    """The chance of the side, times the chance that another reading's marks call it as strongly."""
    side = p_hire if hired else 1 - p_hire
    cut = bar["strong_hire"] if hired else bar["no_hire"]
    same = _normal(abs(mean - cut) / float(about["typical_error"]))
    return round(min(float(about["ceiling"]), max(0.05, side * same)), 2)


def _normal(z: float) -> float:
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))
