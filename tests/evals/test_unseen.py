"""The grader with a case left out: its numbers do not depend on that case, and are kept on the disk."""

import json
from pathlib import Path

import numpy as np
import pytest

from evals import places
from evals.recorded import OWN
from evals.unseen import Unseen, readouts
from interviewer.domain import Step
from interviewer.errors import CannotRun
from interviewer.grading.readout import readout_of
from tests.grading.test_backends import KNOWN

SENTENCES = {
    1: "We just use the model, it is good and the users will like it because it is modern and scales well.",
    4: "I would sample negatives by exposure, correct for position bias with a logged propensity, and check calibration.",
}


def write(folder: Path, case: str, mark: int, words: str = "") -> None:
    turns = [
        {"speaker": "interviewer", "text": "How would you train it?", "at": 0},
        {"speaker": "candidate", "text": words or SENTENCES[mark], "at": 9},
    ]
    labels = {"verdict": "strong_hire" if mark == 4 else "strong_no_hire", "steps": {Step.MODEL: mark}}
    body = {"id": f"{case}-{mark}", "case": case, "level": "senior", "turns": turns, "labels": labels}
    (folder / f"{case}-{mark}.json").write_text(json.dumps(body))


@pytest.fixture
def four_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(places, "home", lambda: tmp_path / "home")
    folder = tmp_path / "labelled"
    folder.mkdir()
    for case in ("one", "two", "three", "four"):
        for mark in SENTENCES:
            write(folder, case, mark)
    return folder


def test_the_numbers_do_not_depend_on_the_case_left_out(four_cases: Path) -> None:
    before = Unseen([four_cases]).without("one")
    write(four_cases, "one", 4, "A different answer altogether, about caching embeddings for the nearest neighbours.")
    after = Unseen([four_cases]).without("one")
    assert np.allclose(before.depth.weights, after.depth.weights, atol=1e-5)
    assert np.abs(before.depth.weights - Unseen([four_cases]).without("two").depth.weights).max() > 1e-4


def test_they_are_kept_and_belong_to_these_transcripts(four_cases: Path) -> None:
    first = Unseen([four_cases]).without("one")
    (kept,) = places.fits().glob("*.npz")
    changed = kept.stat().st_mtime_ns
    again = Unseen([four_cases]).without("one")
    assert kept.stat().st_mtime_ns == changed
    assert np.array_equal(first.depth.weights, again.depth.weights)
    write(
        four_cases,
        "two",
        1,
        "We take all the clicks from the log and train a large network until the loss is low enough.",
    )
    Unseen([four_cases]).without("one")
    assert len(list(places.fits().glob("*.npz"))) == 2


def test_a_labelled_interview_without_substance_is_left_aside(four_cases: Path) -> None:
    write(four_cases, "two", 1, "I do not know.")
    assert np.isfinite(Unseen([four_cases]).without("one").depth.weights).all()


def test_too_few_cases_say_so(four_cases: Path) -> None:
    for case in ("three", "four"):
        for mark in SENTENCES:
            (four_cases / f"{case}-{mark}.json").unlink()
    with pytest.raises(CannotRun, match="leaving out 'one'"):
        Unseen([four_cases]).without("one")


def test_our_own_transcripts_leave_two_cases_for_every_case() -> None:
    cases = {json.loads(path.read_text())["case"] for path in OWN.glob("*.json")}
    assert len(cases) >= 3


def test_every_case_of_ours_has_a_readout_that_never_saw_it() -> None:
    kept = readouts(KNOWN)
    assert {json.loads(path.read_text())["case"] for path in OWN.glob("*.json")} <= set(kept)
    shipped = readout_of(KNOWN)
    assert shipped is not None
    assert all(not np.allclose(one.probe.weights, shipped.probe.weights, atol=1e-4) for one in kept.values())
    assert readouts(None) == readouts("0" * 64) == {}
