"""Leakage: a signal's phrase said before the candidate said it.

interviewer turns that say a term of the case's or the framework's signals which stands in no earlier turn, nor in the
brief, glossary or a requirement fact ÷ interviewer turns; turns of kind hint are left out
"""

from evals.scorers.wording import positions, unscored
from evals.statistics import mean
from evals.types import Point, Record, Scorer
from interviewer.knowledge.validate import says


def points(record: Record) -> list[Point]:
    known = (record.output or {}).get("known", {})
    given = " ".join([known.get("brief", ""), *known.get("glossary", []), *known.get("facts", {}).values()])
    found = []
    for ours, before in positions(record):
        if "error" in ours:
            found.append(unscored(ours))
        elif ours.get("kind") != "hint":
            earlier = " ".join([given, *(turn["text"] for turn in before)])
            leaked = [term for term in known.get("terms", []) if said(term, ours["text"]) and not said(term, earlier)]
            found.append(Point(float(bool(leaked)), ours["turn"], _note(leaked, ours["text"]), not leaked))
    return found


def said(term: str, text: str) -> bool:
    """``says``, after a look for the first word that is much cheaper."""
    first = term.lower().replace("-", " ").split()[0]
    return first in text.lower() and says(term, text)


def _note(leaked: list[str], text: str) -> str:
    return f"says {', '.join(leaked)}: {text[:160]}" if leaked else ""


SCORER = Scorer("leakage", __doc__ or "", points, mean, "lower")
