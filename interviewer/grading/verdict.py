"""From step scores to the verdict: pure code and the cut-offs in ``data/rubric.yaml``."""

from collections.abc import Mapping

from interviewer.domain import Level, Step, Verdict

CutOffs = Mapping[str, float]


def cut_offs(rubric: Mapping[str, object], level: Level) -> dict[str, float]:
    """The cut-offs ``no_hire``, ``hire`` and ``strong_hire`` of a level."""
    per_level = rubric["cut_offs"]
    assert isinstance(per_level, Mapping)
    return {name: float(value) for name, value in per_level[level.value].items()}


def mean_score(steps: Mapping[Step, float | None], less: float) -> float | None:
    """The mean over all seven steps; one that was not reached counts as the mean of the others minus ``less``."""
    reached = [score for score in steps.values() if score is not None]
    if not reached:
        return None
    mean = sum(reached) / len(reached)
    absent = len(Step) - len(reached)
    return (sum(reached) + absent * max(1.0, mean - less)) / len(Step)


def verdict_of(score: float, bar: CutOffs) -> Verdict:
    """The highest verdict whose cut-off the score reaches."""
    for verdict in (Verdict.STRONG_HIRE, Verdict.HIRE, Verdict.NO_HIRE):
        if score >= bar[verdict.value]:
            return verdict
    return Verdict.STRONG_NO_HIRE


def distance(score: float, bar: CutOffs) -> float:
    """How far the score lies from the nearest cut-off."""
    return min(abs(score - cut) for cut in bar.values())
