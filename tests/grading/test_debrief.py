"""What a report says was missing, and what it sets against it."""

from typing import Any

from interviewer.casebook.embed import shared_embedder
from interviewer.casebook.exemplars import exemplars
from interviewer.grading.debrief import missing, strong_answers
from interviewer.grading.matching import compare, criteria_vectors, perhaps_said
from interviewer.grading.parameters import fitted
from interviewer.grading.reading import read
from interviewer.grading.report import Missing, StepReport
from interviewer.steps import Level, Step
from interviewer.transcript import Transcript, Turn

CASE = "notification-ranking"


def perhaps(library: Any, text: str) -> set[str]:
    """The signals that this answer comes near to."""
    turns = [Turn(speaker="interviewer", text="Go on."), Turn(speaker="candidate", text=text)]
    reading = read(Transcript(case=CASE, level=Level.SENIOR, turns=turns), shared_embedder().encode, fitted())
    sounds = exemplars(library, CASE, shared_embedder()).signals
    return perhaps_said(compare(reading, sounds, criteria_vectors(library.signals(CASE), shared_embedder(), None)))


def test_what_was_said_in_other_words_is_not_called_missing(library: Any) -> None:
    signals = library.signals(CASE)[Step.CLARIFY]
    said = perhaps(
        library, "Opens are a cheap signal; what I want is visits that happened because of the notification."
    )
    assert said
    named = {gap.signal for gap in missing(signals, set(), said, Level.SENIOR, 3.0)}
    assert named
    assert not named & said
    assert not perhaps(library, "I would draw a box here and a box over there on the left side of the board.")


def test_a_weak_step_names_what_was_not_worked_out_when_nothing_else_is_open(library: Any) -> None:
    signals = library.signals(CASE)[Step.CLARIFY]
    everything = {one.id for one in signals}
    assert len(missing(signals, set(), everything, Level.SENIOR, 2.0)) == 1
    assert missing(signals, set(), everything, Level.SENIOR, 3.2) == []


def test_the_strong_answer_is_about_what_was_missing(library: Any, retriever: Any) -> None:
    signals = library.signals(CASE)
    steps = {step: StepReport(status="assessed", score=2.0, comment="") for step in Step}
    gap = signals[Step.SERVE][-1]
    steps[Step.SERVE].missing = [Missing(signal=gap.id, text=gap.text, study=[])]
    answers = strong_answers(CASE, library, steps, Level.STAFF, retriever.search)
    assert answers[Step.SERVE].startswith(gap.strong)
    for answer in answers.values():
        assert "Weak:" not in answer
        assert answer.count("(Source:") <= 1
