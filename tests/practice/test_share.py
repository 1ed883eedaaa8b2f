"""An interview for the evals: only with consent, only when over, and without names."""

import pytest

from interviewer import BadInput
from interviewer.practice import names_in, shared
from interviewer.transcript import Transcript


def interview(*said: str, closed: bool = True) -> Transcript:
    turns: list[dict] = [{"speaker": "interviewer", "text": "Hello, Zofia Nowak.", "at": 0, "move": {"kind": "open"}}]
    turns += [
        {"speaker": "candidate", "text": text, "at": 9, "heard": [{"kind": "intent", "id": "x", "quote": text[:3]}]}
        for text in said
    ]
    turns += [{"speaker": "interviewer", "text": "Goodbye.", "at": 99, "move": {"kind": "close"}}] if closed else []
    return Transcript.model_validate(
        {
            "id": "secret-id",
            "parent": "other-id",
            "case": "x",
            "level": "mid",
            "labels": {"verdict": "hire"},
            "turns": turns,
        }
    )


def test_without_consent_nothing_is_handed_out():
    with pytest.raises(BadInput, match="consent"):
        shared(interview("Hi."), consent=False)


def test_a_running_interview_is_not_handed_out():
    with pytest.raises(BadInput, match="finished"):
        shared(interview("Hi.", closed=False), consent=True)
    assert shared(interview("Hi.", closed=False), consent=True, ended=True).turns


def test_names_addresses_and_ids_are_gone_and_the_talk_is_there():
    text = (
        "I'm Adam Smith, adam@smith.example, +48 601 234 567, www.smith.example/cv or @adsmith. SMITH splits by time."
    )
    given = shared(interview(text), consent=True, names=["Zofia Nowak"]).to_json()
    for gone in (
        "Adam",
        "Smith",
        "SMITH",
        "smith",
        "601",
        "Zofia",
        "Nowak",
        "secret-id",
        "other-id",
        "verdict",
        'heard": [',
    ):
        assert gone not in given, gone
    assert "splits by time" in given
    assert '"evals": true' in given


def test_words_that_merely_contain_a_name_stay():
    given = shared(interview("The annotators of Ann read it."), consent=True, names=["Ann"])
    assert given.turns[1].text == "The annotators of [name] read it."


def test_names_are_typed_with_commas_or_lines():
    assert names_in(" Ann, Bob Lee\nAcme;; ") == ["Ann", "Bob Lee", "Acme"]
