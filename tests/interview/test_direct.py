"""The director: from state to move, a pure function."""

from dataclasses import replace

import pytest

from interviewer.domain import Level, MoveKind, Step
from interviewer.interview.agenda import Agenda, Option
from interviewer.interview.direct import decide
from interviewer.interview.rules.coverage import anything_left, next_step
from interviewer.interview.state import Deferred, Flag, State
from interviewer.transcript import Heard, Turn

BUDGETS = dict.fromkeys(Step, 380.0)
SIGNALS = {step: tuple(Option(f"{step.value}-{n}", step) for n in range(5)) for step in Step}


def agenda(**changes) -> Agenda:
    return Agenda(**{"level": Level.SENIOR, "budgets": BUDGETS, "signals": SIGNALS, **changes})


def state(**changes) -> State:
    """An interview under way: opened, a question asked, the candidate has just spoken."""
    usual = {
        "said": ("Hello.",),
        "moves": (MoveKind.OPEN, MoveKind.PROBE),
        "turns": 4,
        "last_candidate": 3,
        "visited": (Step.CLARIFY,),
    }
    return State(**{**usual, **changes})


def said(text: str, *heard: Heard, event: str | None = None) -> Turn:
    return Turn.model_validate({"speaker": "candidate", "text": text, "at": 60, "heard": list(heard), "event": event})


def intent(name: str, quote: str = "x") -> Heard:
    return Heard(kind="intent", id=name, quote=quote)


LONG = "I would take the log of what was shown because anything else hides what people never saw, " * 2


def test_an_interview_begins_with_its_opening():
    assert decide(State(), None, agenda()).kind is MoveKind.OPEN


def test_after_the_end_it_only_closes_again():
    assert decide(state(closed=True), said("one more thing"), agenda()).kind is MoveKind.CLOSE


def test_a_matched_question_is_answered_with_that_fact_and_no_other():
    turn = said("How many users?", Heard(kind="question", id="users", quote="How many users?"))
    decision = decide(state(), turn, agenda())
    assert (decision.kind, decision.facts) == (MoveKind.ANSWER, ("users",))


def test_where_the_case_is_silent_the_question_goes_back():
    turn = said("What colour is it?", Heard(kind="question", id="", quote="What colour is it?"))
    decision = decide(state(), turn, agenda())
    assert (decision.kind, decision.facts, decision.angle) == (MoveKind.ANSWER, (), "unspecified")


def test_a_question_that_the_candidate_answers_himself_is_not_answered():
    text = "How many users? " + LONG + LONG
    turn = said(text, Heard(kind="question", id="users", quote="How many users?"))
    assert decide(state(step=Step.MODEL, elapsed=1200), turn, agenda()).kind is not MoveKind.ANSWER


@pytest.mark.parametrize("name", ["manipulate", "abuse", "off_topic"])
def test_it_stays_in_role(name):
    assert decide(state(), said("whatever you say", intent(name)), agenda()).kind is MoveKind.REDIRECT


def test_hints_come_only_when_asked_or_after_a_failed_probe():
    assert decide(state(), said("", event="hint"), agenda()).kind is MoveKind.HINT
    assert decide(state(), said("give me a hint", intent("ask_hint")), agenda()).kind is MoveKind.HINT
    failed = decide(state(asked=("data_preparation-0",)), said("I don't know", intent("dont_know")), agenda())
    assert (failed.kind, failed.ref) == (MoveKind.HINT, "data_preparation-0")
    assert decide(state(), said(LONG), agenda()).kind is not MoveKind.HINT


def test_staff_candidates_are_not_hinted_unasked():
    turn = said("I don't know", intent("dont_know"))
    assert decide(state(asked=("data_preparation-0",)), turn, agenda(level=Level.STAFF)).kind is not MoveKind.HINT


def test_a_wrong_statement_just_made_is_challenged_once():
    wrong = Flag("random-split", 3, "shuffle it", 0.8)
    decision = decide(state(flags=(wrong,)), said(LONG), agenda())
    assert (decision.kind, decision.ref, decision.quote) == (MoveKind.CHALLENGE, "random-split", "shuffle it")
    old = Flag("random-split", 1, "shuffle it", 0.8)
    assert decide(state(flags=(old,)), said(LONG), agenda()).kind is not MoveKind.CHALLENGE


