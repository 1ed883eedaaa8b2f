"""The observer behind the turns: what it notes, what it refuses, and what becomes of it."""

import json

import pytest

from interviewer import ModelError, MoveKind, Step
from interviewer.background import DroppedError
from interviewer.interview import briefing
from interviewer.interview.interviewer import Interviewer
from interviewer.interview.llm_policy import Observer, quoted
from interviewer.interview.state import Wish, fold
from interviewer.models.base import ModelChain
from interviewer.transcript import Heard, Noted, Observed, Transcript, Turn, with_clock
from tests.interview.models import MockModel

CASE = "harmful-content-detection"
SAID = [
    "I'd send user reports to the queue, weighted by how often the reporter was right. I'll come back to the languages.",
    "I'd use accuracy, it's over ninety-nine per cent. How many reviewers do we have?",
]


def talk(*said: str) -> Transcript:
    turns = [{"speaker": "interviewer", "text": "Find posts that break our rules.", "at": 0}]
    for number, text in enumerate(said):
        turns.append({"speaker": "candidate", "text": text, "at": 60 + 100 * number})
        turns.append(
            {"speaker": "interviewer", "text": f"Go on, {number}.", "at": 110 + 100 * number, "backend": "openai"}
        )
    return Transcript.model_validate({"case": CASE, "level": "senior", "turns": turns})


def notes(**given) -> str:
    return json.dumps({"criteria": [], "asks": [], "unfinished": [], "promises": [], **given})


def criterion(turn: int, name: str, status: str, quote: str) -> dict[str, object]:
    return {"turn": turn, "criterion": name, "status": status, "quote": quote}


NOTES = notes(
    criteria=[
        criterion(1, "reports-are-not-truth", "shown", "weighted by how often the reporter was right"),
        criterion(3, "precision-recall-per-class", "wrong", "i'd use accuracy its over ninety-nine"),
        criterion(3, "precision-recall-per-class", "wrong", "I'd use accuracy, it's over ninety-nine per cent"),
        criterion(3, "reviewer-agreement", "shown", "words that nobody said"),
        criterion(3, "no-such-criterion", "shown", "I'd use accuracy"),
    ],
    asks=[{"turn": 3, "quote": "How many reviewers do we have?"}],
    promises=[{"turn": 1, "quote": "I'll come back to the languages"}],
    unfinished=[1],
)


@pytest.fixture
def observed(knowledge):
    mock = MockModel(NOTES)
    return Observer(ModelChain((mock,)), knowledge).observe(talk(*SAID)), mock


def test_answers_that_wait_are_noted_in_one_call_each_with_its_own_quotes(observed):
    transcript, mock = observed
    first, second = transcript.turns[1].observed, transcript.turns[3].observed
    assert [(one.criterion, one.status, one.step) for one in first.criteria] == [
        ("reports-are-not-truth", "shown", Step.DATA)
    ]
    assert (first.unfinished, first.promises) == (True, ["I'll come back to the languages"])
    assert [(one.criterion, one.status) for one in second.criteria] == [("precision-recall-per-class", "wrong")]
    assert second.asks == "How many reviewers do we have?"
    assert len(mock.history) == 1
    assert all(one.quote in turn.text for turn in transcript.turns if turn.observed for one in turn.observed.criteria)


def test_what_was_noted_is_not_noted_again(observed, knowledge):
    transcript, mock = observed
    observer = Observer(ModelChain((mock,)), knowledge)
    assert observer.waiting(transcript) == []
    assert observer.observe(transcript) is transcript


def test_the_state_and_the_changing_block_carry_it(observed, knowledge, interviewer: Interviewer):
    transcript, _ = observed
    state = fold(with_clock(transcript)[0])
    assert state.covered[Step.DATA] == ["reports-are-not-truth"]
    assert {Step.DATA, Step.EVALUATE} <= set(state.touched), "also where something wrong was said"
    assert [(one.criterion, one.status) for one in state.seen.values()][-1] == ("precision-recall-per-class", "wrong")
    view, _ = interviewer.view(transcript)
    told = briefing.records(view)
    assert "Shown well: reports-are-not-truth." in told
    assert "precision-recall-per-class (“I'd use accuracy" in told
    assert "I'll come back to the languages" in briefing.their_words(view)


