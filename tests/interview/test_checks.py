"""What no turn of the interviewer may do."""

import pytest

from interviewer.interview.guardrails import problems


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "empty"),
        ("word " * 61, "long"),
        ("Why? And how?", "questions"),
        ("- one\n- two", "list"),
        ("Great, go on.", "praise"),
        ("That makes sense. What next?", "praise"),
        ("So far you have a label and a split. What next?", "summary"),
        ("You should use a time split. Why?", "teaching"),
        ("为什么?", "language"),
    ],
)
def test_each_rule_is_found(text, rule):
    assert rule in problems(text)


@pytest.mark.parametrize(
    "text", ["Okay. Where do the labels come from?", 'You said "three weeks of history". Why three?', "Take your time."]
)
def test_nods_and_recalls_are_fine(text):
    assert problems(text) == []


def test_a_solution_concept_is_a_leak_until_the_candidate_has_said_it():
    assert problems("What about the two-tower part?", terms=["two-tower"]) == ["leak: two-tower"]
    assert (
        problems("What about the two-tower part?", terms=["two-tower"], candidate_said="I take two tower models") == []
    )
    assert problems('You said "two-tower". Why?', terms=["two-tower"]) == []


def test_a_hint_may_lean_on_a_term():
    assert problems("Think of the two-tower part.", terms=["two-tower"], hint=True) == []


def test_a_question_asked_before_is_a_repeat():
    assert "repeat" in problems("Okay. What would you train on?", said=["What would you train on?"])
    assert "repeat" in problems('On "x". What would you train on?', said=['On "y". What would you train on?'])
