"""Cuts talk into sentences, also where automatic captions left no punctuation, and into the words that tell. Pure.

[s.text for s in spans("Labels arrive late. So I wait.")]  ->  ["Labels arrive late.", "So I wait."]
stems("What would the labels be?")                         ->  {"label"}

Offsets are exact.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

LONG = 34
"""Words after which a sentence is cut at the next place where a speaker takes breath."""
_SHORTEST = 9
_END = re.compile(r"(?<=[.!?;])[\"')\]]*\s+|\n+")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|vs|etc|approx|Dr|Mr|Ms|no|fig)|\b[A-Z])\.$", re.IGNORECASE)
_BREATH = re.compile(
    r"\b(?:so|and then|but|because|okay|ok|um|uh|also|now|then|right so|and so|and also|for example|the other|next|"
    r"first|second|third|which means|if|and)\b",
    re.IGNORECASE,
)
_FILLERS = re.compile(
    r"\b(?:um+|uh+|erm+|hmm+|mm+|you know|i mean|sort of|kind of|basically|actually|i guess|let me see|let me think|"
    r"okay so|ok so|right so|yeah so)\b,?",
    re.IGNORECASE,
)
_REPEATED = re.compile(r"\b(\w+(?:'\w+)?)(?:[\s,]+\1\b)+", re.IGNORECASE)

_REMEMBERED = 4000
"""Characters of a text up to which its stems are remembered."""
STEM = 6
"""Letters by which a word is known: "calibrate" and "calibration" are one."""
_WORD = re.compile(r"[a-z0-9]+")
_COMMON = frozenset(
    """a an the of to for with in on at by is are was were be do does did we you i they it me us our my or so um uh
    about after again also another any because been before being between can could each every first from had has have
    here how into just kind like make may more most okay only other over said same say should some sorry
    such take than that their them then there these they thing this those time very want well what when where which
    while who why will with would your you're""".split()  # noqa: SIM905 - words are easier to read so
)
"""Words that say nothing of what a sentence is about."""


@dataclass(frozen=True)
class Span:
    """A piece of a text: ``whole[start:end] == text``; of ``said_words`` but for case."""

    start: int
    end: int
    text: str


_SAID = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_NO_WORDS = frozenset("um umm uh uhh erm er hmm hm mm mhm ah oh like basically actually so well okay ok yeah".split())  # noqa: SIM905
_NO_PHRASES = (("you", "know"), ("i", "mean"), ("sort", "of"), ("kind", "of"))


def said_words(text: str) -> list[Span]:
    """The words by which a quote is found again: in lower case, without fillers and stammers, each at its place."""
    every = [Span(*match.span(), match[0].lower().replace("’", "'")) for match in _SAID.finditer(text)]
    kept: list[Span] = []
    skipped = -1
    for at, word in enumerate(every):
        if at == skipped:
            continue
        if at + 1 < len(every) and (word.text, every[at + 1].text) in _NO_PHRASES:
            skipped = at + 1
        elif word.text not in _NO_WORDS and not (kept and kept[-1].text == word.text):
            kept.append(word)
    return kept


def runs(words: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Where the wanted words stand one after another."""
    length = len(wanted)
    return [at for at in range(len(words) - length + 1) if words[at : at + length] == wanted]


def first_words(text: str, most: int) -> str:
    """The text on one line; of more than ``most`` words the first, and a mark that there are more."""
    words = text.split()
    return " ".join(words[:most]) + (" …" if len(words) > most else "")


def _span(whole: str, start: int, end: int) -> Span | None:
    piece = whole[start:end]
    left = len(piece) - len(piece.lstrip())
    text = piece.strip()
    return Span(start + left, start + left + len(text), text) if text else None


def _cut_long(whole: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cuts [start, end) at breaths into pieces of about 9 to 34 words."""
    words = [word.start() + start for word in re.finditer(r"\S+", whole[start:end])]
    breaths = {breath.start() + start for breath in _BREATH.finditer(whole[start:end])}
    pieces: list[tuple[int, int]] = []
    first = 0
    for index, position in enumerate(words):
        length = index - first
        rest = len(words) - index
        at_breath = position in breaths and length >= _SHORTEST + 5 and rest >= _SHORTEST
        if at_breath or length >= LONG:
            pieces.append((words[first], position))
            first = index
    pieces.append((words[first], end))
    return pieces


def spans(text: str) -> list[Span]:
    """The sentences of a text, in order; an endless caption is cut where the speaker takes breath."""
    return list(_spans(text))


@lru_cache(maxsize=4096)
def _spans(text: str) -> tuple[Span, ...]:
    """A turn asks for the sentences of the same texts many times over."""
    bounds = [0]
    for match in _END.finditer(text):
        if not _ABBREVIATION.search(text[max(0, match.start() - 8) : match.start()]) or "\n" in match[0]:
            bounds.append(match.end())
    bounds.append(len(text))
    found: list[Span] = []
    for start, end in pairwise(bounds):
        pieces = [(start, end)]
        if len(text[start:end].split()) > LONG:
            pieces = _cut_long(text, start, end)
        found += [span for piece in pieces if (span := _span(text, *piece))]
    return tuple(found)


def last_sentences(text: str, least: int) -> str:
    """The end of a text: as few of its sentences as have that many words; all of it where it has fewer."""
    words = 0
    for one in reversed(spans(text)):
        words += len(one.text.split())
        if words >= least:
            return text[one.start :] if one.start else text
    return text


def without_fillers(text: str) -> str:
    """The text as it would be written down: no fillers, no stammered repeats. For embedding, never for quotes."""
    return re.sub(r"\s{2,}", " ", _REPEATED.sub(r"\1", _FILLERS.sub(" ", text))).strip(" ,")


def finished(text: str) -> tuple[list[str], str]:
    """The whole sentences at the beginning of a text that is still being written, and the rest that is not whole yet.

    ('Mm-hm. So you', …) -> ['Mm-hm.'], 'So you'. What a semicolon joins is one sentence.
    """
    done: list[str] = []
    start = 0
    for match in _END.finditer(text):
        piece, before = text[start : match.start()].strip(), text[max(0, match.start() - 8) : match.start()]
        if piece and ("\n" in match[0] or not (before.endswith(";") or _ABBREVIATION.search(before))):
            done.append(text[start : match.end()].strip())
            start = match.end()
    return done, text[start:]


def stem(word: str) -> str:
    """A word by its first letters, without a plural's end."""
    return word[:STEM].rstrip("s")


def stems(text: str, shortest: int = 4) -> frozenset[str]:
    """The words of at least so many letters that tell what a text is about, each by its stem."""
    whole_talk = len(text) > _REMEMBERED  # another one at every turn
    return _stems.__wrapped__(text, shortest) if whole_talk else _stems(text, shortest)


@lru_cache(maxsize=4096)
def _stems(text: str, shortest: int) -> frozenset[str]:
    words = _WORD.findall(text.lower())
    return frozenset(stem(word) for word in words if len(word) >= shortest and word not in _COMMON)
