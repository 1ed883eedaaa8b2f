"""A finished interview as a transcript for the evals: with its owner's consent, and without names. Pure.

What goes: ids, the names given, how people introduce themselves, e-mail addresses, telephone numbers, links, handles.
What stays is the talk itself, its times and its moves. Nothing here can know every name: the person reads the file.
"""

import re
from collections.abc import Iterable

from interviewer.errors import BadInput
from interviewer.practice.second_opinion import over
from interviewer.transcript import Transcript, Turn

SHARED = {"case", "level", "minutes", "manner", "mode", "versions", "turns"}
_INTRODUCES = re.compile(
    r"(?P<lead>\b(?:[Mm]y name is|[Mm]y name's|[Tt]his is|[Cc]all me|I am|I'm|I’m)\s+)"
    r"(?P<name>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2})"
)
_NOT_NAMES = {"AI", "API", "ML", "A", "I", "OK", "Okay", "Python", "SQL"}
_PATTERNS = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    (re.compile(r"\b(?:https?://|www\.)\S+"), "[link]"),
    (re.compile(r"(?<![\w.])\+\d[\d ()/-]{7,}\d"), "[telephone]"),
    (re.compile(r"(?<!\w)@[A-Za-z_]\w{2,}"), "[handle]"),
)


def shared(transcript: Transcript, *, consent: bool, names: Iterable[str] = (), ended: bool = False) -> Transcript:
    """The transcript to give to the evals. Raises BadInput without consent and before the interview's end."""
    if not consent:
        raise BadInput("Without your consent the interview is not handed out for the evals.")
    if not (ended or over(transcript)):
        raise BadInput("Only a finished interview can be handed out for the evals.")
    hidden = {name for turn in transcript.turns for name in _introduced(turn.text)} | {*names}
    turns = [_stripped(turn, hidden) for turn in transcript.turns]
    kept = transcript.model_dump(include=SHARED - {"turns"})
    return Transcript.model_validate({**kept, "turns": turns, "consent": {"evals": True}})


def names_in(text: str) -> list[str]:
    """The names that a person typed, separated by commas or lines."""
    return [name.strip() for name in re.split(r"[,;\n]", text) if name.strip()]


def _introduced(text: str) -> set[str]:
    found = {match["name"] for match in _INTRODUCES.finditer(text)}
    return {name for name in found if name not in _NOT_NAMES}


def _stripped(turn: Turn, names: set[str]) -> Turn:
    """The turn without names. What was heard in it is heard again by whoever replays it: its quotes held them too."""
    text = turn.text
    for pattern, word in _PATTERNS:
        text = pattern.sub(word, text)
    parts = {part for name in names for part in (name, *name.split()) if len(part) > 1}
    for part in sorted(parts, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "[name]", text, flags=re.IGNORECASE)
    kept = {"speaker": turn.speaker, "text": text, "at": turn.at, "mode": turn.mode, "event": turn.event}
    return Turn.model_validate({**kept, "move": turn.move, "facts": turn.facts, "backend": turn.backend})
