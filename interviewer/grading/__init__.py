"""How an interview is graded. Here: the rubric in use, with a coach's own cut-offs, and the tuned numbers, typed.

cut_offs:
  senior: {hire: 2.6}          # what is not named stays as shipped
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from interviewer import BadInput, Level
from interviewer.config import Strict, data_beside, load

NAMES = ("no_hire", "hire", "strong_hire")


@cache
def rubric() -> dict[str, Any]:
    """The numbers in ``data/rubric.yaml``."""
    return data_beside(__file__, "rubric.yaml")


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
        if not all(isinstance(value, int | float) and 1 < value < 4 for value in values) or values != sorted(
            set(values)
        ):
            raise BadInput(f"{path}: cut_offs.{level}: three rising numbers between 1 and 4, not {values}")
        found[level] = merged
    version = f"{data['version']} with the cut-offs of {path.name} ({hashlib.sha256(raw).hexdigest()[:8]})"
    return {**data, "cut_offs": found, "version": version}


# -- thresholds ------------------------------------------------------------------------------------------
# The tuned numbers of grading, typed; the values and where they come from are ``data/thresholds.yaml``.


class Coverage(Strict):
    """What is quoted for a signal, and what was surely not heard, when no model reads."""

    heard: float
    shared: float
    like: float
    some: float
    shared_by_two: float
    nothing_near: float
    nothing_meant: float
    few_words: float
    untouched: float
    surely_about: float
    per_step: int
    asked_for: float
    shortest: int
    longest: int
    own_words: float
    thought: float


class Likeness(Strict):
    """When two criteria ask for the same thing."""

    same: float
    related: float


class Quoting(Strict):
    """What is a passage and what is a quote of it."""

    longest_passage: int
    shortest: int
    longest: int
    alike: float
    run: int


class TalkNumbers(Strict):
    """What is no talk of the candidate's own."""

    gram: int
    copied: float
    known: float
    fewest_words: int


class FlagNumbers(Strict):
    """When a mistake is believed, put right, and when a trade-off was raised."""

    very_like: float
    margin: float
    corrected: float
    named_again: float
    raised: float
    shared: float


class AnswerNumbers(Strict):
    """How much a model is asked and how much of its answer is kept."""

    longest_comment: int
    most_missing: int
    most_better: int
    most_criteria: int
    most_of_the_case: int
    room: int
    room_in_a_small_window: int
    longest_read: float
    side_by_side: int
    kept: float
    least_words: int
    compared_words: int


class PosedNumbers(Strict):
    """How much of a talk is shown to ask which problem it poses."""

    words: int
    reach: int
    asked: int
    cuts: list[int]
    room: int
    title: int


class StepReading(Strict):
    """Which step a sentence is about."""

    most_sentences: int
    sharpness: float
    a_word: float
    most_words: int
    stay: float
    stay_after_question: float
    backwards: float
    question: float
    announced: float
    full_words: int
    most_weight: float
    place: float
    spread: float
    middle: list[float]


class AheadNumbers(Strict):
    """When a report that was begun before the last words is the report."""

    most_words: int
    farewell: str


class PageNumbers(Strict):
    """How much a report shows."""

    most_study: int
    around: int
    longest_quote: int
    close: float
    shared_words: int


class GradingThresholds(Strict):
    """All of them."""

    coverage: Coverage
    criteria: Likeness
    quotes: Quoting
    talk: TalkNumbers
    flags: FlagNumbers
    answers: AnswerNumbers
    posed: PosedNumbers
    steps: StepReading
    page: PageNumbers
    ahead: AheadNumbers


@cache
def thresholds() -> GradingThresholds:
    """The shipped thresholds."""
    return GradingThresholds.beside(__file__, "thresholds.yaml")
