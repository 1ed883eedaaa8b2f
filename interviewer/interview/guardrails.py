"""What no turn of the interviewer may do, checked on its words before they are said. Pure.

Also the measure of the ``conduct`` suite: one set of rules for the speaker and for its judge.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml

from interviewer.knowledge.validate import says
from interviewer.text import spans

MOST_WORDS = 60

_DATA = Path(__file__).parent / "data" / "forbidden.yaml"
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”')


@cache
def _forbidden() -> dict[str, re.Pattern[str]]:
    data: dict[str, list[str]] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return {rule: re.compile("|".join(f"(?:{one})" for one in ones), re.I | re.M) for rule, ones in data.items()}


def without_quotes(text: str) -> str:
    """The text without what it quotes: the candidate's own words are not the interviewer's."""
    return _QUOTED.sub('""', text)


def leaks(text: str, terms: Iterable[str], candidate_said: str) -> list[str]:
    """The terms that the text says and that the candidate has not said."""
    own = without_quotes(text)
    return [term for term in terms if says(term, own) and not says(term, candidate_said)]


def normal(text: str) -> str:
    """A question without case, punctuation and quoted words, for finding repeats."""
    return re.sub(r"[^a-z0-9 ]+", "", without_quotes(text).lower()).strip()


def repeats(text: str, said: Iterable[str]) -> bool:
    """Whether a question of the text was asked in these words before."""
    before = {normal(one.text) for turn in said for one in spans(turn) if one.text.endswith("?")}
    return any(
        normal(one.text) in before for one in spans(text) if one.text.endswith("?") and len(one.text.split()) > 3
    )


def problems(
    text: str, *, terms: Iterable[str] = (), candidate_said: str = "", said: Iterable[str] = (), hint: bool = False
) -> list[str]:
    """What is wrong with a turn, each a name of a rule: ``empty``, ``long``, ``questions``, ``list``, ``praise``,
    ``summary``, ``teaching``, ``language``, ``repeat``, ``leak: <term>``. A hint may say a signal's terms."""
    own = without_quotes(text)
    found = []
    if not text.strip():
        found.append("empty")
    if len(text.split()) > MOST_WORDS:
        found.append("long")
    if own.count("?") > 1:
        found.append("questions")
    for rule, pattern in _forbidden().items():
        if pattern.search(text if rule == "list" else own):
            found.append(rule)
    if repeats(text, said):
        found.append("repeat")
    if not hint:
        found += [f"leak: {term}" for term in leaks(text, terms, candidate_said)]
    return found
