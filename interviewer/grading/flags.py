"""Mistakes and trade-offs that can be heard without a model that understands: few, and sure.

A mistake is heard by its own words, said as one's own (``affirm``) in a sentence that sounds very much like it. It was
corrected when the candidate says the sound thing later, speaks against the mistake's own words or takes it back.
"""

import re
from collections.abc import Sequence

import numpy as np

from interviewer.grading.criteria import Wording
from interviewer.grading.reading import Reading
from interviewer.grading.report import FlagReport, Remark
from interviewer.grading.thresholds import thresholds
from interviewer.knowledge.embeddings import Vectors
from interviewer.knowledge.schema import RedFlag, TradeOff
from interviewer.listening.examples import Sounds
from interviewer.listening.mistakes import affirmed, taken_back
from interviewer.listening.thought import depth

_AT = thresholds().flags

VERY_LIKE, MARGIN = _AT.very_like, _AT.margin
"""Likeness from which a mistake is believed, and how much nearer it must be than every sound statement that looks like
it: people who think aloud name mistakes to avoid them."""
CORRECTED, NAMED_AGAIN = _AT.corrected, _AT.named_again
"""Likeness to a sound statement from which a later sentence puts the mistake right, and to the mistake from which a
later sentence with its words is about it."""
RAISED, SHARED = _AT.raised, _AT.shared
"""Likeness and own words (``criteria.Wording``) from which a trade-off was raised."""
_FOLLOWING = 2
"""Sentences after a mistake in which the speaker may take it back."""


def nearest(vectors: Vectors, sounds: Sounds) -> dict[str, Vectors]:
    """For each id, every sentence's highest cosine with its examples."""
    if not len(sounds) or not len(vectors):
        return {}
    near = vectors @ sounds.vectors.T
    ids = np.array(sounds.ids)
    return {id_: near[:, ids == id_].max(1) for id_ in dict.fromkeys(sounds.ids)}


def red_flags(reading: Reading, flags: Sequence[RedFlag]) -> list[FlagReport]:
    """The mistakes that were surely made, one for a sentence; the case's own come first."""
    wrong, right = nearest(reading.vectors, reading.sounds.red_flags), nearest(reading.vectors, reading.sounds.right)
    found: list[FlagReport] = []
    taken: set[int] = set()
    for flag in flags:
        cues = [re.compile(cue, re.IGNORECASE) for cue in flag.cues]
        if flag.id not in wrong or not cues:
            continue
        near, sound = wrong[flag.id], right.get(flag.id)
        lead = near - sound if sound is not None else near
        said = [
            int(at)
            for at in np.flatnonzero((near >= VERY_LIKE) & (lead >= MARGIN))
            if affirmed(cues, reading.sentences[at].text, _following(reading, int(at)))
        ]
        if not said:
            continue
        index = max(said, key=lambda at: float(near[at]))
        if index in taken:
            continue
        taken.add(index)
        one = reading.sentences[index]
        corrected = _put_right(reading, cues, near, sound, said[-1])
        found.append(
            FlagReport(id=flag.id, text=flag.text, turn=one.turn, quote=one.text, corrected=corrected, step=flag.step)
        )
    return found


def _put_right(
    reading: Reading, cues: Sequence[re.Pattern[str]], near: Vectors, sound: Vectors | None, last: int
) -> bool:
    """Whether the candidate says the sound thing after the mistake, speaks against its words, or takes it back."""
    if sound is not None and bool((sound[last + 1 :] >= CORRECTED).any()):
        return True
    for at in range(last + 1, len(reading.sentences)):
        text = reading.sentences[at].text
        again = near[at] >= NAMED_AGAIN and any(cue.search(text) for cue in cues)
        if again and not affirmed(cues, text, _following(reading, at)):
            return True
    turn = reading.sentences[last].turn
    answers = (own.text for index, own in reading.transcript.candidate_turns() if index > turn)
    return taken_back(next(answers, ""))


def _following(reading: Reading, index: int) -> str:
    own = reading.sentences[index].turn
    return " ".join(one.text for one in reading.sentences[index + 1 : index + 1 + _FOLLOWING] if one.turn == own)


def trade_offs(reading: Reading, choices: Sequence[TradeOff], wording: Wording) -> list[Remark]:
    """The case's trade-offs that the candidate raised in their own words, weighing something."""
    found: list[Remark] = []
    by_id = {one.id: one for one in choices}
    for id_, near in nearest(reading.vectors, reading.sounds.trade_offs).items():
        for at in np.argsort(-near, kind="stable"):
            if near[at] < RAISED or id_ not in by_id:
                break
            one = reading.sentences[at]
            thought = depth(one.text)
            if (thought.choice or thought.reason) and wording.shared(id_, one.text) >= SHARED:
                first, second = by_id[id_].between
                text = f"{first[:1].upper()}{first[1:]}, or {second}."
                found.append(Remark(id=id_, text=text, turn=one.turn, quote=one.text))
                break
    return found
