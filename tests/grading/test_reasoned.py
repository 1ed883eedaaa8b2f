"""A deep step that no criterion fits shows its best-argued sentences; a weak one shows none for that."""

import numpy as np
import pytest

from interviewer.domain import Help, Step
from interviewer.grading.depth import Depth
from interviewer.grading.parameters import Fitted, Probe
from interviewer.grading.reading import Reading
from interviewer.grading.reasoned import ENOUGH, reasoned, subjects
from interviewer.grading.report import Evidence
from interviewer.listening.segments import candidate_units
from interviewer.transcript import Transcript, transcript_from

ARGUED = (
    "I'd keep two weeks of rows because older ones are of another product and would only teach it old habits. "
    "And I would cap each person at twenty rows a day since otherwise the heavy ones are the whole data set."
)
STEP = Step.DATA


def _transcript(answer: str) -> Transcript:
    turns = [{"speaker": "interviewer", "text": "Data?"}, {"speaker": "candidate", "text": answer}]
    return transcript_from({"case": "x", "level": "senior", "turns": turns})


def _reading(transcript: Transcript) -> Reading:
    units = candidate_units(transcript)
    vectors = np.zeros((len(units), 7), np.float32)
    vectors[:, list(Step).index(STEP)] = 1
    depths: tuple[Depth, ...] = ()
    return Reading(tuple(units), vectors, (STEP,) * len(units), (), depths)


def _fitted() -> Fitted:
    step = Probe(np.eye(7, dtype=np.float32), np.zeros(7, np.float32))
    nothing = Probe(np.zeros(7, np.float32), np.asarray(-1, np.float32))
    return Fitted(step, nothing, nothing, nothing, np.zeros((1, 7), np.float32), {}, {})


def _found(answer: str, score: float | None, already: int = 0, deep: float = 3.0) -> list[Evidence]:
    transcript = _transcript(answer)
    reading = _reading(transcript)
    shown = Evidence(signal="labels", quote="said elsewhere", turn=1, help=Help.UNPROMPTED, sign="+", about="labels")
    found = {step: [shown] * already if step == STEP else [] for step in Step}
    scores = {step: score if step == STEP else None for step in Step}
    return reasoned(found, scores, transcript, reading, [deep] * len(reading.units), _fitted(), {})[STEP]


def test_decisions_with_reasons_are_quoted_word_for_word() -> None:
    found = _found(ARGUED, 3.2)
    assert 1 <= len(found) <= ENOUGH
    assert all(one.quote in ARGUED and one.signal == subjects()[STEP].id for one in found)


@pytest.mark.parametrize(
    ("answer", "score", "already", "deep"),
    [
        (ARGUED, 1.9, 0, 3.0),
        (ARGUED, None, 0, 3.0),
        (ARGUED, 3.2, ENOUGH, 3.0),
        (ARGUED, 3.2, 0, 1.5),
        (
            "We'd use clicks, likes, shares, comments, watch time, context, user and item features and a feature store.",
            3.2,
            0,
            3.0,
        ),
    ],
    ids=["weak step", "step not scored", "quotes enough", "shallow talk", "a list"],
)
def test_nothing_is_added(answer: str, score: float | None, already: int, deep: float) -> None:
    assert not _found(answer, score, already, deep)


def test_every_step_has_a_subject_of_its_own() -> None:
    assert len({one.id for one in subjects().values()}) == len(Step)
