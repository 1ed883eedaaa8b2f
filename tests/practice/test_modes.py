"""The practice modes: their names, and how the interviewer behaves in each."""

import pytest

from interviewer import BadInput, MoveKind, Step
from interviewer.interview import Mode, ModeKind, known_mode, parse_mode, scope
from interviewer.interview.state import fold
from interviewer.transcript import Heard, Transcript, Turn

THIN = "Just a nice pipeline with the usual tools and a dashboard on top of everything we have in place"


def held(interviewer, mode: str, *said: str, minutes: float = 15, step: float = 60.0) -> list[Turn]:
    """The interviewer's turns of a practice in which the candidate says these words, one answer every ``step`` seconds."""
    transcript = Transcript.model_validate(
        {"case": "fraud-detection", "level": "senior", "minutes": minutes, "mode": mode, "turns": []}
    )
    transcript = interviewer.next_turn(transcript, 0).transcript
    for number, text in enumerate(said):
        at = step * (number + 1)
        transcript = transcript.with_turn(Turn(speaker="candidate", text=text, at=at))
        transcript = interviewer.next_turn(transcript, at + 5).transcript
    return [turn for turn in transcript.turns if turn.speaker == "interviewer"]


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
    assert known_mode("pair-programming") == Mode(ModeKind.INTERVIEW)
    assert scope("step:nonsense") == tuple(Step)


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


def test_a_step_counts_as_spoken_about_only_where_a_turn_was_about_it():
    def touched(*heard: Heard, facts: tuple[str, ...] = ()) -> set[Step]:
        turns = [
            {"speaker": "candidate", "text": "I cache it, and the loss is cheap.", "at": 30, "heard": heard},
            {"speaker": "interviewer", "text": "Five million.", "at": 90, "facts": facts,
             "move": {"kind": "probe", "step": "monitoring_and_infrastructure"}},
        ]  # fmt: skip
        return fold(Transcript.model_validate({"case": "x", "level": "mid", "turns": turns}), 600).touched

    signal = Heard(kind="signal", id="cache", quote="cache", step=Step.SERVE)
    about = Heard(kind="step", id="s", quote="cache", step=Step.SERVE, score=0.6)
    aside = Heard(kind="step", id="s", quote="cache", step=Step.SERVE, score=0.2)
    assert touched(signal, about) == {Step.SERVE}
    assert touched(signal, aside) == touched(signal) == touched(about) == set()
    assert touched() == set(), "the interviewer's question and the time after it say nothing about the candidate"
    assert touched(facts=("scale",)) == {Step.CLARIFY}, "what was asked and told was clarified"


def test_a_part_that_a_whole_answer_was_about_stays_spoken_about():
    about = Heard(kind="step", id="s", quote="word", step=Step.EVALUATE, score=0.9)
    turns = [
        {"speaker": "interviewer", "text": "Which model?", "move": {"kind": "probe", "step": "model_development"}},
        {"speaker": "candidate", "text": "word " * 40, "at": 30, "heard": [about]},
        {"speaker": "interviewer", "text": "And?", "move": {"kind": "challenge", "step": "evaluation"}},
        {"speaker": "candidate", "text": "Serving: " + "we keep it near the reader and answer from there. " * 2},
        {"speaker": "interviewer", "text": "How live?", "move": {"kind": "probe", "step": "monitoring_and_infrastructure"}},
        {"speaker": "candidate", "text": "What do you mean?"},
    ]  # fmt: skip
    seen: set[Step] = set()
    for length in range(len(turns) + 1):
        now = fold(Transcript.model_validate({"case": "x", "level": "mid", "turns": turns[:length]}), 600).spoken_about
        assert seen <= now, "a mark is never taken back"
        seen = now
    assert seen == {Step.MODEL, Step.EVALUATE, Step.SERVE}, "asked and answered, gone to, named; not asked alone"


def test_one_step_opens_on_that_step_and_asks_only_about_itself(interviewer):
    turns = held(interviewer, "step:evaluation", THIN, "I don't know.", THIN + " again", "Let's go to serving.")
    assert turns[0].move.kind is MoveKind.OPEN
    assert {turn.move.step for turn in turns} <= {Step.EVALUATE, None}
    assert MoveKind.MOVE_ON not in {turn.move.kind for turn in turns}


def test_one_step_closes_on_time(interviewer):
    turns = held(interviewer, "step:evaluation", *[f"{THIN}, number {n}" for n in range(5)], "No.", minutes=5)
    assert [turn.move.kind for turn in turns][-2:] == [MoveKind.WRAP_UP, MoveKind.CLOSE]


def test_a_drill_opens_on_its_subject_and_moves_nowhere_else(interviewer):
    turns = held(interviewer, "drill:label delay", THIN, "We wait some days because a label needs them.")
    assert (turns[0].move.kind, turns[0].move.signal is not None) == (MoveKind.OPEN, True)
    assert not {MoveKind.MOVE_ON, MoveKind.TIME_CHECK} & {turn.move.kind for turn in turns}


def test_a_rapid_round_never_merely_nods(interviewer):
    long = "I would do that because it costs less, and 3 of them do. Next I'll talk about the features. " * 4
    turns = held(interviewer, "rapid", THIN, long, long + " And more.", minutes=10)
    assert MoveKind.LET_GO_ON not in {turn.move.kind for turn in turns}
