"""The kinds of questions that come in every interview, and which of a case's facts answers each.

A fact whose own questions sound like a kind's ``core`` is asked for by the kind's ``ways`` too; where the case has no
such fact, the ways are heard as a question on which it is silent.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from interviewer.knowledge.embeddings import Embedder, Vectors
from interviewer.knowledge.schema import Fact
from interviewer.listening.thresholds import thresholds

_DATA = Path(__file__).parent / "data" / "questions.yaml"
SILENT = ""
"""Stands for the fact where the case is silent."""


@cache
def _kinds() -> dict[str, dict[str, list[str]]]:
    data: dict[str, dict[str, list[str]]] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return data


def ways(facts: Sequence[Fact], own: Vectors, embedder: Embedder) -> list[tuple[str, str]]:
    """Further ways to ask, with the id of the fact that each asks for; ``own`` are the vectors of the facts' asks.

    A problem that is not in the knowledge base has no facts: it is silent on every kind.
    """
    if not facts:
        return [(SILENT, way) for kind in _kinds().values() for way in kind["ways"]]
    rows = np.array([index for index, fact in enumerate(facts) for _ in fact.asks])
    found = []
    for kind in _kinds().values():
        core = embedder.encode(kind["core"]) @ own.T
        likeness = [float(core[:, rows == index].max(1).mean()) for index in range(len(facts))]
        best = int(np.argmax(likeness))
        if likeness[best] >= thresholds().kind.same:
            found += [(facts[best].id, way) for way in kind["ways"]]
        elif likeness[best] < thresholds().kind.none:
            found += [(SILENT, way) for way in kind["ways"]]
    return found


def texts() -> list[str]:
    """All texts of all kinds, for whoever keeps their vectors."""
    return [text for kind in _kinds().values() for part in kind.values() for text in part]
