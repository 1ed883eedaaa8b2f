"""What each signal, flag, trade-off and fact sounds like, as vectors; whether a mistake is said as one's own.

A fact whose own questions sound like a kind's ``core`` is asked for by the kind's ``ways`` too; where the case has no
such fact, the ways are heard as a question on which it is silent.
"""

import hashlib
import logging
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from interviewer import Step
from interviewer.config import data_beside, written_whole
from interviewer.knowledge import GENERAL, Knowledge
from interviewer.knowledge.embeddings import DIMENSIONS, Embedder, Vectors, model_sha256, unit
from interviewer.knowledge.schema import Fact, Followup
from interviewer.listening import thresholds
from interviewer.text import stems

SILENT = ""
"""Stands for the fact where the case is silent."""


@cache
def _kinds() -> dict[str, dict[str, list[str]]]:
    return data_beside(__file__, "questions.yaml")


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


def texts_of_kinds() -> list[str]:
    """All texts of all kinds, for whoever keeps their vectors."""
    return [text for kind in _kinds().values() for part in kind.values() for text in part]


# -- examples --------------------------------------------------------------------------------------------
# What each signal, red flag, trade-off and fact sounds like, as vectors: for one case.
#
# The vectors of a case are computed once and kept under ``<home>/vectors``, keyed by the texts and the model.


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

    def likeness(self, vectors: Vectors) -> tuple[list[str], Vectors]:
        """The things' ids, and for each vector its likeness to each: the mean of its two nearest sentences (cosine)."""
        names, columns, many = self._columns
        if not names:
            return [], np.zeros((len(vectors), 0), np.float32)
        similarity = (vectors @ self.vectors.T)[:, columns]
        nearest = np.sort(np.where(many, similarity, -np.inf), axis=2)[:, :, -2:]
        two = np.where(np.isfinite(nearest), nearest, nearest[:, :, -1:])  # a thing may have one sentence
        return names, two.mean(axis=2)

    def read_out(self, vectors: Vectors) -> Vectors:
        """For each vector how much it is of the thing of each row (0 to 1 or a little beyond): a ridge regression.

        What tells things apart counts here, where a likeness also rises with what all of them are about.
        """
        if not len(self):
            return np.zeros((len(vectors), 0), np.float32)
        middle, weights, column = self._read_out
        scores: Vectors = ((vectors - middle) @ weights[:-1] + weights[-1])[:, column]
        return scores

    @cached_property
    def _read_out(self) -> tuple[Vectors, Vectors, NDArray[np.int64]]:
        """The middle of the sentences; the weights of each thing, the last its share; the column of each row."""
        names = list(dict.fromkeys(self.ids))
        column = np.array([names.index(name) for name in self.ids], np.int64)
        middle = self.vectors.mean(0)
        known = np.concatenate([self.vectors - middle, np.ones((len(self), 1), np.float32)], axis=1)
        ridge = thresholds().fact.ridge * np.eye(known.shape[1], dtype=np.float32)
        wanted = np.eye(len(names), dtype=np.float32)[column]
        weights: Vectors = np.linalg.solve(known.T @ known + ridge, known.T @ wanted)
        return middle, weights, column

    @cached_property
    def _columns(self) -> tuple[list[str], NDArray[np.int64], NDArray[np.bool_]]:
        """The ids; the rows of each one's sentences, shape (ids, most sentences); which of them are its own."""
        rows: dict[str, list[int]] = {}
        for row, name in enumerate(self.ids):
            rows.setdefault(name, []).append(row)
        width = max(map(len, rows.values()), default=0)
        own = [[*one, *[-1] * (width - len(one))] for one in rows.values()]
        table = np.array(own, np.int64).reshape(len(rows), width)
        return list(rows), table, table >= 0


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
        near = at.general + at.spread * (unit(vectors - about) @ general.T)
        return _nearest(np.concatenate([vectors @ self.said[:start].T, near], axis=1), lengths)

    @cached_property
    def _general(self) -> tuple[Vectors, Vectors]:
        """The middle of the statements that serve every case, and what each adds to it."""
        own = self.said[sum(len(one.said) for one in self.entries[: self.own]) :]
        middle = own.mean(0) if len(own) else np.zeros(DIMENSIONS, np.float32)
        return middle, unit(own - middle)

    def answered(self, entry: int, vectors: Vectors) -> float:
        """How near any of the sentences comes to an answer of the entry's question (cosine)."""
        start = sum(len(one.known) for one in self.entries[:entry])
        return float((vectors @ self.known[start : start + len(self.entries[entry].known)].T).max(initial=-1.0))

    def in_common(self, text: str) -> Vectors:
        """Shape (entries,): the content words that a text shares with each entry's statements, rare ones more."""
        said = stems(text)
        return np.array([sum(self._rarity[word] for word in words & said) for words in self._words], np.float32)


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
    joined = {name: np.concatenate(rows) for name, rows in found.items()}
    return Bank((*own, *general), len(own), **joined)


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
        with written_whole(path) as file:
            np.save(file, vectors)
    except OSError as error:
        log.info("%s: vectors cannot be kept (%s): they are computed anew each time", folder, error.strerror)
    return vectors


