"""What the statements on one interview have in common: its owner, its row, its turns, its clock."""

import hashlib
import json
import secrets
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from interviewer.domain import MoveKind
from interviewer.errors import BadInput
from interviewer.storage.database import interviews, people, reports, turns
from interviewer.storage.rows import PAUSED, read_object, read_turn
from interviewer.transcript import Turn

AWAY_SECONDS = 150
"""A gap without a sign of life longer than this is an absence, and the clock stands still. Browsers slow
the timers of hidden pages down to one a minute, so it must be well above that."""


def new_key() -> str:
    """A browser's key: 128 random bits."""
    return secrets.token_hex(16)


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
    """The interview's clock. A gap is an absence, and so is a clock of the machine that was set forward or back."""
    gap = now - row.seen
    runs = row.ended is None and not read_object(row.extra).get(PAUSED)
    return float(row.elapsed) + (gap if 0 <= gap <= AWAY_SECONDS and runs else 0.0)


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
        said = json.dumps({**extra, PAUSED: paused})
        db.execute(interviews.update().where(interviews.c.id == row.id).values(extra=said))


def is_closed(db: Connection, id_: str, count: int) -> bool:
    """Whether the interviewer's closing words are the last turn: they are stored a moment before the end is."""
    last = db.execute(sa.select(turns.c.data).where(turns.c.interview == id_, turns.c.number == count - 1)).scalar()
    move = read_turn(last).move if last else None
    return move is not None and move.kind is MoveKind.CLOSE


def editable(stored: Sequence[Turn]) -> int | None:
    """The number of the candidate's turn that nothing was built on yet: the last one, or the last before a "go on"."""
    number = len(stored) - 1
    if number > 0 and (move := stored[number].move) and move.kind is MoveKind.LET_GO_ON and not stored[number].facts:
        number -= 1
    turn = stored[number] if number >= 0 else None
    return number if turn and turn.speaker == "candidate" and turn.text and turn.mode != "drawn" else None
