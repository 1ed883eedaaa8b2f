"""Quotes that reason about a step where no criterion of the step fits them. Pure.

People who think for themselves argue a step along lines that no case file foresaw. Where a step that went deep has
few quotes, its best-argued sentences are shown for what they certainly are: words about the step, with a reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import yaml

from interviewer.domain import Help, MoveKind, Step
from interviewer.grading.depth import Encode
from interviewer.grading.locate import STEPS
from interviewer.grading.parameters import DATA, Fitted, Floats
from interviewer.grading.quotes import quote_at
from interviewer.grading.reading import Reading
from interviewer.grading.report import Evidence
from interviewer.knowledge.schema import Signal
from interviewer.listening.segments import plain_words
from interviewer.listening.thought import depth
from interviewer.transcript import Transcript

ENOUGH = 2
"""Quotes for a step from which none is looked for here, and up to which they are."""
SOLID, DEEP = 2.5, 2.3
"""The score of a step from which it went deep, and how deep the talk around a quote must read, at the level asked for:
in weak steps a well-argued sentence is often a wrong one."""
WORDS, LONG = 14, 20
"""Of a unit, and from how many a reason needs neither figure nor choice beside it."""
ABOUT, LEAD = 0.20, 0.02
"""The step read-out from which a unit is about its step by itself, and its lead over the other steps'."""
ABOUT_AT_ALL, BEHIND = 0.10, -0.08
"""The same for a step that would be left without any quote: what stands around the unit says which step it is."""
AS_NEAR = 0.02
"""How far behind the nearest criterion another one may lie and still be what a quote may have meant."""
IDLE = -0.20
"""The reading of idle talk above which a unit is too near to it."""


@dataclass(frozen=True)
class Subject:
    """What such a quote of a step shows."""

    id: str
    topic: str
    text: str


@cache
def subjects() -> dict[Step, Subject]:
    """By step."""
    data = yaml.safe_load((DATA / "reasoned.yaml").read_text(encoding="utf-8"))
    return {
        step: Subject(f"reasoned-{step.value.replace('_', '-')}", data[step.value]["topic"], data[step.value]["text"])
        for step in Step
    }


def reasoned(
    found: Mapping[Step, Sequence[Evidence]],
    scores: Mapping[Step, float | None],
    transcript: Transcript,
    reading: Reading,
    deep: Sequence[float],
    fitted: Fitted,
    asked: Mapping[int, Floats],
) -> dict[Step, list[Evidence]]:
    """For deep steps with few quotes in ``found``, their best-argued sentences beside those."""
    more: dict[Step, list[Evidence]] = {step: [] for step in Step}
    if not reading.units:
        return more
    likeness, idle = fitted.step(reading.vectors), fitted.idle(reading.vectors)
    for step in Step:
        column = STEPS.index(step)
        rivals = np.delete(likeness, column, axis=1).max(axis=1)
        fitting = [
            i
            for i, unit in enumerate(reading.units)
            if (scores[step] or 0) >= SOLID
            and reading.steps[i] == step
            and unit.words >= WORDS
            and deep[i] >= DEEP
            and idle[i] <= IDLE
            and likeness[i, column] >= max(ABOUT_AT_ALL, rivals[i] + BEHIND)
            and _argued(unit.text)
        ]
        clear = {i for i in fitting if likeness[i, column] >= max(ABOUT, rivals[i] + LEAD)}
        fitting.sort(key=lambda i: (i not in clear, -deep[i] - float(likeness[i, column]), i))
        for index in fitting:
            shown = sum(one.sign == "+" for one in (*found[step], *more[step]))
            # Questions about the product reason little: what is not clearly one of them is shown for the other steps.
            if shown >= (ENOUGH if index in clear else int(step != Step.CLARIFY)):
                break
            one = _evidence(transcript, reading, index, step, asked, fitted)
            if one is not None and not _overlaps(one, [*found[step], *more[step]]):
                more[step].append(one)
    return more


def _argued(text: str) -> bool:
    said = depth(text)
    beside = said.number or said.choice or said.example or len(text.split()) >= LONG
    return said.reason and beside and not said.listing and "?" not in text


def _overlaps(one: Evidence, others: Sequence[Evidence]) -> bool:
    return any(one.turn == other.turn and (one.quote in other.quote or other.quote in one.quote) for other in others)


def _evidence(
    transcript: Transcript,
    reading: Reading,
    index: int,
    step: Step,
    asked: Mapping[int, Floats],
    fitted: Fitted,
) -> Evidence | None:
    unit, subject = reading.units[index], subjects()[step]
    quote = quote_at(reading.units, index, transcript.turns[unit.turn].text)
    if not _argued(quote):
        return None
    return Evidence(
        signal=subject.id,
        quote=quote,
        turn=unit.turn,
        help=_help(transcript, unit.turn, step, asked, fitted),
        sign="+",
        about=subject.topic,
    )


def _help(transcript: Transcript, turn: int, step: Step, asked: Mapping[int, Floats], fitted: Fitted) -> Help:
    """A question on the step just before it makes it probed, a hint hinted."""
    before = transcript.turns[turn - 1] if turn else None
    move = before.move if before is not None else None
    if move is not None and move.kind == MoveKind.HINT:
        return Help.HINTED
    about = turn in asked and STEPS[int(fitted.step(asked[turn][None])[0].argmax())] == step
    return Help.PROBED if about else Help.UNPROMPTED


def touched(
    argued: Mapping[Step, Sequence[Evidence]],
    encode: Encode,
    criteria: Mapping[str, Floats],
    signals: Mapping[Step, Sequence[Signal]],
) -> set[str]:
    """For each such quote the criteria of its step that it comes nearest to: the report must not call them missing."""
    found = set()
    for step, own in argued.items():
        ids = [one.id for one in signals[step]]
        if own and ids:
            quotes = encode([plain_words(one.quote) for one in own])
            for near in quotes @ np.stack([criteria[id_] for id_ in ids]).T:
                found |= {id_ for id_, value in zip(ids, near, strict=True) if value >= near.max() - AS_NEAR}
    return found
