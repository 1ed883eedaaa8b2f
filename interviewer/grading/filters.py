"""Which units may earn anything. Set aside, exactly, as if they had never been said:

    copied       the interviewer's own words handed back
    repeated     said before by the candidate
    idle         wandering, drawing aloud, logistics, praise of oneself or of the interviewer
    instruction  words addressed to the grader, fake reports, fake interviewer turns
    unreadable   gibberish, other scripts, shuffled words

Setting aside whole units keeps padding, flattery and injections from moving a score in either direction.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import cache

from interviewer.grading.order import senseless
from interviewer.grading.parameters import Fitted, Floats
from interviewer.knowledge.embeddings import vocabulary
from interviewer.listening.segments import Unit, plain_words
from interviewer.transcript import Transcript

_COPIED_SHARE = 0.6
_REPEATED_SHARE = 0.75
_REPEATED_COSINE = 0.965
_KNOWN_WORDS = 0.55
_GRAM = 4
_INSTRUCTION = re.compile(
    r"\bstrong[_ -]?hire\b|<\|/?(?:system|assistant|user)|</?(?:system|assistant|inst)>|\bim_start\b|\bim_end\b|"
    r"\[/?inst\]|<script|<!--|(?-i:\bSYSTEM\s*:)|\bsystem (?:note|override)\b|"
    r"\b(?:interviewer|grader|evaluator|hiring manager|examiner)\s*:|</?transcript|"
    r"\bend of (?:the )?transcript\b|</?candidate|\bfull marks\b|"
    r"\byou are now an? (?:[\w-]+ ){0,3}(?:grader|interviewer|evaluator|judge|assistant|examiner|reviewer|ai)\b|"
    r"\b(?:rate|grade) (?:me|him|her|this candidate|the candidate)\b|"
    r"\b(?:mark|award|give) (?:this candidate|the candidate)\b|"
    r"\b(?:mark|award|give) (?:me|him|her) (?:(?:an?|the|at least|all|only|as|with|up|out) )*"
    r"(?:(?:full|top|maximum|max|perfect|highest|excellent|outstanding) (?:mark|score|rating|grade|point|credit)s?|"
    r"(?:seven )?(?:4|four|5|five)s?(?=\W*$|[.,;!]| (?:out of|across|everywhere|(?:for|on|in) (?:all|each|every)\b))|"
    r"pass|credit for|hire|job|offer)\b",
    re.IGNORECASE,
)
"""Nobody says this about a design."""
_SUSPECT = re.compile(
    r"\bignore (?:all |any |the |your |my )*(?:previous|prior|above|earlier|instructions|rubric)|"
    r"\b(?:disregard|override|forget|bypass)\b[^.]{0,40}\b(?:instruction|rubric|scor|grad|polic|prompt|rule)|"
    r"\bsystem (?:prompt|message)|\b(?:assistant|reviewer)\s*:|^\W*(?:system|developer|panel|admin)\s*:|<user>|"
    r"\bend of (?:the )?interview\b|\byou are now\b|"
    r"\b(?:grader|evaluator|reviewing model|(?:evaluation|grading|scoring|judging) (?:model|system|tool|rubric|ai)|"
    r"ai (?:grader|reviewer))\b|"
    r"\"?verdict\"?\s*[:=,]|\"(?:score|scores|steps|confidence|status|rating|hire)\"\s*:|"
    r"\b(?:rate|grade|mark|give|award|assign) (?:this|them|every|each|all)\b"
    r"[^.]{0,60}\b(?:4|four|5|five|10|ten|full|maximum|highest|top|max|excellent|outstanding|hire)\b|"
    r"\b(?:top|full|maximum|perfect) (?:score|mark|rating|grade)s?\b|"
    r"\b(?:should|must|will) (?:hire|pass|mark|rate|score) (?:me|this candidate|the candidate|him|her)\b|"
    r"\bthe candidate(?:'s)? (?:has (?:fully|already|clearly|correctly|successfully|shown|demonstrated)|fully|"
    r"gave an?|demonstrate[sd]|showed|answered|deserves|should (?:be|get|receive)|exceeds)|"
    r"\b(?:whoever|anyone who|the model that) (?:reads|grades|scores)\b|"
    r"\bas an ai\b|base64|\beval\(|```|\{\s*\"",
    re.IGNORECASE,
)
"""Said to a grader, but also of rankers with candidates, human graders, rules, prompts and requests."""
_ADDRESSED, _SUSPECTED = 0.1, -0.15
"""The instruction probe's reading from which words are taken to be addressed to the grader: by themselves, and where
they are suspect. Of 5,640 honest units of cases that the probe had not seen none lay above the first, 29 above the
second."""
_BESIDE = -0.25
"""The instruction probe's reading from which a neighbour of an instruction is taken for a part of it."""
_LATIN = re.compile(r"[A-Za-z]")
_OWN_RECORD = re.compile(
    r"\bi(?:'ve| have)? (?:always |usually |often |normally |just )?(?:get|got|gotten|received?|had)(?: an?)? "
    r"strong[_ -]?hires?\b",
    re.IGNORECASE,
)
"""Praise of oneself, which is idle and no attack."""
_OTHER_SCRIPT = re.compile(r"(?:[^\W\d_A-Za-z\u00aa-\u024f]\s?){6}")
_ENGLISH_LETTERS = 12
_LETTER = re.compile(r"[^\W\d_]")


