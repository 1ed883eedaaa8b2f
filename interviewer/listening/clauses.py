"""Clauses of a candidate's talk that stand on their own, and the things it names. Pure; the words are data.

standing("So um I'd leave the last month out, because labels arrive late.")
    ->  [Clause("I'd leave the last month out", "you'd leave the last month out", True), ...]
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from interviewer.text import spans, without_fillers

SHORTEST, LONGEST = 4, 14
_DATA = Path(__file__).parent / "data" / "clauses.yaml"
_UNSAFE = re.compile(r"[<>{}\[\]\"“”`*_|\\/@#]|https?:")
_LIST_ITEM = 3
"""A piece after a comma of so few words, without a verb, is the next item of a list."""


@dataclass(frozen=True)
class Clause:
    """A clause of the candidate's, and how it is said back to them."""

    quote: str
    """Verbatim."""
    told: str
    """From the listener's side, without fillers: 'you'd leave the last month out'."""
    choice: bool
    """Whether it is a plan of the speaker's own."""


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return data


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_data()[name], re.IGNORECASE)


def standing(text: str) -> list[Clause]:
    """The clauses that can be said back by themselves, in order; questions and clipped words are left out."""
    found = []
    for sentence in spans(text):
        if sentence.text.endswith("?"):
            continue
        pieces = _pieces(sentence.text)
        for index, (piece, mark) in enumerate(pieces):
            rest = [one for one, _ in pieces[index + 1 : index + 2]]
            listed = mark == "," and any(_is_item(one) for one in rest)
            averted = _pattern("averted").search(_leading_up(pieces[:index]))
            if not listed and not averted and (clause := _clause(piece)):
                found.append(clause)
    return list(dict.fromkeys(found))


def parts(text: str) -> list[str]:
    """The pieces of the talk word for word, without what opens or trails them: to be quoted, whatever they are."""
    found = [_bare(piece) for sentence in spans(text) for piece, _ in _pieces(sentence.text)]
    return [one for one in found if 2 < len(one.split()) <= LONGEST and not _UNSAFE.search(one)]


def _pieces(sentence: str) -> list[tuple[str, str]]:
    """The sentence cut where clauses end, each piece with the mark that ended it."""
    pieces, start = [], 0
    for match in _pattern("cut").finditer(sentence):
        pieces.append((sentence[start : match.start()].strip(), match[0].strip()))
        start = match.end()
    return [*pieces, (sentence[start:].strip(), "")]


def _leading_up(before: list[tuple[str, str]]) -> str:
    """The marks between the last words before a piece and the piece."""
    marks = []
    for words, mark in reversed(before):
        marks.append(mark)
        if words:
            break
    return " ".join(reversed(marks))


def _is_item(piece: str) -> bool:
    words = re.sub(r"^(?:and|or)\s+", "", piece).split()
    said = bool(words) and not _pattern("trailing").fullmatch(f" {piece}")
    most = 2 * _LIST_ITEM if {"and", "or"} & set(words[1:-1]) else _LIST_ITEM
    return said and len(words) <= most and not re.search(r"\d", piece) and not _pattern("verb").search(piece)


def _bare(piece: str) -> str:
    """A piece without the words that open and trail it."""
    opener = re.compile(rf"^{_data()['opener']}[\s,]+", re.IGNORECASE)
    while (shorter := opener.sub("", piece)) != piece:
        piece = shorter
    while (shorter := _pattern("trailing").sub("", piece)) != piece:
        piece = shorter
    return piece


def _clause(piece: str) -> Clause | None:
    piece = _bare(piece)
    plain = without_fillers(piece.replace("’", "'"))
    words = plain.split()
    if not SHORTEST <= len(words) <= LONGEST or _UNSAFE.search(piece):
        return None
    if not _pattern("subject").match(plain):
        return None
    if any(_pattern(name).search(plain) for name in ("empty", "open_end")):
        return None
    pointing = _pattern("pointing").search(plain)
    if pointing and not _pattern("within").match(plain[: pointing.end()]):
        return None
    choice = bool(_pattern("choice").match(plain))
    own = re.match(r"(?:i|we|you)\b", plain, re.IGNORECASE)
    head = _pattern("subordinate").split(plain)[0]
    # Without a verb it is a fragment.
    if not ((choice or _pattern("able").match(plain)) if own else _pattern("verb").search(head, len(words[0]))):
        return None
    return Clause(piece, turned(plain), choice)


def turned(plain: str) -> str:
    """The words with me and you changed, as one says them back."""
    for pattern, other in _data()["turned"]:
        plain = re.sub(pattern, other, plain)
    plain = re.sub(r"\bi(?='|\b)", "you", plain)
    first = plain.split()[0]
    acronym = len(first) > 1 and first[1:2].isupper()
    return plain if acronym else plain[:1].lower() + plain[1:]


def named(text: str) -> list[str]:
    """Things that the talk names, as one would say them back: 'the help desk', 'clicks'. Questions count too."""
    found = []
    for match in _pattern("named").finditer(text.replace("’", "'")):
        words = match[1].lower()
        verbal = _pattern("verb").search(words.partition(" ")[2])
        if not verbal and not _pattern("nothing").search(words) and not _UNSAFE.search(words):
            article = match[0].split()[0].lower()
            found.append(f"{'your' if article == 'my' else 'our' if article == 'our' else 'the'} {words}")
    for match in _pattern("plural").finditer(text.replace("’", "'")):
        if not _pattern("nothing").search(match[1]):
            found.append(match[1].lower())
    return list(dict.fromkeys(found))


def listed(text: str) -> list[str]:
    """The first two things of an enumeration with at least three, as the candidate said them."""
    for sentence in spans(text):
        items = [without_fillers(one.strip()) for one in re.split(r",\s*(?:and|or)?\s*", sentence.text.rstrip(".!? "))]
        short = [one for one in items[1:] if 0 < len(one.split()) <= _LIST_ITEM and not _UNSAFE.search(one)]
        own = [
            one
            for one in short
            if not any(_pattern(name).search(one) for name in ("pointing", "verb", "nothing", "chained"))
        ]
        if len(own) >= 3:
            return own[:2]
    return []


def put_off(text: str) -> str:
    """What a promise to come back is about, in the candidate's words; nothing when it only points."""
    match = _pattern("put_off").search(without_fillers(text.replace("’", "'")))
    words = match[1].strip() if match else ""
    points = _pattern("pointing").search(words) or _UNSAFE.search(words)
    return "" if points or not words else turned(words)
