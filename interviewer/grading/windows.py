"""Cuts a candidate's answers into passages that the embedded model reads, each after the question it answers. Pure.

Passages do not depend on which step they belong to, nor on what is said later, so what was read during the interview
need not be read again at its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from interviewer.domain import Step
from interviewer.grading.locate import questions
from interviewer.listening.segments import Unit
from interviewer.transcript import Transcript

LONGEST, SHORTEST = 115, 22
"""Words of a passage; what is shorter is not read."""
QUESTION_WORDS = 25


@dataclass(frozen=True)
class Window:
    """A passage of one turn, with how many of its words are about each step."""

    asked: str
    said: str
    words: int
    steps: dict[Step, int]


def windows(transcript: Transcript, units: Sequence[Unit], steps: Sequence[Step]) -> list[Window]:
    """The passages of the units that count, in order."""
    asked = questions(transcript)
    found: list[Window] = []
    held: list[tuple[Unit, Step]] = []

    def close() -> None:
        words = sum(unit.words for unit, _ in held)
        if words >= SHORTEST:
            about: dict[Step, int] = {}
            for unit, step in held:
                about[step] = about.get(step, 0) + unit.words
            question = " ".join(asked.get(held[0][0].turn, "").split()[-QUESTION_WORDS:])
            found.append(Window(question, " ".join(unit.plain for unit, _ in held), words, about))
        held.clear()

    for unit, step in zip(units, steps, strict=True):
        if held and (held[0][0].turn != unit.turn or sum(one.words for one, _ in held) + unit.words > LONGEST):
            close()
        held.append((unit, step))
    if held:
        close()
    return found


def spread(every: Sequence[Window], most: int) -> list[Window]:
    """At most so many, evenly spread, in an order of which every beginning is evenly spread as well; the choice hardly
    changes when more is said afterwards."""
    return [every[index] for index in sorted(range(len(every)), key=_reversed_bits)[:most]]


def _reversed_bits(index: int) -> int:
    return int(f"{index:020b}"[::-1], 2)
