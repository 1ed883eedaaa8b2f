"""Contradictions of given facts.

opening and answering turns that say a number (other than minutes) which stands neither in the brief, glossary or facts
of the case nor in an earlier turn, or that give another number for a noun for which an earlier interviewer turn gave
one ÷ opening and answering turns
"""

import re

from evals.scorers.wording import positions, unscored
from evals.statistics import mean
from evals.types import Json, Point, Record, Scorer

_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
_AMOUNT = re.compile(r"(\d[\d,.]*\d|\d)\s*(?:million|billion|thousand|percent|%|k\b|m\b)?\s+([a-z]{3,})", re.IGNORECASE)
_NO_UNIT = {"and", "the", "for", "per", "with", "that", "are", "from", "but", "more", "new"}


def points(record: Record) -> list[Point]:
    known = (record.output or {}).get("known", {})
    given = " ".join([known.get("brief", ""), *known.get("glossary", []), *known.get("facts", {}).values()])
    found = []
    for ours, before in positions(record):
        if "error" in ours:
            found.append(unscored(ours))
        elif ours.get("kind") in ("open", "answer"):
            note = contradiction(ours["text"], given, before)
            found.append(Point(float(bool(note)), ours["turn"], note, not note))
    return found


def contradiction(text: str, given: str, before: list[Json]) -> str:
    """What contradicts, or nothing."""
    earlier = " ".join(turn["text"] for turn in before)
    backed = set(_NUMBER.findall(f"{given} {earlier}"))
    timeless = re.sub(r"\d+[\s-]minutes?", "", text)
    invented = [number for number in _NUMBER.findall(timeless) if number not in backed]
    if invented:
        return f"{invented[0]} stands nowhere: {text[:160]}"
    ours = _amounts(text)
    theirs = _amounts(" ".join(turn["text"] for turn in before if turn["speaker"] == "interviewer"))
    for noun, numbers in ours.items():
        if noun in theirs and not numbers & theirs[noun]:
            return f"{noun}: {min(numbers)} now, {min(theirs[noun])} before: {text[:160]}"
    return ""


def _amounts(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for number, noun in _AMOUNT.findall(text):
        if noun.lower() not in _NO_UNIT:
            found.setdefault(noun.lower().rstrip("s"), set()).add(number)
    return found


SCORER = Scorer("facts_kept", __doc__ or "", points, mean, "lower")
