"""Simulated candidates: deterministic, different, and at the end of their words they still answer."""

import pytest

from evals.personas.banks import answers, bank, cases, fill, talk
from evals.personas.hold import hold
from evals.personas.persona import Candidate, personas
from evals.scorers import named
from evals.types import Record
from interviewer import MoveKind, Step
from tests.evals.fake_world import FakeWorld


def test_there_are_eight_personas_and_more_and_every_case_fills_every_answer() -> None:
    assert len(personas()) >= 8
    assert {"strong", "middling", "reciter", "terse", "rambler", "jumper", "silent", "manipulator"} <= set(personas())
    for case in cases():
        for quality in ("strong", "middling", "buzz"):
            for step in Step:
                assert all("{" not in text for text in answers(quality, case, step))
        for name in ("later", "defend", "adapt", "choose"):
            assert talk(name, case)
        assert all(fill(wrong["correct"], case) for wrong in bank("errors").values())


@pytest.mark.parametrize("name", list(personas()))
def test_an_interview_is_the_same_twice_and_comes_to_its_end(name: str) -> None:
    held = [
        hold(Candidate(personas()[name], "fraud-detection"), "fraud-detection", "senior", FakeWorld()) for _ in "ab"
    ]
    assert held[0] == held[1]
    assert held[0]["closed"]
    times = [turn["at"] for turn in held[0]["turns"]]
    assert times == sorted(times)


def candidate(name: str) -> Candidate:
    return Candidate(personas()[name], "fraud-detection")


def test_the_jumper_begins_with_the_model_and_the_deferrer_waits_to_be_asked() -> None:
    jumper = candidate("jumper")
    jumper.answer(MoveKind.OPEN, None)
    assert jumper.answer(MoveKind.ANSWER, None).step is Step.MODEL  # type: ignore[union-attr]
    deferrer = candidate("deferrer")
    about = [said.step for _ in range(60) if (said := deferrer.answer(MoveKind.LET_GO_ON, None))]
    assert Step.EVALUATE not in about
    assert deferrer.answer(MoveKind.MOVE_ON, Step.EVALUATE).step is Step.EVALUATE  # type: ignore[union-attr]


def test_a_planted_error_is_taken_back_or_defended_when_challenged() -> None:
    for name, wanted in (("wrong", "by time"), ("stubborn", "leave it")):
        one = candidate(name)
        one.answer(MoveKind.OPEN, None)
        said = one.answer(MoveKind.MOVE_ON, Step.DATA)
        assert said
        assert said.planted
        assert "at random" in said.text
        assert wanted in one.answer(MoveKind.CHALLENGE, Step.DATA).text  # type: ignore[union-attr]


def test_nobody_speaks_after_the_close() -> None:
    assert candidate("strong").answer(MoveKind.CLOSE, None) is None


def record(name: str, output: dict[str, object]) -> Record:
    return Record(f"c-{name}", "c", 0, {"persona": name}, {}, output)


def test_coverage_wants_all_seven_steps() -> None:
    budgets = dict.fromkeys(map(str, Step), 60.0)
    known = {"known": {"budgets": budgets}, "turns": []}
    every = {str(index): str(step) for index, step in enumerate(Step)}
    assert named("coverage")[0].points(record("strong", {**known, "about": every}))[0].ok
    assert not named("coverage")[0].points(record("strong", {**known, "about": {"1": "evaluation"}}))[0].ok
    assert named("coverage")[0].points(record("silent", {**known, "about": {}})) == []


def test_a_challenge_counts_within_two_turns() -> None:
    turns = [{"text": "x"}] * 9
    kinds = [(2, "probe"), (4, "challenge"), (6, "probe")]
    positions = [{"turn": turn, "kind": kind} for turn, kind in kinds]
    output = {"turns": turns, "positions": positions, "planted": [1, 5]}
    assert [point.ok for point in named("errors_challenged")[0].points(record("wrong", output))] == [True, False]


def test_the_order_of_personas_counts_pairs_within_a_case() -> None:
    values = [
        point.value
        for name, score in (("strong", 3.5), ("middling", 2.0), ("reciter", 2.0), ("silent", 1.0))
        for point in named("persona_order")[0].points(record(name, {"report": {"score": score, "verdict": "hire"}}))
    ]
    # Six pairs; middling and reciter tie.
    assert named("persona_order")[0].metric(values) == pytest.approx(5.5 / 6)  # type: ignore[arg-type]
