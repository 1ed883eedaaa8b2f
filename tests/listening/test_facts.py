"""Questions find the requirement facts that they ask for, also terse, compound and misspelt ones."""

from pathlib import Path

import numpy as np
import pytest

from interviewer.knowledge.embeddings import shared_embedder, unit
from interviewer.knowledge.retrieval import respelt
from interviewer.listening.examples import Sounds, exemplars
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


def test_what_tells_facts_apart_counts_beside_what_all_are_about() -> None:
    """All sentences are much about the same thing; the one asked is a little nearer to 'late' than to a 'soon'."""
    same, late, soon = np.eye(3, dtype=np.float32)
    said = unit(np.array([3 * same + late, 3 * same + 1.2 * late, 3 * same + soon, 3 * same + 0.3 * late + 0.2 * soon]))
    sounds = Sounds(("late", "late", "soon", "soon"), (None,) * 4, ("a", "b", "c", "d"), said)
    asked_for = unit(np.array([3 * same + 0.6 * late]))
    assert sounds.ids[int((asked_for @ sounds.vectors.T).argmax())] == "soon"
    assert sounds.ids[int(sounds.read_out(asked_for).argmax())] == "late"


@pytest.mark.parametrize(
    "caption",
    [
        "so for somebody we've never seen before um what would i have to go on",
        "ok so before i draw anything um how does one of them come about",
        "ok so i hit publish um when should somebody be able to find it",
    ],
)
def test_a_filler_begins_a_question_in_captions(caption: str) -> None:
    assert questions(spans(caption))
    assert not questions(spans(caption.replace(" um", "")[: caption.index(" um")])), "what comes before asks nothing"


def test_what_is_wanted_is_heard_item_by_item() -> None:
    assert clauses("I'd want objective, scale, latency, and surface.") == ["objective", "scale", "latency", "surface"]
    assert questions(spans("Tell me about latency, budget and privacy."))
    assert not questions(spans("I'd want clicks and purchases."))


def test_a_compound_question_is_cut_where_the_next_one_begins() -> None:
    assert clauses("how many users, and how fast?") == ["how many users", "how fast"]
    assert clauses("how many users and videos") == ["how many users", "how many videos"]
    assert clauses("how many posts, of course") == ["how many posts"]
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
