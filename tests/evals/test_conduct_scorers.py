"""Each scorer of conduct on a turn that passes and on turns that do not."""

from collections.abc import Callable

import pytest

from evals.scorers import named
from evals.scorers.conduct import alike
from evals.types import Point, Record

Spoken = Callable[..., Record]


def points(name: str, record: Record) -> list[Point]:
    (scorer,) = named(name)
    return scorer.points(record)


def passes(name: str, record: Record) -> bool | None:
    (point,) = points(name, record)
    return point.ok


@pytest.mark.parametrize(
    ("text", "good"), [("Why?", True), ("Why?! And how?", False), ("Really??", True), ("Go on.", True)]
)
def test_one_question_at_a_time(spoken: Spoken, text: str, good: bool) -> None:
    assert passes("one_question", spoken(text)) is good


def test_sixty_words_are_the_most(spoken: Spoken) -> None:
    assert passes("short", spoken("word " * 60)) is True
    assert passes("short", spoken("word " * 61)) is False


@pytest.mark.parametrize(
    "text", ["- one\n- two", "1. First\n2. Second", "**Bold** move?", "# Data", "Use `x`.", "| a |"]
)
def test_lists_and_markup_are_seen(spoken: Spoken, text: str) -> None:
    assert passes("no_list", spoken(text)) is False


def test_a_number_in_a_sentence_is_no_list(spoken: Spoken) -> None:
    assert passes("no_list", spoken("At 10,000 a second - what breaks first?")) is True


@pytest.mark.parametrize(
    "text",
    [
        "Great. What next?",
        "That's a good point. Why?",
        "I like that. How big is it?",
        "Makes sense. And then?",
        "You're right. What else?",
        "To summarise, you want two stages. Next?",
        "So far you've covered the data. What about serving?",
        "You should use a log of the features.",
        "A better approach is to wait for the labels.",
        "I'd recommend a smaller one. Agreed?",
    ],
)
def test_praise_summary_and_teaching_are_seen(spoken: Spoken, text: str) -> None:
    assert passes("restraint", spoken(text)) is False


@pytest.mark.parametrize(
    "text",
    [
        "Okay. Got it. What would you train on?",
        "What would a good label be here?",
        "You said three weeks of history. Why three?",
        'On "I would use the best approach": what does it cost?',
        "What do you need to know before you draw boxes?",
        "Is that the right way round for you?",
    ],
)
def test_nods_recalls_and_plain_questions_are_fine(spoken: Spoken, text: str) -> None:
    assert passes("restraint", spoken(text)) is True


def test_reading_the_answer_back_is_a_summary(spoken: Spoken) -> None:
    long = "we log the features when we serve and train on that log so that both sides see the very same numbers"
    assert passes("restraint", spoken(f"So {long}.", "Data?", long)) is False


def test_a_signals_term_leaks_unless_it_was_said_or_a_hint_was_due(spoken: Spoken) -> None:
    terms = ["logq", "point in time"]
    assert passes("leakage", spoken("Would LogQ help?", "Data?", "In-batch ones.", terms=terms)) is False
    assert passes("leakage", spoken("Would point-in-time matter?", "Data?", "Joins.", terms=terms)) is False
    assert passes("leakage", spoken("Why logq?", "Data?", "I correct with logQ.", terms=terms)) is True
    assert points("leakage", spoken("Think of logq.", kind="hint", terms=terms)) == []


def test_an_earlier_question_may_not_come_back(spoken: Spoken) -> None:
    again = spoken("Okay. What would you train the ranker on?", "What would you train the ranker on?", "Logs.")
    assert passes("repeats", again) is False
    assert passes("repeats", spoken("Where do the labels come from?", "What is the target?", "Clicks.")) is True


def test_alike_needs_more_than_two_shared_words() -> None:
    assert not alike("Why that?", "Why this?")
    assert alike("How would labels for new payments come about?", "So how would labels for new payments come about?")


def test_numbers_must_stand_somewhere(spoken: Spoken) -> None:
    facts = {"latency": "200 milliseconds."}
    assert passes("facts_kept", spoken("200 milliseconds.", "Hi.", "Latency?", kind="answer", facts=facts)) is True
    assert passes("facts_kept", spoken("300 milliseconds.", "Hi.", "Latency?", kind="answer", facts=facts)) is False
    assert passes("facts_kept", spoken("We have 45 minutes.", kind="open")) is True


def test_another_number_for_the_same_thing_contradicts(spoken: Spoken) -> None:
    facts = {"users": "100 million users."}
    record = spoken("100 million users.", "We have 60 million users.", "How many?", kind="answer", facts=facts)
    assert passes("facts_kept", record) is False


@pytest.mark.parametrize(
    ("kind", "at", "event", "good"),
    [
        ("close", 1200, None, False),
        ("close", 1200, "end", True),
        ("close", 2600, None, True),
        ("probe", 1200, None, True),
    ],
)
def test_nothing_ends_unasked(spoken: Spoken, kind: str, at: float, event: str | None, good: bool) -> None:
    record = spoken("We stop here.", "Design it.", "That was all from me.", kind=kind)
    record.inputs["transcript"]["turns"][1]["event"] = event
    assert record.output
    record.output["positions"][0]["at"] = at
    assert passes("ended_unasked", record) is good
