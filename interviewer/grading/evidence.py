"""Evidence: which quotes show which signals, with how much help, and which answers stayed thin.

Of what shows a signal (``matching``) the best is quoted. What the interviewer said first earns nothing.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Literal

import numpy as np

from interviewer.domain import Help, MoveKind, Step
from interviewer.grading.matching import LEAD, SHARED, Likeness, likeness, matches
from interviewer.grading.own_words import OwnWords
from interviewer.grading.parameters import Floats
from interviewer.grading.quotes import quote_at, trimmed
from interviewer.grading.reading import Reading
from interviewer.grading.report import Evidence
from interviewer.knowledge.schema import Signal
from interviewer.listening.examples import Exemplars, Sounds
from interviewer.listening.segments import Unit, spans
from interviewer.listening.thought import depth
from interviewer.transcript import Transcript

SHARED_SHALLOW, FAIRLY_DEEP = 23.0, 2.4
"""How much of the signal's own words (``matching.SHARED``) a quote in the candidate's favour must hold where the talk
around it reads less deep than the second."""
ASKED, ASKED_CLEARLY = 0.42, 0.48
"""Likeness of the question to the signal's examples from which the signal was asked for, and from which a thin answer
to it is held against the candidate."""
MIXED, DEVELOPED, EMPTY = 2.2, 1.6, 1.0
"""The depth around a quote from which it counts for the signal: by itself, and where it has a reason of its own;
under the last one a reason is no longer taken for one."""
PER_STEP, AGAINST = 4, 2
"""Quotes shown for a step, and how many of them may be mere mentions."""
THIN_ANSWER = 14
"""Words up to which an answer to a direct question is thin."""
SURELY = 2.5
"""The depth around a quote from which "I don't know" in it is honesty and not its content."""
_UNSURE = re.compile(r"\bi (?:don['’]t|do not) (?:really |actually )?know\b|\bno idea\b", re.IGNORECASE)
_GUIDED = {MoveKind.PROBE, MoveKind.TRADE_OFF, MoveKind.CHALLENGE, MoveKind.CURVEBALL}


def help_before(
    transcript: Transcript,
    unit: Unit,
    signal: Signal,
    asked: Mapping[int, Floats],
    examples: Floats,
) -> Help | None:
    """How much help came before; None when the interviewer had said it first."""
    terms = [term.lower() for term in signal.terms]
    own = ""
    given = Help.UNPROMPTED
    for index, turn in enumerate(transcript.turns[: unit.turn]):
        words = turn.text.lower()
        if turn.speaker == "candidate":
            own += " " + words
            hinted = turn.event == "hint" and index >= unit.turn - 2
        else:
            if any(term in words and term in unit.text.lower() and term not in own for term in terms):
                return None
            move = turn.move
            same = move is not None and move.signal == signal.id
            near = index >= unit.turn - 1
            hinted = move is not None and move.kind == MoveKind.HINT and (same or near)
            if given == Help.UNPROMPTED and move is not None and (same or (near and move.kind in _GUIDED and same)):
                given = Help.PROBED
        if hinted:
            given = Help.HINTED
    if given == Help.UNPROMPTED and unit.turn in asked and float((examples @ asked[unit.turn]).max()) >= ASKED:
        return Help.PROBED
    return given


def gather(
    transcript: Transcript,
    reading: Reading,
    signals: Mapping[str, Signal],
    exemplars: Exemplars,
    compared: Likeness,
    own_words: OwnWords,
    asked: Mapping[int, Floats],
    deep: Sequence[float],
    mistaken: Collection[int] = (),
) -> dict[Step, list[Evidence]]:
    """Per step the evidence, the most telling first, each signal and each sentence once. ``compared`` is of the
    reading with the exemplars' signals, ``deep`` each unit's depth at the level asked for, 1 to 4; ``mistaken`` units
    say a known mistake and speak for nothing, also where it was put right later."""
    sounds = exemplars.signals
    ids = np.array(sounds.ids)
    found: dict[Step, list[Evidence]] = {step: [] for step in Step}
    shown: set[str] = set()
    quoted: list[tuple[int, str]] = []
    for match in matches(reading, sounds, compared, own_words):
        signal, unit = signals[match.id], reading.units[match.index]
        if match.step is None or match.index in mistaken or match.id in shown or len(found[match.step]) >= PER_STEP:
            continue
        words = partial(own_words.shared, match.id)
        quote = quote_at(reading.units, match.index, transcript.turns[unit.turn].text, words)
        before = [other for turn, other in quoted if turn == unit.turn]
        if any(quote in other or other in quote or unit.text.strip() in other for other in before):
            continue
        sign = _sign(quote, deep[match.index])
        least = SHARED_SHALLOW if sign == "+" and deep[match.index] < FAIRLY_DEEP else SHARED
        if sign is None or words(quote) + LEAD * match.lead < least:
            continue
        against = sum(one.sign == "-" for one in found[match.step])
        if sign == "-" and (against >= AGAINST or reading.steps[match.index] != match.step):
            continue
        help_ = help_before(transcript, unit, signal, asked, sounds.vectors[ids == match.id])
        if help_ is None:
            continue
        shown.add(match.id)
        quoted.append((unit.turn, quote))
        found[match.step].append(
            Evidence(signal=match.id, quote=quote, turn=unit.turn, help=help_, sign=sign, about=signal.topic)
        )
    _add_thin_answers(found, transcript, reading, signals, sounds, asked, shown)
    return found


def _sign(quote: str, deep: float) -> Literal["+", "-"] | None:
    """For the signal, or against it as a mere mention, or neither: a reason in shallow talk may be a wrong one."""
    said = depth(quote)
    thin = said.thin or said.listing
    if _UNSURE.search(quote) and deep < SURELY:
        return None
    if deep >= (MIXED if thin else DEVELOPED):
        return "+"
    return "-" if thin or deep < EMPTY else None


def _add_thin_answers(
    found: dict[Step, list[Evidence]],
    transcript: Transcript,
    reading: Reading,
    signals: Mapping[str, Signal],
    sounds: Sounds,
    asked: Mapping[int, Floats],
    shown: set[str],
) -> None:
    """A direct question about a signal that got a few words of its step without a reason speaks against it."""
    answered = {unit.turn: step for unit, step in zip(reading.units, reading.steps, strict=True)}
    turns = [turn for turn in asked if turn in answered]
    if not turns:
        return
    names, near = likeness(np.stack([asked[turn] for turn in turns]), sounds)
    of = dict(zip(sounds.ids, sounds.steps, strict=True))
    for turn, row in zip(turns, near, strict=True):
        text = transcript.turns[turn].text
        own = [unit for unit in reading.units if unit.turn == turn]
        column = int(row.argmax())
        name, step = names[column], of[names[column]]
        thin = sum(unit.words for unit in own) <= THIN_ANSWER and depth(text).thin and "?" not in text
        meant = row[column] >= ASKED_CLEARLY and answered[turn] == step
        if not (thin and meant) or step is None or name in shown or len(found[step]) >= PER_STEP:
            continue
        shown.add(name)
        quote = trimmed(text[spans(text)[0][0] : spans(text)[-1][1]])
        found[step].append(
            Evidence(signal=name, quote=quote, turn=turn, help=Help.PROBED, sign="-", about=signals[name].topic)
        )
