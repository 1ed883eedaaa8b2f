"""What to practise next: spaced repetition over the steps. Pure.

A step comes due after 1, 3, 7 or 16 days, the better it went the later, and twice as late each time it went well
again (the intervals of common flashcard schedules, rounded; nothing here was fitted).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from interviewer.domain import Level, Step
from interviewer.grading.report import Report

DAY = 86_400.0
HIRE_LINE = 3.0
"""The step score that would pass at the level interviewed for."""
_INTERVALS = ((2.0, 1), (2.5, 3), (HIRE_LINE, 7), (5.0, 16))
_LONGEST = 64


@dataclass(frozen=True)
class Held:
    """One graded interview."""

    case: str
    level: Level
    at: float
    """Seconds since the epoch."""
    report: Report


@dataclass(frozen=True)
class Due:
    """A step to practise, when, and why."""

    step: Step
    score: float
    """The last score."""
    due: float
    """Seconds since the epoch."""
    case: str
    """A problem that asks much of this step; empty when there is none."""


def due(held: Sequence[Held], trains: Mapping[str, Sequence[Step]]) -> list[Due]:
    """The steps with a score, the one that is due first ahead; each with the problem that was tried longest ago."""
    found = []
    tried = {one.case: one.at for one in held}
    for step in Step:
        scores = [(one.at, one.report.steps[step].score) for one in held if step in one.report.steps]
        known = [(at, score) for at, score in scores if score is not None]
        if known:
            at, last = known[-1]
            fits = [case for case, steps in trains.items() if step in steps]
            case = min(fits, key=lambda name: (tried.get(name, 0.0), name), default="")
            found.append(Due(step, last, at + _interval([score for _, score in known]) * DAY, case))
    return sorted(found, key=lambda one: (one.due, one.score))


def recommended(held: Sequence[Held], trains: Mapping[str, Sequence[Step]], easy: Iterable[str] = ()) -> str:
    """The problem to take next: one for the step that is due first, never tried before if there is one."""
    order = due(held, trains)
    if order and order[0].case:
        return order[0].case
    first = [case for case in easy if case in trains]
    return next(iter(first or sorted(trains)), "")


def weakest(held: Sequence[Held], most: int = 5) -> list[tuple[str, int]]:
    """The criteria that were missing most often over the last interviews, with how often."""
    counts: dict[str, int] = {}
    for one in held[-8:]:
        for step in one.report.steps.values():
            for gap in step.missing:
                counts[gap.text] = counts.get(gap.text, 0) + 1
    return sorted(counts.items(), key=lambda item: -item[1])[:most]


def _interval(scores: Sequence[float]) -> float:
    """Days until the step is due again."""
    days = next(days for limit, days in _INTERVALS if scores[-1] < limit)
    well = 0
    for score in reversed(scores[:-1]):
        if score < HIRE_LINE:
            break
        well += 1
    return min(_LONGEST, days * 2**well) if scores[-1] >= HIRE_LINE else days