def exemplars(knowledge: Knowledge, slug: str, embedder: Embedder, folder: Path | None = None) -> Exemplars:
    """The exemplars of a case (of the framework alone for an unknown one). ``folder`` keeps the vectors."""
    general = _rows(knowledge, "")
    shared = [*(text for of_kind in general.values() for _, _, text in of_kind), *texts_of_kinds()]
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
    further = ways(facts, sounds["facts"].vectors, embedder)
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


# -- mistakes --------------------------------------------------------------------------------------------
# Whether a candidate says a mistake as their own: not denied, not somebody else's, not spoilt, not taken back. Pure.
#
#     affirmed([re.compile("shuffl")], "I'd shuffle the rows.", "")                           ->  True
#     affirmed([re.compile("shuffl")], "I'd shuffle the rows.", "No wait, I split by date.")  ->  False
#
# The words that show it are data (``data/unsaid.yaml``).


BEFORE, AFTER, LATER = 60, 25, 110
"""Characters before and after the mistake's words in which a denial concerns it, and after them a word of harm."""
TAKES_BACK = 25
"""Words at the opening of the next answer in which the mistake before it is taken back."""
_OPENING = r"^\W*(?:(?:uh|um|and|well|so)\W+)*"


@cache
def _words(kind: str) -> re.Pattern[str]:
    ones = data_beside(__file__, "unsaid.yaml")[kind]
    opening = _OPENING if kind == "turns_against" else ""
    # No boundary after: some end at the mistake's words, '$', rather than at a word.
    return re.compile(opening + r"\b(?:" + "|".join(f"(?:{one})(?!\\w)" for one in ones) + ")", re.IGNORECASE)


def affirmed(cues: Iterable[re.Pattern[str]], said: str, following: str) -> bool:
    """Whether ``said`` has a cue's words and nothing there or in the ``following`` words of the turn unsays them."""
    said, following = said.replace("’", "'"), following.replace("’", "'")
    matches = [(cue, match) for cue in cues for match in cue.finditer(said)]
    if not matches or _turned_against(following):
        return False
    # A no that belongs to the mistake ("no need for a baseline") denies nothing beside it.
    around = said
    for cue, match in matches:
        if _own_denials(cue):
            around = around[: match.start()] + "~" * len(match[0]) + around[match.end() :]
    if any(_words("spoilt_within").search(said[match.start() : match.end() + LATER]) for _, match in matches):
        return False
    return not any(_unsaid(cue, match, said if _own_denials(cue) else around, around) for cue, match in matches)


def taken_back(answer: str) -> bool:
    """Whether an answer opens by taking back what was said before it."""
    opening = " ".join(answer.replace("’", "'").split()[:TAKES_BACK])
    return bool(_words("taken_back").search(opening))


def denies(text: str) -> bool:
    """Whether there is a no in it."""
    return bool(_words("denial").search(text.replace("’", "'")))


def _turned_against(following: str) -> bool:
    if _words("taken_back").search(following):
        return True
    opens = _words("turns_against").match(following)
    return bool(opens and (_denied(following) or _words("spoilt").search(following)))


def _denied(words: str) -> bool:
    return bool(_words("denial").search(words) or _words("blame").search(words))


def _unsaid(cue: re.Pattern[str], match: re.Match[str], said: str, around: str) -> bool:
    inside = said[match.start() : match.end()]
    before = around[max(0, match.start() - BEFORE) : match.start()]
    after = around[match.end() : match.end() + LATER]
    stripped = _words("endorsed").sub(" ", after)
    return bool(
        _denied(before)
        or _words("not_mine").search(before)
        or len(_words("denial").findall(inside)) > _own_denials(cue)
        or _denied(stripped[:AFTER])
        or _words("spoilt").search(stripped)
        or _words("taken_back").search(after)
    )


@cache
def _own_denials(cue: re.Pattern[str]) -> int:
    """How many denials the mistake itself may hold: 'not clicked means negative' has one."""
    plain = re.sub(r"\\[bwWsSdD]\+?", " ", cue.pattern.replace("\\w+n['’]t", " not "))
    return int(_denied(plain))
