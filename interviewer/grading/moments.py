"""Ridge regression from sums: what a fit needs to know about rows that it need not see again. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from interviewer.grading.parameters import Floats, Probe

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Moments:
    """Weighted sums over rows of a regression; those of two sets of rows add up."""

    weight: float
    x: Doubles
    y: Doubles
    xx: Doubles
    xy: Doubles

    @classmethod
    def of(cls, x: Floats, y: Floats, weight: Floats) -> "Moments":
        """Of rows ``x``, what they should give ``y`` (one number or one per class) and their weights."""
        wide, heavy = x.astype(np.float64), weight.astype(np.float64)
        weighted = wide * heavy[:, None]
        wanted = y.astype(np.float64)
        return cls(float(heavy.sum()), heavy @ wide, heavy @ wanted, weighted.T @ wide, weighted.T @ wanted)

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(
            self.weight + other.weight, self.x + other.x, self.y + other.y, self.xx + other.xx, self.xy + other.xy
        )

    def times(self, share: float) -> "Moments":
        """The same rows weighing ``share`` times as much."""
        return Moments(self.weight * share, self.x * share, self.y * share, self.xx * share, self.xy * share)

    def ridge(self, strength: float) -> Probe:
        """The regression with a free intercept; ``strength`` is per unit of total weight."""
        mean, level = self.x / self.weight, self.y / self.weight
        gram = self.xx / self.weight - np.outer(mean, mean) + strength * np.eye(len(mean))
        together = self.xy / self.weight - (np.outer(mean, level) if level.ndim else mean * level)
        found = np.linalg.solve(gram, together)
        return Probe(found.astype(np.float32), np.asarray(level - mean @ found, np.float32))
