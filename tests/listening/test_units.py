"""Units: exact substrings that hold all words, and a plain form in which speech and writing agree."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviewer.listening.segments import LONG, candidate_units, plain_words, spans
from tests.grading.interviews import REASONED, interview


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_spans_lie_in_order_and_lose_no_word(text: str) -> None:
    found = spans(text)
    assert all(a < b for a, b in found)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(found))
    assert "".join("".join(text[a:b].split()) for a, b in found) == "".join(text.split())


def test_captions_without_sentence_marks_are_cut() -> None:
    caption = " ".join(["so we split by time and then we train on four weeks"] * 30)
    assert all(len(caption[a:b].split()) <= LONG for a, b in spans(caption))


def test_a_unit_is_an_exact_substring_of_its_turn() -> None:
    transcript = interview(REASONED)
    units = candidate_units(transcript)
    assert len(units) > 15
    assert all(transcript.turns[unit.turn].text[unit.start : unit.end] == unit.text for unit in units)


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("um so I'd I'd split by time you know", "I'd split by time."),
        ("we we we log what was was shown", "We log what was shown."),
        ("Okay, the fetch is, like, the slow bit", "the fetch is the slow bit"),
    ],
)
def test_fillers_stutters_and_marks_vanish(spoken: str, written: str) -> None:
    assert plain_words(spoken) == plain_words(written)
