"""Recordings in three formats become the same kind of transcript."""

import pytest

from evals.importer import import_recording, speakers_of
from interviewer.errors import BadInput

ROLES = {"Anna": "interviewer", "Ben": "candidate"}

TEXT = """[00:00:00] Anna: Design a news feed, Ben.
[00:00:12] Ben: How many users?
And how fast?
[00:00:20] Anna: Many."""
SRT = """1
00:00:05,000 --> 00:00:09,000
Anna: Design a news feed, Ben.

2
00:00:17,000 --> 00:00:19,000
Ben: How many users?

3
00:00:19,000 --> 00:00:21,000
And how fast?

4
00:00:25,000 --> 00:00:26,000
Anna: Many.
"""
VTT = """WEBVTT

NOTE made by a machine

00:05.000 --> 00:09.000 align:start
<v Anna>Design a <i>news feed</i>, Ben.</v>

00:17.000 --> 00:19.000
<v Ben>How many users?

00:19.000 --> 00:21.000
And how fast?

00:25.000 --> 00:26.000
<v Anna>Many.
"""


@pytest.mark.parametrize(
    ("suffix", "text"), [(".txt", TEXT), (".srt", SRT), (".vtt", VTT), (".srt", SRT.replace("\n", "\r\n"))]
)
def test_turns_times_and_speakers_are_kept_and_names_are_not(suffix: str, text: str) -> None:
    transcript = import_recording(text, suffix, "news-feed-ranking", "senior", ROLES)
    assert [(turn.speaker, turn.text, turn.at) for turn in transcript.turns] == [
        ("interviewer", "Design a news feed, [candidate].", 0),
        ("candidate", "How many users? And how fast?", 12),
        ("interviewer", "Many.", 20),
    ]


def test_speakers_are_listed_in_order() -> None:
    assert speakers_of(SRT, ".srt") == ["Anna", "Ben"]


def test_a_colon_in_a_sentence_names_nobody() -> None:
    text = "Anna: Go.\nBen: Two things: labels, and time.\nhere is one: labels."
    assert speakers_of(text, ".txt") == ["Anna", "Ben"]


def test_a_speaker_without_a_role_is_asked_for() -> None:
    with pytest.raises(BadInput, match="who is 'Ben'"):
        import_recording(TEXT, ".txt", "c", "senior", {"Anna": "interviewer"})


def test_words_of_nobody_and_unknown_formats_are_refused() -> None:
    with pytest.raises(BadInput, match="words of nobody"):
        import_recording("hello there", ".txt", "c", "senior", {})
    with pytest.raises(BadInput, match=r"\.docx"):
        import_recording("Anna: hi", ".docx", "c", "senior", ROLES)
