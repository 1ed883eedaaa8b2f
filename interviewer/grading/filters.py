"""What a report tells about the words themselves: those aimed at the grader, and whether there are any at all.

Nothing is barred and nothing costs a mark. Words aimed at the grader are shown to a model as what they are, the report
lists them, and a quote that lies in them is evidence of nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from interviewer.grading.thresholds import thresholds
from interviewer.knowledge.embeddings import vocabulary
from interviewer.text import spans
from interviewer.transcript import Transcript

_AT = thresholds().talk

_AIMED = re.compile(
    r"<\|/?(?:system|assistant|user)|</?(?:system|assistant|inst)>|\bim_start\b|\bim_end\b|\[/?inst\]|<script|<!--|"
    r"(?-i:\bSYSTEM\s*:)|\bsystem (?:note|override)\b|\b(?:grader|evaluator|hiring manager|examiner)\s*:|"
    r"</?transcript|\bend of (?:the )?transcript\b|</?candidate|\bfull marks\b|"
    r"\byou are now an? (?:[\w-]+ ){0,3}(?:grader|interviewer|evaluator|judge|assistant|examiner|reviewer|ai)\b|"
    r"\b(?:rate|grade) (?:me|this candidate|the candidate)\b|"
    r"\b(?:mark|award|give) (?:this candidate|the candidate)\b|"
    r"\b(?:mark|award|give) (?:me|him|her) (?:(?:an?|the|at least|all|only|as|with|up|out) )*"
    r"(?:(?:full|top|maximum|max|perfect|highest|excellent|outstanding) (?:mark|score|rating|grade|point|credit)s?|"
    r"strong[_ -]?hire|(?:seven )?(?:4|four|5|five)s?(?=\W*$|[.,;!]| (?:out of|across|everywhere)\b))|"
    r"\bignore (?:all |any |the |your |my )*(?:previous|prior|above|earlier) (?:instructions?|prompts?|messages?)|"
    r"\b(?:disregard|override|forget|bypass)\b[^.]{0,30}\b(?:instructions?|rubric|grading|prompt)\b|"
    r"\b(?:grading|scoring|judging|evaluation) (?:model|rubric|ai|prompt)\b|\bai (?:grader|reviewer)\b|"
    r"\"?verdict\"?\s*[:=]\s*\"?\w|\"(?:score|scores|steps|confidence|rating|hire)\"\s*:|"
    r"\bthe candidate (?:has (?:fully|already|clearly|correctly|successfully|shown|demonstrated)|fully|"
    r"(?:clearly |consistently )?demonstrate[sd]|deserves|should (?:be|get|receive)|exceeds)|"
    r"\b(?:whoever|anyone who|the model that) (?:reads|grades|scores) this\b",
    re.IGNORECASE,
)
"""Nobody says this about a design."""
_GRAM = _AT.gram
_COPIED = _AT.copied
"""Share of a sentence's runs of four words that the interviewer said before, from which it is handed back."""
_KNOWN = _AT.known
"""Share of a sentence's words that are English, below which Latin letters are no language that we can read."""
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts without spaces: two characters count as a word."""


@dataclass(frozen=True)
class Aimed:
    """Words that address whoever grades: ``turns[turn].text[start:end]``."""

    turn: int
    start: int
    end: int


def aimed_at_the_grader(transcript: Transcript) -> list[Aimed]:
    """The candidate's sentences that address whoever grades, or imitate a report."""
    return [
        Aimed(index, piece.start, piece.end)
        for index, turn in transcript.candidate_turns()
        for piece in spans(turn.text)
        if _AIMED.search(piece.text)
    ]


def inside(aimed: Sequence[Aimed], turn: int, start: int, end: int) -> bool:
    """Whether a quote lies, half of it or more, in words aimed at the grader."""
    shared = sum(max(0, min(end, one.end) - max(start, one.start)) for one in aimed if one.turn == turn)
    return shared * 2 >= max(1, end - start)


def words_of_their_own(transcript: Transcript) -> int:
    """How many words the candidate said that are neither the interviewer's nor their own said again, nor noise."""
    given: set[tuple[str, ...]] = set()
    said: set[str] = set()
    count = 0
    for turn in transcript.turns:
        if turn.speaker == "interviewer":
            given |= _grams(_plain(turn.text))
            continue
        for piece in spans(turn.text):
            words = _plain(piece.text)
            grams = _grams(words)
            copied = bool(grams) and len(grams & given) > _COPIED * len(grams)
            if copied or " ".join(words) in said or _noise(words):
                continue
            said.add(" ".join(words))
            count += max(len(words), len(_WIDE.findall(piece.text)) // 2)
    return count


def _plain(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:'[^\W_]+)?", text.lower().replace("\u2019", "'"))


def _grams(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + _GRAM]) for at in range(len(words) - _GRAM + 1)}


def _noise(words: Sequence[str]) -> bool:
    """Keys hit at random: Latin letters, and hardly a word that is known."""
    latin = [word for word in words if len(word) > 2 and re.fullmatch(r"[a-z]+", word)]
    known = sum(word in _words() or word.rstrip("s") in _words() for word in latin)
    return len(latin) >= _AT.fewest_words and known < _KNOWN * len(latin)


@cache
def _words() -> frozenset[str]:
    return frozenset(word for word in vocabulary() if len(word) > 1 and word.isalpha())
