"""Which problem a recorded interview is about: told from our own recordings, and not told where it is none of ours."""

import json
from pathlib import Path

import pytest

from interviewer.knowledge import Knowledge
from interviewer.knowledge.embeddings import shared_embedder
from interviewer.listening.facts import nearest_problem

RECORDED = sorted((Path(__file__).parents[2] / "evals" / "transcripts").glob("*.json"))
ELSEWHERE = (
    "Thanks for joining. So the question is about a ride company: build a model that predicts whether a driver will "
    "accept a ride request or not. How would you go about it, and which features would you use?",
    "Let us talk about the wedding. The caterer wants a final head count by Friday, and my aunt is vegetarian.",
)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge.load()


def test_of_our_own_recordings_every_one_is_told(knowledge: Knowledge) -> None:
    assert len(RECORDED) > 25
    for path in RECORDED[::4]:
        body = json.loads(path.read_text(encoding="utf-8"))
        guess = nearest_problem(" ".join(turn["text"] for turn in body["turns"]), knowledge, shared_embedder())
        assert guess is not None
        assert (guess.case, guess.near) == (body["case"], True), path.name


@pytest.mark.parametrize("talk", ELSEWHERE)
def test_a_problem_that_we_do_not_have_is_nearest_to_one_and_not_near(knowledge: Knowledge, talk: str) -> None:
    guess = nearest_problem(talk, knowledge, shared_embedder())
    assert guess is not None
    assert not guess.near


def test_nothing_said_is_no_guess(knowledge: Knowledge) -> None:
    assert nearest_problem("  ", knowledge, shared_embedder()) is None
