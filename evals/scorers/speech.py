"""Interviews said by a voice and heard again: wrong words, and what they do to a report."""

from collections.abc import Sequence

from evals.scorers import scorer
from evals.statistics import mean, pair
from evals.types import Point, Record, Value, verdict

EMBEDDED = "joe"
"""The voice whose figures count; the others are robots that people do not sound like."""


def error_rate(values: Sequence[Value]) -> float | None:
    """Σ wrong ÷ Σ said."""
    said = sum(pair(value)[1] for value in values)
    return sum(pair(value)[0] for value in values) / said if said else None


def word_counts(record: Record, robot: bool) -> list[Point]:
    """(wrong, said) words of an interview."""
    if (record.target["voice"] != EMBEDDED) is not robot:
        return []
    wrong, said = float(record.target["wrong"]), float(record.target["said"])
    return [Point((wrong, said), note=f"{wrong:.0f} of {said:.0f} words")]


@scorer(error_rate, "lower")
def speech_words(record: Record) -> list[Point]:
    """Wrong words, said by the embedded voice.

    substituted, missing and added words ÷ words said, over all interviews
    """
    return word_counts(record, robot=False)


@scorer(error_rate, "lower")
def robot_words(record: Record) -> list[Point]:
    """Wrong words, said by a robotic voice.

    substituted, missing and added words ÷ words said, over all interviews
    """
    return word_counts(record, robot=True)


@scorer(mean)
def speech_status(record: Record) -> list[Point]:
    """Steps that count as reached in the typed interview and still do when it was said and heard.

    (interview, step) reached in both ÷ those reached in the typed one
    """
    output = record.output or {}
    reached = [step for step, status in output["typed"].items() if status != "not_reached"]
    return [verdict(output["heard"][step] != "not_reached", note=f"{step}: not reached when heard") for step in reached]
