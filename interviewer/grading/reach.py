"""Which steps the interview got to. Talk on the way to the model drifts near serving and monitoring; that a step was
reached shows in words that are about it by themselves, or in its having been asked for. When the interviewer says that
the time did not suffice for a step, only a real answer afterwards makes it reached. Pure.
"""

import re
from collections.abc import Mapping
from functools import cache

import numpy as np
import yaml

from interviewer.domain import Step
from interviewer.grading.locate import STEPS
from interviewer.grading.parameters import DATA, Floats, Probe
from interviewer.grading.reading import Reading
from interviewer.listening.announcements import announced
from interviewer.transcript import Transcript

LATE = (Step.SERVE, Step.MONITOR)
"""The steps that interviews run out of time for."""
EARLY = (Step.CLARIFY, Step.FRAME, Step.DATA, Step.MODEL)
"""The steps that nobody gets past without having at least passed through."""
WHOLE_INTERVIEW = 350
"""Words from which a later step implies the early ones; a drill on one step is shorter or says its mode."""
OWN_WORDS, OWN_WORDS_UNASKED = 20, 80
ASKED_FOR, ASKED_CLEARLY = 0.27, 0.40
"""The step read-out of a question from which it asks for the step, and from which any answer to it reaches the step."""
AFTER_ALL = 60
"""Words about a step, after the interviewer has given it up, from which it was reached after all."""


def reached(
    transcript: Transcript,
    reading: Reading,
    asked: Mapping[int, Floats],
    probe: Probe,
    least_words: int,
    whole: bool = True,
) -> list[Step]:
    """The steps with something to judge. ``whole`` is False for a drill on one step or topic."""
    words = dict.fromkeys(Step, 0)
    own = dict.fromkeys(Step, 0)
    nearest = probe(reading.vectors).argmax(1) if reading.units else np.zeros(0, int)
    for unit, step, near in zip(reading.units, reading.steps, nearest, strict=True):
        words[step] += unit.words
        own[step] += unit.words if STEPS[int(near)] == step else 0
    read_out = probe(np.stack(list(asked.values()))) if asked else np.zeros((0, len(STEPS)))
    questions = read_out.max(0) if asked else np.zeros(len(STEPS))
    said = dict.fromkeys(asked, 0)
    for unit in reading.units:
        said[unit.turn] = said.get(unit.turn, 0) + unit.words
    clear = {
        STEPS[int(row.argmax())]
        for turn, row in zip(asked, read_out, strict=True)
        if row.max() >= ASKED_CLEARLY and said[turn] >= least_words
    }
    named = {announced(unit.text) for unit in reading.units}
    given_up = untouched(transcript)
    found, units = [], reading.units
    for index, step in enumerate(STEPS):
        enough = words[step] >= least_words
        if enough and step in LATE:
            expected = questions[index] >= ASKED_FOR or step in named
            enough = own[step] >= (OWN_WORDS if expected else OWN_WORDS_UNASKED) or step in clear
        if step in given_up:
            late = [
                STEPS[int(near)] == step and unit.turn > given_up[step]
                for unit, near in zip(units, nearest, strict=True)
            ]
            enough = sum(unit.words for unit, after in zip(units, late, strict=True) if after) >= AFTER_ALL
        if enough:
            found.append(step)
    if whole and sum(words.values()) >= WHOLE_INTERVIEW:
        # The border between framing, data and model is blurred: their sentences are often heard as a neighbour's.
        last = max((STEPS.index(step) for step in found), default=-1)
        found = [step for i, step in enumerate(STEPS) if step in found or (step in EARLY and i < last)]
    return found


@cache
def _patterns() -> tuple[re.Pattern[str], dict[Step, re.Pattern[str]]]:
    data = yaml.safe_load((DATA / "untouched.yaml").read_text(encoding="utf-8"))
    steps = {step: re.compile(data[step.value], re.IGNORECASE) for step in Step if step.value in data}
    return re.compile(data["said"], re.IGNORECASE), steps


def untouched(transcript: Transcript) -> dict[Step, int]:
    """The later steps that the interviewer said there was no time for, with the last turn that said so."""
    said, steps = _patterns()
    found: dict[Step, int] = {}
    for index, turn in enumerate(transcript.turns):
        if turn.speaker == "interviewer" and index > len(transcript.turns) / 2:
            text = turn.text.replace("\u2019", "'")
            if said.search(text):
                found |= {step: index for step, name in steps.items() if name.search(text)}
    return found