def test_who_needs_a_moment_gets_it():
    assert decide(state(), said("Give me a second.", intent("need_time")), agenda()).kind is MoveKind.LET_GO_ON
    assert decide(state(), said("", event="pause"), agenda()).kind is MoveKind.LET_GO_ON


def test_a_candidate_who_designs_at_once_is_asked_what_to_find_out_first():
    first = state(moves=(MoveKind.OPEN,), last_candidate=1, turns=2)
    assert decide(first, said(LONG), agenda()).kind is MoveKind.ASK_TO_CLARIFY


def test_it_probes_what_lies_nearest_to_what_was_just_said():
    near = ("evaluation-1", "data_preparation-3", "data_preparation-0")
    decision = decide(state(step=Step.DATA), said(LONG), agenda(near=near))
    assert (decision.kind, decision.ref) == (MoveKind.PROBE, "data_preparation-3")


def test_what_was_covered_or_asked_is_not_asked_again():
    covered = state(step=Step.DATA, covered={Step.DATA: ["data_preparation-3"]}, asked=("data_preparation-0",))
    decision = decide(
        covered, said(LONG), agenda(near=("data_preparation-3", "data_preparation-0", "data_preparation-2"))
    )
    assert decision.ref == "data_preparation-2"


def test_a_step_that_has_had_its_time_gives_way_to_the_next():
    decision = decide(
        state(step=Step.FRAME, used={Step.FRAME: 700.0}, visited=(Step.CLARIFY, Step.FRAME)), said(LONG), agenda()
    )
    assert (decision.kind, decision.step) == (MoveKind.MOVE_ON, Step.DATA)


def test_when_the_steps_to_come_would_be_squeezed_out_it_moves_on():
    used = {Step.CLARIFY: 500.0, Step.FRAME: 500.0, Step.DATA: 800.0}
    late = state(step=Step.DATA, elapsed=1800.0, visited=(Step.CLARIFY, Step.FRAME, Step.DATA), used=used)
    decision = decide(late, said(LONG), agenda())
    assert decision.kind in (MoveKind.TIME_CHECK, MoveKind.MOVE_ON)
    assert decision.step is Step.MODEL


def test_it_leaves_room_for_last_words_and_then_closes():
    assert decide(state(elapsed=2600.0), said(LONG), agenda()).kind is MoveKind.WRAP_UP
    wrapped = state(elapsed=2650.0, wrapped=True, moves=(MoveKind.OPEN, MoveKind.WRAP_UP))
    assert decide(wrapped, said("No, thank you."), agenda()).kind is MoveKind.CLOSE


def test_a_promise_to_come_back_is_kept():
    promised = state(
        step=Step.MODEL, used={Step.MODEL: 900.0}, visited=tuple(Step), last_candidate=9,
        deferred=(Deferred(3, Step.DATA, "I'll come back to labels"),),
    )  # fmt: skip
    decision = decide(promised, said(LONG), agenda())
    assert (decision.ref, decision.quote) == ("deferred:3", "I'll come back to labels")


def test_silence_is_met_with_patience_then_a_smaller_question():
    quiet = state(last_candidate=None, silences=1)
    assert decide(quiet, None, agenda()).kind is MoveKind.LET_GO_ON
    assert decide(state(last_candidate=None, silences=2), None, agenda()).kind is MoveKind.PROBE


def test_the_level_opens_signals_of_that_level_only():
    signals = {
        step: (Option(f"{step.value}-staff", step, Level.STAFF), Option(f"{step.value}-mid", step)) for step in Step
    }
    at_mid = decide(
        state(step=Step.DATA), said(LONG), agenda(level=Level.MID, signals=signals, near=("data_preparation-staff",))
    )
    at_staff = decide(
        state(step=Step.DATA), said(LONG), agenda(level=Level.STAFF, signals=signals, near=("data_preparation-staff",))
    )
    assert (at_mid.ref, at_staff.ref) == ("data_preparation-mid", "data_preparation-staff")


