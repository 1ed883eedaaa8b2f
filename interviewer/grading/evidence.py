"""Evidence: which quotes show which signals, with how much help; red flags that stood; trade-offs raised.

A quote sounds like a signal when its embedding lies close to one of the signal's example sentences. It counts for
the signal only if the answer around it has depth; a bare mention counts against it. What the interviewer said
first earns nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from interviewer.casebook.case import Case, RedFlag, Signal
from interviewer.casebook.exemplars import Exemplars, Sounds
from interviewer.grading.parameters import Floats
from interviewer.grading.reading import Reading
from interviewer.grading.report import Evidence, Remark
from interviewer.grading.units import Unit
from interviewer.steps import Help, MoveKind, Step
from interviewer.transcript import Transcript

CLOSE = 0.58
CLOSE_ELSEWHERE = 0.66
"""Cosine from which a unit sounds like a signal: of the step it is about, and of another step."""
ASKED = 0.42
"""Cosine between the question and the signal's examples from which the signal was asked for."""
FLAG, FLAG_MARGIN = 0.64, 0.09
TRADE_OFF = 0.60
PER_SIGNAL, PER_STEP, PER_UNIT = 2, 6, 2
_GUIDED = {MoveKind.PROBE, MoveKind.TRADE_OFF, MoveKind.CHALLENGE, MoveKind.CURVEBALL}


@dataclass(frozen=True)
class Match:
    """A unit that sounds like something."""

    index: int
    """Of the unit in the reading."""
    id: str
    step: Step
    cosine: float


def _best(vectors: Floats, sounds: Sounds) -> dict[str, Floats]:
    """For each id, every unit's highest cosine with its examples."""
    if not len(sounds) or not len(vectors):
        return {}
    near = vectors @ sounds.vectors.T
    ids = np.array(sounds.ids)
    return {id_: near[:, ids == id_].max(1) for id_ in dict.fromkeys(sounds.ids)}


def matches(reading: Reading, sounds: Sounds) -> list[Match]:
    """Which units sound like which signals, best first; a unit speaks for two signals at most."""
    steps = dict(zip(sounds.ids, sounds.steps, strict=True))
    found: list[Match] = []
    for id_, near in _best(reading.vectors, sounds).items():
        step = steps[id_]
        if step is None:
            continue
        for index in np.flatnonzero(near >= CLOSE):
            if reading.steps[index] == step or near[index] >= CLOSE_ELSEWHERE:
                found.append(Match(int(index), id_, step, float(near[index])))
    found.sort(key=lambda one: (-one.cosine, one.index, one.id))
    taken: dict[int, int] = {}
    kept = []
    for one in found:
        if taken.get(one.index, 0) < PER_UNIT:
            taken[one.index] = taken.get(one.index, 0) + 1
            kept.append(one)
    return kept


def quote_of(unit: Unit) -> str:
    """The unit's words without blanks at the ends: still an exact substring of the turn."""
    return unit.text.strip()


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
    signals: Mapping[Step, Sequence[Signal]],
    exemplars: Exemplars,
    asked: Mapping[int, Floats],
    deep_enough: Sequence[bool],
) -> dict[Step, list[Evidence]]:
    """Per step the evidence, strongest first. ``deep_enough`` says for each unit whether its answer has depth."""
    by_id = {signal.id: signal for own in signals.values() for signal in own}
    sounds = exemplars.signals
    ids = np.array(sounds.ids)
    found: dict[Step, list[Evidence]] = {step: [] for step in Step}
    per_signal: dict[tuple[str, str], int] = {}
    for match in matches(reading, sounds):
        signal, unit = by_id.get(match.id), reading.units[match.index]
        sign = "+" if deep_enough[match.index] else "-"
        key = (match.id, sign)
        if signal is None or len(found[match.step]) >= PER_STEP or per_signal.get(key, 0) >= PER_SIGNAL:
            continue
        help_ = help_before(transcript, unit, signal, asked, sounds.vectors[ids == match.id])
        if help_ is None:
            continue
        per_signal[key] = per_signal.get(key, 0) + 1
        found[match.step].append(
            Evidence(
                signal=match.id,
                quote=quote_of(unit),
                turn=unit.turn,
                help=help_,
                sign="+" if sign == "+" else "-",
                about=signal.topic,
            )
        )
    return found


def red_flags(reading: Reading, flags: Sequence[RedFlag], exemplars: Exemplars) -> list[tuple[RedFlag, Remark]]:
    """Wrong statements that the candidate did not take back: closer to how it is said than to what is right."""
    wrong, right = (
        _best(reading.vectors, exemplars.red_flags),
        _best(reading.vectors, exemplars.right),
    )
    found = []
    for flag in flags:
        if flag.id not in wrong:
            continue
        near, sound = wrong[flag.id], right[flag.id]
        hits = np.flatnonzero((near >= FLAG) & (near - sound >= FLAG_MARGIN))
        if not len(hits):
            continue
        last = int(hits[-1])
        taken_back = (sound[last + 1 :] >= FLAG) & (sound[last + 1 :] - near[last + 1 :] >= 0)
        if taken_back.any():
            continue
        index = int(hits[near[hits].argmax()])
        unit = reading.units[index]
        found.append(
            (
                flag,
                Remark(id=flag.id, text=flag.text, turn=unit.turn, quote=quote_of(unit)),
            )
        )
    return found


def trade_offs(reading: Reading, case: Case | None, exemplars: Exemplars) -> list[Remark]:
    """The case's trade-offs that the candidate raised."""
    found = []
    for id_, near in _best(reading.vectors, exemplars.trade_offs).items():
        index = int(near.argmax())
        if near[index] >= TRADE_OFF and case is not None:
            choice = next(one for one in case.trade_offs if one.id == id_)
            unit = reading.units[index]
            text = f"{choice.between[0]} against {choice.between[1]}"
            found.append(Remark(id=id_, text=text, turn=unit.turn, quote=quote_of(unit)))
    return found
