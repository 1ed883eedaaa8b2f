"""The answer banks: what candidates say, by quality and step, with slots for each problem.

Written without sight of the knowledge base's signals, so that interviewing on them is no echo of the case files.
"""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from interviewer import Step

FOLDER = Path(__file__).parent
CASES = FOLDER.parent / "cases.yaml"


@cache
def bank(name: str) -> dict[str, Any]:
    """A bank by name: ``strong``, ``middling``, ``buzz``, ``errors``, ``talk``."""
    data: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return data


@cache
def slots(case: str) -> dict[str, str]:
    """What a candidate knows of the case. Raises KeyError for a case without slots."""
    cases: dict[str, dict[str, str]] = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    return cases[case]


def cases() -> list[str]:
    """The cases that have slots."""
    found: dict[str, Any] = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    return list(found)


def has_case(case: str) -> bool:
    """Whether candidates know the case."""
    return case in cases()


def fill(template: str, case: str) -> str:
    """The template in the words of the case; a sentence begins with a capital letter."""
    text = template.format_map(slots(case))
    pieces = text.split(". ")
    return ". ".join(piece[:1].upper() + piece[1:] for piece in pieces)


def answers(quality: str, case: str, step: Step) -> list[str]:
    """What a candidate of that quality has to say on a step."""
    return [fill(template, case) for template in bank(quality)[str(step)]]


def strong_answer(case: str, step: Step) -> str:
    """All that a strong candidate says on a step, in one go."""
    return " ".join(answers("strong", case, step))


def talk(name: str, case: str) -> str:
    """A line of talk around the answers."""
    return fill(str(bank("talk")[name]), case)