def test_the_part_that_they_are_in_is_what_most_was_noted_of(knowledge):
    """What a model noted goes before what the embeddings heard; where it noted nothing they stay where they were."""
    noted = [
        Noted(criterion=name, status="partly", quote="x", step=step)
        for name, step in (("a", Step.SERVE), ("b", Step.SERVE), ("c", Step.DATA))
    ]
    heard = [Heard(kind="step", id="monitoring_and_infrastructure", step=Step.MONITOR, quote="x", score=1.0)]
    first = Turn(
        speaker="candidate", text="x", at=10.0, heard=heard, observed=Observed(backend="openai", criteria=noted)
    )
    nothing = first.model_copy(update={"observed": Observed(backend="openai"), "at": 70.0})
    transcript = Transcript(case="harmful-content-detection", level="senior", turns=[first, nothing])
    state = fold(transcript, 130.0)
    assert state.step is Step.SERVE
    assert state.used == {Step.SERVE: 120.0}
    deaf = transcript.model_copy(update={"turns": [first.model_copy(update={"observed": None})]})
    assert fold(deaf, 70.0).step is Step.MONITOR


@pytest.mark.parametrize(
    ("backend", "kind", "step"),
    [("openai", "meta", Step.MONITOR), ("openai", "answer", Step.DATA), (None, "meta", Step.DATA)],
)
def test_who_conducts_says_where_the_talk_is_unless_a_fact_is_given_or_it_is_a_recording(backend, kind, step):
    noted = Observed(backend="openai", criteria=[Noted(criterion="a", status="partly", quote="x", step=Step.DATA)])
    said = Turn(speaker="candidate", text="x", at=10.0, observed=noted)
    move = {"kind": kind, "step": Step.MONITOR}
    turns = [said, Turn.model_validate({"speaker": "interviewer", "text": "y", "backend": backend, "move": move})]
    assert fold(Transcript(case="harmful-content-detection", level="senior", turns=turns), 70.0).step is step


def test_it_can_be_ended_before_the_call_and_a_failure_is_said(knowledge):
    mock = MockModel(ModelError("busy"))
    observer = Observer(ModelChain((mock,)), knowledge)

    def unwanted() -> None:
        raise DroppedError

    with pytest.raises(DroppedError):
        observer.observe(talk(*SAID), unwanted)
    assert mock.history == []
    with pytest.raises(ModelError, match="busy"):
        observer.observe(talk(*SAID))


def test_without_a_capable_model_nothing_is_noted(knowledge):
    for chain in (ModelChain(), ModelChain((MockModel(capable=False),))):
        transcript = talk(*SAID)
        assert Observer(chain, knowledge).observe(transcript) is transcript


def test_a_quote_is_the_passage_as_it_stands():
    assert (
        quoted("labels arrive late, so I wait", "Um, Labels arrive, uh, late. So I wait.")
        == "Labels arrive, uh, late. So I wait"
    )
    assert quoted("late", "Labels arrive later.") == "late"
    assert quoted("nobody said it", "Labels arrive late.") == ""


def ending(*said: tuple[str, str, str | None]) -> Wish:
    turns = [
        {"speaker": speaker, "text": text, **({"move": {"kind": move}, "backend": "openai"} if move else {})}
        for speaker, text, move in said
    ]
    transcript = Transcript.model_validate({"case": CASE, "level": "mid", "turns": turns})
    return fold(with_clock(transcript)[0]).wish


def test_a_wish_to_end_goes_from_said_to_confirmed_or_is_dropped():
    wish = ("candidate", "Can we stop the interview here?", None)
    asked = ("interviewer", "Shall we stop here?", MoveKind.WRAP_UP)
    assert ending(wish) is Wish.SAID
    assert ending(wish, asked) is Wish.ASKED
    assert ending(wish, asked, ("candidate", "Yes, please.", None)) is Wish.CONFIRMED
    assert ending(wish, asked, ("candidate", "No, one more thing.", None)) is Wish.NONE
    assert ending(wish, ("interviewer", "What about data?", MoveKind.PROBE)) is Wish.NONE
    assert ending(("candidate", "We stop training here when the loss is flat.", None)) is Wish.NONE
    assert ending(("candidate", "After a few hundred shows we know if it is good. If not, stop.", None)) is Wish.NONE
