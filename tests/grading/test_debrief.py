"""What a report says was missing, and what it sets against it."""

from typing import Any

from interviewer.domain import Level, Step
from interviewer.grading.feedback import missing, open_points, study_plan
from interviewer.grading.matching import compare, criteria_vectors, perhaps_said
from interviewer.grading.own_words import OwnWords
from interviewer.grading.parameters import fitted
from interviewer.grading.reading import read
from interviewer.grading.report import Missing, StepReport
from interviewer.grading.strong import strong_answers
from interviewer.knowledge.embeddings import shared_embedder
from interviewer.listening.examples import exemplars
from interviewer.transcript import Transcript, Turn

CASE = "notification-ranking"


def perhaps(knowledge: Any, text: str) -> set[str]:
    """The signals that this answer comes near to."""
    turns = [Turn(speaker="interviewer", text="Go on."), Turn(speaker="candidate", text=text)]
    reading = read(Transcript(case=CASE, level=Level.SENIOR, turns=turns), shared_embedder().encode, fitted())
    signals = knowledge.signals(CASE)
    sounds = exemplars(knowledge, CASE, shared_embedder()).signals
    found = compare(reading, sounds, criteria_vectors(signals, shared_embedder(), None))
    return perhaps_said(found, reading, OwnWords(one for own in signals.values() for one in own))


def test_what_was_said_in_other_words_is_not_called_missing(knowledge: Any) -> None:
    signals = knowledge.signals(CASE)[Step.CLARIFY]
    said = perhaps(
        knowledge, "Opens are a cheap signal; what I want is visits that happened because of the notification."
    )
    assert said
    named = {gap.signal for gap in open_points(signals, set(), said, Level.SENIOR, 3.0)}
    assert named
    assert not named & said
    assert not perhaps(knowledge, "I would draw a box here and a box over there on the left side of the board.")


def test_a_passage_in_the_words_of_a_criterion_is_not_called_missing(knowledge: Any) -> None:
    signal = knowledge.signals(CASE)[Step.DATA][0]
    assert signal.id in perhaps(
        knowledge, f"So what I would do there is this. {signal.strong} That is about it, I think."
    )


def test_a_weak_step_names_what_was_not_worked_out_when_nothing_else_is_open(knowledge: Any) -> None:
    signals = knowledge.signals(CASE)[Step.CLARIFY]
    everything = {one.id for one in signals}
    assert len(open_points(signals, set(), everything, Level.SENIOR, 2.0)) == 1
    assert open_points(signals, set(), everything, Level.SENIOR, 3.2) == []


def test_a_solid_step_is_not_told_what_it_lacked_but_what_to_study(knowledge: Any) -> None:
    signals = knowledge.signals(CASE)
    by_id = {one.id: one for own in signals.values() for one in own}
    points = {step: open_points(own, set(), set(), Level.SENIOR, 3.2) for step, own in signals.items()}
    steps = {step: StepReport(status="assessed", score=3.2, comment="") for step in Step}
    assert all(missing(own, 3.2) == [] and missing(own, 2.0) == own for own in points.values())
    assert len(study_plan(steps, points, by_id)) == 5


def test_the_strong_answer_is_about_what_was_missing(knowledge: Any, retriever: Any) -> None:
    signals = knowledge.signals(CASE)
    gap = signals[Step.SERVE][-1]
    points: dict[Step, list[Missing]] = {step: [] for step in Step}
    points[Step.SERVE] = [Missing(signal=gap.id, text=gap.text, study=[])]
    answers = strong_answers(CASE, knowledge, points, Level.STAFF, retriever.search)
    assert answers[Step.SERVE].startswith(gap.strong)
    for answer in answers.values():
        assert "Weak:" not in answer
        assert answer.count("(Source:") <= 1
