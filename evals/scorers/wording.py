"""Reads an interviewer's turn: sentences, questions, content words, numbers; the scorers of conduct share it."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from evals.types import Json, Point, Record

DATA = Path(__file__).resolve().parent.parent / "data"
_WORD = re.compile(r"[a-z][a-z'-]{3,}|\d[\d.,]*")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_STEM = 6


@cache
def lines(name: str) -> tuple[str, ...]:
    """The lines of a data file that are not empty and no comment."""
    text = (DATA / name).read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


@cache
def pattern(name: str) -> re.Pattern[str]:
    """A data file of regular expressions, one a line, as one pattern that ignores case."""
    return re.compile("|".join(f"(?:{line})" for line in lines(name)), re.IGNORECASE)


def sentences(text: str) -> list[str]:
    """Sentences of a turn."""
    return [piece.strip() for piece in _SENTENCE.split(text) if piece.strip()]


def stems(text: str) -> set[str]:
    """Content words, cut to six letters: longer than three letters and not in ``data/stop_words.txt``."""
    stop = set(lines("stop_words.txt"))
    return {word[:_STEM] for word in _WORD.findall(text.lower()) if word not in stop}


def alike(one: str, other: str) -> bool:
    """Whether two questions are the same: equal letters, or content words with a Jaccard index of 0.8 or more."""
    plain = [re.sub(r"[^a-z0-9]+", " ", text.lower()).strip() for text in (one, other)]
    if plain[0] == plain[1]:
        return bool(plain[0])
    left, right = stems(one), stems(other)
    return min(len(left), len(right)) >= 3 and len(left & right) / len(left | right) >= 0.8


def positions(record: Record) -> Iterator[tuple[Json, list[Json]]]:
    """Every position of a record with the turns before it; a failed position has the key ``error``."""
    output = record.output or {}
    turns = output["turns"] if "turns" in output else record.inputs["transcript"]["turns"]
    for position in output.get("positions", []):
        yield position, turns[: position["turn"]]


def unscored(position: Json) -> Point:
    """A position at which the product failed."""
    return Point(None, position["turn"], position["error"])
