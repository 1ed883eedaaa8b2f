"""Which steps the interview got to. Talk on the way to the model drifts near serving and monitoring; that a step was
reached shows in words that are about it by themselves, or in its having been asked for. Pure.
"""

from collections.abc import Mapping

import numpy as np

from interviewer.grading.locate import STEPS
from interviewer.grading.parameters import Floats, Probe
from interviewer.grading.reading import Reading
from interviewer.steps import Step

LATE = (Step.SERVE, Step.MONITOR)
"""The steps that interviews run out of time for."""
EARLY = (Step.CLARIFY, Step.FRAME, Step.DATA, Step.MODEL)
"""The steps that nobody gets past without having at least passed through."""
WHOLE_INTERVIEW = 350
"""Words from which a later step implies the early ones; a drill on one step is shorter or says its mode."""
OWN_WORDS, OWN_WORDS_UNASKED = 20, 80
ASKED_FOR = 0.30
"""The step read-out of a question from which it asks for the step."""


def reached(
    reading: Reading, asked: Mapping[int, Floats], probe: Probe, least_words: int, whole: bool = True
) -> list[Step]:
    """The steps with something to judge. ``whole`` is False for a drill on one step or topic."""
    words = dict.fromkeys(Step, 0)
    own = dict.fromkeys(Step, 0)
    nearest = probe(reading.vectors).argmax(1) if reading.units else np.zeros(0, int)
    for unit, step, near in zip(reading.units, reading.steps, nearest, strict=True):
        words[step] += unit.words
        own[step] += unit.words if STEPS[int(near)] == step else 0
    questions = probe(np.stack(list(asked.values()))).max(0) if asked else np.zeros(len(STEPS))
    found = []
    for index, step in enumerate(STEPS):
        enough = words[step] >= least_words
        if enough and step in LATE:
            enough = own[step] >= (OWN_WORDS if questions[index] >= ASKED_FOR else OWN_WORDS_UNASKED)
        if enough:
            found.append(step)
    if whole and sum(words.values()) >= WHOLE_INTERVIEW:
        # The border between framing, data and model is blurred: their sentences are often heard as a neighbour's.
        last = max((STEPS.index(step) for step in found), default=-1)
        found = [step for i, step in enumerate(STEPS) if step in found or (step in EARLY and i < last)]
    return found
