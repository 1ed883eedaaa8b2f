"""From depth to step scores: pooling, shrinking, the level's offset. Pure.

A step's own answers say little more than noise when they are few, so its score leans on the whole interview:
``overall + lean × words / (words + half) × (step − overall)``. What an hour of talk has diluted is concentrated again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interviewer.domain import Level, Step
from interviewer.grading.depth import Depth
from interviewer.grading.parameters import rubric

LOWEST, HIGHEST = 1.0, 4.0
Numbers = NDArray[np.floating]


@dataclass(frozen=True)
class Pooled:
    """The interview and its steps before calibration."""

    overall: float
    steps: dict[Step, float]
    words: dict[Step, int]
    weights: dict[Step, float]
    """Words, those of nearly idle talk counting less."""
    substance: float
    """Share of the words that is about the design (``depth.substance``): what remains of 1 was spoken around it."""
    spread: float
    """Standard error of ``overall`` over the groups."""
    familiar: float

    @property
    def total(self) -> int:
        """Words that count."""
        return sum(self.words.values())


@dataclass(frozen=True)
class Scale:
    """Calibration: fitted, see ``fit``."""

    slope: float
    intercept: float
    lean: float
    half: float
    bars: Mapping[str, float]
    """How far each level's bar lies above senior's."""

    @classmethod
    def of(cls, values: Mapping[str, float], bars: Mapping[str, float]) -> "Scale":
        """From the fitted numbers."""
        return cls(
            values["slope"],
            values["intercept"],
            values["lean"],
            values["half"],
            bars,
        )


def pool(depths: Sequence[Depth]) -> Pooled:
    """The mean over groups, weighted by words of substance, for the interview and for each step."""
    return weighed(
        np.array([one.score for one in depths]),
        np.array([one.group.weight for one in depths]),
        np.array([one.group.words for one in depths], float),
        [one.group.step for one in depths],
        np.array([one.familiar for one in depths]),
    )


def weighed(score: Numbers, weight: Numbers, words: Numbers, of: Sequence[Step], familiar: Numbers) -> Pooled:
    """The same from each group's score, weight, words, step and familiarity."""
    groups = {step: np.array([own == step for own in of], bool) for step in Step}
    counted = {step: int(words[own].sum()) for step, own in groups.items()}
    if not weight.sum() > 0:
        return Pooled(LOWEST, {}, counted, dict.fromkeys(Step, 0.0), 0.0, 1.0, 0.0)
    total = weight.sum()
    overall = float(score @ weight / total)
    weights = {step: float(weight[own].sum()) for step, own in groups.items()}
    steps = {step: float(score[own] @ weight[own] / weights[step]) for step, own in groups.items() if weights[step] > 0}
    variance = float(((score - overall) ** 2) @ weight / total)
    enough = total**2 / float(weight @ weight)
    return Pooled(
        overall,
        steps,
        counted,
        weights,
        float(total / words.sum()),
        float(np.sqrt(variance / max(enough, 1.0))),
        float(familiar @ weight / total),
    )


def calibrated(pooled: Pooled, level: Level, scale: Scale, reached: Sequence[Step]) -> dict[Step, float]:
    """The score of each step that was reached, 1 to 4 relative to the level."""
    strength = diluted(pooled.substance)
    middle = float(rubric()["dilution"]["middle"])
    overall = middle + (scale.slope * pooled.overall + scale.intercept - middle) / strength - scale.bars[level.value]
    found = {}
    for step in reached:
        own, words = pooled.steps.get(step, pooled.overall), pooled.weights[step]
        lean = scale.lean * words / (words + scale.half)
        found[step] = overall + lean * scale.slope * (own - pooled.overall) / strength
    return found


def diluted(substance: float) -> float:
    """How much of its distance from the middle a mark keeps when so small a share of the words is about the design:
    1 for a tidy interview. Spread thin over an hour of talk, strong and weak answers sound alike, but stay in order."""
    about = rubric()["dilution"]
    thinner = max(0.0, float(about["tidy"]) - substance)
    return max(float(about["least"]), 1 - float(about["slope"]) * thinner)


def bounded(score: float) -> float:
    """Within 1 to 4, to two decimals."""
    return round(min(HIGHEST, max(LOWEST, score)), 2)
