"""Which sentences of an interview show which signals.

A unit shows a signal when of all signals this one's examples lie closest to it, what was said around it and the
criterion agree, and it speaks in the criterion's own words (``own_words``). Best is what has most of these words, is
closest, and has a reason, number or choice in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from interviewer.domain import Step
from interviewer.grading.own_words import OwnWords
from interviewer.grading.parameters import Floats
from interviewer.grading.reading import Reading
from interviewer.knowledge.embeddings import Embedder
from interviewer.knowledge.schema import Signal
from interviewer.listening.examples import Sounds, kept_vectors
from interviewer.listening.thought import depth

CLOSE, AGREES = 0.30, 0.38
"""Likeness, and agreement, from which a unit can show a signal at all. Both are low: the words decide (``SHARED``)."""
SHARED, LEAD = 18.0, 60.0
"""How much of the signal's own words a quote must hold (``own_words``), and how much its lead in agreement over every
other signal counts beside them. How often quotes support their signal: ``evals/data/quote_readings.jsonl``."""
BESIDE = 8.0
"""How much of that the sentences beside a unit may bring into its quote."""
AGREED_PERHAPS, MEANT_PERHAPS = 0.44, 0.52
"""Agreement with a signal, and likeness to its criterion, from which it may have been said."""
DENSE_PERHAPS = 13.0
"""How densely a passage must be of the signal's own words for that."""
ELSEWHERE = 0.10
"""How much closer it must be to a signal of another step than the one it stands in."""
RUNNER_UP = 0.06
"""How far behind the closest signal of any step a match may lie."""
SHORTEST, NEAREST = 6, 6
"""Words of a unit, and its closest signals, that are looked at."""
AMPLE = 30.0
"""Support beyond which more of it makes no better quote."""
_REASON, _NUMBER, _CHOICE, _SUPPORT = 0.05, 0.02, 0.03, 0.012


def criteria_vectors(
    signals: Mapping[Step, Sequence[Signal]], embedder: Embedder, folder: Path | None
) -> dict[str, Floats]:
    """By signal id the vector of the criterion with what a strong answer has. ``folder`` keeps them."""
    every = [signal for own in signals.values() for signal in own]
    vectors: Sequence[Floats] = list(kept_vectors([f"{one.text} {one.strong}" for one in every], embedder, folder))
    return {one.id: vector for one, vector in zip(every, vectors, strict=True)}


@dataclass(frozen=True)
class Match:
    """A unit that sounds like a signal."""

    index: int
    """Of the unit in the reading."""
    id: str
    step: Step | None
    lead: float
    """How much more it agrees with this signal than with any other."""
    worth: float
    """Likeness, depth and support: what is shown first."""


def likeness(vectors: Floats, sounds: Sounds) -> tuple[list[str], Floats]:
    """The ids, and for each vector its likeness to each: the mean of the two nearest examples."""
    near = vectors @ sounds.vectors.T
    ids = np.array(sounds.ids)
    names = list(dict.fromkeys(sounds.ids))
    columns = [np.sort(near[:, ids == name], axis=1)[:, -2:].mean(axis=1) for name in names]
    return names, np.stack(columns, axis=1) if columns else np.zeros((len(vectors), 0), np.float32)


def _in_context(reading: Reading) -> Floats:
    """Each unit's vector with half of its neighbours' in the same turn."""
    units = reading.units
    found = reading.vectors.copy()
    for i in range(1, len(units)):
        if units[i].turn == units[i - 1].turn:
            found[i] += 0.5 * reading.vectors[i - 1]
            found[i - 1] += 0.5 * reading.vectors[i]
    normed: Floats = found / np.linalg.norm(found, axis=1, keepdims=True)
    return normed


@dataclass(frozen=True)
class Likeness:
    """How each unit (row) relates to each signal (column)."""

    names: list[str]
    near: Floats
    """Likeness to the signal's examples."""
    agreed: Floats
    """What it, the words around it and the criterion say together."""
    meant: Floats
    """Likeness of the words with those around them to the criterion."""


def compare(reading: Reading, sounds: Sounds, criteria: Mapping[str, Floats]) -> Likeness:
    """Every unit with every signal; no names where there is nothing to compare."""
    if not reading.units or not len(sounds):
        nothing = np.zeros((0, 0), np.float32)
        return Likeness([], nothing, nothing, nothing)
    names, near = likeness(reading.vectors, sounds)
    context = _in_context(reading)
    around = likeness(context, sounds)[1]
    meant = context @ np.stack([criteria[name] for name in names]).T
    return Likeness(names, near, 0.25 * near + 0.5 * around + 0.25 * meant, meant)


def perhaps_said(found: Likeness, reading: Reading, own_words: OwnWords) -> set[str]:
    """The signals that something in the interview comes near to, or in whose words some passage speaks, though not so
    that it could be shown as evidence: a report must not claim that they were missing. Claims that were read:
    ``evals/data/claim_readings.jsonl``."""
    if not found.names:
        return set()
    close = (found.agreed.max(0) >= AGREED_PERHAPS) | (found.meant.max(0) >= MEANT_PERHAPS)
    spoken = _passages(reading)
    return {
        name
        for name, near in zip(found.names, close, strict=True)
        if near or any(own_words.dense(name, passage) >= DENSE_PERHAPS for passage in spoken)
    }


def _passages(reading: Reading) -> list[str]:
    """Each unit with its neighbours in the same turn."""
    units = reading.units
    return [
        " ".join(one.text for one in units[max(0, i - 1) : i + 2] if one.turn == unit.turn)
        for i, unit in enumerate(units)
    ]


def matches(reading: Reading, sounds: Sounds, compared: Likeness, own_words: OwnWords) -> list[Match]:
    """Which units show which signals, the most telling first."""
    names, near, agreed = compared.names, compared.near, compared.agreed
    of = dict(zip(sounds.ids, sounds.steps, strict=True))
    found: list[Match] = []
    for index, (unit, step) in enumerate(zip(reading.units, reading.steps, strict=True)):
        if unit.words < SHORTEST or not names:
            continue
        for column in np.argsort(-near[index])[:NEAREST]:
            name, value = names[int(column)], float(near[index, column])
            least = max(CLOSE + ELSEWHERE * (of[name] != step), float(near[index].max()) - RUNNER_UP)
            if value < least or agreed[index, column] < AGREES:
                continue
            lead = _lead(agreed[index], int(column))
            support = own_words.shared(name, unit.text) + LEAD * lead
            if support >= SHARED - BESIDE:
                found.append(Match(index, name, of[name], lead, value + _worth(unit.text, support)))
    found.sort(key=lambda one: (-one.worth, one.index, one.id))
    return found


def _lead(agreed: Floats, column: int) -> float:
    """How much more it agrees with this signal than with any other."""
    return float(agreed[column] - np.delete(agreed, column).max(initial=-1.0))


def _worth(text: str, support: float) -> float:
    shown = depth(text)
    return (
        _SUPPORT * min(support, AMPLE)
        + _REASON * shown.reason
        + _NUMBER * shown.number
        + _CHOICE * shown.choice
        - _REASON * shown.listing
    )
