"""Questions that come in every interview are matched to the fact of the case that answers them, or to its silence."""

import pytest

from interviewer.knowledge.embeddings import shared_embedder
from interviewer.listening.examples import SILENT, exemplars
from interviewer.listening.facts import match_facts


@pytest.mark.parametrize(
    ("case", "question", "fact"),
    [
        ("fraud-detection", "how many people can check doubtful ones by hand", "review-capacity"),
        ("video-recommendation", "how quickly does the page have to be back", "latency"),
        ("llm-rag-assistant", "are there permissions on the pages", "permissions"),
        ("eta-prediction", "how quickly must a number be back", "latency"),
    ],
)
def test_a_general_question_reaches_the_cases_own_fact(knowledge, home, case, question, fact):
    embedder = shared_embedder()
    ears = exemplars(knowledge, case, embedder, home / "vectors")
    assert [match.fact for match in match_facts([question], ears, embedder)] == [fact]


def test_a_kind_that_no_fact_answers_is_a_silence_and_not_the_nearest_fact(knowledge, home):
    embedder = shared_embedder()
    ears = exemplars(knowledge, "eta-prediction", embedder, home / "vectors")
    assert SILENT in ears.facts.ids
    found = match_facts(["is there a team of moderators who review them by hand"], ears, embedder)
    assert [(one.fact, one.between) for one in found] == [("", ())]
