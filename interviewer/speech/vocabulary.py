"""The field's vocabulary: what the recogniser is told to expect, and the repair of what it still mishears.

Repair is careful, because what is heard is graded: whole words only, from a list of known mishearings, plus words
that exist nowhere (not in a 30,000-word vocabulary of English) and are one letter off a term of this case.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_HERE = Path(__file__).parent
_PROMPT_WORDS = 110
"""The recogniser's prompt holds 224 tokens; a term is about one and a half."""


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((_HERE / "data" / "vocabulary.yaml").read_text(encoding="utf-8"))
    return data


@cache
def _english() -> frozenset[str]:
    path = _HERE.parent / "knowledge" / "data" / "bert-uncased-vocab.txt"
    return frozenset(line for line in path.read_text(encoding="utf-8").split("\n") if not line.startswith(("##", "[")))


@dataclass(frozen=True)
class Vocabulary:
    """The terms to expect in one interview."""

    terms: tuple[str, ...] = ()
    """The case's and the knowledge base's own, most important first."""
    _rare: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        words = [word for term in (*_data()["first"], *self.terms) for word in re.findall(r"[\w-]+", term)]
        object.__setattr__(self, "_rare", _rare_words(words))

    @property
    def prompt(self) -> str:
        """One line for the recogniser: the general terms, then this case's."""
        chosen: list[str] = []
        used = 0
        for term in dict.fromkeys([*self.terms[:20], *_data()["first"]]):
            used += len(re.findall(r"[A-Z]{2,}|\w+", term))
            if used > _PROMPT_WORDS:
                break
            chosen.append(term)
        return f"A machine learning system design interview: {', '.join(chosen)}."

    def correct(self, text: str) -> str:
        """The text with misheard terms repaired."""
        text = _mishearings().sub(lambda match: str(_heard()[_key(match[0])]), text)
        return re.sub(r"[A-Za-z][A-Za-z'-]{4,}", lambda match: self._repaired(match[0]), text)

    def _repaired(self, word: str) -> str:
        low = word.lower()
        if low in _english() or low in self._rare or "'" in low:
            return word
        if low.endswith("s") and (low[:-1] in _english() or low[:-1] in self._rare):
            return word
        near = [term for key, term in self._rare.items() if key[0] == low[0] and _one_off(key, low)]
        return near[0] if len(near) == 1 else word


def _rare_words(words: Iterable[str]) -> dict[str, str]:
    """Words of the field that English does not have, by their lower case; short ones are too easily hit by chance."""
    return {
        word.lower(): word for word in words if len(word) >= 6 and word.isalpha() and word.lower() not in _english()
    }


def _key(heard: str) -> str:
    return re.sub(r"[\s.-]+", " ", heard.lower()).strip()


@cache
def _heard() -> dict[str, str]:
    return {_key(str(heard)): str(meant) for heard, meant in _data()["heard"].items()}


@cache
def _mishearings() -> re.Pattern[str]:
    longest = sorted(_heard(), key=len, reverse=True)
    options = "|".join(re.escape(key).replace(r"\ ", r"[\s.-]+") for key in longest)
    return re.compile(rf"(?<![\w@/-])(?:{options})(?![\w@/-])", re.IGNORECASE)


def _one_off(a: str, b: str) -> bool:
    """Whether one letter was changed, lost or added."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    return max(len(a), len(b)) - start - end <= 1


def vocabulary_of(knowledge: Any, slug: str) -> Vocabulary:
    """The vocabulary of a case: its keywords and glossary, then what the topic notes are about."""
    case = knowledge.case(slug)
    terms: list[str] = []
    if case is not None:
        terms += [str(term) for term in getattr(case, "keywords", ())]
        terms += [str(entry.term) for entry in getattr(case, "glossary", ()) if hasattr(entry, "term")]
    for note in getattr(knowledge, "topics", {}).values():
        terms += [str(term) for term in getattr(note, "keywords", ())]
    return Vocabulary(tuple(dict.fromkeys(terms)))
