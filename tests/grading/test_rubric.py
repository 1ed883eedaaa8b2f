"""A coach may move the bar; the report says whose bar it was."""

from pathlib import Path

import pytest

from interviewer import BadInput, Level
from interviewer.grading import cut_offs, rubric, rubric_in_use, with_cut_offs


def _file(folder: Path, text: str) -> Path:
    path = folder / "coach.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_not_named_stays(tmp_path: Path) -> None:
    data = with_cut_offs(rubric(), _file(tmp_path, "cut_offs: {senior: {hire: 2.5}}"))
    assert cut_offs(data, Level.SENIOR) == {**cut_offs(rubric(), Level.SENIOR), "hire": 2.5}
    assert cut_offs(data, Level.MID) == cut_offs(rubric(), Level.MID)


def test_the_version_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERVIEWER_RUBRIC", str(_file(tmp_path, "cut_offs: {senior: {hire: 2.5}}")))
    assert "coach.yaml" in str(rubric_in_use()["version"])


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


def test_every_number_has_a_provenance() -> None:
    for name, block in rubric().items():
        assert name == "version" or len(str(block["provenance"])) > 20
