"""A step that was passed through on the way gets the words that are most about it. Pure.

Nobody gets from requirements to data without a word on the framing, but such words are often heard as a neighbour's.
Where a step that counts as reached is left with hardly any, the units of the steps beside it that sound most like it
become its own: so that its score, its time and its evidence are of the same words.
"""

from collections.abc import Sequence

import numpy as np

from interviewer.domain import Step
from interviewer.grading.locate import STEPS
from interviewer.grading.parameters import Floats, Probe
from interviewer.listening.segments import Unit

MOST = 3
"""Units that a step may take."""
CLEAR = -0.05
"""How far a unit's likeness to the step may lie behind its likeness to any other."""


def settled(
    units: Sequence[Unit], vectors: Floats, steps: Sequence[Step], got_to: Sequence[Step], probe: Probe, least: int
) -> list[Step]:
    """The step of each unit, now with words for every step in ``got_to`` where there are any to be had."""
    found = list(steps)
    words = {step: sum(unit.words for unit, own in zip(units, found, strict=True) if own == step) for step in STEPS}
    if not any(words[step] < least for step in got_to):
        return found
    likeness = probe(vectors)
    for step in got_to:
        column, taken = STEPS.index(step), 0
        lead = likeness[:, column] - np.delete(likeness, column, axis=1).max(axis=1)
        for index in np.argsort(-lead):
            giver, own = found[index], units[index].words
            if words[step] >= least or taken == MOST or lead[index] < CLEAR:
                break
            if abs(STEPS.index(giver) - column) == 1 and words[giver] - own >= least:
                found[index], taken = step, taken + 1
                words[step] += own
                words[giver] -= own
    return found