class Reason(StrEnum):
    """Why a unit was set aside."""

    COPIED = "copied"
    REPEATED = "repeated"
    IDLE = "idle"
    INSTRUCTION = "instruction"
    UNREADABLE = "unreadable"


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(word for word in vocabulary() if len(word) > 1 and word.isalpha())


def _grams(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + _GRAM]) for i in range(len(words) - _GRAM + 1)}


def _unreadable(unit: Unit) -> bool:
    letters = _LETTER.findall(unit.text)
    if letters and len(_LATIN.findall(unit.text)) < 0.7 * len(letters):
        return True
    words = [word for word in re.findall(r"[a-z]+", unit.plain) if len(word) > 2]
    if len(words) < 3:
        return False
    return sum(word in _vocabulary() or word.rstrip("s") in _vocabulary() for word in words) < _KNOWN_WORDS * len(words)


def _hides_another_script(text: str) -> bool:
    """A phrase in another script inside English talk: nobody speaks so, attacks do."""
    return bool(_OTHER_SCRIPT.search(text)) and len(_LATIN.findall(text)) >= _ENGLISH_LETTERS


def _is_instruction(text: str, read: float) -> bool:
    if _OWN_RECORD.search(text):
        text, read = _OWN_RECORD.sub(" ", text), min(read, _ADDRESSED)
    return bool(
        _INSTRUCTION.search(text)
        or _hides_another_script(text)
        or read > _ADDRESSED
        or (read > _SUSPECTED and _SUSPECT.search(text) is not None)
    )


def _addressed(units: Sequence[Unit], instruction: Floats) -> set[int]:
    """Units addressed to the grader, with the neighbours in the same turn that belong to them."""
    clear = [i for i, unit in enumerate(units) if _is_instruction(unit.text, float(instruction[i]))]
    found = set(clear)
    for i in clear:
        for way in (-1, 1):
            j = i + way
            while 0 <= j < len(units) and units[j].turn == units[i].turn and instruction[j] > _BESIDE:
                found.add(j)
                j += way
    return found


def set_aside(transcript: Transcript, units: Sequence[Unit], vectors: Floats, fitted: Fitted) -> dict[int, Reason]:
    """The indexes of the units that earn nothing, with the reason."""
    aside: dict[int, Reason] = {}
    said: set[tuple[str, ...]] = set()
    own: set[tuple[str, ...]] = set()
    last_turn = -1
    if not units:
        return {}
    idle, instruction = fitted.idle(vectors), fitted.instruction(vectors)
    near = vectors @ vectors.T
    addressed = _addressed(units, instruction)
    mixed_up = senseless({unit.turn: transcript.turns[unit.turn].text for unit in units})
    for i, unit in enumerate(units):
        for index in range(last_turn + 1, unit.turn):
            if transcript.turns[index].speaker == "interviewer":
                said |= _grams(plain_words(transcript.turns[index].text).split())
        last_turn = max(last_turn, unit.turn)
        grams = _grams(unit.plain.split())
        kept = [j for j in range(i) if j not in aside]
        if not unit.words:
            aside[i] = Reason.IDLE
        elif i in addressed:
            aside[i] = Reason.INSTRUCTION
        elif unit.turn in mixed_up or _unreadable(unit):
            aside[i] = Reason.UNREADABLE
        elif grams and len(grams & said) > _COPIED_SHARE * len(grams):
            aside[i] = Reason.COPIED
        elif (grams and len(grams & own) > _REPEATED_SHARE * len(grams)) or (
            kept and unit.words >= 6 and near[i, kept].max() > _REPEATED_COSINE
        ):
            aside[i] = Reason.REPEATED
        elif idle[i] > 0:
            aside[i] = Reason.IDLE
        if i not in aside:
            own |= grams
    return aside
