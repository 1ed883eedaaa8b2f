"""What a strong answer has: sentences to learn from, made of the knowledge base's words and nothing else."""

from dataclasses import dataclass

import pytest

from interviewer import Level, Step
from interviewer.grading.assessor import strong_answer, strong_answers
from interviewer.grading.report import Missing
from interviewer.knowledge import Knowledge, Passage
from interviewer.knowledge.schema import Signal

CASE = "fraud-detection"
WAIT = "Until disputes arrive the newest cases look like negatives, so the last weeks seem cleaner than they are."


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge.load()


@dataclass
class Hit:
    passage: Passage


def told(knowledge: Knowledge, text: str) -> str:
    """What is said on the delay of labels when the retriever brings that note."""
    note = Passage("n", text, "grader", "note", "", "data_preparation", title="Label delay: Why it bites")
    points = {step: [] for step in Step} | {Step.DATA: [Missing(signal="label-maturity-window", text="")]}
    hits = {Step.DATA: [Hit(note)]}
    found = strong_answers(CASE, knowledge, points, Level.SENIOR, lambda query, step, **_: hits.get(step, []))
    return found[Step.DATA]


def test_every_criterion_becomes_sentences_of_its_own_words(knowledge: Knowledge) -> None:
    for slug in knowledge.cases:
        for signal in (one for own in knowledge.signals(slug).values() for one in own):
            said = strong_answer(signal)
            assert said.startswith(("A strong candidate ", "A strong answer: ")), said
            assert said.endswith((".", "”")), said
            assert signal.text[1:] in said
            assert f" In our figures, for example: {signal.strong[0]}".lower() in said.lower()
            assert said.endswith(signal.strong[1:])


@pytest.mark.parametrize(
    ("strong", "said"),
    [("Names the label.", "names the label."), ("A rule first.", "a rule first."), ("BM25 first.", "BM25 first."),
     ("A/B test.", "A/B test."), ("30 days.", "30 days.")],
)  # fmt: skip
def test_only_ordinary_words_lose_their_capital(strong: str, said: str) -> None:
    signal = Signal.model_construct(text="Explains it.", strong=strong)
    assert strong_answer(signal) == f"A strong candidate explains it. In our figures, for example: {said}"


def test_a_sentence_from_elsewhere_carries_its_source(knowledge: Knowledge) -> None:
    assert told(knowledge, WAIT).endswith(f"{WAIT} (Source: our note “Label delay: Why it bites”)")


def test_a_catchword_a_question_and_what_was_said_already_are_left_out(knowledge: Knowledge) -> None:
    signals = [one for own in knowledge.signals(CASE).values() for one in own]
    wanted = next(one for one in signals if one.id == "label-maturity-window")
    for text in (f"Delay: {WAIT}", WAIT.replace(".", "?"), f"{wanted.strong[:-1]}, as always."):
        assert told(knowledge, text) == strong_answer(wanted)
