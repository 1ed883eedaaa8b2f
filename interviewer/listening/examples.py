"""What each signal, red flag, trade-off and fact sounds like, as vectors: the listener's ears for one case.

The vectors of a case are computed once and kept under ``<home>/vectors``, keyed by the texts and the model.
"""

import hashlib
import logging
import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from interviewer.domain import Step
from interviewer.knowledge.embeddings import DIMENSIONS, Embedder, Vectors, model_sha256
from interviewer.knowledge.load import GENERAL, Knowledge
from interviewer.knowledge.schema import Followup
from interviewer.listening import question_kinds as kinds
from interviewer.listening.thresholds import thresholds
from interviewer.text import stems

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sounds:
    """Sentences that sound like things, one row each: ``vectors[i]`` is ``texts[i]``, of the thing ``ids[i]``."""

    ids: tuple[str, ...]
    steps: tuple[Step | None, ...]
    texts: tuple[str, ...]
    vectors: Vectors

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def of_step(self) -> dict[Step, NDArray[np.int64]]:
        """The rows of each step that has some."""
        rows = {step: [row for row, one in enumerate(self.steps) if one == step] for step in Step}
        return {step: np.array(own, np.int64) for step, own in rows.items() if own}


NOTHING = Sounds((), (), (), np.zeros((0, 0), np.float32))


@dataclass(frozen=True)
class Exemplars:
    """All that can be heard in an interview on one case."""

    signals: Sounds
    facts: Sounds
    """Questions that ask for a requirement fact; with the id '' those on which the case is silent."""
    red_flags: Sounds
    right: Sounds
    """Sound statements that look like red flags; ids are the red flags'."""
    trade_offs: Sounds
    answers: Sounds = NOTHING
    """What the requirement facts say."""


@dataclass(frozen=True)
class Bank:
    """The follow-ups for a case: its own first, then those that serve every case."""

    entries: tuple[Followup, ...]
    own: int
    """So many of the entries are the case's own."""
    said: Vectors
    """What the statements sound like, entry after entry."""
    known: Vectors
    """What sounds as if the question were answered, entry after entry."""
    asks: Vectors
    """The questions, one row each."""

    @cached_property
    def _words(self) -> list[frozenset[str]]:
        """The content words of each entry's statements."""
        return [stems(" ".join(one.said)) for one in self.entries]

    @cached_property
    def _rarity(self) -> dict[str, float]:
        """How much a content word tells: the logarithm of the share of entries without it."""
        count = Counter(word for words in self._words for word in words)
        return {word: float(np.log(len(self.entries) / times)) for word, times in count.items()}

    def nearness(self, vectors: Vectors, talk: Vectors) -> Vectors:
        """Shape (sentences, entries): how near each sentence comes to the nearest statement of each entry (cosine).

        For entries that serve every case what the ``talk`` as a whole is about is left out first: "I'd split
        the loans by year" is near to "split by time", whatever is lent. The result is put on the others' scale.
        """
        at, lengths = thresholds().bank, [len(one.said) for one in self.entries]
        start = sum(lengths[: self.own])
        middle, general = self._general
        about = (at.prior * middle + talk.sum(0)) / (at.prior + len(talk))
        near = at.general + at.spread * (_of_length_one(vectors - about) @ general.T)
        return _nearest(np.concatenate([vectors @ self.said[:start].T, near], axis=1), lengths)

    @cached_property
    def _general(self) -> tuple[Vectors, Vectors]:
        """The middle of the statements that serve every case, and what each adds to it."""
        own = self.said[sum(len(one.said) for one in self.entries[: self.own]) :]
        middle = own.mean(0) if len(own) else np.zeros(DIMENSIONS, np.float32)
        return middle, _of_length_one(own - middle)

    def answered(self, entry: int, vectors: Vectors) -> float:
        """How near any of the sentences comes to an answer of the entry's question (cosine)."""
        start = sum(len(one.known) for one in self.entries[:entry])
        return float((vectors @ self.known[start : start + len(self.entries[entry].known)].T).max(initial=-1.0))

    def in_common(self, text: str) -> Vectors:
        """Shape (entries,): the content words that a text shares with each entry's statements, rare ones more."""
        said = stems(text)
        return np.array([sum(self._rarity[word] for word in words & said) for words in self._words], np.float32)


def _of_length_one(vectors: Vectors) -> Vectors:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = vectors / np.maximum(length, np.finfo(np.float32).eps)
    return unit


def _nearest(likeness: Vectors, lengths: Sequence[int]) -> Vectors:
    """For each row the greatest value of each group of columns that stand together."""
    if not lengths:
        return np.zeros((len(likeness), 0), np.float32)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    best: Vectors = np.maximum.reduceat(likeness, starts, axis=1)
    return best


