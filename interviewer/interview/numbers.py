"""Reads figures out of talk: '500 million', '5.8k', 'two thousand', 'forty-five', '0.1 %'. Pure."""

import re
from collections.abc import Iterable

from interviewer.interview.thresholds import thresholds

_AT = thresholds().figures

_NAMES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen"""
_UNITS = {word: value for value, word in enumerate(_NAMES.split())}
_TENS = {
    word: 10 * (2 + index)
    for index, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())  # noqa: SIM905
}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9}
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[a-z]+", re.IGNORECASE)
SMALL = _AT.small
"""Figures up to this say nothing about a product: 'one thing', 'two reviewers disagree'."""
_NEAR = _AT.near
"""Relative difference up to which two figures are the same one, said more or less exactly."""


def _digits(word: str) -> float:
    plain = word.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", word) else word.replace(",", ".")
    try:
        return float(plain)
    except ValueError:  # a version or a date: 1.2.3
        return float(re.sub(r"\D", "", word)[:15])


def figures(text: str) -> list[float]:
    """The figures of a text in their order, number words and scales put together; 'a' and 'half' are none."""
    found: list[float] = []
    whole: float | None = None
    part = 0.0
    for match in _WORD.finditer(text.lower()):
        word = match[0]
        if word[0].isdigit():
            if whole is not None:
                found.append(whole + part)
            whole, part = 0.0, _digits(word)
        elif word in _UNITS or word in _TENS:
            value = float(_UNITS.get(word, _TENS.get(word, 0)))
            joins = whole is not None and (part % 100 == 0 or (part % 10 == 0 and part % 100 >= 20 and value < 10))
            if whole is not None and not joins:
                found.append(whole + part)
                whole, part = None, 0.0
            whole, part = whole or 0.0, part + value
        elif word in _SCALES and (whole is not None or len(word) > 2):
            value = (part or 1.0) * _SCALES[word]
            whole, part = (whole or 0.0, value) if word == "hundred" else ((whole or 0.0) + value, 0.0)
        elif whole is not None and word != "and":
            found.append(whole + part)
            whole, part = None, 0.0
    if whole is not None:
        found.append(whole + part)
    return found


def unknown(said: Iterable[float], known: Iterable[float]) -> list[float]:
    """The figures that are neither small nor near to a known one, also as a share of a hundred."""
    base = list(known)
    return [
        one
        for one in said
        if one > SMALL
        and not any(abs(one - other) <= _NEAR * max(one, other) for other in base)
        and not any(abs(one / 100 - other) <= _NEAR * other for other in base if other < 1)
    ]
