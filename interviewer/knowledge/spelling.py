"""Puts misspelt words of a question right where the texts it is matched against have nearly the same word. Pure."""

import difflib
import re
from collections.abc import Iterable

from interviewer.knowledge.embeddings import vocabulary

_LONG_ENOUGH = 5
_ALIKE = 0.8


def long_words(texts: Iterable[str]) -> frozenset[str]:
    """The words of the texts that are long enough to be put right, in lower case."""
    return frozenset(word for text in texts for word in re.findall(r"[a-z]{5,}", text.lower()))


def respelt(question: str, texts: Iterable[str], known: frozenset[str] | None = None) -> str:
    """The question with misspelt words put right, where the texts have a word that is nearly the same.

    ``known``: the texts' ``long_words``, where they were gathered before.
    """
    known = long_words(texts) if known is None else known

    def right(match: re.Match[str]) -> str:
        word = match[0].lower()
        if len(word) < _LONG_ENOUGH or word in vocabulary() or word in known:
            return match[0]
        # People get the first letter right; without this 'parity' becomes 'rarity'.
        near = difflib.get_close_matches(word, sorted(one for one in known if one[0] == word[0]), 1, _ALIKE)
        return near[0] if near else match[0]

    return re.sub(r"[A-Za-z]+", right, question)
