"""Red flags that stood at the end of the interview, and trade-offs that were raised.

A red flag is heard as the live listener hears it: the mistake's own words, said as one's own (``affirm``), in a
sentence that sounds like it. It does not stand when the candidate says the sound thing later, speaks against the
mistake's own words or takes it back in the next answer.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from interviewer.domain import Step
from interviewer.grading.own_words import OwnWords
from interviewer.grading.parameters import Floats
from interviewer.grading.quotes import quote_at
from interviewer.grading.reading import Reading
from interviewer.grading.report import Remark
from interviewer.knowledge.schema import Case, RedFlag, Signal
from interviewer.listening.annotate import FLAG_MARGIN, FLAGGED, FLAGGED_WITH_CUE
from interviewer.listening.examples import Exemplars, Sounds
from interviewer.listening.mistakes import affirmed, taken_back
from interviewer.listening.segments import Unit
from interviewer.transcript import Transcript

CORRECTED = 0.64
"""Likeness to a sound statement from which a later sentence puts the mistake right."""
SHALLOW, DEEP = 2.2, 2.7
"""Depth around the words, 1 to 4 at the level: up to the first a mistake is heard as the live listener hears it, up to
the second only when it sounds very much like it, and beyond it never (people who think aloud name mistakes to avoid
them; all ten flags that were heard in hires of the own recordings were such)."""
VERY_LIKE = 0.64
NAMED_AGAIN = 0.30
"""Likeness to the mistake from which a later sentence with its words is about it: said against it, it puts it right."""
TRADE_OFF, SHARED, WEIGHED = 0.60, 5.0, 2.0
"""Likeness, own words (``own_words``) and depth from which a trade-off was raised. Read by the author: of 28 that
likeness alone found 20 were, of 24 by all three 20."""
STRONG = 3.2
"""The score of a step from which a mistake made in it is believed only when it sounds very much like it: the four that
were heard in such steps of 72 interviews were misheard, those in steps up to 3.0 were made."""
_FOLLOWING = 2
"""Units after a mistake in which the speaker may take it back."""


def nearest(vectors: Floats, sounds: Sounds) -> dict[str, Floats]:
    """For each id, every vector's highest cosine with its examples."""
    if not len(sounds) or not len(vectors):
        return {}
    near = vectors @ sounds.vectors.T
    ids = np.array(sounds.ids)
    return {id_: near[:, ids == id_].max(1) for id_ in dict.fromkeys(sounds.ids)}


@dataclass(frozen=True)
class Mistake:
    """A red flag with the units that say it as their own, whether or not it stands."""

    flag: RedFlag
    said: tuple[int, ...]
    near: Floats
    """Every unit's likeness to the mistake."""
    sound: Floats
    """And to the sound statements that look like it."""


def mistakes(reading: Reading, flags: Sequence[RedFlag], exemplars: Exemplars) -> list[Mistake]:
    """Every mistake that was said; the case's own come first."""
    wrong, right = nearest(reading.vectors, exemplars.red_flags), nearest(reading.vectors, exemplars.right)
    known = [(flag, wrong[flag.id], right[flag.id]) for flag in flags if flag.id in wrong]
    found = [Mistake(flag, tuple(_said(reading, flag, near, sound)), near, sound) for flag, near, sound in known]
    return [one for one in found if one.said]


def red_flags(
    transcript: Transcript,
    reading: Reading,
    said: Sequence[Mistake],
    deep: Sequence[float],
    scores: Mapping[Step, float | None],
) -> list[tuple[RedFlag, Remark]]:
    """The mistakes that were made and left standing, one for a sentence."""
    found: list[tuple[RedFlag, Remark]] = []
    taken: set[int] = set()
    for mistake in said:
        near = mistake.near
        hits = [
            one
            for one in mistake.said
            if (near[one] >= VERY_LIKE and deep[one] < DEEP)
            or (deep[one] < SHALLOW and (scores.get(reading.steps[one]) or 0) < STRONG)
        ]
        if not hits or _put_right(transcript, reading, mistake, hits[-1]):
            continue
        index = max(hits, key=lambda one: float(near[one]))
        if index in taken:
            continue
        taken.add(index)
        turn = reading.units[index].turn
        quote = quote_at(reading.units, index, transcript.turns[turn].text)
        found.append((mistake.flag, Remark(id=mistake.flag.id, text=mistake.flag.text, turn=turn, quote=quote)))
    return found


def _put_right(transcript: Transcript, reading: Reading, mistake: Mistake, last: int) -> bool:
    """Whether the candidate says the sound thing after the mistake, speaks against its words, or takes it back in
    the next answer."""
    near, sound = mistake.near, mistake.sound
    if bool(((sound[last + 1 :] >= CORRECTED) & (sound[last + 1 :] >= near[last + 1 :])).any()):
        return True
    cues = [re.compile(cue, re.IGNORECASE) for cue in mistake.flag.cues]
    units = reading.units
    for i in range(last + 1, len(units)):
        own_words = near[i] >= NAMED_AGAIN and any(cue.search(units[i].text) for cue in cues)
        if own_words and not affirmed(cues, units[i].text, _next_words(units, i)):
            return True
    turn = units[last].turn
    answer = next((text for index, text in _answers(transcript) if index > turn), "")
    return taken_back(answer)


def _answers(transcript: Transcript) -> list[tuple[int, str]]:
    return [(index, turn.text) for index, turn in transcript.candidate_turns() if turn.text.strip()]


def _next_words(units: Sequence[Unit], index: int) -> str:
    return " ".join(one.text for one in units[index + 1 : index + 1 + _FOLLOWING] if one.turn == units[index].turn)


def _said(reading: Reading, flag: RedFlag, near: Floats, sound: Floats) -> list[int]:
    cues = [re.compile(cue, re.IGNORECASE) for cue in flag.cues]
    if not cues:
        return [int(i) for i in np.flatnonzero((near >= FLAGGED) & (near - sound >= FLAG_MARGIN))]
    units = reading.units
    found = []
    for i in np.flatnonzero(near >= FLAGGED_WITH_CUE):
        if affirmed(cues, units[i].text, _next_words(units, int(i))):
            found.append(int(i))
    return found


def trade_offs(
    transcript: Transcript,
    reading: Reading,
    signals: Iterable[Signal],
    case: Case | None,
    exemplars: Exemplars,
    deep: Sequence[float],
) -> list[Remark]:
    """The case's trade-offs that the candidate raised, in their own words and in talk that weighs something."""
    found: list[Remark] = []
    if case is None:
        return found
    own_words = OwnWords(signals, case.trade_offs)
    for id_, near in nearest(reading.vectors, exemplars.trade_offs).items():
        for index in np.argsort(-near, kind="stable"):
            if near[index] < TRADE_OFF:
                break
            turn = reading.units[index].turn
            quote = quote_at(reading.units, int(index), transcript.turns[turn].text)
            if deep[index] >= WEIGHED and own_words.shared(id_, quote) >= SHARED:
                choice = next(own for own in case.trade_offs if own.id == id_)
                one, other = choice.between
                text = f"{one[:1].upper()}{one[1:]}, or {other}."
                found.append(Remark(id=id_, text=text, turn=turn, quote=quote))
                break
    return found