def bank(knowledge: Knowledge, slug: str, embedder: Embedder, folder: Path | None = None) -> Bank:
    """The follow-ups for a case, with their vectors; ``folder`` keeps these."""
    own = tuple(knowledge.followups.get(slug, ())) if slug != GENERAL else ()
    general = tuple(knowledge.followups.get(GENERAL, ()))
    found: dict[str, list[Vectors]] = {"said": [], "known": [], "asks": []}
    for part in (own, general):
        texts = {
            "said": [text for one in part for text in one.said],
            "known": [text for one in part for text in one.known],
            "asks": [one.ask for one in part],
        }
        flat = kept_vectors([text for of_kind in texts.values() for text in of_kind], embedder, folder)
        for name, of_kind in texts.items():
            found[name].append(flat[: len(of_kind)])
            flat = flat[len(of_kind) :]
    return Bank((*own, *general), len(own), **{name: np.concatenate(rows) for name, rows in found.items()})


_Row = tuple[str, Step | None, str]


def _rows(knowledge: Knowledge, slug: str) -> dict[str, list[_Row]]:
    case = knowledge.case(slug)
    flags = knowledge.red_flags(slug)
    return {
        "signals": [
            (signal.id, step, text)
            for step, signals in knowledge.signals(slug).items()
            for signal in signals
            for text in (*signal.plain, *signal.jargon)
        ],
        "facts": [(fact.id, None, ask) for fact in (case.facts if case else []) for ask in fact.asks],
        "red_flags": [(flag.id, flag.step, text) for flag in flags for text in flag.says],
        "right": [(flag.id, flag.step, text) for flag in flags for text in flag.right],
        "trade_offs": [(one.id, one.step, text) for one in (case.trade_offs if case else []) for text in one.says],
        "answers": [(fact.id, None, fact.answer) for fact in (case.facts if case else [])],
    }


def kept_vectors(texts: Sequence[str], embedder: Embedder, folder: Path | None) -> Vectors:
    """The texts' vectors, from the folder where they were kept before, else computed and kept there."""
    if folder is None:
        return embedder.encode(texts)
    key = hashlib.sha256("\0".join([model_sha256(), *texts]).encode()).hexdigest()[:24]
    path = folder / f"{key}.npy"
    try:
        kept: Vectors = np.load(path, allow_pickle=False)
        if kept.ndim == 2 and kept.shape == (len(texts), DIMENSIONS):
            return kept
    except (OSError, ValueError, EOFError):
        pass
    vectors = embedder.encode(texts)
    try:
        _keep(vectors, path)
    except OSError as error:
        log.info("%s: vectors cannot be kept (%s): they are computed anew each time", folder, error.strerror)
    return vectors


def _keep(vectors: Vectors, path: Path) -> None:
    """Written aside and renamed, so that two commands side by side never read half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        try:
            np.save(file, vectors)
            file.flush()
            os.replace(file.name, path)
        except OSError:
            os.unlink(file.name)
            raise


def exemplars(knowledge: Knowledge, slug: str, embedder: Embedder, folder: Path | None = None) -> Exemplars:
    """The exemplars of a case (of the framework alone for an unknown one). ``folder`` keeps the vectors."""
    general = _rows(knowledge, "")
    shared = [*(text for of_kind in general.values() for _, _, text in of_kind), *kinds.texts()]
    # The framework's exemplars serve every case: computed once, kept once.
    embedder.remember(shared, kept_vectors(shared, embedder, folder))
    rows = _rows(knowledge, slug)
    flat = [row for of_kind in rows.values() for row in of_kind]
    vectors = kept_vectors([text for _, _, text in flat], embedder, folder)
    sounds: dict[str, Sounds] = {}
    start = 0
    for name, own in rows.items():
        end = start + len(own)
        ids, steps, texts = zip(*own, strict=True) if own else ((), (), ())
        sounds[name] = Sounds(ids, steps, texts, vectors[start:end])
        start = end
    case = knowledge.case(slug)
    facts = case.facts if case else []
    further = kinds.ways(facts, sounds["facts"].vectors, embedder)
    further += [(fact.id, fact.id.replace("-", " ")) for fact in facts]  # the terse ask so: 'fraud rate'
    sounds["facts"] = _joined(sounds["facts"], further, embedder)
    return Exemplars(**sounds)


def _joined(sounds: Sounds, further: Sequence[tuple[str, str]], embedder: Embedder) -> Sounds:
    ids, texts = zip(*further, strict=True) if further else ((), ())
    if not ids:
        return sounds
    return Sounds(
        (*sounds.ids, *ids),
        (*sounds.steps, *(None for _ in ids)),
        (*sounds.texts, *texts),
        np.concatenate([sounds.vectors, embedder.encode(texts)]),
    )
