"""A coach may move the bar; the report says whose bar it was."""

from collections.abc import Callable
from pathlib import Path

import pytest

from interviewer.domain import Level, Verdict
from interviewer.errors import BadInput
from interviewer.grading.bar import with_cut_offs
from interviewer.grading.parameters import rubric
from interviewer.grading.report import Report
from interviewer.grading.verdict import cut_offs
from tests.grading.interviews import REASONED, interview

Graded = Callable[..., Report]


def _file(folder: Path, text: str) -> Path:
    path = folder / "coach.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_not_named_stays(tmp_path: Path) -> None:
    data = with_cut_offs(rubric(), _file(tmp_path, "cut_offs: {senior: {hire: 2.5}}"))
    assert cut_offs(data, Level.SENIOR) == {**cut_offs(rubric(), Level.SENIOR), "hire": 2.5}
    assert cut_offs(data, Level.MID) == cut_offs(rubric(), Level.MID)


def test_the_report_uses_it_and_says_so(graded: Graded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = graded(interview(REASONED))
    monkeypatch.setenv(
        "INTERVIEWER_RUBRIC", str(_file(tmp_path, "cut_offs: {senior: {no_hire: 3.97, hire: 3.98, strong_hire: 3.99}}"))
    )
    strict = graded(interview(REASONED))
    assert strict.bar["hire"] == 3.98
    assert strict.score == usual.score
    assert strict.verdict == Verdict.STRONG_NO_HIRE
    assert "coach.yaml" in strict.graded_by.rubric


@pytest.mark.parametrize(
    "text",
    [
        "cut_offs: {junior: {hire: 2}}",
        "cut_offs: {senior: {hire: 5}}",
        "cut_offs: {senior: {hire: 1.5}}",
        "[]",
        "{",
        "level: {}",
    ],
)
def test_a_bar_that_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput, match=r"coach\.yaml"):
        with_cut_offs(rubric(), _file(tmp_path, text))
