"""How an utterance stops, whether it shows thought, and whether it can be what was said. Pure.

ending("So I'd take the logs and")  ->  "unfinished"
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from interviewer.config import data_beside
from interviewer.transcript import Transcript

Ending = Literal["nothing", "handed_over", "whole", "unfinished"]
_SIGNS = ("...", "…", ",", "-", ":")


@cache
def turn_end() -> dict[str, Any]:
    """The words, and the seconds of silence that end a spoken turn."""
    return data_beside(__file__, "turn_end.yaml")


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower().replace("’", "'"))


def breaks_off(text: str) -> bool:
    """Whether the words stop in the middle of a thought, also where captions have no punctuation."""
    words = _words(text)
    if not words or (text.rstrip().endswith((".", "!", "?")) and not text.rstrip().endswith("...")):
        return False
    rules = turn_end()
    if text.rstrip().endswith(_SIGNS) or words[-1] in rules["broken_words"]:
        return True
    return any(" ".join(words).endswith(phrase) for phrase in rules["unfinished_phrases"])


def ending(text: str) -> Ending:
    """How the words stop; what has no full stop is taken for unfinished."""
    words = _words(text)
    if not words:
        return "nothing"
    rules = turn_end()
    if any(phrase in " ".join(words[-9:]) for phrase in rules["handed_over_phrases"]):
        return "handed_over"
    if text.rstrip().endswith(_SIGNS[:-1]) or words[-1] in rules["unfinished_words"]:
        return "unfinished"
    if any(" ".join(words).endswith(phrase) for phrase in rules["unfinished_phrases"]):
        return "unfinished"
    if text.rstrip().endswith("?"):
        last = _words(re.split(r"[.!?]\s+", text.strip())[-1])
        opening = next(
            (word for word in last if word not in rules["unfinished_words"] or word in rules["questions"]), ""
        )
        return "handed_over" if opening in rules["questions"] else "whole"
    return "whole" if text.rstrip().endswith((".", "!")) else "unfinished"


# -- thought ---------------------------------------------------------------------------------------------
# Whether words show thought: a reason, a number, a choice. Pure.


_REASON = re.compile(
    r"\b(because|since|so that|otherwise|therefore|which means|that means|the reason|in order to|due to|if not|"
    r"else (?:i|we|you|it)|so (?:i|we|it|you|they)(?:'d|'ll)?\b|would (?:be|mean|make|break|leak|hurt|learn|punish))",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|forty|fifty|sixty|hundred|thousand|million|"
    r"billion|percent|half|third|quarter|dozen)\b",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r"\b(rather than|instead of|i(?:'d| would) (?:rather|not|pick|choose|keep|take|start|drop)|over (?:a|the)|versus|"
    r"vs|at the cost|the (?:price|cost|downside|advantage|catch) (?:is|of)|trade|"
    r"compared (?:to|with)|but not|worth it|cheaper)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Depth:
    """What a piece of talk shows."""

    reason: bool
    number: bool
    choice: bool


def depth(text: str) -> Depth:
    """Whether a piece of talk gives a reason, a number, a choice."""
    return Depth(bool(_REASON.search(text)), bool(_NUMBER.search(text)), bool(_CHOICE.search(text)))


# -- readability -----------------------------------------------------------------------------------------
# Whether heard words are what was said: a bad microphone leaves English words in an order that nobody speaks in.
#
#     readability("so the labels arrive late and then I would wait")  ->  about 1.0
#     readability("so duh kitchen labours late banana and wait")      ->  about 0.5
#
# Three things are read from the words, whoever wrote them down: how often frequent words follow one another as they do
# in talk, the share of the other words that talk about such systems has, and the share of frequent words. A line fitted
# on clean and garbled interviews makes of them the share of words that arrived as said (``data/readability.yaml``).
# Terse notes have few frequent words and are read by their vocabulary alone.


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
    with np.load(Path(__file__).parent / "data" / "readability.npz", allow_pickle=False) as file:
        frequent = str(file["frequent"]).split()
        return _Table(
            {word: index for index, word in enumerate(frequent)},
            file["ratios"].astype(np.float32) / 50,
            frozenset(str(file["known"]).split()),
        )


@cache
def numbers() -> dict[str, Any]:
    """``data/readability.yaml``: weights, thresholds, and where they come from."""
    return data_beside(__file__, "readability.yaml")


def plain_words(text: str) -> list[str]:
    """The words as they are counted: lower case, without punctuation."""
    return _WORD.findall(text.lower().replace("\u2019", "'"))


def measures(words: list[str], known: Collection[str] = ()) -> tuple[float, float, float]:
    """Order (mean log ratio of neighbours), share of other words that are known, share of frequent words."""
    table = _table()
    rest = len(table.frequent)
    kinds = [table.frequent.get(word, rest) for word in words]
    order = float(np.mean([table.ratios[pair] for pair in pairwise(kinds)])) if len(kinds) > 1 else 0.0
    leading = numbers()["function_words"]
    function = [kind < leading for kind in kinds]
    told = (word for word, small in zip(words, function, strict=True) if not small)
    content = [word for word in told if len(word) >= _SHORT and word.isalpha()]
    familiar = sum(word in table.known or word in known for word in content) / len(content) if content else 1.0
    return order, familiar, sum(function) / max(1, len(words))


def readability(text: str, known: Collection[str] = ()) -> float:
    """The share of words that arrived as said, 0 to 1, as the words themselves show it; 1 for hardly any words.

    ``known``: words of this interview that are right, such as the case's and the interviewer's, in lower case.
    """
    words = plain_words(text)
    if len(words) < numbers()["least_words"]:
        return 1.0
    order, familiar, frequent = measures(words, known)
    line, notes = numbers()["line"], numbers()["notes"]
    spoken = line["constant"] + line["order"] * order + line["familiar"] * familiar + line["frequent"] * frequent
    return float(min(1.0, max(0.0, spoken, notes["constant"] + notes["familiar"] * familiar)))


def hearing(transcript: Transcript, known: Collection[str] = ()) -> Hearing:
    """How well the candidate's spoken words were heard; typed and drawn turns were not heard and do not count."""
    heard = (turn for _, turn in transcript.candidate_turns() if turn.mode not in ("typed", "drawn"))
    said = " . ".join(turn.text for turn in heard)
    right = {word for turn in transcript.turns if turn.speaker == "interviewer" for word in plain_words(turn.text)}
    share = readability(said, right | set(known))
    level: Literal["clear", "doubtful", "unreadable"] = "clear"
    if share < numbers()["unreadable_below"]:
        level = "unreadable"
    elif share < numbers()["doubtful_below"]:
        level = "doubtful"
    return Hearing(share, len(plain_words(said)), level)
