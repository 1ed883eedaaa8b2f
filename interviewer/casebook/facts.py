"""Which requirement fact a candidate's question asks for, or that the case is silent on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from interviewer.casebook.embed import Embedder
from interviewer.casebook.exemplars import Exemplars

ASKED = 0.52
"""Cosine similarity to one of the fact's questions above which the question asks for it (suite ``facts``)."""


@dataclass(frozen=True)
class Match:
    """A fact that a question asks for. ``similarity`` is the cosine to the nearest of its phrasings."""

    fact: str
    question: str
    similarity: float


def match_facts(clauses: Sequence[str], ears: Exemplars, embedder: Embedder, threshold: float = ASKED) -> list[Match]:
    """For each clause the fact it asks for, in order, each fact once; clauses that ask for none are left out."""
    if not clauses or not len(ears.facts):
        return []
    similarity = embedder.encode(list(clauses)) @ ears.facts.vectors.T
    found: dict[str, Match] = {}
    for clause, row in zip(clauses, similarity, strict=True):
        best = int(np.argmax(row))
        if row[best] >= threshold and ears.facts.ids[best] not in found:
            fact = ears.facts.ids[best]
            found[fact] = Match(fact, clause, float(row[best]))
    return list(found.values())
