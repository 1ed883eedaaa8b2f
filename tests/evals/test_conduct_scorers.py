"""Each scorer of conduct on a turn that passes and on turns that do not."""

from collections.abc import Callable

import pytest

from evals.scorers import (
    facts_kept,
    grounded,
    leakage,
    move_choice,
    no_list,
    one_question,
    repeats,
    restraint,
    short,
)
from evals.scorers.wording import alike
from evals.types import Record

Spoken = Callable[..., Record]


def passes(scorer: object, record: Record) -> bool | None:
    (point,) = scorer.points(record)  # type: ignore[attr-defined]
    return point.ok  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("text", "good"), [("Why?", True), ("Why?! And how?", False), ("Really??", True), ("Go on.", True)]
)
def test_one_question_at_a_time(spoken: Spoken, text: str, good: bool) -> None:
    assert passes(one_question.SCORER, spoken(text)) is good


def test_sixty_words_are_the_most(spoken: Spoken) -> None:
    assert passes(short.SCORER, spoken("word " * 60)) is True
    assert passes(short.SCORER, spoken("word " * 61)) is False


@pytest.mark.parametrize(
    "text", ["- one\n- two", "1. First\n2. Second", "**Bold** move?", "# Data", "Use `x`.", "| a |"]
)
def test_lists_and_markup_are_seen(spoken: Spoken, text: str) -> None:
    assert passes(no_list.SCORER, spoken(text)) is False


def test_a_number_in_a_sentence_is_no_list(spoken: Spoken) -> None:
    assert passes(no_list.SCORER, spoken("At 10,000 a second - what breaks first?")) is True


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
    assert passes(restraint.SCORER, spoken(text)) is False


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
    assert passes(restraint.SCORER, spoken(text)) is True


def test_reading_the_answer_back_is_a_summary(spoken: Spoken) -> None:
    long = "we log the features when we serve and train on that log so that both sides see the very same numbers"
    assert passes(restraint.SCORER, spoken(f"So {long}.", "Data?", long)) is False


def test_a_signals_term_leaks_unless_it_was_said_or_a_hint_was_due(spoken: Spoken) -> None:
    terms = ["logq", "point in time"]
    assert passes(leakage.SCORER, spoken("Would LogQ help?", "Data?", "In-batch ones.", terms=terms)) is False
    assert passes(leakage.SCORER, spoken("Would point-in-time matter?", "Data?", "Joins.", terms=terms)) is False
    assert passes(leakage.SCORER, spoken("Why logq?", "Data?", "I correct with logQ.", terms=terms)) is True
    assert leakage.SCORER.points(spoken("Think of logq.", kind="hint", terms=terms)) == []


def test_an_earlier_question_may_not_come_back(spoken: Spoken) -> None:
    again = spoken("Okay. What would you train the ranker on?", "What would you train the ranker on?", "Logs.")
    assert passes(repeats.SCORER, again) is False
    assert passes(repeats.SCORER, spoken("Where do the labels come from?", "What is the target?", "Clicks.")) is True


def test_alike_needs_more_than_two_shared_words() -> None:
    assert not alike("Why that?", "Why this?")
    assert alike("How would labels for new payments come about?", "So how would labels for new payments come about?")


def test_numbers_must_stand_somewhere(spoken: Spoken) -> None:
    facts = {"latency": "200 milliseconds."}
    assert passes(facts_kept.SCORER, spoken("200 milliseconds.", "Hi.", "Latency?", kind="answer", facts=facts)) is True
    assert (
        passes(facts_kept.SCORER, spoken("300 milliseconds.", "Hi.", "Latency?", kind="answer", facts=facts)) is False
    )
    assert passes(facts_kept.SCORER, spoken("We have 45 minutes.", kind="open")) is True


def test_another_number_for_the_same_thing_contradicts(spoken: Spoken) -> None:
    facts = {"users": "100 million users."}
    record = spoken("100 million users.", "We have 60 million users.", "How many?", kind="answer", facts=facts)
    assert passes(facts_kept.SCORER, record) is False


def test_a_follow_up_shares_a_word_with_the_last_answers(spoken: Spoken) -> None:
    assert (
        passes(grounded.SCORER, spoken("How late are the disputes?", "Data?", "A dispute comes after weeks.")) is True
    )
    assert passes(grounded.SCORER, spoken("Who is on call?", "Data?", "A dispute comes after weeks.")) is False
    assert grounded.SCORER.points(spoken("On to serving.", "Data?", "Disputes.", kind="move_on")) == []


def test_macro_f1_gives_a_rare_kind_the_weight_of_a_common_one(spoken: Spoken) -> None:
    right = [spoken("x", kind="probe", target={"accept": ["probe"]}) for _ in range(90)]
    wrong = [spoken("x", kind="probe", target={"accept": ["hint"]}) for _ in range(10)]
    values = [point.value for record in [*right, *wrong] for point in move_choice.SCORER.points(record)]
    # probe: 90 hits, 10 false: 180/190; hint: no hit: 0.
    assert move_choice.SCORER.metric(values) == pytest.approx((180 / 190 + 0) / 2)  # type: ignore[arg-type]


def test_a_kind_with_fewer_than_ten_positions_is_not_scored(spoken: Spoken) -> None:
    few = [spoken("x", kind="probe", target={"accept": ["hint"]}) for _ in range(9)]
    values = [point.value for record in few for point in move_choice.SCORER.points(record)]
    assert move_choice.SCORER.metric(values) is None  # type: ignore[arg-type]
