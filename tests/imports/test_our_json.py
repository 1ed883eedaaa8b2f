"""Our own JSON from a stranger: whatever is in it, one clear line or an answer, never a traceback."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interviewer import BadInput
from interviewer.imports import read_any
from interviewer.transcript import MAX_AT, MAX_DEPTH, parse_transcript

ASKED = {"speaker": "candidate", "text": "How many payments do you see per day?", "at": 20}
POSED = {"speaker": "interviewer", "text": "Let's design fraud detection for card payments.", "at": 0}
GOOD: dict[str, Any] = {"case": "fraud-detection", "level": "senior", "turns": [POSED, ASKED]}


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"x": nested(300)}, "nested too deeply"),
        ({"x": {"y": ["\ud800"]}}, "x.y.0: half of a character"),
        ({"x": {"\ud800": 1}}, "half of a character"),
        ({"turns": [{**ASKED, "note": "\udfff"}]}, "turns.0.note"),
        ({"turns": [{**ASKED, "at": 1e7}]}, "turns.0.at: at most 5,000,000 seconds"),
        ({"turns": [{**ASKED, "at": 1e300}]}, "turns.0.at"),
        ({"turns": [{**ASKED, "at": -1}]}, "turns.0.at"),
        ({"turns": [{**ASKED, "text": "a" * 200_001}]}, "turns.0.text"),
        ({"turns": [ASKED] * 5_001}, "turns"),
        ({"minutes": 0}, "minutes"),
        ({"case": ""}, "case"),
    ],
)  # fmt: skip
def test_what_could_not_be_stored_or_shown_is_refused_with_its_place(more: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput) as error:
        parse_transcript(json.dumps({**GOOD, **more}), "t.json")
    assert says in str(error.value)
    assert len(str(error.value)) < 500


@pytest.mark.parametrize(
    "more",
    [
        {"x": nested(MAX_DEPTH - 2), "y": 10**400, "parent": "p" * 10_000},
        {"turns": [{**POSED, "facts": ["gone"]}, {**ASKED, "heard": [{"kind": "question", "id": "gone", "quote": "How many"}]}]},
        {"turns": [POSED, {**ASKED, "heard": [{"kind": kind, "id": "gone", "quote": "x"} for kind in ("signal", "red_flag", "trade_off", "intent", "step")]}]},
        {"turns": [{**POSED, "move": {"kind": "probe", "step": "evaluation", "signal": "gone"}}, ASKED]},
        {"turns": [POSED, {**ASKED, "at": MAX_AT - 1000}]},
        {"turns": [POSED, {**ASKED, "text": "\x1b[31m\0 \u202e كم عدد؟"}]},
        {"turns": [ASKED] * 300, "mode": "step:nowhere"},
        {"case": "no-such-case"},
    ],
)  # fmt: skip
def test_what_is_odd_is_answered(interviewer: Any, more: dict[str, Any]) -> None:
    reply = interviewer.next_turn(parse_transcript(json.dumps({**GOOD, **more})))
    assert reply.turn.text
    assert parse_transcript(reply.transcript.to_json()).turns[-1].text == reply.turn.text


def test_a_fact_that_is_gone_is_heard_anew_so_the_question_is_still_answered(interviewer: Any) -> None:
    heard = [{"kind": "question", "id": "gone", "quote": "How many payments"}]
    reply = interviewer.next_turn(parse_transcript(json.dumps({**GOOD, "turns": [POSED, {**ASKED, "heard": heard}]})))
    assert reply.turn.facts == ["transaction-volume"]


FIELDS = ["case", "level", "turns", "speaker", "text", "at", "mode", "event", "heard", "move", "facts", "kind", "id", "quote", "step", "score", "signal", "minutes"]  # fmt: skip
VALUES = st.recursive(
    st.sampled_from(["fraud-detection", "senior", "candidate", "interviewer", "probe", "question", "evaluation", "", "hint", None, True, 0, -1, 9.5, 1e7, "\ud800"])
    | st.text(max_size=6)
    | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
    max_leaves=10,
)  # fmt: skip
TURN = st.fixed_dictionaries(
    {"speaker": st.sampled_from(["interviewer", "candidate"]), "text": st.sampled_from(["", "Labels arrive late.", "How many payments a day?"])},
    optional=dict.fromkeys(("at", "mode", "event", "heard", "move", "facts", "x"), VALUES),
)  # fmt: skip
WHOLE = st.fixed_dictionaries(
    {"case": st.sampled_from(["fraud-detection", "x"]), "level": st.sampled_from(["mid", "staff"]), "turns": st.lists(TURN, max_size=3)},
    optional=dict.fromkeys(("minutes", "manner", "mode", "versions", "id", "y"), VALUES),
)  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6) | WHOLE)
def test_any_object_is_a_transcript_that_can_be_answered_or_one_line(interviewer: Any, value: dict[str, Any]) -> None:
    try:
        transcript = read_any(json.dumps(value).encode(), "t.json").transcript
    except BadInput as error:
        said = str(error)
    else:
        said = ""
        assert parse_transcript(transcript.to_json()).turns == transcript.turns
        reply = interviewer.next_turn(transcript)
        assert parse_transcript(reply.transcript.to_json()).turns[-1] == reply.turn
    assert len(said.splitlines()) <= 1
