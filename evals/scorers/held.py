"""Reads held interviews: turns, time by step, planted errors. Not a scorer; the interview scorers share it."""

from evals.types import Json, Record

COOPERATIVE = ("strong", "deferrer", "jumper", "terse", "middling")


def output(record: Record) -> Json:
    """The held interview."""
    return record.output or {}


def persona(record: Record) -> str:
    return str(record.inputs["persona"])


def spent(record: Record) -> dict[str, float]:
    """Seconds by step, by what an answer is about: from the interviewer's turn before it to the turn after it."""
    held = output(record)
    turns, used = held["turns"], dict.fromkeys(held["known"]["budgets"], 0.0)
    for index, step in held["about"].items():
        here = int(index)
        start = turns[here - 1]["at"] if here else turns[here]["at"]
        end = turns[here + 1]["at"] if here + 1 < len(turns) else held["ended"]
        used[step] = used.get(step, 0.0) + max(0.0, end - start)
    return used
