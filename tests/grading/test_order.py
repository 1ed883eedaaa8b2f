"""Shuffled words are told from talk; talk, however clumsy, is never taken for shuffled."""

import random

import pytest

from interviewer.grading.order import LEAST_WORDS, shuffled
from tests.grading.interviews import REASONED, RECITED

CAPTION = (
    "um so what i'd do is i'd i'd log what was shown you know and then we wait like two days for the for the comments "
    "and so on because uh they come later than the likes and if you don't wait then it looks like nobody liked it and "
    "yeah so that's the label and then i'd split it by by day not not random"
)


@pytest.mark.parametrize("seed", range(8))
def test_shuffled_words_are_recognised(seed: int) -> None:
    words = " ".join(REASONED).replace(".", "").split()
    random.Random(seed).shuffle(words)
    assert shuffled(" ".join(words))


@pytest.mark.parametrize("text", [" ".join(REASONED), " ".join(RECITED), CAPTION, CAPTION.upper()])
def test_talk_is_not(text: str) -> None:
    assert not shuffled(text)


def test_a_few_words_are_never_judged_by_their_order() -> None:
    assert not shuffled(" ".join(["the of and"] * (LEAST_WORDS // 3 - 1)))
