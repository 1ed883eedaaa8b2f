"""Which step each unit is about: what it says, what was just asked, and where in the interview it stands.

A Viterbi path over the seven steps. Speakers stay with a subject and mostly move forward, yet may jump back;
nothing forces the order. The read-out was fitted on the knowledge base's own sentences, not on interviews.
"""

from collections.abc import Sequence

import numpy as np

from interviewer.domain import Step
from interviewer.grading.parameters import Floats, Probe
from interviewer.listening.announcements import announced
from interviewer.listening.segments import Unit, plain_words
from interviewer.transcript import Transcript

STEPS = tuple(Step)
_SHARPNESS = 4.0
_STAY, _STAY_AFTER_QUESTION = 1.5, 0.4
_BACKWARDS = 0.5
_QUESTION = 2.0
_ANNOUNCED = 3.0
_PLACE, _SPREAD = 0.1, 0.15
_MIDDLE = np.array([0.04, 0.14, 0.30, 0.50, 0.67, 0.80, 0.93])
"""Where in an interview, as a share of its words, a step usually has its middle (the framework's minutes)."""
_FULL_WORDS = 18


def questions(transcript: Transcript) -> dict[int, str]:
    """For each candidate turn with words, what the interviewer said just before it, without fillers."""
    found: dict[int, str] = {}
    asked: list[str] = []
    for index, turn in enumerate(transcript.turns):
        if turn.speaker == "interviewer":
            asked.append(turn.text)
        elif turn.text.strip():
            found[index] = plain_words(" ".join(asked))[-400:]
            asked = []
    return found


def locate(units: Sequence[Unit], vectors: Floats, asked: dict[int, Floats], probe: Probe) -> list[Step]:
    """The step of each unit. ``asked`` holds the vector of the question before each turn, where there was one."""
    if not units:
        return []
    words = np.array([unit.words for unit in units], float)
    place = (np.cumsum(words) - words / 2) / max(words.sum(), 1.0)
    fit = probe(vectors) * _SHARPNESS * np.minimum(1.5, words / _FULL_WORDS)[:, None]
    fit -= _PLACE * ((place[:, None] - _MIDDLE) / _SPREAD) ** 2
    seen: set[int] = set()
    fresh = np.zeros(len(units), bool)
    for i, unit in enumerate(units):
        if (said := announced(unit.text)) is not None:
            fit[i, STEPS.index(said)] += _ANNOUNCED
        if unit.turn not in seen:
            seen.add(unit.turn)
            fresh[i] = True
            if unit.turn in asked:
                fit[i] += _QUESTION * _SHARPNESS * probe(asked[unit.turn][None])[0]
    apart = 1 - np.eye(len(STEPS))
    back = np.tril(np.ones((len(STEPS), len(STEPS))), -1) * _BACKWARDS
    best = fit[0].copy()
    best[3:] -= 2.0  # interviews do not open with the later steps
    came_from: list[np.ndarray] = []
    for i in range(1, len(units)):
        step = best[:, None] - (_STAY_AFTER_QUESTION if fresh[i] else _STAY) * apart - back
        came_from.append(step.argmax(0))
        best = step.max(0) + fit[i]
    path = [int(best.argmax())]
    for origin in reversed(came_from):
        path.append(int(origin[path[-1]]))
    return [STEPS[index] for index in reversed(path)]
