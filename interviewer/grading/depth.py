"""How deep the answers go: groups of units of one step are read by a linear probe on their embedding.

The probe was fitted on panel scores per step (``fit``). It hears how things are said about a problem, not whether
they are true; the report therefore rests its words on evidence and its confidence on how familiar the talk is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from interviewer.grading.parameters import Fitted, Floats
from interviewer.grading.units import Unit
from interviewer.steps import Step

GROUP_WORDS = 50
Encode = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True)
class Group:
    """Neighbouring units of one turn and one step, about fifty words."""

    step: Step
    units: tuple[Unit, ...]

    @property
    def plain(self) -> str:
        """What is embedded."""
        return " ".join(unit.plain for unit in self.units)

    @property
    def words(self) -> int:
        """Without fillers."""
        return sum(unit.words for unit in self.units)


@dataclass(frozen=True)
class Depth:
    """A group's reading."""

    group: Group
    score: float
    """1 to 4 at senior level, before calibration."""
    familiar: float
    """0 to 1: the share of the embedding that lies in the talk that the probe was fitted on."""


def groups(units: Sequence[Unit], steps: Sequence[Step]) -> list[Group]:
    """The units cut into groups at changes of turn and step and at about fifty words."""
    found: list[Group] = []
    held: list[Unit] = []
    of: Step | None = None
    for unit, step in zip(units, steps, strict=True):
        full = sum(one.words for one in held) >= GROUP_WORDS - 8
        if held and of is not None and (held[0].turn != unit.turn or of != step or full):
            found.append(Group(of, tuple(held)))
            held = []
        held.append(unit)
        of = step
    if held and of is not None:
        found.append(Group(of, tuple(held)))
    return found


def measure(cut: Sequence[Group], encode: Encode, fitted: Fitted) -> list[Depth]:
    """Each group's depth."""
    if not cut:
        return []
    vectors = encode([group.plain for group in cut])
    scores = fitted.depth(vectors)
    known = np.linalg.norm(vectors @ fitted.familiar.T, axis=1)
    return [Depth(g, float(s), float(k)) for g, s, k in zip(cut, scores, known, strict=True)]
