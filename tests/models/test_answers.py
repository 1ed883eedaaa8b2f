"""What may be said of what a model answers: however it comes, thinking, parts and codes are taken out."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from interviewer.models.answers import AnswerFilter, clean, parse, text_of, words_in

SAID = "And how do you know?"


class Answer(BaseModel):
    label: str
    sure: float = Field(default=0.5, ge=0, le=1)


@pytest.mark.parametrize(
    "answer",
    [
        SAID,
        f"<think>They want a hint.</think>{SAID}",
        f"<think>\n\n</think>\n\n{SAID}",
        f"<think></think>{SAID}",
        f"They want a hint. I should not give it.\n</think>\n\n{SAID}",
        f"</think>{SAID}",
        f"<THINKING>hm</THINKING> {SAID}",
        f"<thought>hm</thought>{SAID}",
        f"<reasoning>a < b and b > c</reasoning>{SAID}",
        f"◁think▷hm◁/think▷{SAID}",
        f"[THINK]hm[/THINK]{SAID}",
        f"<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>{SAID}<|return|>",
        "<think>one</think>And how <think>two</think>do you know?",
        f"\ufeff{SAID}",
        f"{SAID}<|im_end|>",
        f"{SAID}</s>",
        f"\x1b[31m{SAID}\x1b[0m\x07",
        f"{SAID}\ud83d",
        f"\u202e{SAID}\u200b",
    ],
)
@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_only_the_words_remain_in_whatever_pieces_they_come(answer: str, size: int) -> None:
    words = AnswerFilter(held=True)
    said = "".join(words.feed(answer[at : at + size]) for at in range(0, len(answer), size)) + words.end()
    assert said.strip() == words_in(answer) == SAID


def test_words_come_as_soon_as_they_can_be_known_for_words() -> None:
    words = AnswerFilter()
    assert [words.feed(piece) for piece in ("And ", "how <", "th", "ink>no</think", ">do")] == [
        "And ",
        "how ",
        "",
        "",
        "do",
    ]
    assert (words.thought, words.leaked) == (True, False)


def test_a_sign_that_begins_no_tag_is_said() -> None:
    words = AnswerFilter()
    assert "".join(words.feed(piece) for piece in ("p <", " 0.05 and [", "a] <b", "> is 2 < 3")) + words.end() == (
        "p < 0.05 and [a] <b> is 2 < 3"
    )


def test_thinking_that_was_never_closed_is_not_said() -> None:
    assert words_in("<think>They want a hint, so I") == ""


def test_thinking_that_nothing_opened_is_told_when_it_was_given_back_already() -> None:
    words = AnswerFilter()
    assert words.feed("They want a hint.") == "They want a hint."
    words.feed("</think>Why?")
    assert words.leaked
    held = AnswerFilter(held=True)
    assert held.feed("They want a hint.") + held.feed("</think>Why?") + held.end() == "Why?"
    assert (held.leaked, held.bare) == (False, True)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("plain", "plain"),
        (None, ""),
        ([{"type": "text", "text": "one "}, {"type": "output_text", "text": "two"}], "one two"),
        ([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "one"}], "one"),
        ([{"type": "reasoning", "text": "hm"}, "one"], "one"),
        ([{"type": "image_url", "image_url": {}}, {"text": "one"}], "one"),
        ({"type": "text", "text": "one"}, "one"),
        (7, ""),
    ],
)
def test_of_parts_only_text_counts(content: object, text: str) -> None:
    assert text_of(content) == text


@pytest.mark.parametrize(
    "answer",
    [
        '{"label": "click"}',
        '```json\n{"label": "click"}\n```',
        'Here it is:\n{"label": "click"}\nAnything else?',
        '<think>perhaps {"label": "view"}</think>{"label": "click"}',
        'perhaps {"label": "view"}</think>{"label": "click"}',
        'For example {"label": "view"}. So my answer is {"label": "click", "sure": 0.9}',
        '{"label": 7} no: {"label": "click"}',
        '[{"label": "click"}]',
        '{{"label": "click"}}',
        '\ufeff{"label": "click"}',
        '{"label": "cli\x00ck"}',
    ],
)
def test_the_answer_is_found_whatever_stands_around_it(answer: str) -> None:
    assert parse(answer, Answer).label == "click"


@pytest.mark.parametrize(
    "answer", ["", "no", '{"label": "cl', "{" * 5_000, '{"a":' * 5_000, '{"label": "x", "sure": 7}']
)
def test_what_does_not_fit_is_an_error_and_no_more(answer: str) -> None:
    with pytest.raises(ValueError):
        parse(answer, Answer)


@given(
    st.lists(
        st.sampled_from(["<think>", "</think>", "a ", "<", "[", "◁", "<|channel|>", "\ud800", "{", "b"]), max_size=12
    )
)
def test_no_piece_ever_raises_and_nothing_of_a_tag_is_said(pieces: list[str]) -> None:
    words = AnswerFilter(held=True)
    said = "".join(words.feed(piece) for piece in pieces) + words.end()
    assert "think>" not in said
    said.encode()  # no half characters
    assert clean(said) == said


BIG = "word " * 200_000


@pytest.mark.parametrize(
    "made", [lambda: BIG, lambda: "{" * 200_000, lambda: "<" * 200_000, lambda: "<think>" * 30_000]
)
def test_a_megabyte_takes_no_time(made: Callable[[], str]) -> None:
    words_in(made())
    with pytest.raises(ValueError):
        parse(made(), Answer)
