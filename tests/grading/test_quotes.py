"""A quote reads alone, stays short and is an exact substring of its turn."""

from hypothesis import given, settings
from hypothesis import strategies as st

from interviewer.grading.quotes import LONGEST, quote_at, trimmed
from interviewer.listening.segments import LONG, candidate_units
from tests.grading.interviews import REASONED, interview

_WORDS = st.lists(
    st.sampled_from(
        [
            "um",
            "so",
            "it",
            "because",
            "we",
            "log",
            "what",
            "was",
            "shown.",
            "And",
            "then",
            "two",
            "days",
            "later?",
            "yeah",
        ]
    ),
    max_size=120,
)


@settings(max_examples=60, deadline=None)
@given(_WORDS)
def test_a_quote_is_a_substring_of_its_turn_and_short(words: list[str]) -> None:
    transcript = interview([" ".join(words), *REASONED])
    units = candidate_units(transcript)
    for index, unit in enumerate(units):
        text = transcript.turns[unit.turn].text
        quote = quote_at(units, index, text)
        assert quote in text
        assert len(quote.split()) <= max(LONGEST, LONG + 9)


def test_a_sentence_that_leans_on_the_one_before_takes_it_in() -> None:
    transcript = interview(
        ["We split by the day of the impression and never at random. That keeps the future out of the training rows."]
    )
    units = candidate_units(transcript)
    assert quote_at(units, len(units) - 1, transcript.candidate_turns()[0][1].text).startswith("We split by the day")


def test_fillers_at_the_ends_go() -> None:
    assert trimmed("um so yeah I'd keep a week between them and um") == "I'd keep a week between them"
