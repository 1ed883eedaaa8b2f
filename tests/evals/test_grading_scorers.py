"""The grading scorers and the rivals on transcripts whose marks are known."""

from pathlib import Path
from typing import Any

import pytest

from evals.recorded import labelled, read_folder
from evals.rivals import marks
from evals.scorers import (
    bias,
    calibration,
    false_hire,
    false_no_hire,
    not_reached,
    nothing_invented,
    over_majority,
    quotes,
    step_qwk,
    twin_steps,
)
from evals.types import Data, Record
from interviewer.domain import Step
from interviewer.errors import BadInput


def report(verdict: str = "hire", score: float | None = 3.0, **more: Any) -> dict[str, Any]:
    steps = {str(step): {"score": score, "evidence": []} for step in Step}
    return {
        "verdict": verdict, "score": score, "confidence": 0.6, "status": "assessed", "steps": steps,
        "red_flags": [], "trade_offs": [], **more,
    }  # fmt: skip


def record(verdict: str, ours: dict[str, Any], steps: dict[str, float | None] | None = None, **target: Any) -> Record:
    inputs = {
        "transcript": {"turns": [{"speaker": "interviewer", "text": "Why?"}, {"speaker": "candidate", "text": "So."}]}
    }
    labels = {"verdict": verdict, "steps": steps or {}}
    return Record("r", "c", 0, inputs, {"labels": labels, **target}, {"report": ours, "withheld": ours})


def test_hires_by_mistake_count_among_those_whom_the_panel_refuses() -> None:
    assert [point.value for point in false_hire.SCORER.points(record("no_hire", report("hire")))] == [1.0]
    assert false_hire.SCORER.points(record("hire", report("no_hire"))) == []
    assert [point.value for point in false_no_hire.SCORER.points(record("hire", report("no_hire")))] == [1.0]


def test_steps_that_one_side_did_not_mark_are_no_pair() -> None:
    one = record("hire", report(score=3.0), {"evaluation": 2, "data_preparation": None})
    assert [point.value for point in step_qwk.SCORER.points(one)] == [(3.0, 2)]
    assert [point.value for point in bias.SCORER.points(one)] == [1.0]


def test_not_reached_is_an_f1() -> None:
    # One hit, one invented, one missed: 2 ÷ (2 + 1 + 1).
    values = [(1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)]
    assert not_reached.SCORER.metric(values) == pytest.approx(0.5)
    assert not_reached.SCORER.metric([(0.0, 0.0)]) is None


def test_calibration_is_the_gap_between_confidence_and_hits() -> None:
    assert calibration.SCORER.metric([(0.9, 1.0)] * 9 + [(0.9, 0.0)]) == pytest.approx(0)
    assert calibration.SCORER.metric([(0.9, 0.0), (0.1, 1.0)]) == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("quote", "turn", "good"), [("So", 1, True), ("Why", 0, False), ("so", 1, False), ("So", 9, False), ("", 1, False)]
)
def test_a_quote_is_verbatim_and_the_candidates(quote: str, turn: int, good: bool) -> None:
    ours = report()
    ours["steps"]["evaluation"]["evidence"] = [{"quote": quote, "turn": turn}]
    assert [point.ok for point in quotes.SCORER.points(record("hire", ours))] == [good]


def test_beating_a_constant_rival_is_worth_the_whole_kappa() -> None:
    assert over_majority.SCORER.metric([(0.0, 0.0, 2.0), (3.0, 3.0, 2.0)]) == pytest.approx(1)


def test_an_interview_without_substance_must_get_nothing() -> None:
    nothing = report("strong_no_hire", None, status="insufficient_evidence", confidence=0.2)
    assert nothing_invented.SCORER.points(record("x", nothing, want="insufficient"))[0].ok
    for wrong in ({"confidence": 0.9}, {"verdict": "no_hire"}, {"status": "assessed"}):
        assert not nothing_invented.SCORER.points(record("x", {**nothing, **wrong}, want="insufficient"))[0].ok


def test_a_step_that_only_one_twin_has_counts_as_one_whole_mark() -> None:
    base = {"steps": {"a": 3.0, "b": None}, "verdict": "hire"}
    other = {"steps": {"a": 3.0, "b": 2.0}, "verdict": "hire"}
    one = Record("r", "c", 0, {}, {}, {"base": base, "twins": {"spoken": other}})
    assert [point.value for point in twin_steps.SCORER.points(one)] == [0.5]


def test_labels_are_kept_from_the_product(folder: Path) -> None:
    for one in read_folder(folder):
        assert "labels" not in one.body
        assert one.labels["verdict"]


def test_a_transcript_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("[1]")
    with pytest.raises(BadInput, match=r"broken\.json"):
        read_folder(tmp_path)


def test_rivals_never_see_the_case_that_they_mark(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evals.places.home", lambda: tmp_path)
    found = labelled(Data((str(folder),)))
    before = marks(found)
    turned = [one if one.body["case"] != "one" else type(one)(one.id, one.body, {"verdict": "hire"}) for one in found]
    after = marks(turned)
    own = [one.id for one in found if one.body["case"] == "one"]
    assert {name: before[name] for name in own} == {name: after[name] for name in own}
    assert set(before[own[0]]) == {"majority", "length", "keywords", "probe"}
