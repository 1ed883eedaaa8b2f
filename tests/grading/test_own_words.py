"""A quote shows a criterion when it speaks in that criterion's own words, not only of a subject like it."""

import numpy as np
import pytest

from interviewer.domain import Step
from interviewer.grading.matching import Likeness, Match, matches
from interviewer.grading.own_words import OwnWords
from interviewer.grading.quotes import quote_at
from interviewer.grading.reading import Reading
from interviewer.knowledge.load import Knowledge
from interviewer.knowledge.schema import Signal
from interviewer.listening.examples import Sounds
from interviewer.listening.segments import candidate_units
from interviewer.transcript import Transcript, transcript_from

STEP = Step.DATA
SPLIT = "I'd split by time and leave a week between the training rows and the test rows for the late labels."
OTHER = "I'd ask the product people about the colours of the buttons and about the office plants over lunch."


@pytest.fixture(scope="module")
def signals(knowledge: Knowledge) -> dict[str, Signal]:
    return {one.id: one for own in knowledge.signals("video-recommendation").values() for one in own}


@pytest.fixture(scope="module")
def own_words(signals: dict[str, Signal]) -> OwnWords:
    return OwnWords(signals.values())


def _transcript(answer: str) -> Transcript:
    turns = [{"speaker": "interviewer", "text": "Data?"}, {"speaker": "candidate", "text": answer}]
    return transcript_from({"case": "video-recommendation", "level": "senior", "turns": turns})


def _matches(answer: str, own_words: OwnWords) -> list[Match]:
    """What is found when the embeddings say that every sentence lies equally close to the two signals."""
    units = candidate_units(_transcript(answer))
    vectors = np.ones((len(units), 1), np.float32)
    reading = Reading(tuple(units), vectors, (STEP,) * len(units), (), ())
    ids = ("general-split-by-time-and-entity", "general-refresh-and-gate")
    sounds = Sounds(ids, (STEP, STEP), ids, np.ones((2, 1), np.float32))
    same = np.full((len(units), 2), 0.6, np.float32)
    return matches(reading, sounds, Likeness(list(ids), same, same, same), own_words)


def test_a_criterion_has_all_of_its_own_words(signals: dict[str, Signal], own_words: OwnWords) -> None:
    for id_, signal in signals.items():
        rivals = [own_words.shared(other, signal.text) for other in signals if other != id_]
        assert own_words.shared(id_, signal.text) > max(rivals)


def test_words_that_every_criterion_has_weigh_next_to_nothing(own_words: OwnWords) -> None:
    assert own_words.shared("general-split-by-time-and-entity", "because and that with for the") < 3


def test_forms_of_a_word_are_one_word(own_words: OwnWords) -> None:
    one, other = (own_words.shared("general-split-by-time-and-entity", word) for word in ("randomly", "random"))
    assert one == other > 0


def test_of_two_criteria_equally_near_the_one_is_shown_whose_words_are_said(own_words: OwnWords) -> None:
    assert {one.id for one in _matches(SPLIT, own_words)} == {"general-split-by-time-and-entity"}


def test_likeness_without_words_shows_nothing(own_words: OwnWords) -> None:
    assert not _matches(OTHER, own_words)


def test_a_neighbour_that_holds_the_telling_words_joins_the_quote() -> None:
    answer = f"{OTHER} {SPLIT}"
    units = candidate_units(_transcript(answer))
    assert quote_at(units, 1, answer) == SPLIT
    assert quote_at(units, 1, answer, lambda said: 9.0 * ("office plants" in said)) == answer
