"""Reads an interview once for the grader: units, their vectors, their steps, what is set aside, how deep it goes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from interviewer.domain import Step
from interviewer.grading.depth import Depth, Encode, groups, measure, substance
from interviewer.grading.filters import Reason, set_aside
from interviewer.grading.locate import locate, questions
from interviewer.grading.parameters import Fitted, Floats
from interviewer.grading.settle import settled
from interviewer.listening.segments import Unit, candidate_units
from interviewer.transcript import Transcript


@dataclass(frozen=True)
class Reading:
    """What counts in an interview: ``units``, ``vectors`` and ``steps`` run in parallel, admitted units only."""

    units: tuple[Unit, ...]
    vectors: Floats
    steps: tuple[Step, ...]
    aside: tuple[tuple[Unit, Reason], ...]
    depths: tuple[Depth, ...]


def read(transcript: Transcript, encode: Encode, fitted: Fitted) -> Reading:
    """The reading of a transcript. ``labels`` and other extras are never looked at."""
    every = candidate_units(transcript)
    vectors = encode([unit.plain for unit in every])
    aside = set_aside(transcript, every, vectors, fitted)
    kept = [i for i in range(len(every)) if i not in aside]
    units = [every[i] for i in kept]
    own = vectors[kept]
    steps = locate(units, own, asked_vectors(transcript, encode), fitted.step)
    return Reading(
        tuple(units),
        own,
        tuple(steps),
        tuple((every[i], reason) for i, reason in sorted(aside.items())),
        tuple(measure(groups(units, steps, substance(own, fitted)), encode, fitted)),
    )


def settle(reading: Reading, got_to: Sequence[Step], encode: Encode, fitted: Fitted, least_words: int) -> Reading:
    """The reading with words for each step that was got to (``settled``)."""
    steps = settled(reading.units, reading.vectors, reading.steps, got_to, fitted.step, least_words)
    if steps == list(reading.steps):
        return reading
    shares = substance(reading.vectors, fitted)
    return replace(
        reading, steps=tuple(steps), depths=tuple(measure(groups(reading.units, steps, shares), encode, fitted))
    )


def asked_vectors(transcript: Transcript, encode: Encode) -> dict[int, Floats]:
    """The vector of the question before each candidate turn, where there was one."""
    found = {turn: text for turn, text in questions(transcript).items() if text}
    vectors: Sequence[Floats] = list(encode(list(found.values()))) if found else []
    return dict(zip(found, vectors, strict=True))
