"""What a candidate's turn asks of the interviewer, from the words that show it. Pure; the words are data."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import yaml

from interviewer.sentences import Span

_DATA = Path(__file__).parent / "data" / "intents.yaml"
SHORT = 25
_ONLY_SHORT = {"need_time", "dont_know", "repeat", "finish"}

_QUESTION_WORDS = re.compile(
    r"\b(?:how (?:many|much|big|fast|long|often|fresh|large|old|quickly|soon|rare|about)|"
    r"what(?:'s| is| are| do| does| kind| sort| counts| about| happens| would| can)|which|who(?:'s| is)?|"
    r"where (?:do|does|is|are)|when (?:do|does|is|are)|"
    r"(?:do|does|did|are|is|was|can|could|may|should|have|has) (?:we|you|they|the|there|it|users?|i|this|that|these|people)|"
    r"any (?:limit|constraint|budget|requirement|idea))\b",
    re.IGNORECASE,
)
_CONDITIONAL = re.compile(r"\b(?:that|whether|if|depends on|know|see|check|decide|tells?|about|of|measure|log|count|i|we|they|you|people)\s+$", re.IGNORECASE)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    data: dict[str, list[str]] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return {name: re.compile("|".join(f"(?:{one})" for one in ones), re.IGNORECASE) for name, ones in data.items()}


def intents(pieces: Sequence[Span]) -> list[tuple[str, Span]]:
    """The intents of a turn, each with the first sentence that shows it."""
    words = sum(len(piece.text.split()) for piece in pieces)
    found = []
    for name, pattern in _patterns().items():
        if name in _ONLY_SHORT and words > SHORT:
            continue
        for piece in pieces:
            if pattern.search(piece.text.replace("’", "'")):
                found.append((name, piece))
                break
    return found


def questions(pieces: Sequence[Span]) -> list[Span]:
    """The sentences that ask something, with or without a question mark, as captions have none."""
    found = []
    for piece in pieces:
        if piece.text.rstrip(" \"')").endswith("?"):
            found.append(piece)
            continue
        match = _QUESTION_WORDS.search(piece.text)
        if match and not re.search(r"[.!]$", piece.text) and not _CONDITIONAL.search(piece.text[: match.start()]):
            found.append(piece)
    return found


def clauses(question: str) -> list[str]:
    """The questions that a compound one holds: 'how many users, and how fast?' holds two."""
    pieces = re.split(r"[?;]|,\s+(?:and\s+)?|\s+and\s+(?=(?:how|what|which|do|does|is|are|can|who|where|when)\b)", question)
    kept = [piece.strip() for piece in pieces if len(piece.split()) >= 2 or piece.strip().lower() in ("qps", "latency", "scale")]
    return kept or [question]
