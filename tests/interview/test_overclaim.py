"""Statements without limits are heard; limited ones, questions and other people's are not."""

import pytest

from interviewer.interview.overclaim import overclaims


@pytest.mark.parametrize(
    "said",
    [
        "More layers are always better.",
        "The more photos we add, the better it gets.",
        "We don't need any monitoring.",
        "Its quality doesn't change by itself.",
        "If people stay on the page the result was right.",
    ],
)
def test_a_claim_without_limits_is_heard(said):
    assert overclaims(f"I'd start there. {said}") == [said]


@pytest.mark.parametrize(
    "said",
    [
        "More layers are not always better.",
        "The more photos we add, the better it gets, unless they are copies.",
        "The more photos we add, the better it gets. But only up to a point.",
        "Are more layers always better?",
        "People say that more data is always better.",
        "I don't need the second index once the first is complete.",
    ],
)
def test_a_limited_claim_is_not(said):
    assert overclaims(said) == []
