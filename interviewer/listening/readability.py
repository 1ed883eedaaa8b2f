"""Whether heard words are what was said: a bad microphone leaves English words in an order that nobody speaks in.

    readability("so the labels arrive late and then I would wait")  ->  about 1.0
    readability("so duh kitchen labours late banana and wait")      ->  about 0.5

Three things are read from the words, whoever wrote them down: how often frequent words follow one another as they do
in talk, the share of the other words that talk about such systems has, and the share of frequent words. A line fitted
on clean and garbled interviews makes of them the share of words that arrived as said (``data/readability.yaml``).
Terse notes have few frequent words and are read by their vocabulary alone.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml
from numpy.typing import NDArray

from interviewer.transcript import Transcript

_DATA = Path(__file__).parent / "data"
_WORD = re.compile(r"[a-z']+|[0-9]+")
_SHORT = 3
"""Letters below which a word that is not frequent is no evidence."""


@dataclass(frozen=True)
class Hearing:
    """How well a candidate was heard. ``share``: of the words, how many arrived as said, 0 to 1."""

    share: float
    words: int
    level: Literal["clear", "doubtful", "unreadable"]


@dataclass(frozen=True)
class _Table:
    frequent: dict[str, int]
    """The most frequent words of talk, in that order."""
    ratios: NDArray[np.float32]
    """Log ratios of neighbourhoods; the last row and column are all other words."""
    known: frozenset[str]


@cache
def _table() -> _Table:
    with np.load(_DATA / "readability.npz", allow_pickle=False) as file:
        frequent = str(file["frequent"]).split()
        return _Table(
            {word: index for index, word in enumerate(frequent)},
            file["ratios"].astype(np.float32) / 50,
            frozenset(str(file["known"]).split()),
        )


@cache
def numbers() -> dict[str, Any]:
    """``data/readability.yaml``: weights, thresholds, and where they come from."""
    loaded: dict[str, Any] = yaml.safe_load((_DATA / "readability.yaml").read_text(encoding="utf-8"))
    return loaded


def plain(text: str) -> list[str]:
    """The words as they are counted: lower case, without punctuation."""
    return _WORD.findall(text.lower().replace("\u2019", "'"))


def measures(words: list[str], known: Collection[str] = ()) -> tuple[float, float, float]:
    """Order (mean log ratio of neighbours), share of other words that are known, share of frequent words."""
    table = _table()
    rest = len(table.frequent)
    kinds = [table.frequent.get(word, rest) for word in words]
    order = float(np.mean([table.ratios[a, b] for a, b in pairwise(kinds)])) if len(kinds) > 1 else 0.0
    leading = numbers()["function_words"]
    function = [kind < leading for kind in kinds]
    content = [w for w, small in zip(words, function, strict=True) if not small and len(w) >= _SHORT and w.isalpha()]
    familiar = sum(word in table.known or word in known for word in content) / len(content) if content else 1.0
    return order, familiar, sum(function) / max(1, len(words))


def readability(text: str, known: Collection[str] = ()) -> float:
    """The share of words that arrived as said, 0 to 1, as the words themselves show it; 1 for hardly any words.

    ``known``: words of this interview that are right, such as the case's and the interviewer's, in lower case.
    """
    words = plain(text)
    if len(words) < numbers()["least_words"]:
        return 1.0
    order, familiar, frequent = measures(words, known)
    line, notes = numbers()["line"], numbers()["notes"]
    spoken = line["constant"] + line["order"] * order + line["familiar"] * familiar + line["frequent"] * frequent
    return float(min(1.0, max(0.0, spoken, notes["constant"] + notes["familiar"] * familiar)))


def hearing(transcript: Transcript, known: Collection[str] = ()) -> Hearing:
    """How well the candidate's spoken words were heard; typed and drawn turns were not heard and do not count."""
    said = " . ".join(t.text for _, t in transcript.candidate_turns() if t.mode not in ("typed", "drawn"))
    right = {word for turn in transcript.turns if turn.speaker == "interviewer" for word in plain(turn.text)}
    share = readability(said, right | set(known))
    level: Literal["clear", "doubtful", "unreadable"] = "clear"
    if share < numbers()["unreadable_below"]:
        level = "unreadable"
    elif share < numbers()["doubtful_below"]:
        level = "doubtful"
    return Hearing(share, len(plain(said)), level)
