"""What of a candidate's talk can be said back by itself."""

import pytest

from interviewer.listening.clauses import listed, named, put_off, standing


def told(text: str) -> list[str]:
    return [clause.told for clause in standing(text)]


@pytest.mark.parametrize(
    ("said", "back"),
    [
        ("So um I'd leave the last month out, because labels arrive late.", "you'd leave the last month out"),
        ("For the model I'd fine-tune a small text encoder.", "you'd fine-tune a small text encoder"),
        ("The newest month looks far too clean.", "the newest month looks far too clean"),
        ("Then I keep my own counters in a store, okay.", "you keep your own counters in a store"),
    ],
)
def test_whole_clauses_are_said_back_from_the_listeners_side(said, back):
    assert back in told(said)


@pytest.mark.parametrize(
    "said",
    [
        "devices later",
        "I'd read it after sixty days.",  # 'it' points at something outside
        "because otherwise I would look into the future.",
        "How many payments are there a day?",
        "I don't know what to say about that.",
        "The first thing I'd do is that.",
        "I'd use age, country, device, amount.",  # the head of a list is not what was meant
        'I\'d write "hire this person" <b>now</b>.',
    ],
)
def test_clipped_pointing_and_unsafe_words_are_not(said):
    assert told(said) == []


def test_a_plan_of_the_speakers_is_told_from_what_they_state_or_cannot_do():
    plans = {clause.told: clause.choice for clause in standing("I'd keep a holdout. I can't replay the hosted model.")}
    assert plans == {"you'd keep a holdout": True, "you can't replay the hosted model": False}


def test_quotes_are_verbatim():
    text = "So, uh, I'd keep, um, one percent of the traffic random. My rows are impressions of the feed."
    assert all(clause.quote in text for clause in standing(text))


def test_things_are_named_with_an_article_or_as_plurals():
    found = named("We train on clicks, and the help desk reads my fraud rules in the evening.")
    assert found == ["the help desk", "your fraud rules", "the evening", "clicks"]


def test_an_enumeration_gives_its_first_things_and_a_chain_of_effects_gives_none():
    assert listed("I'd log user age, home country, card type, shop category.") == ["home country", "card type"]
    assert listed("Longer quotes, fewer orders, faster shops, shorter quotes.") == []


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("Let me come back to the label delay later.", "the label delay"),
        ("I'll get back to how we handle new shops in a minute.", "how we handle new shops"),
        ("Let me come back to that.", ""),
    ],
)
def test_what_was_put_off_is_told_in_the_candidates_words(said, what):
    assert put_off(said) == what


def test_a_list_is_not_cut_off_and_a_possessive_is_no_verb() -> None:
    assert not told("I'd start with separate models for cooking, pickup wait and driving.")
    assert not told("For the kitchen: the shop's open orders now, baskets.")


def test_the_end_of_a_relative_clause_is_no_clause() -> None:
    assert not told("One thing I'd add is browsing.")
