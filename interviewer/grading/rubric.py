"""The rubric in use: ours, with a coach's own cut-offs from the file that ``INTERVIEWER_RUBRIC`` names.

cut_offs:
  senior: {hire: 2.6}          # what is not named stays as shipped
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from interviewer.config import load
from interviewer.domain import Level
from interviewer.errors import BadInput

DATA = Path(__file__).parent / "data"
NAMES = ("no_hire", "hire", "strong_hire")


@cache
def rubric() -> dict[str, Any]:
    """The numbers in ``data/rubric.yaml``."""
    data: dict[str, Any] = yaml.safe_load((DATA / "rubric.yaml").read_text(encoding="utf-8"))
    return data


def rubric_in_use() -> dict[str, Any]:
    """The rubric, its ``version`` naming a coach's file. Raises BadInput naming file and field."""
    path = load().rubric
    return rubric() if path is None else with_cut_offs(rubric(), path)


def cut_offs(data: Mapping[str, Any], level: Level) -> dict[str, float]:
    """The cut-offs ``no_hire``, ``hire`` and ``strong_hire`` of a level."""
    return {name: float(data["cut_offs"][level.value][name]) for name in NAMES}


def with_cut_offs(data: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The rubric with the cut-offs of a file. Raises BadInput."""
    try:
        raw = path.read_bytes()
        own = yaml.safe_load(raw.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(f"{path}: cannot be read as YAML ({type(error).__name__})") from error
    asked = own.get("cut_offs") if isinstance(own, dict) and set(own) == {"cut_offs"} else None
    if not isinstance(asked, dict):
        raise BadInput(f"{path}: must hold 'cut_offs' and nothing else")
    found = dict(data["cut_offs"])
    for level, cuts in asked.items():
        if level not in list(Level) or not isinstance(cuts, dict) or not set(cuts) <= set(NAMES):
            raise BadInput(f"{path}: cut_offs.{level}: a level (mid, senior, staff) with any of {', '.join(NAMES)}")
        merged = {**found[level], **cuts}
        values = [merged[name] for name in NAMES]
        if not all(isinstance(one, int | float) and 1 < one < 4 for one in values) or values != sorted(set(values)):
            raise BadInput(f"{path}: cut_offs.{level}: three rising numbers between 1 and 4, not {values}")
        found[level] = merged
    version = f"{data['version']} with the cut-offs of {path.name} ({hashlib.sha256(raw).hexdigest()[:8]})"
    return {**data, "cut_offs": found, "version": version}
