"""A mistake counts only where the candidate says it as their own."""

import re

import pytest

from interviewer.listening.examples import affirmed

SHUFFLE = [re.compile(r"\b(?:shuffl\w+|random split)", re.IGNORECASE)]
NO_BASELINE = [re.compile(r"\b(?:skip|no|\w+n['’]t need)\b.{0,20}\bbaseline\b", re.IGNORECASE)]


@pytest.mark.parametrize(
    "said",
    [
        "I'd shuffle the rows and keep a fifth for testing.",
        "um so we shuffle everything and uh that's our test set",
        "I'd shuffle the rows, no need for anything more.",
        "I'd shuffle the rows so that both parts are alike.",
        "I'd shuffle the rows, since a split by date would give up too many of them.",
    ],
)
def test_a_mistake_that_is_said_is_heard(said: str) -> None:
    assert affirmed(SHUFFLE, said, "")


@pytest.mark.parametrize(
    "said",
    [
        "I would not shuffle the rows.",
        "I wouldn’t shuffle the rows.",
        "A naive way would be to shuffle the rows.",
        "If we shuffled them, one session would be in train and test.",
        "At my last company we shuffled the rows.",
        "A random split would put copies on both sides.",
        "I'd shuffle, no wait, I'd cut by date.",
        "I'd shuffle, because a leak is no worry, or so they say, but it misleads.",
        "Shuffling takes days at this size.",
        "Nothing of that kind is said here.",
    ],
)
def test_denied_attributed_spoilt_and_unsaid_mistakes_are_not(said: str) -> None:
    assert not affirmed(SHUFFLE, said, "")


@pytest.mark.parametrize("following", ["No wait, scratch that.", "But that leaks next week into training."])
def test_a_mistake_taken_back_in_the_next_sentence_is_not_heard(following: str) -> None:
    assert not affirmed(SHUFFLE, "I'd shuffle the rows.", following)
    assert affirmed(SHUFFLE, "I'd shuffle the rows.", "Then I train a model on it.")


def test_the_no_of_the_mistake_itself_is_no_denial_but_a_second_one_is() -> None:
    assert affirmed(NO_BASELINE, "We don't need a baseline.", "")
    assert not affirmed(NO_BASELINE, "I wouldn't say that we don't need a baseline.", "")
