"""Fitting the read-out: what is left out has no say, and the numbers that left it out come back from their file."""

from pathlib import Path

import numpy as np
import pytest

from interviewer.domain import Step
from interviewer.grading.fit import Labelled
from interviewer.grading.parameters import Floats
from interviewer.grading.readout import TAIL, Readout, directions, load_readouts, save_readouts
from interviewer.grading.readout_fit import Read, without
from interviewer.grading.windows import Window
from interviewer.transcript import transcript_from

CASES, EACH, WIDTH = ("one", "two", "three", "four"), 4, 16
ABOUT = {"model_sha256": "a" * 64, "tail": TAIL, "date": "2026-11-21"}


def _read(case: str, mark: float, random: np.random.Generator) -> Read:
    """An interview whose states lean one way as far as it was marked."""
    transcript = transcript_from({"case": case, "level": "senior", "turns": []})
    steps: dict[Step, float | None] = dict.fromkeys(Step, mark)
    nothing = np.zeros((0, 384), np.float32)
    none = np.zeros(0, np.float32)
    one = Labelled(f"{case}-{mark}", transcript, round(mark) - 1, steps, nothing, none, none, (), ())
    cut = tuple(Window("why", f"{case} {step}", 50, {step: 50}) for step in Step)
    states = random.normal(size=(len(cut), WIDTH)).astype(np.float32) + mark * np.eye(1, WIDTH, dtype=np.float32)
    return Read(one, cut, states)


def _all(seed: int = 1) -> list[Read]:
    random = np.random.default_rng(seed)
    return [_read(case, 1 + index, random) for case in CASES for index in range(EACH)]


def _without(every: list[Read], case: str) -> Readout:
    alone = [dict.fromkeys(Step, 2.0 + 0.1 * (index % EACH)) for index, _ in enumerate(every)]
    return without(every, alone, case, ABOUT)


def _marks(one: Readout, states: Floats) -> Floats:
    return one.probe(directions(states, one.middle))


def test_the_case_left_out_has_no_say() -> None:
    every, others = _all(), _all(seed=2)
    changed = [b if a.case == "one" else a for a, b in zip(every, others, strict=True)]
    before, after = _without(every, "one"), _without(changed, "one")
    assert np.array_equal(before.probe.weights, after.probe.weights)
    assert np.array_equal(before.middle, after.middle)
    assert before.scale == after.scale
    assert not np.array_equal(_without(every, "two").probe.weights, _without(changed, "two").probe.weights)


def test_it_still_tells_the_interviews_of_that_case_apart() -> None:
    every = _all()
    known = _without(every, "one")
    means = [float(_marks(known, one.states).mean()) for one in every if one.case == "one"]
    assert np.corrcoef(means, [one.target for one in every if one.case == "one"])[0, 1] > 0.8


def test_the_file_gives_back_what_was_fitted_and_only_for_its_weights(tmp_path: Path) -> None:
    every = _all()
    made = [_without(every, case) for case in CASES]
    save_readouts(made, tmp_path / "some.npz")
    found = load_readouts(tmp_path / "some.npz", ABOUT["model_sha256"])
    assert set(found) == set(CASES)
    for case, one in zip(CASES, made, strict=True):
        assert _marks(found[case], every[0].states) == pytest.approx(_marks(one, every[0].states), abs=0.005)
        assert found[case].scale == one.scale
        assert found[case].provenance["without"] == case
    assert load_readouts(tmp_path / "some.npz", "b" * 64) == {}
    assert load_readouts(tmp_path / "none.npz", ABOUT["model_sha256"]) == {}
