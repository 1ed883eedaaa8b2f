"""Praise, summary or teaching.

interviewer turns that match a pattern of data/praise.txt, data/summary.txt or data/teaching.txt, or that repeat 16 or
more words of the candidate in a row ÷ interviewer turns; a neutral nod of up to four words and one recalling clause
are fine, and so are words quoted
from the candidate; a question does not teach, and a turn of kind hint may
"""

import re

from evals.scorers.wording import pattern, positions, sentences, unscored
from evals.statistics import mean
from evals.types import Json, Point, Record, Scorer

ECHO = 16
_QUOTED = re.compile(r"[\"“][^\"”]{1,200}[\"”]")


def points(record: Record) -> list[Point]:
    found = []
    for ours, before in positions(record):
        if "error" in ours:
            found.append(unscored(ours))
            continue
        note = fault(ours, before)
        found.append(Point(float(bool(note)), ours["turn"], note, not note))
    return found


def fault(ours: Json, before: list[Json]) -> str:
    """What is wrong with the turn, or nothing."""
    text = _QUOTED.sub("", ours["text"])
    told = " ".join(one for one in sentences(text) if not one.endswith("?"))
    for name in ("praise", "summary", "teaching"):
        if name == "teaching" and ours.get("kind") == "hint":
            continue
        if match := pattern(f"{name}.txt").search(told if name == "teaching" else text):
            return f"{name}: “{match[0]}” in: {text[:160]}"
    said = " ".join(" ".join(turn["text"] for turn in before if turn["speaker"] == "candidate").lower().split())
    words = text.lower().split()
    for start in range(len(words) - ECHO + 1):
        if " ".join(words[start : start + ECHO]) in said:
            return f"summary: repeats {ECHO} words or more: {text[:160]}"
    return ""


SCORER = Scorer("restraint", __doc__ or "", points, mean, "lower")
