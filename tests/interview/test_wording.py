"""What the interviewer says for a decision, without a language model."""

from typing import Any

import pytest

from interviewer.domain import Level, MoveKind, Step
from interviewer.interview.decision import Decision
from interviewer.interview.recall import left
from interviewer.interview.templates import Words
from interviewer.knowledge.embeddings import shared_embedder
from interviewer.transcript import Transcript, Turn

CASE = "notification-ranking"


def worded(interviewer: Any, said: str) -> str:
    """A probe for what the old logs contain, after that answer."""
    knowledge = interviewer.knowledge
    own = knowledge.signals(CASE)[Step.DATA]
    ref = next(one.id for one in own if "Which messages are over-represented in your data?" in one.probes)
    turns = [Turn(speaker="interviewer", text="What would you train on?"), Turn(speaker="candidate", text=said)]
    transcript = Transcript(case=CASE, level=Level.SENIOR, minutes=45, turns=turns)
    state = interviewer.state(transcript)
    return Words(knowledge, shared_embedder()).word(Decision(MoveKind.PROBE, Step.DATA, ref), transcript, state).text


def test_who_began_to_answer_is_pressed_on_and_not_asked_for_it(interviewer: Any) -> None:
    text = worded(interviewer, "Comments and likes by close friends are over-represented in what was sent.")
    assert "omments and likes by close friends are over-represented" in text
    assert "Which messages" not in text
    assert text.count("?") == 1


def test_who_did_not_is_asked(interviewer: Any) -> None:
    text = worded(interviewer, "I'd train on the send logs of the last three weeks, joined with the opens.")
    assert "in your data?" in text or "logs" in text.lower()
    assert text.count("?") == 1


@pytest.mark.parametrize(
    ("said", "thing"), [("I would ask the moderators.", "the moderators"), ("That keeps the volume honest.", None)]
)
def test_only_a_short_thing_is_left_for_another_subject(said: str, thing: str | None) -> None:
    found = left(said, shared_embedder())
    assert (found.told if found else None) == thing


def test_a_mistake_that_cannot_be_said_back_is_quoted(interviewer: Any) -> None:
    said = "If it is down people will try again anyway, so I don't need a fallback, and that is fine by me."
    turns = [Turn(speaker="interviewer", text="How is it served?"), Turn(speaker="candidate", text=said)]
    transcript = Transcript(case=CASE, level=Level.SENIOR, minutes=45, turns=turns)
    move = Decision(MoveKind.CHALLENGE, Step.SERVE, "overclaim:2", angle="overclaim", quote=said)
    text = Words(interviewer.knowledge, shared_embedder()).word(move, transcript, interviewer.state(transcript)).text
    assert '"I don\'t need a fallback"' in text
    assert "aside" not in text
