"""From depth to step scores: pooling, shrinking, the level's offset. Pure.

A step's own answers say little more than noise when they are few, so its score leans on the whole interview:
``overall + lean × words / (words + half) × (step − overall)``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from interviewer.grading.depth import Depth
from interviewer.steps import Level, Step

LOWEST, HIGHEST = 1.0, 4.0


@dataclass(frozen=True)
class Pooled:
    """The interview and its steps before calibration."""

    overall: float
    steps: dict[Step, float]
    words: dict[Step, int]
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
    """The mean over groups, weighted by words, for the interview and for each step."""
    if not depths:
        return Pooled(LOWEST, {}, dict.fromkeys(Step, 0), 1.0, 0.0)
    score = np.array([one.score for one in depths])
    words = np.array([one.group.words for one in depths], float)
    familiar = np.array([one.familiar for one in depths])
    total = words.sum()
    overall = float(score @ words / total)
    steps: dict[Step, float] = {}
    counted: dict[Step, int] = {}
    for step in Step:
        own = np.array([one.group.step == step for one in depths])
        counted[step] = int(words[own].sum())
        if counted[step]:
            steps[step] = float(score[own] @ words[own] / words[own].sum())
    variance = float(((score - overall) ** 2) @ words / total)
    enough = total**2 / float(words @ words)
    return Pooled(
        overall,
        steps,
        counted,
        float(np.sqrt(variance / max(enough, 1.0))),
        float(familiar @ words / total),
    )


def calibrated(pooled: Pooled, level: Level, scale: Scale, reached: Sequence[Step]) -> dict[Step, float]:
    """The score of each step that was reached, 1 to 4 relative to the level."""
    overall = scale.slope * pooled.overall + scale.intercept - scale.bars[level.value]
    found = {}
    for step in reached:
        own, words = pooled.steps.get(step, pooled.overall), pooled.words[step]
        lean = scale.lean * words / (words + scale.half)
        found[step] = overall + lean * scale.slope * (own - pooled.overall)
    return found


def bounded(score: float) -> float:
    """Within 1 to 4, to two decimals."""
    return round(min(HIGHEST, max(LOWEST, score)), 2)
