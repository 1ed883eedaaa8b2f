"""The clause of the embedded model before the planned question: what is kept, and what is refused."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from interviewer.errors import ModelError
from interviewer.interview.lead import excerpt, faults, tidy
from interviewer.interview.warmth import Warmth
from interviewer.models.base import ModelChain
from interviewer.models.deadline import DeadlineError

SAID = "I'd keep ninety days of clicks. Um we don't retrain daily because the labels take a week."


@pytest.mark.parametrize(
    ("lead", "rule"),
    [
        ("You don't retrain daily because the labels take a week.", None),
        ("You retrain daily because the labels take a week.", "lead negation"),
        ("You don't retrain daily, you monitor drift with dashboards.", "lead ungrounded"),
        ("You don't retrain daily because the labels take 8 days.", "lead ungrounded"),
        ("You don't retrain daily, why?", "lead asks"),
        ("We don't retrain daily because the labels take a week.", "lead person"),
        ("You don't.", "lead length"),
        ("You should keep ninety days of clicks.", "lead advises"),
        ("You'd note that the labels take a week.", "lead advises"),
    ],
)
def test_the_clause_gives_the_candidates_words_back_and_nothing_else(lead: str, rule: str | None) -> None:
    found = faults(lead, excerpt(SAID, "don't retrain daily"))
    assert (found == []) if rule is None else (rule in found)


def test_it_is_about_the_sentence_that_holds_the_quote() -> None:
    assert excerpt(SAID, "labels take a week") == "we don't retrain daily because the labels take a week."


def test_labels_quotation_marks_and_second_lines_are_tidied_away() -> None:
    assert tidy('Statement: "You keep ninety days of clicks"\nQuestion: why?') == "You keep ninety days of clicks."
    assert tidy("The cache is warm") == "You said the cache is warm."
    assert tidy("") == ""


def test_a_long_clause_ends_where_a_part_of_it_ends() -> None:
    long = (
        "You would fetch the features from the online store, score them with the trees, and run the rules beside it too"
    )
    assert tidy(long) == "You would fetch the features from the online store, score them with the trees."


class Slow:
    """An embedded model that is ready when it is told to be."""

    backend = "local"

    def __init__(self, fails: bool = False) -> None:
        self.go = threading.Event()
        self.fails = fails
        self.warmed = 0

    def warm(self, messages: Any) -> None:
        self.warmed += 1
        assert self.go.wait(10)
        if self.fails:
            raise ModelError("it cannot be loaded")

    def speak(self, messages: Any, **more: Any) -> Iterator[str]:
        yield "never"


def warmth(model: Slow) -> Warmth:
    return Warmth(ModelChain((model,), named=True))  # type: ignore[arg-type]


def test_a_turn_does_not_wait_for_a_model_that_is_still_being_warmed() -> None:
    model = Slow()
    own = warmth(model)
    own.begin()
    start = time.monotonic()
    with pytest.raises(DeadlineError):
        own.ready(0.05)
    assert time.monotonic() - start < 2
    model.go.set()
    own.ready(5)
    own.begin()
    assert model.warmed == 1


def test_without_a_warm_up_the_first_turn_warms_and_its_deadline_counts_from_there() -> None:
    model = Slow()
    model.go.set()
    assert warmth(model).ready(5) > time.monotonic() + 4


def test_a_model_that_cannot_start_says_so_at_the_turn_not_at_the_warm_up() -> None:
    model = Slow(fails=True)
    model.go.set()
    own = warmth(model)
    own.begin()
    with pytest.raises(ModelError, match="cannot be loaded"):
        own.ready(5)
