"""Gates: bounds, and not being worse than a reference."""

from pathlib import Path

import pytest

from evals import reference
from evals.gates import Gate, check, gates_for
from evals.runner import Order, conclude, run_suite
from evals.statistics import Estimate
from evals.tasks import find_suite
from evals.types import Data
from interviewer import BadInput

FAKE = "tests.evals.fake_world:open_fake"


def outcome(gate: Gate, value: float | None, change: Estimate | None = None, better: str = "higher") -> list[bool]:
    changes = {"x": change} if change else {}
    found = check([gate], {"x": {"value": value}}, changes, {"x": better}, 0.0, 0.01)
    return [one.passed for one in found if one.gate != "unscored"]


def test_bounds() -> None:
    assert outcome(Gate("x", at_least=0.9), 0.9) == [True]
    assert outcome(Gate("x", at_least=0.9), 0.89) == [False]
    assert outcome(Gate("x", at_most=0.1), 0.2) == [False]


def test_what_was_not_scored_does_not_pass() -> None:
    assert outcome(Gate("x", at_least=0.0), None) == [False]


def test_only_a_change_that_lies_wholly_beyond_delta_fails() -> None:
    unsure, surely_worse = Estimate(-0.05, -0.12, 0.02, 9, 9), Estimate(-0.1, -0.15, -0.04, 9, 9)
    assert outcome(Gate("x", delta=0.03), 0.5, unsure) == [True]
    assert outcome(Gate("x", delta=0.03), 0.5, surely_worse) == [False]
    rise = Estimate(0.1, 0.04, 0.15, 9, 9)
    assert outcome(Gate("x", delta=0.03), 0.5, rise, "lower") == [False]
    assert outcome(Gate("x", delta=0.03), 0.5, rise, "higher") == [True]


def test_more_than_one_percent_unscored_fails() -> None:
    assert not check([], {}, {}, {}, 0.011, 0.01)[0].passed


def test_a_gate_on_a_scorer_that_is_not_there_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "gates.yaml"
    file.write_text("conduct: {any: {nonsense: {at_least: 1}}}")
    with pytest.raises(BadInput, match="no scorer 'nonsense'"):
        gates_for(find_suite("conduct"), "local", file)


def test_a_reference_survives_being_written_and_shows_no_change_against_itself(folder: Path, tmp_path: Path) -> None:
    done = run_suite(Order("grading-llm", data=Data((str(folder),)), runs=tmp_path / "runs", world=FAKE))
    path = tmp_path / "grading-llm-scripted.json"
    reference.write(path, reference.reduce(done.suite, done.log.run, done.scores, done.log.records))
    again = conclude(done.suite, done.log, str(path))
    assert again.changes["verdict_qwk"].value == 0
    assert {name for name, change in again.changes.items() if change.value} == set()


def test_a_missing_reference_says_how_to_make_one() -> None:
    with pytest.raises(BadInput, match="--save-reference"):
        reference.load("never", find_suite("conduct"), "scripted")
