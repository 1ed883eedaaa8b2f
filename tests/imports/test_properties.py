"""For every parser: whatever comes in, a transcript or one clear line comes out, in bounded time, and no word is lost."""

import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interviewer.imports import read_any
from tests.imports.fuzz import OURS, damaged, seeds, tried
from tests.imports.recorders import docx

CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
NAMES = ("a.txt", "a.md", "a.vtt", "a.srt", "a.sbv", "a.json", "a.jsonl", "a.xml", "a.csv", "a.docx", "")


def test_three_hundred_damaged_files() -> None:
    rnd = random.Random(17)
    files = seeds()
    for _ in range(300):
        tried(*damaged(rnd, files))


@CALM
@given(st.binary(max_size=400), st.sampled_from(NAMES))
def test_any_bytes(data: bytes, name: str) -> None:
    tried(name, data)


@CALM
@given(st.text(max_size=400), st.sampled_from(NAMES), st.text(max_size=12))
def test_any_text_and_any_name_given(text: str, name: str, given_name: str) -> None:
    tried(name, text.encode("utf-8", "surrogatepass"), candidate=given_name)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "segments",
                    "text",
                    "speaker",
                    "start",
                    "turns",
                    "case",
                    "level",
                    "events",
                    "segs",
                    "utf8",
                    "words",
                    "at",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@CALM
@given(JSON)
def test_any_json(value: object) -> None:
    import json

    tried("a.json", json.dumps(value).encode())


@CALM
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=30), max_size=6))
def test_any_document(paragraphs: list[str]) -> None:
    tried("a.docx", docx(paragraphs))


WORDS = st.lists(
    st.sampled_from(
        [
            "labels",
            "arrive",
            "late",
            "so",
            "I",
            "would",
            "wait:",
            "10:30",
            "3:1",
            "Will",
            "May",
            "&",
            "<b>",
            "[x]",
            "(y)",
            "*",
            "#",
            ">",
            "-",
            "Grant",
            "mark;",
            "said?",
        ]
    ),
    min_size=1,
    max_size=12,
).map(" ".join)


@CALM
@given(
    st.lists(WORDS, min_size=1, max_size=6), st.sampled_from(["Ben Okri", "Grant May", "王小明", "Candidate 10", "Żak"])
)
def test_the_candidates_words_are_never_changed(said: list[str], name: str) -> None:
    lines = [line for words in said for line in (f"Will Price: Go on, {name}.", f"{name}: {words}")]
    text = "\n\n".join(["Will Price: Please design a feed.", f"{name}: Sure.", *lines])
    found = read_any(text.encode(), "a.txt", candidate=name, interviewer="Will Price")
    assert [turn.text for _, turn in found.transcript.candidate_turns()] == ["Sure.", *said]


HOSTILE = {
    "one-line": b"Anna: " + b"word " * 30_000,
    "colons": b"a: " * 60_000,
    "many-names": b"".join(b"Name%d: hi\n" % number for number in range(20_000)),
    "stamps": b"[0:01] " * 20_000,
    "spaces": b"Anna:" + b" " * 300_000 + b"x",
    "clock": b"1:" * 60_000,
    "voices": b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n" + b"<v " * 60_000,
    "entities": b"Anna: " + b"&amp;" * 30_000,
    "brackets": b"([<" * 60_000,
    "deep": b'{"a":' * 900 + b"1" + b"}" * 900,
    "ours-deep": OURS.replace(b"null", b"[" * 300 + b"]" * 300),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_no_file_takes_long(what: str) -> None:
    begun = time.process_time()
    for name in ("a.txt", "a.vtt", "a.md", "a.json"):
        tried(name, HOSTILE[what], candidate="Anna")
    assert time.process_time() - begun < 8
