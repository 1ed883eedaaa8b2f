"""Retrieval: dense (Chroma) and lexical (SQLite FTS5) scores, fused .7 / .3, filtered by case, step and audience."""

import difflib
import re
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from interviewer import CannotRun, Step
from interviewer.knowledge import FRAMEWORK, TOPICS, Audience, Passage
from interviewer.knowledge.embeddings import vocabulary
from interviewer.knowledge.index import BeingBuiltError, Hit, Index

_LONG_ENOUGH = 5
_ALIKE = 0.8


def long_words(texts: Iterable[str]) -> frozenset[str]:
    """The words of the texts that are long enough to be put right, in lower case."""
    return frozenset(word for text in texts for word in re.findall(r"[a-z]{5,}", text.lower()))


def respelt(question: str, known: frozenset[str]) -> str:
    """The question with misspelt words put right, where one of the ``known`` words (``long_words``) is nearly it."""
    return re.sub(r"[A-Za-z]+", lambda match: _right(match[0], known), question)


@lru_cache(20_000)
def _right(said: str, known: frozenset[str]) -> str:
    word = said.lower()
    if len(word) < _LONG_ENOUGH or word in vocabulary() or word in known:
        return said
    # People get the first letter right; without this 'parity' becomes 'rarity'.
    near = difflib.get_close_matches(word, sorted(one for one in known if one[0] == word[0]), 1, _ALIKE)
    return near[0] if near else said


# -- retrieval -------------------------------------------------------------------------------------------
# Misspelt words are put right first; where nothing is near enough, nothing is found.
#
#     Retriever(index).search("how do you handle late labels", audience="grader", case="fraud-detection")


DENSE_WEIGHT = 0.7
_POOL = 80
"""Wide, so that a passage with the query's own words is among the dense hits."""
_WORDS_POOL = 30
NOTHING_BELOW = 0.28
"""Cosine similarity of the best hit under which nothing here is relevant (suite ``retrieval``)."""


@dataclass(frozen=True)
class Found:
    """A passage, its fused score (0 to 1 within the query) and its cosine similarity to the query."""

    passage: Passage
    score: float
    similarity: float
    lexical: float


class _Words:
    """A full-text index of passages in memory."""

    def __init__(self, own: list[Passage]):
        self._lock = threading.Lock()
        self._base = sqlite3.connect(":memory:", check_same_thread=False)
        self._base.execute("create virtual table words using fts5(id unindexed, text, tokenize='porter unicode61')")
        self._base.executemany("insert into words values (?, ?)", [(passage.id, passage.text) for passage in own])

    def scores(self, query: str) -> dict[str, float]:
        """BM25 by passage id, higher is better, of the passages that share a word with the query."""
        words = {word for word in re.findall(r"[\w]+", query.lower()) if len(word) > 2}
        if not words:
            return {}
        terms = " OR ".join(f'"{word}"' for word in sorted(words))
        with self._lock:
            rows = self._base.execute(
                "select id, -bm25(words) from words where words match ? order by rank limit ?", (terms, _WORDS_POOL)
            )
            return dict(rows.fetchall())


def _scaled(values: dict[str, float]) -> dict[str, float]:
    low, high = min(values.values(), default=0.0), max(values.values(), default=0.0)
    return {key: (value - low) / (high - low) if high > low else 1.0 for key, value in values.items()}


class Retriever:
    """Searches an index."""

    def __init__(self, index: Index):
        self.index = index
        self._words: dict[str, _Words] = {}
        self._spelt: dict[tuple[str, ...], frozenset[str]] = {}

    def search(
        self,
        query: str,
        *,
        audience: Audience,
        case: str | None = None,
        step: Step | None = None,
        kind: str | None = None,
        limit: int = 5,
    ) -> list[Found]:
        """The best passages for the query that this audience may read, best first; none where none is relevant.

        ``case`` adds that case's passages to the framework's and the topics'; other cases never answer. An index that
        does not answer in time finds nothing either: ``trouble`` says so then.
        """
        if not query.strip() or self.index.trouble:
            return []
        where: dict[str, str] = {"audience": audience}
        where |= {"step": step.value} if step else {}
        where |= {"kind": kind} if kind else {}
        known = [case] if case and self.index.knows(case) else []
        shared = [FRAMEWORK] if audience == "interviewer" else [FRAMEWORK, TOPICS]
        query = respelt(query, self._spellings((*known, *shared)))
        hits: list[Hit] = []
        lexical: dict[str, float] = {}
        try:
            for group, own in self.index.nearest([*known, *shared], query, where, _POOL).items():
                hits += own
                allowed = {hit.passage.id for hit in own}
                lexical |= {id_: score for id_, score in self._lexical(group, query).items() if id_ in allowed}
        except (CannotRun, BeingBuiltError):
            return []  # the index has said why, once
        if max((hit.similarity for hit in hits), default=0.0) < NOTHING_BELOW:
            return []
        dense = _scaled({hit.passage.id: hit.similarity for hit in hits})
        words = _scaled({hit.passage.id: lexical.get(hit.passage.id, 0.0) for hit in hits}) if lexical else {}
        found = [
            Found(
                hit.passage,
                DENSE_WEIGHT * dense[hit.passage.id] + (1 - DENSE_WEIGHT) * words.get(hit.passage.id, 0.0),
                hit.similarity,
                lexical.get(hit.passage.id, 0.0),
            )
            for hit in hits
        ]
        return sorted(found, key=lambda one: (-one.score, one.passage.id))[:limit]

    @property
    def trouble(self) -> str | None:
        """A sentence for the user while nothing can be looked up; None when all is well."""
        return f"Going on without the notes: {self.index.trouble}." if self.index.trouble else None

    def close(self) -> None:
        """Ends what the index still does."""
        self.index.close()

    def wake(self, case: str) -> None:
        """Builds what a search on behalf of the interviewer reads, unless it is there."""
        for group in [FRAMEWORK, *([case] if self.index.knows(case) else [])]:
            self.index.ready(group)

    def _spellings(self, groups: tuple[str, ...]) -> frozenset[str]:
        if groups not in self._spelt:
            self._spelt[groups] = long_words(passage.text for group in groups for passage in self.index.passages(group))
        return self._spelt[groups]

    def _lexical(self, group: str, query: str) -> dict[str, float]:
        if group not in self._words:
            self._words[group] = _Words(self.index.passages(group))
        return self._words[group].scores(query)
