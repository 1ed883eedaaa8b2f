"""Reads the move out of a recorded interviewer's words, where the recording does not say it. Pure."""

import re

from interviewer.domain import MoveKind, Step
from interviewer.listening.intents import questions
from interviewer.text import spans
from interviewer.transcript import Move

_CLOSE = re.compile(
    r"\b(that'?s (?:our|the|my) (?:time|list)|we(?:'re| are) (?:at|out of) time|stop (?:here|there)|"
    r"thank(?:s| you) for (?:coming|your|making|the time|sticking)|"
    r"we'?ll (?:stop|leave it|end)|time(?:'s| is) up)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(\w+ minutes? (?:left|to go|remaining)|(?:short|conscious|running out) o[fn] time|minutes left)\b",
    re.IGNORECASE,
)
_MOVE_ON = re.compile(
    r"\b(let'?s (?:go|move|get|turn|talk|switch)|moving on|next topic|last topic|go on to|walk me through)\b",
    re.IGNORECASE,
)
_CURVEBALL = re.compile(
    r"\b(suppose|imagine|say (?:that )?(?:the|we|you|it)|what if|now assume|let'?s say)\b", re.IGNORECASE
)


def read_move(text: str, step: Step | None, *, first: bool, gave_facts: bool) -> Move:
    """The likeliest move of an interviewer's words; ``step`` is the step whose signals they are nearest to."""
    asks = bool(questions(spans(text)))
    if first:
        return Move(kind=MoveKind.OPEN)
    if _CLOSE.search(text) and not asks:
        return Move(kind=MoveKind.CLOSE)
    if _TIME.search(text):
        return Move(kind=MoveKind.TIME_CHECK, step=step)
    if gave_facts and not asks:
        return Move(kind=MoveKind.ANSWER)
    if _CURVEBALL.search(text) and asks:
        return Move(kind=MoveKind.CURVEBALL, step=step)
    if _MOVE_ON.search(text):
        return Move(kind=MoveKind.MOVE_ON, step=step)
    if gave_facts:
        return Move(kind=MoveKind.ANSWER)
    if not asks and len(text.split()) <= 6:
        return Move(kind=MoveKind.LET_GO_ON)
    return Move(kind=MoveKind.PROBE, step=step)
