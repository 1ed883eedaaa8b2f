"""What README, CONTRIBUTING and CHANGELOG say is so, as far as it can be checked."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z-]+)", README + CONTRIBUTING))))
def test_every_make_target_that_is_named_exists(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_command_that_is_named_exists():
    shown = subprocess.run([sys.executable, "-m", "interviewer", "--help"], capture_output=True, text=True, check=True)
    named = set(re.findall(r"(?:`|^)interviewer ([a-z]+)", README, re.MULTILINE))
    assert {"reply", "grade", "eval"} <= named
    assert {one for one in named if one not in shown.stdout} == set()


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:interviewer|knowledge|evals|prompts)/[\w./-]+)`", CONTRIBUTING)))
)
def test_every_path_that_is_named_exists(path):
    assert (ROOT / path).exists()


def test_the_tour_shows_every_picture_there_is_and_none_that_is_not():
    shown = re.findall(r"\]\(([^)]+)\)", (ROOT / "docs" / "tour.md").read_text(encoding="utf-8"))
    there = {f"tour/{path.name}" for path in (ROOT / "docs" / "tour").iterdir()}
    assert set(shown) == there
    assert sum((ROOT / "docs" / path).stat().st_size for path in shown) < 1_000_000


def test_the_number_of_cases_and_notes_is_true():
    folders = {name: len(list((ROOT / "knowledge" / name).glob("*.md"))) for name in ("cases", "framework", "topics")}
    assert f"{folders['cases']} cases" in README
    assert f"{folders['topics']} topic notes" in README
    assert folders["framework"] == 7
