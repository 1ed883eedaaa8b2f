"""A second opinion: after the interview only, about what was asked, with its sources."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from interviewer import BadInput, ModelError, Step
from interviewer.grading.assessor import strong_answer
from interviewer.grading.report import Criterion, Nearest, Report, StepReport
from interviewer.knowledge import Knowledge, Passage
from interviewer.practice.retake import second_opinion, stronger_answer
from interviewer.transcript import Transcript
from tests.interview.models import MockModel

CASE = "fraud-detection"
REFERENCE = Passage("x", "Wait until disputes have come in.", "grader", "reference", CASE, "data_preparation")


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge.load()


@dataclass
class Found:
    passage: Passage


class Search:
    """Notes what it was asked for."""

    def __init__(self, *passages: Passage):
        self.passages = passages
        self.asked: list[dict[str, Any]] = []

    def __call__(self, query: str, **filters: Any) -> list[Found]:
        self.asked.append({"query": query, **filters})
        return [Found(passage) for passage in self.passages]


def report(criterion: Criterion) -> Report:
    """A report with one criterion, of the evaluation."""
    steps = {step: StepReport(status="assessed", score=2) for step in Step}
    steps[Step.EVALUATE] = StepReport(status="assessed", score=2, criteria=[criterion])
    made = {"case": CASE, "level": "senior", "status": "assessed", "verdict": "no_hire", "confidence": 0.5}
    return Report.model_validate({**made, "steps": steps, "graded_by": {"backend": "openai"}})


def interview(move: dict[str, Any], *, closed: bool = True) -> Transcript:
    turns: list[dict[str, Any]] = [
        {"speaker": "interviewer", "text": "Which payments would you learn from?", "move": move},
        {"speaker": "candidate", "text": "All of them."},
    ]
    turns += [{"speaker": "interviewer", "text": "Goodbye.", "move": {"kind": "close"}}] if closed else []
    return Transcript.model_validate({"case": CASE, "level": "senior", "turns": turns})


PROBE = {"kind": "probe", "step": "data_preparation", "signal": "label-maturity-window"}


def test_there_is_none_while_the_interview_runs_and_nothing_is_even_looked_up(knowledge: Knowledge):
    search = Search(REFERENCE)
    with pytest.raises(BadInput, match="after the interview only"):
        second_opinion(interview(PROBE, closed=False), 1, knowledge, search)
    assert search.asked == []


def test_it_is_there_once_the_candidate_has_ended_the_interview(knowledge: Knowledge):
    assert second_opinion(interview(PROBE, closed=False), 1, knowledge, ended=True).points


@pytest.mark.parametrize("prefix", ["", "press:"])
def test_it_says_what_is_strong_about_the_very_thing_that_was_asked(knowledge: Knowledge, prefix: str):
    found = second_opinion(interview({**PROBE, "signal": prefix + PROBE["signal"]}), 1, knowledge, Search(REFERENCE))
    signals = [one for own in knowledge.signals(CASE).values() for one in own]
    asked = next(one for one in signals if one.id == PROBE["signal"])
    assert found.points[0].text == strong_answer(asked)
    assert [(point.text, point.source) for point in found.points[1:]] == [
        (REFERENCE.text, f"Reference solution: {knowledge.cases[CASE].title}")
    ]
    assert found.study == tuple(knowledge.topics[slug].title for slug in asked.study)


def test_mistakes_and_questions_of_a_note_are_no_part_of_a_stronger_answer(knowledge: Knowledge):
    wrong = Passage("y", "Labels. Training on all of them.", "grader", "note", title="Labels: Common mistakes")
    right = Passage("z", "Labels. Wait until they are ripe.", "grader", "note", title="Labels: When it fits")
    found = second_opinion(interview(PROBE), 1, knowledge, Search(wrong, right))
    assert [(point.text, point.source) for point in found.points[1:]] == [
        ("Wait until they are ripe.", "Study note: Labels: When it fits")
    ]


def test_it_looks_up_what_graders_read_in_that_step(knowledge: Knowledge):
    search = Search(REFERENCE)
    second_opinion(interview(PROBE), 1, knowledge, search)
    assert [(one["audience"], one["case"], one["step"]) for one in search.asked] == [
        ("grader", CASE, "data_preparation")
    ]


def test_after_an_open_question_it_names_what_was_not_heard_in_that_step(knowledge: Knowledge):
    found = second_opinion(interview({"kind": "move_on", "step": "evaluation"}), 1, knowledge)
    assert {point.text for point in found.points} <= {
        strong_answer(one) for one in knowledge.signals(CASE)[Step.EVALUATE]
    }


def test_what_the_report_says_was_shown_is_not_asked_for_again(knowledge: Knowledge):
    asked = interview({"kind": "move_on", "step": "evaluation"})
    first = second_opinion(asked, 1, knowledge).points[0]
    known = next(one for one in knowledge.signals(CASE)[Step.EVALUATE] if strong_answer(one) == first.text)
    points = second_opinion(asked, 1, knowledge, report=report(Criterion(signal=known.id, status="shown"))).points
    assert points
    assert first not in points


def test_where_the_question_does_not_tell_the_report_knows_what_an_answer_was_about(knowledge: Knowledge):
    turns: list[dict[str, Any]] = [
        {"speaker": "interviewer", "text": "Design fraud detection."},
        {"speaker": "candidate", "text": "Who pays for a fraud?"},
        {"speaker": "interviewer", "text": "And how do you know that it works?"},
        {"speaker": "candidate", "text": "I compare the money lost."},
    ]
    recorded = Transcript.model_validate({"case": CASE, "level": "senior", "turns": turns})
    near = Criterion(signal="x", status="touched", nearest=Nearest(turn=3, quote="the money lost"))

    def steps(turn: int, known: Report | None) -> set[Step]:
        search = Search(REFERENCE)
        points = second_opinion(recorded, turn, knowledge, search, ended=True, report=known).points
        texts = {point.text for point in points}
        return {step for step, own in knowledge.signals(CASE).items() if texts & {strong_answer(one) for one in own}}

    assert steps(1, None) == {Step.CLARIFY}, "what follows the first words is about what to build"
    assert steps(3, None) == set(), "and nothing else is"
    assert steps(3, report(near)) == {Step.EVALUATE}


def test_after_the_opening_it_is_about_finding_out_what_to_build(knowledge: Knowledge):
    found = second_opinion(interview({"kind": "open"}), 1, knowledge)
    assert {point.text for point in found.points} <= {
        strong_answer(one) for one in knowledge.signals(CASE)[Step.CLARIFY]
    }


@pytest.mark.parametrize("turn", [-1, 0, 2, 3])
def test_only_an_answer_has_one(knowledge: Knowledge, turn: int):
    with pytest.raises(BadInput, match="not one of the candidate's turns"):
        second_opinion(interview(PROBE), turn, knowledge)


def test_a_capable_model_gives_the_stronger_answer_in_the_terms_of_the_talk(knowledge: Knowledge) -> None:
    made = {
        "answer": "Those whose disputes can have come in.",
        "more": ["says when a label is ripe", "", "what it costs"],
    }
    model = MockModel(json.dumps(made))
    found = stronger_answer(interview(PROBE), 1, knowledge, model)
    assert found.stronger == made["answer"]
    assert [point.text for point in found.points] == ["says when a label is ripe", "what it costs"]
    asked = model.history[0]
    assert "Which payments would you learn from?" in asked[-1].content
    assert "<candidate_text>" in asked[-1].content
    assert "Goodbye" not in asked[-1].content, "what came later is not part of that moment"


def test_an_empty_answer_of_the_model_is_none(knowledge: Knowledge) -> None:
    with pytest.raises(ModelError, match="gave no answer"):
        stronger_answer(interview(PROBE), 1, knowledge, MockModel(json.dumps({"answer": " ", "more": []})))
    with pytest.raises(BadInput, match="not one of the candidate's"):
        stronger_answer(interview(PROBE), 0, knowledge, MockModel("{}"))
