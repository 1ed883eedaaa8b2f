"""Which requirement fact a candidate's question asks for, or that the case is silent on it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interviewer.casebook.embed import Embedder
from interviewer.casebook.exemplars import Exemplars

ASKED = 0.52
"""Likeness to one of a fact's questions above which a question asks for it (suite ``facts``)."""
WORDS_SHARE = 0.25
"""Share of the likeness that shared words have; the rest is the cosine of the embeddings."""
_STOP = frozenset(
    "a an the of to for with in on at by is are was were be do does did we you i they it that this there here have has had "
    "how what which who where when why can could may should would will any some our your their me us and or so about again "
    "sorry say said um uh okay like kind".split()
)


@dataclass(frozen=True)
class Match:
    """A fact that a question asks for, and how alike the question and the nearest of its phrasings are (0 to 1)."""

    fact: str
    question: str
    similarity: float


def _content(text: str) -> frozenset[str]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return frozenset(word[:6].rstrip("s") for word in words if word not in _STOP)


def _shared(asked: frozenset[str], phrasing: frozenset[str]) -> float:
    """The share of the question's content words that the phrasing has (0 to 1)."""
    return len(asked & phrasing) / max(1, min(len(asked), 4)) if asked else 0.0


def match_facts(clauses: Sequence[str], ears: Exemplars, embedder: Embedder, threshold: float = ASKED) -> list[Match]:
    """For each clause the fact it asks for, in order, each fact once; clauses that ask for none are left out."""
    if not clauses or not len(ears.facts):
        return []
    phrasings = [_content(text) for text in ears.facts.texts]
    cosine = embedder.encode(list(clauses)) @ ears.facts.vectors.T
    found: dict[str, Match] = {}
    for clause, row in zip(clauses, cosine, strict=True):
        asked = _content(clause)
        shared = np.array([min(1.0, _shared(asked, phrasing)) for phrasing in phrasings])
        alike = (1 - WORDS_SHARE) * row + WORDS_SHARE * shared
        best = int(np.argmax(alike))
        fact = ears.facts.ids[best]
        if alike[best] >= threshold and fact not in found:
            found[fact] = Match(fact, clause, float(alike[best]))
    return list(found.values())
