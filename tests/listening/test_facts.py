"""Questions find the requirement facts that they ask for, also terse, compound and misspelt ones."""

from pathlib import Path

import pytest

from interviewer.knowledge.embeddings import shared_embedder
from interviewer.knowledge.retrieval import respelt
from interviewer.listening.examples import exemplars
from interviewer.listening.facts import match_facts
from interviewer.listening.intents import clauses, questions
from interviewer.text import spans

CASE = "video-recommendation"


def asked(knowledge, home: Path, question: str, before: str = "") -> set[str]:
    ears = exemplars(knowledge, CASE, shared_embedder(), home / "vectors")
    found = match_facts(clauses(question), ears, shared_embedder(), before)
    return {match.fact for match in found if match.fact or match.between}


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        (
            "How big are we talking, users and videos, how fast do I have to be?",
            {"user-scale", "catalogue-size", "latency"},
        ),
        ("how many users and videos, and how fast", {"user-scale", "catalogue-size", "latency"}),
        (
            "First some questions: what are we optimising, clicks or something longer term like coming back, and how "
            "many users are there?",
            {"business-goal", "user-scale"},
        ),
        ("what is the latancy requirment", {"latency"}),
        ("Which cloud vendor has the best coffee?", set()),
    ],
)
def test_a_question_releases_what_it_asks_for(knowledge, home: Path, question: str, facts: set[str]) -> None:
    assert asked(knowledge, home, question) == facts


def test_the_sentence_before_says_what_a_pointing_question_is_about(knowledge, home: Path) -> None:
    assert asked(knowledge, home, "What happens to those?") == set()
    assert asked(knowledge, home, "What happens to those?", "Some people aren't signed in.") == {"new-users"}


def test_what_is_wanted_is_heard_item_by_item() -> None:
    assert clauses("I'd want objective, scale, latency, and surface.") == ["objective", "scale", "latency", "surface"]
    assert questions(spans("Tell me about latency, budget and privacy."))
    assert not questions(spans("I'd want clicks and purchases."))


def test_a_compound_question_is_cut_where_the_next_one_begins() -> None:
    assert clauses("how many users, and how fast?") == ["how many users", "how fast"]
    assert clauses("how many users and videos") == ["how many users", "how many videos"]
    assert clauses("Is it the feed, or search, roughly?") == ["Is it the feed, or search, roughly"]


def test_known_and_unlike_words_are_left_as_they_are() -> None:
    assert respelt("the latancy of parity", frozenset({"latency", "rarity"})) == "the latency of parity"


@pytest.mark.parametrize("text", ["latency", "bikes or cars", "is account takeover in scope", "whats the peak load"])
def test_captions_ask_without_a_question_mark(text: str) -> None:
    assert questions(spans(text))


@pytest.mark.parametrize(
    "text", ["so first I do the split by time", "It depends on what they do.", "I check if the label is there"]
)
def test_statements_are_no_questions(text: str) -> None:
    assert not questions(spans(text))
