"""Follow-ups grounded in what was just said.

turns of kind probe, trade_off or challenge that share a content word with the candidate's last two turns, or whose
embedding has a cosine of 0.4 or more with one of their sentences ÷ turns of those kinds
"""

from collections.abc import Callable, Sequence
from typing import Any

from evals.scorers.wording import positions, stems, unscored
from evals.statistics import mean
from evals.types import Json, Point, Record, Scorer, verdict
from interviewer.transcript import Turn

KINDS = ("probe", "trade_off", "challenge")
ENOUGH = 0.4
LAST_SENTENCES = 12


def shares_words(text: str, before: list[Json]) -> bool:
    """Whether the text shares a content word with the last two candidate turns."""
    last = [turn["text"] for turn in before if turn["speaker"] == "candidate" and turn["text"].strip()][-2:]
    return bool(stems(text) & stems(" ".join(last)))


def similarity(text: str, before: list[Json], encode: Callable[[list[str]], Any]) -> float:
    """The highest cosine of the text with a sentence of the candidate's last two turns."""
    from interviewer.text import spans

    last = [turn["text"] for turn in before if turn["speaker"] == "candidate" and turn["text"].strip()][-2:]
    pieces = [span.text for one in last for span in spans(one)][-LAST_SENTENCES:]
    if not pieces:
        return 0.0
    vectors = encode([text, *pieces])
    return round(float((vectors[1:] @ vectors[0]).max()), 3)


def measured(kind: str, text: str, before: Sequence[Turn], encode: Callable[[list[str]], Any]) -> Json:
    """What a position must hold beside its words to be scored: the ``similarity``, where words do not decide."""
    said = [{"speaker": one.speaker, "text": one.text} for one in before]
    if kind not in KINDS or shares_words(text, said):
        return {}
    return {"similarity": similarity(text, said, encode)}


def points(record: Record) -> list[Point]:
    found = []
    for ours, before in positions(record):
        if "error" in ours:
            found.append(unscored(ours))
        elif ours.get("kind") in KINDS:
            near = shares_words(ours["text"], before) or ours.get("similarity", 0.0) >= ENOUGH
            found.append(verdict(near, ours["turn"], f"out of the blue: {ours['text'][:160]}"))
    return found


SCORER = Scorer("grounded", __doc__ or "", points, mean)
