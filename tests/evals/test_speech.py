"""Interviews through speech: what was heard is kept turn by turn, and what a report still finds is counted."""

from pathlib import Path
from typing import Any

import pytest

from evals import speech
from evals.recorded import Recorded
from evals.scorers import named
from evals.tasks import speech as suite
from evals.types import Data, Record
from interviewer import BadInput, Step

TURNS: list[dict[str, Any]] = [
    {"speaker": "interviewer", "text": "Design it."},
    {"speaker": "candidate", "text": "Who are the users? I ask first.", "heard": []},
    {"speaker": "candidate", "text": ""},
    {"speaker": "candidate", "text": "Labels arrive late."},
]
MADE = {"recogniser": "fake"}


def interview(turns: list[dict[str, Any]] = TURNS) -> Recorded:
    return Recorded("one", {"case": "none", "level": "senior", "turns": turns}, {"verdict": "hire"})


class Machine:
    """A voice and a recogniser that stop working after some turns."""

    def __init__(self, works_for: int = 99):
        self.left, self.heard = works_for, []  # type: ignore[var-annotated]

    def hear(self, pieces: Any) -> str:
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        self.heard.append([piece if isinstance(piece, str) else round(piece, 6) for piece in pieces])
        return " ".join(piece for piece in pieces if isinstance(piece, str)).replace("Labels", "Tables")


def passed(one: Recorded, machine: Machine, folder: Path, made_by: Any = None) -> speech.HeardInterview:
    return speech.pass_through(one, "joe", made_by or MADE, lambda text: text, machine.hear, folder)


def test_a_run_that_was_stopped_goes_on_with_the_same_pauses(tmp_path: Path) -> None:
    whole = Machine()
    passed(interview(), whole, tmp_path / "whole")
    first = Machine(works_for=1)
    with pytest.raises(KeyboardInterrupt):
        passed(interview(), first, tmp_path)
    assert speech.kept(tmp_path) == [], "half an interview is not scored"
    second = Machine()
    found = passed(interview(), second, tmp_path)
    assert first.heard + second.heard == whole.heard, "no turn is heard twice, and none differently"
    assert [one.turns for one in speech.kept(tmp_path)] == [found.turns]
    again = Machine(works_for=0)
    assert passed(interview(), again, tmp_path) == found


def test_another_transcript_or_recogniser_begins_anew(tmp_path: Path) -> None:
    passed(interview(), Machine(), tmp_path)
    for one, made_by in ((interview(TURNS[:2]), MADE), (interview(TURNS[:2]), {"recogniser": "better"})):
        machine = Machine()
        passed(one, machine, tmp_path, made_by)
        assert len(machine.heard) == 1


def test_only_the_candidates_words_change_and_errors_are_counted(tmp_path: Path) -> None:
    typed = interview()
    found = passed(typed, Machine(), tmp_path)
    body = found.body(typed.body)
    assert [turn["text"] for turn in body["turns"]] == [*[turn["text"] for turn in TURNS[:3]], "Tables arrive late."]
    assert "heard" not in body["turns"][1], "what was heard in the typed words is not what is heard in these"
    assert found.wrong(typed.body) == (1, 10)


def record(voice: str = "joe") -> Record:
    target = {"labels": {}, "voice": voice, "wrong": 2, "said": 10}
    typed, heard = dict.fromkeys(Step, "assessed"), dict.fromkeys(Step, "assessed")
    typed[Step.MONITOR] = heard[Step.MONITOR] = heard[Step.SERVE] = "not_reached"
    return Record("r", "c", 0, {}, target, {"typed": typed, "heard": heard})


def test_a_step_that_was_reached_must_still_be_when_it_is_heard() -> None:
    (scorer,) = named("speech_status")
    assert [point.value for point in scorer.points(record())] == [1.0] * 5 + [0.0]


def test_robotic_voices_are_counted_apart() -> None:
    records = [record(), record("espeak")]
    for scorer in named("speech_words", "robot_words"):
        values = [point.value for one in records for point in scorer.points(one) if point.value is not None]
        assert len(values) == 1
        assert scorer.metric(values) == pytest.approx(0.2)


def test_what_was_heard_of_another_version_of_the_transcript_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed(interview(), Machine(), tmp_path)
    monkeypatch.setattr(speech.kept, "__defaults__", (tmp_path,))
    monkeypatch.setattr(suite, "labelled", lambda data: [interview()])
    sample = suite.SPEECH.samples(Data())[0]
    assert (sample.id, sample.target["wrong"], sample.target["said"]) == ("one.joe", 1, 10)
    monkeypatch.setattr(suite, "labelled", lambda data: [interview(TURNS[:2])])
    with pytest.raises(BadInput, match="changed since it was heard"):
        suite.SPEECH.samples(Data())
