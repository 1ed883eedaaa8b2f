"""Cutting talk into sentences: offsets are exact, captions without punctuation are cut at breaths."""

from hypothesis import given
from hypothesis import strategies as st

from interviewer.text import LONG, spans, without_fillers


def test_sentences_are_cut_at_their_ends():
    assert [s.text for s in spans("Labels arrive late. So I wait, e.g. a month. Fine?")] == [
        "Labels arrive late.",
        "So I wait, e.g. a month.",
        "Fine?",
    ]


def test_numbers_are_not_cut():
    assert len(spans("It is 6.4 terabytes at 0.5 percent.")) == 1


def test_a_caption_without_punctuation_is_cut_where_the_speaker_takes_breath():
    caption = (
        "so i would look at the log of what was shown and then um take the clicks as positives because they are cheap but "
        * 4
    )
    pieces = spans(caption)
    assert len(pieces) > 4
    assert max(len(piece.text.split()) for piece in pieces) <= LONG + 1


@given(st.text(max_size=400))
def test_every_piece_is_verbatim_and_in_order(text):
    pieces = spans(text)
    assert all(text[piece.start : piece.end] == piece.text for piece in pieces)
    assert all(a.end <= b.start for a, b in zip(pieces, pieces[1:], strict=False))
    assert "".join("".join(p.text.split()) for p in pieces) == "".join(text.split())


def test_fillers_and_stammers_go():
    assert without_fillers("um so i i would you know split by by time") == "so i would split by time"
