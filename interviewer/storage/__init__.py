"""The interviews on disk: how rows become interviews, turns and reports, and what all statements on one share.

A row that a crash, another program or a newer version left behind is skipped, counted and logged without its words.
"""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from interviewer import BadInput, Level, Manner
from interviewer.storage.database import interviews, people, reports, turns
from interviewer.transcript import Turn

log = logging.getLogger(__name__)
T = TypeVar("T")
_NEVER = 1e11
"""Seconds since 1970 that no clock shows: the year 5138."""
PAUSED = "paused"
"""The name in ``extra`` under which a stopped clock is kept."""
WAITING = "waiting"
"""What is kept there while the clock has not been started."""
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
    """Whether the clock stands still, because the candidate stopped it or has not started it."""
    waiting: bool = False
    """Whether it has not been started: the candidate reads the problem."""
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
            minutes=_number(row.minutes),
            manner=Manner(row.manner),
            mode=row.mode,
            parent=row.parent,
            created=_number(row.created),
            ended=None if row.ended is None else _number(row.ended),
            elapsed=_number(row.elapsed),
            consent=read_object(row.consent),
            turns=row.n_turns,
            reports=row.n_reports,
            paused=bool(extra.get(PAUSED)),
            waiting=extra.get(PAUSED) == WAITING,
            problem=str(extra.get("problem") or ""),
        )
    except (ValueError, TypeError) as error:
        raise cannot_be_read(error) from error


def _number(stored: Any) -> float:
    """A time or a length that a page can show: SQLite keeps whatever is put into a column. Raises ValueError."""
    number = float(stored)
    if not 0 <= number < _NEVER:
        raise ValueError(f"{number:g} is no time")
    return number


def is_unreadable(turn: Turn) -> bool:
    """Whether a stored turn's row could not be read."""
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


# -- statements ------------------------------------------------------------------------------------------
# What the statements on one interview have in common: its owner, its row, its turns, its clock.


AWAY_SECONDS = 150
"""A gap without a sign of life longer than this is an absence, and the clock stands still. Browsers slow
the timers of hidden pages down to one a minute, so it must be well above that."""


def owner_of_key(key: str) -> str:
    """The owner behind a browser's key. Only a hash is stored: who reads the database cannot pose as a browser."""
    return "browser:" + hashlib.sha256(key.encode()).hexdigest()


def owner_of_user(name: str) -> str:
    """The owner behind a signed-in user."""
    return f"user:{name}"


def turns_of(db: Connection, id_: str) -> list[Turn]:
    """An interview's turns in their order."""
    rows = db.execute(sa.select(turns.c.data).where(turns.c.interview == id_).order_by(turns.c.number)).scalars().all()
    return [read_turn(data) for data in rows]


def add_turn(db: Connection, id_: str, number: int, turn: Turn, key: str | None = None) -> None:
    """One more turn of an interview."""
    data = turn.model_dump_json(exclude_none=True)
    db.execute(turns.insert().values(interview=id_, number=number, key=key, data=data))


def put_turn(db: Connection, id_: str, number: int, turn: Turn) -> None:
    """What a turn is from now on."""
    same = (turns.c.interview == id_) & (turns.c.number == number)
    db.execute(turns.update().where(same).values(data=turn.model_dump_json(exclude_none=True)))


def count_turns(db: Connection, id_: str) -> int:
    """How many turns an interview has."""
    return int(db.execute(sa.select(sa.func.count()).where(turns.c.interview == id_)).scalar_one())


def person_of(db: Connection, owner: str, now: float) -> int:
    """The row of an owner, made when it is not there."""
    find = sa.select(people.c.id).where(people.c.owner == owner)
    known = db.execute(find).scalar()
    if known is None:
        try:
            with db.begin_nested():
                db.execute(people.insert().values(owner=owner, created=now))
        except IntegrityError:
            pass  # another tab of the same browser was faster; its row serves
        known = db.execute(find).scalar_one()
    return int(known)


def headers(owner: str | sa.BindParameter[str]) -> sa.Select[Any]:
    """The query for an owner's interviews, each with the number of its turns and reports."""

    def count(table: sa.Table) -> Any:
        return (
            sa.select(sa.func.count())
            .where(table.c.interview == interviews.c.id)
            .correlate(interviews)
            .scalar_subquery()
        )

    return (
        sa.select(interviews, count(turns).label("n_turns"), count(reports).label("n_reports"))
        .join(people, people.c.id == interviews.c.person)
        .where(people.c.owner == owner)
    )


def find(db: Connection, owner: str, id_: str, lock: bool = False) -> Any:
    """The row of an owner's interview, or None."""
    return db.execute(_one(lock), {"owner": owner, "interview": id_}).first()


@cache
def _one(lock: bool) -> sa.Select[Any]:
    """Made once: every call of the store begins with it."""
    query = headers(sa.bindparam("owner", type_=sa.String())).where(interviews.c.id == sa.bindparam("interview"))
    return query.with_for_update(of=interviews) if lock else query


def need(db: Connection, owner: str, id_: str, lock: bool = False) -> Any:
    """The row of an owner's interview. Raises BadInput when it is not theirs or not there."""
    row = find(db, owner, id_, lock)
    if row is None:
        raise BadInput("There is no such interview among yours; it may have been deleted.")
    return row


def elapsed_at(row: Any, now: float) -> float:
    """The interview's clock. A gap is an absence, and so is a clock of the machine that was set forward or back.

    Raises BadInput for a row that nobody can read.
    """
    try:
        gap, elapsed = now - _number(row.seen), _number(row.elapsed)
    except (ValueError, TypeError) as error:
        raise cannot_be_read(error) from error
    runs = row.ended is None and not read_object(row.extra).get(PAUSED)
    return elapsed + (gap if 0 <= gap <= AWAY_SECONDS and runs else 0.0)


def tick(db: Connection, row: Any) -> float:
    """Writes the clock down; the seconds that it shows."""
    now = time.time()
    elapsed = elapsed_at(row, now)
    db.execute(interviews.update().where(interviews.c.id == row.id).values(elapsed=elapsed, seen=now))
    return elapsed


def set_paused(db: Connection, row: Any, paused: bool) -> None:
    """Stops the clock, or lets it run."""
    extra = read_object(row.extra)
    if bool(extra.get(PAUSED)) != paused:
        put_extra(db, row.id, {**extra, PAUSED: paused})


def put_extra(db: Connection, id_: str, extra: Mapping[str, Any]) -> None:
    """Keeps what an interview has beside its columns."""
    db.execute(interviews.update().where(interviews.c.id == id_).values(extra=json.dumps(extra)))


def is_closed(db: Connection, id_: str, count: int) -> bool:
    """Whether the interviewer's closing words are the last turn: they are stored a moment before the end is."""
    last = db.execute(sa.select(turns.c.data).where(turns.c.interview == id_, turns.c.number == count - 1)).scalar()
    return last is not None and read_turn(last).closes


def editable(stored: Sequence[Turn]) -> int | None:
    """The number of the candidate's turn that was not answered yet, if it is the last one and has words."""
    turn = stored[-1] if stored else None
    words = turn and turn.speaker == "candidate" and turn.text and turn.mode != "drawn"
    return len(stored) - 1 if words else None
