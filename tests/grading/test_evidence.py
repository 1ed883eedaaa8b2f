"""Places and quotes: found with case, spacing, punctuation, fillers and stammers set aside, kept as they were said."""

import pytest

from interviewer.grading import thresholds
from interviewer.grading.evidence import Quotes, excerpts, seconds_taken
from interviewer.text import spans
from interviewer.transcript import Transcript, transcript_from, with_clock

CAPTION = (
    "so um the the labels uh they arrive you know a week late so i'd wait for for seven days before i count it as a no "
    "and then um i split by time because otherwise next week leaks in"
)


def talk(*turns: tuple[str, str]) -> Transcript:
    return transcript_from(
        {"case": "x", "level": "mid", "turns": [{"speaker": who, "text": text} for who, text in turns]}
    )


TALK = talk(("interviewer", "And the labels arrive a week late, right?"), ("candidate", CAPTION))


@pytest.mark.parametrize(
    ("quote", "kept"),
    [
        ("the labels they arrive a week late", "the the labels uh they arrive you know a week late"),
        ("The labels — they arrive a week late.", "the the labels uh they arrive you know a week late"),
        ("I'd wait for seven days", "i'd wait for for seven days"),
        ("i’d  wait for seven days", "i'd wait for for seven days"),
        ("… wait for seven days before I count it as a no …", "wait for for seven days before i count it as a no"),
        (
            "I would split by time because otherwise next week leaks in",
            "split by time because otherwise next week leaks in",
        ),
    ],
)
def test_a_quote_is_found_and_kept_as_it_was_said(quote: str, kept: str) -> None:
    quotes = Quotes(TALK)
    found = quotes.find(quote, "1")
    assert found is not None
    assert found.text == kept
    assert TALK.turns[found.turn].text[found.start : found.end] == found.text
    assert (quotes.found, quotes.dropped) == (1, [])


@pytest.mark.parametrize(
    ("quote", "kept"),
    [
        (
            "I'd wait for seven days … by time because otherwise next week leaks in",
            CAPTION[CAPTION.index("i'd wait") :],
        ),
        ("they arrive a week late ... i split by time", CAPTION[CAPTION.index("they") : CAPTION.index(" because")]),
        ("they arrive a week late … which nobody ever said", "they arrive you know a week late"),
        ("i split by time because … they arrive a week late", "i split by time because"),
    ],
    ids=["both ends", "three dots", "an end that nobody said", "the end lies before the beginning"],
)
def test_a_long_quote_is_given_by_its_two_ends(quote: str, kept: str) -> None:
    found = Quotes(TALK).find(quote, "1")
    assert found is not None
    assert found.text == kept


def test_two_ends_that_lie_far_apart_are_no_quote() -> None:
    far = talk(
        ("interviewer", "Go."),
        ("candidate", f"I split by time here. {'And so it goes. ' * 40}Then next week leaks in."),
    )
    found = Quotes(far).find("I split by time here … then next week leaks in", "1")
    assert found is not None
    assert found.text == "Then next week leaks in."


@pytest.mark.parametrize(
    "quote", ["I would shuffle all the rows at random", "a week", "", "And the labels arrive right", "…"]
)
def test_what_the_candidate_never_said_is_dropped_and_counted(quote: str) -> None:
    quotes = Quotes(TALK)
    assert quotes.find(quote, "1") is None
    assert quotes.dropped == [quote]


def test_of_words_said_twice_the_nearest_place_is_taken() -> None:
    twice = talk(
        ("candidate", "I split by time here."), ("interviewer", "Go on."), ("candidate", "I split by time here.")
    )
    found = [Quotes(twice).find("I split by time here", place) for place in ("0", "2", "[2]", "")]
    assert [one.turn for one in found if one] == [0, 2, 2, 0]


def test_a_turn_that_the_model_misnumbered_is_put_right() -> None:
    found = Quotes(TALK).find("wait for seven days", "0")
    assert found is not None
    assert found.turn == 1


