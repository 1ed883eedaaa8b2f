"""Cuts a candidate's words into units: spans of a turn, about a sentence long, each an exact substring.

Captions of speech have no sentence marks, so long runs are cut where a speaker starts anew ("so", "and then",
"okay"). ``plain`` is the unit as it is embedded: lower case, without fillers, stutters and punctuation, so that
a typed answer and the caption of the same answer lie close together.
"""

import itertools
import re
from dataclasses import dataclass

from interviewer.transcript import Transcript

SHORT, LONG = 9, 36
"""Words: a shorter sentence is joined to the next one, a longer one is cut."""
MAX_UNITS = 4_000
"""A guard against files of millions of words; what lies beyond is not read, and the report says so."""

_BREAK = re.compile(r"(?<=[.?!])\s+|\s*\n\s*")
_WORD = re.compile(r"\S+")
_STARTS = frozenset(
    [
        "so",
        "and",
        "but",
        "because",
        "okay",
        "ok",
        "now",
        "then",
        "also",
        "right",
        "well",
        "or",
        "if",
        "which",
        "if",
        "i'd",
        "let",
        "first",
        "second",
    ]
)
_FILLERS = re.compile(
    r"\b(?:u+[mh]+|e+rm*|a+h+|h+m+|you know|i mean|sort of|kind of|basically|actually|honestly|obviously|"
    r"let me (?:see|think)|let me just|i guess|okay|ok|alright|yeah|yep|right|well|so|like|oh|just|really|"
    r"i'll just|quote unquote)\b",
    re.IGNORECASE,
)
_NOT_A_WORD = re.compile(r"[^\w%.'/+-]+")
_STUTTER = re.compile(r"\b(\w+(?:'\w+)?(?: \w+(?:'\w+)?){0,3})(?: \1\b)+")


@dataclass(frozen=True)
class Unit:
    """About a sentence of one candidate turn."""

    turn: int
    start: int
    end: int
    text: str
    """Exactly ``turns[turn].text[start:end]``."""
    plain: str
    words: int
    """Of ``plain``: what is left when fillers are gone."""


def plain_words(text: str) -> str:
    """The text without fillers, stutters, punctuation and case."""
    text = text.lower().replace("\u2019", "'")
    text = _FILLERS.sub(" ", text)
    text = _NOT_A_WORD.sub(" ", text)
    text = re.sub(r"[.'/+-](?=\s|$)|(?<=\s)[.'/+-]", " ", text)
    text = " ".join(text.split())
    for _ in range(2):
        text = _STUTTER.sub(r"\1", text)
    return text


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The span cut into runs of at most LONG words, where a speaker starts anew if possible."""
    words = [(start + m.start(), start + m.end(), m[0].lower().strip(",.")) for m in _WORD.finditer(text[start:end])]
    cuts: list[tuple[int, int]] = []
    while words:
        take = len(words)
        if take > LONG:
            fresh = [i for i in range(LONG // 2, LONG + 1) if words[i][2] in _STARTS]
            take = fresh[-1] if fresh else LONG
            if len(words) - take < SHORT:
                take = len(words) // 2
        cuts.append((words[0][0], words[take - 1][1]))
        words = words[take:]
    return cuts


def spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each unit of a text; together they hold all its words."""
    joined: list[tuple[int, int]] = []
    waiting: int | None = None
    cuts = [(0, 0), *[match.span() for match in _BREAK.finditer(text)], (len(text), len(text))]
    sentences = [(a[1], b[0]) for a, b in itertools.pairwise(cuts) if text[a[1] : b[0]].strip()]
    for start, end in sentences:
        begin = start if waiting is None else waiting
        if len(text[begin:end].split()) < SHORT and end != sentences[-1][1]:
            waiting = begin
            continue
        waiting = None
        joined.append((begin, end))
    if len(joined) > 1 and len(text[slice(*joined[-1])].split()) < SHORT // 2:
        last = joined.pop()
        joined[-1] = (joined[-1][0], last[1])
    return [piece for start, end in joined for piece in _pieces(text, start, end)]


def candidate_units(transcript: Transcript) -> list[Unit]:
    """Every unit of the candidate's turns, in order."""
    units: list[Unit] = []
    for index, turn in transcript.candidate_turns():
        for start, end in spans(turn.text):
            plain = plain_words(turn.text[start:end])
            units.append(Unit(index, start, end, turn.text[start:end], plain, len(plain.split())))
            if len(units) >= MAX_UNITS:
                return units
    return units