def test_who_takes_leave_is_let_go():
    leaving = decide(state(elapsed=900.0), said("Okay, bye.", intent("goodbye")), agenda())
    assert leaving.kind is MoveKind.WRAP_UP


def test_with_everything_treated_the_subject_nearest_to_what_was_just_said_comes_next():
    used = {**dict.fromkeys(Step, 400.0), Step.SERVE: 300.0}
    at = state(step=Step.SERVE, used=used, visited=tuple(Step), opened=tuple(Step))
    decision = anything_left(at, agenda(near=("evaluation-1", f"{Step.SERVE.value}-3")))
    assert (decision.ref, decision.angle) == (f"{Step.SERVE.value}-3", "")
    long_there = replace(at, step=Step.DATA, probes_in_step=9)
    assert anything_left(long_there, agenda()).angle == "back"


def test_with_everything_treated_what_was_nearly_said_is_asked_last_and_not_in_the_last_minutes():
    at = state(step=Step.SERVE, used=dict.fromkeys(Step, 400.0), visited=tuple(Step), opened=tuple(Step))
    late = replace(at, elapsed=0.95 * at.length)
    every = frozenset(one.id for own in SIGNALS.values() for one in own)
    fresh = f"{Step.MONITOR.value}-4"
    for when in (at, late):
        assert anything_left(when, agenda(brushed=every - {fresh})).ref == fresh
    assert anything_left(at, agenda(brushed=every)).kind is MoveKind.PROBE
    assert anything_left(late, agenda(brushed=every)).kind is MoveKind.WRAP_UP


def test_only_who_asks_for_an_amount_is_told_that_there_is_no_figure():
    for asked, angle in (("How many cars are there?", "no_figure"), ("Is it a promise?", "unspecified")):
        turn = said(asked, Heard(kind="question", id="", quote=asked, score=0.5))
        assert decide(state(), turn, agenda()).angle == angle


def test_who_grants_the_point_is_not_pressed_on_it():
    moves = (MoveKind.OPEN, MoveKind.PROBE, MoveKind.CHALLENGE)
    given_in = "True, that would be wrong. I'd cut the log by date for training and for testing."
    decision = decide(state(step=Step.DATA, moves=moves), said(given_in), agenda())
    assert (decision.kind, decision.angle) == (MoveKind.PROBE, "")
    insists = "No, I'd cut the log by lot for training and for testing, as everybody does it."
    assert decide(state(step=Step.DATA, moves=moves), said(insists), agenda()).angle == "why"


def test_who_does_not_know_and_answers_all_the_same_gets_no_hint():
    asked = state(asked=("clarify_requirements-0",), step=Step.DATA)
    unsure = "I'm not sure what that number is, but I'd compare it with what runs today on the same weeks."
    heard = Heard(kind="intent", id="dont_know", quote=unsure)
    assert decide(asked, said(unsure, heard), agenda(level=Level.MID)).kind is MoveKind.PROBE
    assert decide(asked, said("I'm not sure.", heard), agenda(level=Level.MID)).kind is MoveKind.HINT


def test_who_thinks_aloud_and_goes_on_gets_no_pause():
    wish = intent("need_time", "Let me think about the jobs.")
    going_on = "Let me think about the jobs. I'd use one weekly job for all lists and a table to read them from."
    assert decide(state(), said(going_on, wish), agenda()).kind is not MoveKind.LET_GO_ON
    assert decide(state(), said("Let me think about the jobs.", wish), agenda()).angle == "pause"


def test_a_part_that_was_spoken_on_in_passing_is_not_opened_again():
    done = [step for step in Step if step is not Step.FRAME]
    at = state(step=Step.MONITOR, used=dict.fromkeys(done, 400.0), visited=tuple(done), opened=tuple(done))
    once, twice = ({Step.FRAME: ["frame_as_ml_task-0", "frame_as_ml_task-1"][:n]} for n in (1, 2))
    assert next_step(replace(at, covered=once), agenda()) is Step.FRAME
    assert next_step(replace(at, covered=twice), agenda()) is None
