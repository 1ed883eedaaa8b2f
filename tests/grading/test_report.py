"""The report's contract: a verdict unless not judged, all seven steps, and reports of earlier revisions."""

import pytest
from pydantic import ValidationError

from interviewer import Step, Verdict
from interviewer.grading.report import Report

BARE = {
    "case": "x",
    "level": "mid",
    "status": "not_judged",
    "confidence": 0.0,
    "steps": {},
    "graded_by": {"backend": "local"},
}


def test_all_seven_steps_are_there_always() -> None:
    report = Report.model_validate(BARE)
    assert set(report.steps) == set(Step)
    assert {own.status for own in report.steps.values()} == {"insufficient_evidence"}


@pytest.mark.parametrize(
    ("status", "verdict"), [("not_judged", "hire"), ("assessed", None), ("insufficient_evidence", None)]
)
def test_the_verdict_is_null_exactly_when_not_judged(status: str, verdict: str | None) -> None:
    with pytest.raises(ValidationError, match="verdict"):
        Report.model_validate({**BARE, "status": status, "verdict": verdict})


def test_a_report_of_the_first_edition_is_read() -> None:
    old = {
        "case": "fraud-detection",
        "level": "senior",
        "status": "assessed",
        "verdict": "no_hire",
        "confidence": 0.6,
        "score": 2.4,
        "steps": {step.value: {"status": "not_reached", "score": None, "comment": "", "evidence": [], "missing": []}
                  for step in Step},
        "red_flags": [{"id": "f", "text": "t", "turn": 3, "quote": "q"}],
        "trade_offs": [],
        "time": {},
        "summary": "No hire.",
        "reasons": ["Weakest: data."],
        "bar": {"no_hire": 2.0, "hire": 2.95, "strong_hire": 3.45},
        "graded_by": {"rung": "scripted", "model": None, "model_sha256": None, "prompts": {}, "rubric": "1"},
        "a_key_of_tomorrow": 1,
    }  # fmt: skip
    report = Report.model_validate(old)
    assert report.graded_by.backend == "scripted"
    assert report.verdict == Verdict.NO_HIRE
    assert (report.p_hire, report.decisive, report.red_flags[0].corrected) == (None, [], False)
    assert Report.model_validate_json(report.model_dump_json()) == report
