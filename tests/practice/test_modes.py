"""The practice modes: their names, and how the interviewer behaves in each."""

import pytest

from interviewer.domain import Level, MoveKind, Step
from interviewer.errors import BadInput
from interviewer.interview.agenda import Agenda, Option
from interviewer.interview.direct import decide
from interviewer.interview.modes import Kind, Mode, known_mode, parse_mode, scope
from interviewer.interview.state import State, fold
from interviewer.transcript import Heard, Transcript, Turn

SIGNALS = {step: tuple(Option(f"{step.value}-{n}", step) for n in range(5)) for step in Step}
THIN = "Just a nice pipeline with the usual tools and a dashboard on top of everything we have in place"


def agenda(**changes) -> Agenda:
    return Agenda(**{"level": Level.SENIOR, "budgets": dict.fromkeys(Step, 380.0), "signals": SIGNALS, **changes})


def under_way(**changes) -> State:
    usual = {"said": ("Hello.",), "moves": (MoveKind.OPEN, MoveKind.PROBE), "turns": 4, "last_candidate": 3}
    return State(**{**usual, **changes})


def said(text: str, *heard: Heard, event: str | None = None) -> Turn:
    return Turn.model_validate({"speaker": "candidate", "text": text, "at": 60, "heard": list(heard), "event": event})


@pytest.mark.parametrize(
    "text", ["interview", "warm_up", "rapid", "drill:label delay", *(f"step:{step}" for step in Step)]
)
def test_a_mode_is_read_and_written_the_same(text: str):
    assert str(parse_mode(text)) == text


@pytest.mark.parametrize(
    "text", ["", "exam", "step", "step:cooking", "drill", "drill: ", "rapid:x", "drill:" + "x" * 55]
)
def test_an_unknown_mode_is_bad_input_that_names_what_there_is(text: str):
    with pytest.raises(BadInput, match=r"step:|drill:") as caught:
        parse_mode(text)
    assert "\n" not in str(caught.value)


def test_a_recording_in_an_unknown_mode_is_a_full_interview():
    assert known_mode("pair-programming") == Mode(Kind.INTERVIEW)
    assert scope("step:nonsense") == tuple(Step)


def test_one_step_opens_on_that_step():
    decision = decide(State(step=Step.EVALUATE), None, agenda(scope=(Step.EVALUATE,)))
    assert (decision.kind, decision.step, decision.angle) == (MoveKind.OPEN, Step.EVALUATE, "step")


def test_one_step_is_never_left_whatever_is_said():
    heard = [Heard(kind="step", id="s", quote="cache", step=Step.SERVE, score=1.0)]
    turns = [
        {"speaker": "interviewer", "text": "Hello.", "at": 0, "move": {"kind": "open", "step": "evaluation"}},
        {"speaker": "candidate", "text": "I cache it.", "at": 30, "heard": heard},
    ]
    transcript = Transcript.model_validate(
        {"case": "x", "level": "mid", "minutes": 15, "mode": "step:evaluation", "turns": turns}
    )
    state = fold(transcript, 60)
    assert (state.step, set(state.used)) == (Step.EVALUATE, {Step.EVALUATE})
    assert fold(transcript.model_copy(update={"mode": "interview"}), 60).step is Step.SERVE


@pytest.mark.parametrize("elapsed", [30, 300, 600, 800])
def test_one_step_asks_only_about_itself(elapsed: int):
    state = under_way(
        step=Step.EVALUATE, elapsed=elapsed, length=900, used={Step.EVALUATE: elapsed},
        visited=(Step.EVALUATE,), opened=(Step.EVALUATE,), probes_in_step=6,
    )  # fmt: skip
    one = agenda(scope=(Step.EVALUATE,), trade_offs=(Option("t", Step.SERVE),), pushbacks=(Option("p", Step.SERVE),))
    for turn in (
        said(THIN),
        said("I don't know.", Heard(kind="intent", id="dont_know", quote="x")),
        said("", event="skip"),
    ):
        assert decide(state, turn, one).step in (Step.EVALUATE, None)


def test_one_step_closes_on_time():
    one = agenda(scope=(Step.EVALUATE,))
    late = under_way(step=Step.EVALUATE, elapsed=880, length=900)
    assert decide(late, said(THIN), one).kind is MoveKind.WRAP_UP
    assert decide(under_way(step=Step.EVALUATE, elapsed=899, length=900), said(THIN), one).kind is MoveKind.CLOSE


def test_a_drill_stays_with_its_subject_across_steps():
    near = {Step.DATA: (Option("late-labels", Step.DATA),), Step.MONITOR: (Option("label-drift", Step.MONITOR),)}
    drill = agenda(signals=near, near=("label-drift", "late-labels", "model_development-1"), drill=True)
    opening = decide(State(), None, drill)
    assert (opening.kind, opening.ref, opening.step) == (MoveKind.OPEN, "label-drift", Step.MONITOR)
    state = under_way(step=Step.MONITOR, asked=("label-drift",), elapsed=700, length=900, used={Step.MONITOR: 700})
    after = decide(state, said("We wait because a label needs a day, so we train on rows of 2 days ago."), drill)
    assert (after.kind, after.ref, after.step) == (MoveKind.PROBE, "late-labels", Step.DATA)
    done = under_way(step=Step.DATA, asked=("label-drift", "late-labels"), elapsed=700, length=900)
    assert decide(done, said("We wait because a label needs a day, or two."), drill).kind is MoveKind.WRAP_UP


def test_a_warm_up_hints_after_a_thin_answer_once_and_an_interview_does_not():
    state = under_way(step=Step.DATA, asked=("data_preparation-1",))
    hint = decide(state, said(THIN), agenda(warm_up=True))
    assert (hint.kind, hint.ref) == (MoveKind.HINT, "data_preparation-1")
    assert decide(state, said(THIN), agenda()).kind is not MoveKind.HINT
    hinted = under_way(step=Step.DATA, asked=("data_preparation-1",) * 2, moves=(MoveKind.PROBE, MoveKind.HINT))
    assert decide(hinted, said(THIN), agenda(warm_up=True)).kind is not MoveKind.HINT


def test_a_warm_up_does_not_hint_after_an_answer_with_a_reason():
    state = under_way(step=Step.DATA, asked=("data_preparation-1",))
    reasoned = said("I split by time because a random split lets tomorrow's clicks into the training rows.")
    assert decide(state, reasoned, agenda(warm_up=True)).kind is not MoveKind.HINT


def test_rapid_presses_where_an_interview_moves_on_and_never_nods():
    short = said("We look at the usual metrics there, all of them together.")
    state = under_way(step=Step.EVALUATE, asked=("press:a", "evaluation-1"), visited=tuple(Step), opened=tuple(Step))
    assert (decide(state, short, agenda(rapid=True)).ref or "").startswith("press:")
    assert not (decide(state, short, agenda()).ref or "").startswith("press:")
    flowing = [Heard(kind="signal", id=f"x{n}", quote="q", step=Step.EVALUATE) for n in range(3)]
    long = said("I would do that because it costs less, and 3 of them do. " * 8, *flowing)
    state = under_way(step=Step.EVALUATE, probes_in_step=2, visited=tuple(Step), opened=tuple(Step))
    assert decide(state, long, agenda()).kind is MoveKind.LET_GO_ON
    assert decide(state, long, agenda(rapid=True)).kind is not MoveKind.LET_GO_ON