def test_a_monologue_is_cut_into_numbered_passages_that_hold_all_of_it() -> None:
    long = talk(("interviewer", "Begin."), ("candidate", f"{CAPTION} " * 30))
    own = [one for one in excerpts(long) if one.turn == 1]
    text = long.turns[1].text
    assert len(own) > 8
    assert "".join(text[one.start : one.end] for one in own) == text
    assert max(len(text[one.start : one.end].split()) for one in own) <= thresholds().quotes.longest_passage + 40
    assert [one.place for one in own[:2]] == ["1.1", "1.2"]
    lines = Quotes(long).numbered().splitlines()
    assert lines[0] == "[0] interviewer: Begin."
    assert lines[1].startswith("[1.1] candidate: so um")
    assert lines[2].startswith("[1.2] ")


def test_in_a_monologue_the_passage_tells_which_of_two() -> None:
    long = talk(("candidate", f"{CAPTION} " * 30))
    third = Quotes(long).passages[3]
    found = Quotes(long).find("I'd wait for seven days", third.place)
    assert found is not None
    assert third.start <= found.start < third.end


@pytest.mark.parametrize(
    ("where", "places"),
    [("1", ["1"]), ("0-3", ["1", "3"]), ("[1], [3]", ["1", "3"]), ("2-9", ["3"]), ("nothing", []), ("", [])],
)
def test_places_and_ranges_are_the_candidates_passages(where: str, places: list[str]) -> None:
    four = talk(("interviewer", "A?"), ("candidate", "One."), ("interviewer", "B?"), ("candidate", "Two."))
    assert [one.place for one in Quotes(four).covered(where)] == places


def test_the_time_of_passages_includes_the_question_before_them() -> None:
    four = talk(("interviewer", "A?"), ("candidate", "One."), ("interviewer", "B?"), ("candidate", "Two."))
    turns = [turn.model_copy(update={"at": at}) for turn, at in zip(four.turns, (0, 10, 70, 80), strict=True)]
    clocked, _ = with_clock(four.model_copy(update={"turns": turns}))
    (first,) = Quotes(clocked).covered("1")
    assert seconds_taken(clocked, [(first, 1.0)]) == 70
    assert seconds_taken(clocked, [(first, 0.5)]) == 35


def test_sentences_are_what_passages_are_cut_at() -> None:
    text = CAPTION * 5
    begins = {piece.start for piece in spans(text)} | {0}
    assert {one.start for one in excerpts(talk(("candidate", text)))} <= begins


def test_a_drawing_is_told_apart_and_can_be_quoted() -> None:
    drawn = {
        "speaker": "candidate",
        "mode": "drawn",
        "text": "Boxes: ranker, feature store.\nFeature store → ranker: counts of an hour.",
    }
    quotes = Quotes(
        transcript_from({"case": "x", "level": "mid", "turns": [{"speaker": "interviewer", "text": "Draw it."}, drawn]})
    )
    assert (
        "[1] candidate (drawing): Boxes: ranker, feature store. Feature store → ranker: counts of an hour."
        in quotes.numbered()
    )
    found = quotes.find("Feature store → ranker: counts of an hour", "1")
    assert found is not None
    assert drawn["text"][found.start : found.end] == "Feature store → ranker: counts of an hour."


@pytest.mark.parametrize(("second", "told"), [(100.5, False), (90.0, True)])
def test_a_time_that_was_only_cut_off_at_tenths_is_no_warning(second: float, told: bool) -> None:
    turns = [
        {"speaker": "interviewer", "text": "Hello.", "at": 100.597},
        {"speaker": "candidate", "text": "A", "at": second},
    ]
    clocked, warnings = with_clock(transcript_from({"case": "x", "level": "mid", "turns": turns}))
    assert clocked.turns[1].at == 100.597
    assert any("One turn has a time before" in one for one in warnings) is told
