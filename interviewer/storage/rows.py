"""How rows of the database become interviews, turns and reports, and what happens to those that cannot be read.

A row that a crash, another program or a newer version left behind is skipped, counted and logged without its words.
"""

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from interviewer.domain import Level, Manner
from interviewer.errors import BadInput
from interviewer.transcript import Transcript, Turn

log = logging.getLogger(__name__)
T = TypeVar("T")
PAUSED = "paused"
"""The name in ``extra`` under which a stopped clock is kept."""
UNREADABLE = "unreadable"
"""A turn's mark when its row could not be read: its place is kept, its words are not there."""


@dataclass(frozen=True)
class Header:
    """An interview without its turns. Times are seconds since the epoch; ``elapsed`` is the interview's own clock."""

    id: str
    case: str
    level: Level
    minutes: float
    manner: Manner
    mode: str
    parent: str | None
    created: float
    ended: float | None
    elapsed: float
    consent: Mapping[str, bool]
    turns: int
    reports: int
    paused: bool = False
    """Whether the candidate has stopped the clock."""
    problem: str = ""
    """A problem of the candidate's own; empty for one of the knowledge base."""


class Rows(list[T]):
    """What could be read; ``unreadable`` counts the rows that could not."""

    unreadable: int = 0


def read_turn(data: str) -> Turn:
    """A stored turn. Where only something beside the words is unreadable, the words are kept."""
    try:
        return Turn.model_validate_json(data)
    except ValueError:
        known = read_object(data)
    words = {name: known.get(name) for name in ("speaker", "text", "at")}
    for kept in (words, {**words, "at": None}):
        with suppress(ValueError):
            return Turn.model_validate(kept)
    log.warning("a turn cannot be read and is left out")
    return Turn.model_validate({"speaker": "candidate", "text": "", UNREADABLE: True})


def read_header(row: Any) -> Header:
    """The head of an interview. Raises BadInput for a row that nobody can read."""
    extra = read_object(row.extra)
    try:
        return Header(
            id=row.id,
            case=row.case,
            level=Level(row.level),
            minutes=row.minutes,
            manner=Manner(row.manner),
            mode=row.mode,
            parent=row.parent,
            created=row.created,
            ended=row.ended,
            elapsed=row.elapsed,
            consent=read_object(row.consent),
            turns=row.n_turns,
            reports=row.n_reports,
            paused=bool(extra.get(PAUSED)),
            problem=str(extra.get("problem") or ""),
        )
    except ValueError as error:
        raise cannot_be_read(error) from error


def lost_turns(transcript: Transcript) -> int:
    """How many turns of a stored interview could not be read."""
    return sum(map(is_unreadable, transcript.turns))


def is_unreadable(turn: Turn) -> bool:
    return bool((turn.model_extra or {}).get(UNREADABLE))


def cannot_be_read(error: Exception) -> BadInput:
    """What is said of such an interview; its words go nowhere."""
    log.warning("an interview cannot be read: %s", type(error).__name__)
    return BadInput("This interview was stored in a form that cannot be read. It can still be deleted.")


def readable(rows: Iterable[Any], read: Callable[[Any], T]) -> Rows[T]:
    """Those rows that can be read, and how many could not."""
    found: Rows[T] = Rows()
    for row in rows:
        try:
            found.append(read(row))
        except (ValueError, BadInput) as error:  # pydantic's and json's are ValueErrors
            log.warning("a row of the database cannot be read and is skipped: %s", type(error).__name__)
            found.unreadable += 1
    return found


def read_object(text: str) -> dict[str, Any]:
    """The JSON object; an unreadable one is empty."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        log.warning("a field of the database cannot be read and is left out")
        return {}
    return found
