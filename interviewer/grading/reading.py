"""The talk as it can be heard without a model that understands: steps, what comes near a criterion, sure mistakes.

Which step a sentence is about shows in what it sounds like, in words that belong to a step, in what was just asked and
in what the speaker announces. Speakers stay with a subject and mostly move forward, yet may jump back: a Viterbi path.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from interviewer import Step
from interviewer.grading import thresholds
from interviewer.grading.assessor import Wording
from interviewer.grading.report import FlagReport, Remark
from interviewer.knowledge import Knowledge
from interviewer.knowledge.embeddings import Embedder, Vectors, unit
from interviewer.knowledge.schema import RedFlag, TradeOff
from interviewer.listening.annotate import step_words
from interviewer.listening.examples import Exemplars, Sounds, affirmed, exemplars, taken_back
from interviewer.listening.intents import announced
from interviewer.listening.utterance import depth
from interviewer.text import spans, without_fillers
from interviewer.transcript import Transcript

_AT = thresholds().steps

STEPS = tuple(Step)
_MIDDLE = np.array(_AT.middle)
"""Where in an interview, as a share of its words, a step usually has its middle (the framework's minutes)."""


@dataclass(frozen=True)
class Sentence:
    """About a sentence of a candidate's turn: ``turns[turn].text[start:end] == text``."""

    turn: int
    start: int
    end: int
    text: str
    words: int


@dataclass(frozen=True)
class Reading:
    """A heard interview. ``sentences``, ``vectors``, ``around`` and ``steps`` run in parallel."""

    transcript: Transcript
    sentences: tuple[Sentence, ...]
    vectors: Vectors
    around: Vectors
    """Each sentence with its neighbours in the same turn."""
    asked: Mapping[int, str]
    """What the interviewer said before each candidate turn."""
    sounds: Exemplars
    by_step: Vectors
    """Each sentence's likeness to each step: (sentences, 7)."""
    asked_by_step: Mapping[int, Vectors]
    asked_near: Mapping[int, Mapping[str, float]]
    """Likeness of the question before a turn to each signal's examples."""

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Which step each sentence is about."""
        return _path(self)

    def passage(self, index: int) -> str:
        """A sentence with its neighbours in the same turn."""
        own = self.sentences[index].turn
        return " ".join(
            sentence.text for sentence in self.sentences[max(0, index - 1) : index + 2] if sentence.turn == own
        )


def read_interview(
    transcript: Transcript, knowledge: Knowledge, embedder: Embedder, folder: Path | None = None
) -> Reading:
    """Reads an interview. ``folder`` keeps the case's vectors."""
    sounds = exemplars(knowledge, transcript.case, embedder, folder)
    sentences = tuple(_sentences(transcript))
    vectors = embedder.encode([without_fillers(sentence.text) or sentence.text for sentence in sentences])
    asked = _questions(transcript)
    texts = list(asked.values())
    meant = embedder.encode([without_fillers(text)[-400:] or "-" for text in texts])
    heard = by_step(meant, texts, sounds.signals)
    names, near = sounds.signals.likeness(meant)
    return Reading(
        transcript=transcript,
        sentences=sentences,
        vectors=vectors,
        around=_around(sentences, vectors),
        asked=asked,
        sounds=sounds,
        by_step=by_step(vectors, [one.text for one in sentences], sounds.signals),
        asked_by_step=dict(zip(asked, heard, strict=True)),
        asked_near={
            turn: dict(zip(names, map(float, row), strict=True)) for turn, row in zip(asked, near, strict=True)
        },
    )


def _sentences(transcript: Transcript) -> list[Sentence]:
    found = []
    for index, turn in transcript.candidate_turns():
        for piece in spans(turn.text):
            found.append(Sentence(index, piece.start, piece.end, piece.text, len(piece.text.split())))
            if len(found) >= _AT.most_sentences:
                return found
    return found


def _questions(transcript: Transcript) -> dict[int, str]:
    """For each candidate turn with words, what the interviewer said just before it."""
    found: dict[int, str] = {}
    said: list[str] = []
    for index, turn in enumerate(transcript.turns):
        if turn.speaker == "interviewer":
            said.append(turn.text)
        elif turn.text.strip():
            if any(text.strip() for text in said):
                found[index] = " ".join(said)
            said = []
    return found


def _around(sentences: Sequence[Sentence], vectors: Vectors) -> Vectors:
    found = vectors.copy()
    for at in range(1, len(sentences)):
        if sentences[at].turn == sentences[at - 1].turn:
            found[at] += 0.5 * vectors[at - 1]
            found[at - 1] += 0.5 * vectors[at]
    return unit(found)


def by_step(vectors: Vectors, texts: Sequence[str], sounds: Sounds) -> Vectors:
    """Likeness to each step: the mean of its three nearest examples, and a little for each word that belongs to it."""
    near = vectors @ sounds.vectors.T
    found = np.zeros((len(texts), len(STEPS)), np.float32)
    for column, step in enumerate(STEPS):
        if len(texts) and step in sounds.of_step:
            found[:, column] = np.sort(near[:, sounds.of_step[step]], axis=1)[:, -3:].mean(axis=1)
        pattern = step_words()[step]
        found[:, column] += [_AT.a_word * min(_AT.most_words, len(pattern.findall(text))) for text in texts]
    return found


def _path(reading: Reading) -> tuple[Step, ...]:
    sentences = reading.sentences
    if not sentences:
        return ()
    words = np.array([sentence.words for sentence in sentences], float)
    place = (np.cumsum(words) - words / 2) / max(words.sum(), 1.0)
    fit = _centred(reading.by_step) * np.minimum(_AT.most_weight, words / _AT.full_words)[:, None]
    fit -= _AT.place * ((place[:, None] - _MIDDLE) / _AT.spread) ** 2
    fresh = np.zeros(len(sentences), bool)
    for at, one in enumerate(sentences):
        if (said := announced(one.text)) is not None:
            fit[at, STEPS.index(said)] += _AT.announced
        fresh[at] = at == 0 or sentences[at - 1].turn != one.turn
        if fresh[at] and one.turn in reading.asked_by_step:
            fit[at] += _AT.question * _centred(reading.asked_by_step[one.turn][None])[0]
    apart = 1 - np.eye(len(STEPS))
    back = np.tril(np.ones((len(STEPS), len(STEPS))), -1) * _AT.backwards
    best = fit[0].copy()
    best[3:] -= 2.0  # interviews do not open with the later steps
    came_from = []
    for at in range(1, len(sentences)):
        step = best[:, None] - (_AT.stay_after_question if fresh[at] else _AT.stay) * apart - back
        came_from.append(step.argmax(0))
        best = step.max(0) + fit[at]
    path = [int(best.argmax())]
    for origin in reversed(came_from):
        path.append(int(origin[path[-1]]))
    return tuple(STEPS[index] for index in reversed(path))


def _centred(near: Vectors) -> Vectors:
    found: Vectors = (near - near.mean(axis=1, keepdims=True)) * _AT.sharpness
    return found


# -- flags -----------------------------------------------------------------------------------------------
# Mistakes and trade-offs that can be heard without a model that understands: few, and sure.
#
# A mistake is heard by its own words, said as one's own (``affirm``) in a sentence that sounds very much like it. It
# was corrected when the candidate says the sound thing later, speaks against the mistake's own words or takes it
# back.


_FLAGS_AT = thresholds().flags

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
            for at in np.flatnonzero((near >= _FLAGS_AT.very_like) & (lead >= _FLAGS_AT.margin))
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
    if sound is not None and bool((sound[last + 1 :] >= _FLAGS_AT.corrected).any()):
        return True
    for at in range(last + 1, len(reading.sentences)):
        text = reading.sentences[at].text
        again = near[at] >= _FLAGS_AT.named_again and any(cue.search(text) for cue in cues)
        if again and not affirmed(cues, text, _following(reading, at)):
            return True
    turn = reading.sentences[last].turn
    answers = (own.text for index, own in reading.transcript.candidate_turns() if index > turn)
    return taken_back(next(answers, ""))


def _following(reading: Reading, index: int) -> str:
    own = reading.sentences[index].turn
    return " ".join(
        sentence.text for sentence in reading.sentences[index + 1 : index + 1 + _FOLLOWING] if sentence.turn == own
    )


def trade_offs(reading: Reading, choices: Sequence[TradeOff], wording: Wording) -> list[Remark]:
    """The case's trade-offs that the candidate raised in their own words, weighing something."""
    found: list[Remark] = []
    by_id = {choice.id: choice for choice in choices}
    for id_, near in nearest(reading.vectors, reading.sounds.trade_offs).items():
        for at in np.argsort(-near, kind="stable"):
            if near[at] < _FLAGS_AT.raised or id_ not in by_id:
                break
            one = reading.sentences[at]
            thought = depth(one.text)
            if (thought.choice or thought.reason) and wording.shared(id_, one.text) >= _FLAGS_AT.shared:
                first, second = by_id[id_].between
                text = f"{first[:1].upper()}{first[1:]}, or {second}."
                found.append(Remark(id=id_, text=text, turn=one.turn, quote=one.text))
                break
    return found
