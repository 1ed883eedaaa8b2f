"""How deep the answers go: groups of units of one step are read by a linear probe on their embedding.

The probe was fitted on panel scores per step (``fit``). It hears how things are said about a problem, not whether
they are true; the report therefore rests its words on evidence and its confidence on how familiar the talk is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from interviewer.domain import Step
from interviewer.grading.parameters import Fitted, Floats
from interviewer.listening.segments import Unit

GROUP_WORDS = 50
NEARLY_IDLE, FULLY_ABOUT = 0.05, 0.5
"""How far below the threshold of idle talk a unit begins to count, and over which distance it comes to count fully."""
Encode = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True)
class Group:
    """Neighbouring units of one turn and one step, about fifty words."""

    step: Step
    units: tuple[Unit, ...]
    weight: float
    """Words, each counting as much as its sentence is about the design (``substance``)."""

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


def substance(vectors: Floats, fitted: Fitted) -> Floats:
    """For each unit how much it is about the design, 0 to 1: what is nearly idle talk counts little, so that people
    who wander and draw aloud are judged by what they say about the problem."""
    share: Floats = np.clip((-NEARLY_IDLE - fitted.idle(vectors)) / FULLY_ABOUT, 0.0, 1.0)
    return share


def groups(units: Sequence[Unit], steps: Sequence[Step], shares: Sequence[float] | Floats) -> list[Group]:
    """The units cut into groups at changes of turn and step and at about fifty words; ``shares`` is their substance."""
    share = {(unit.turn, unit.start): float(own) for unit, own in zip(units, shares, strict=True)}
    return [
        Group(step, one, sum(unit.words * share[unit.turn, unit.start] for unit in one))
        for step, one in _cut(units, steps)
    ]


def _cut(units: Sequence[Unit], steps: Sequence[Step]) -> list[tuple[Step, tuple[Unit, ...]]]:
    found: list[tuple[Step, tuple[Unit, ...]]] = []
    held: list[Unit] = []
    of: Step | None = None
    for unit, step in zip(units, steps, strict=True):
        full = sum(one.words for one in held) >= GROUP_WORDS - 8
        if held and of is not None and (held[0].turn != unit.turn or of != step or full):
            found.append((of, tuple(held)))
            held = []
        held.append(unit)
        of = step
    if held and of is not None:
        found.append((of, tuple(held)))
    return found


def measure(cut: Sequence[Group], encode: Encode, fitted: Fitted) -> list[Depth]:
    """Each group's depth."""
    if not cut:
        return []
    vectors = encode([group.plain for group in cut])
    scores = fitted.depth(vectors)
    known = np.linalg.norm(vectors @ fitted.familiar.T, axis=1)
    return [Depth(g, float(s), float(k)) for g, s, k in zip(cut, scores, known, strict=True)]
