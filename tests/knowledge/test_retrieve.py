"""Retrieval finds notes in plain, technical and misspelt words, and nothing where nothing is relevant."""

import pytest


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("labels that come weeks later", "label-delay"),
        ("logQ correction in-batch negatives", "negative-sampling-and-logq"),
        ("canery release", "safe-rollout"),
    ],
)
def test_the_note_is_among_the_first_five(retriever, query: str, note: str) -> None:
    found = retriever.search(query, audience="grader", kind="note", limit=5)
    assert note in [one.passage.ref for one in found]
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


@pytest.mark.parametrize("query", ["how to prune roses", "guitar chords for beginners", " "])
def test_nothing_is_found_where_nothing_is_relevant(retriever, query: str) -> None:
    assert retriever.search(query, audience="grader", kind="note") == []


def test_the_interviewer_never_gets_a_reference_solution(retriever) -> None:
    found = retriever.search("the model and the split", audience="interviewer", case="fraud-detection", limit=20)
    assert found
    assert {one.passage.kind for one in found} <= {"topic", "term", "brief"}
