"""The interviews on disk: people own interviews; an interview owns its turns and its reports.

Every method checks the owner: an interview of somebody else does not exist. What cannot be read (a row that a crash,
another program or a newer version left) is skipped and said, and hurts nothing beside it. What the database refuses
is a CannotRun in one line with its cure (``database.py``).
"""

import json
import logging
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.engine import Connection

from interviewer import BadInput, CannotRun, Level
from interviewer.grading.report import Report
from interviewer.storage import (
    PAUSED,
    WAITING,
    Header,
    Rows,
    add_turn,
    cannot_be_read,
    count_turns,
    database,
    editable,
    elapsed_at,
    find,
    headers,
    is_closed,
    is_unreadable,
    need,
    person_of,
    put_extra,
    put_turn,
    read_header,
    read_object,
    readable,
    set_paused,
    tick,
    turns_of,
)
from interviewer.storage.database import boards, interviews, reports, turns
from interviewer.storage.leases import Leases
from interviewer.transcript import Transcript, Turn

log = logging.getLogger(__name__)
T = TypeVar("T")

_LONGEST_TURN = 180.0
"""Seconds that a turn waits for another process which is answering the same one; grading takes longer."""
_LONGEST_GRADING = 1800.0
_MOST_CORRECTIONS = 200


class MovedOnError(Exception):
    """Somebody appended a turn in the meantime (a second tab): read again."""


class OverError(BadInput):
    """The interview is over: what is said now is no part of it."""


class Store:
    """The database of interviews."""

    def __init__(self, url: str):
        self.engine = database.connect(url)
        self._leases = Leases(self.engine)
        self._unscrubbed = False
        """Something was deleted whose bytes are still in SQLite's log, since somebody was reading."""

    @classmethod
    def open(cls, url: str) -> "Store":
        """The database behind the URL, brought to the newest schema. Raises BadInput, CannotRun."""
        store = cls(url)
        try:
            database.upgrade(store.engine)
        except BaseException:
            store.engine.dispose()
            raise
        store._unscrubbed = True  # what a process that was killed had left to do
        store.tidy()
        return store

    def close(self) -> None:
        """Finishes what is pending and gives the connections back."""
        self._leases.close()
        with suppress(CannotRun):
            self.tidy()
        self.engine.dispose()

    def answers(self) -> bool:
        """Whether the database can be asked."""
        with suppress(CannotRun), database.reading(self.engine) as db:
            db.execute(sa.select(sa.func.count()).select_from(database.leases)).scalar()
            return True
        return False

    def answering(self, id_: str) -> AbstractContextManager[None]:
        """Here no other process answers the interview. Raises CannotRun when it was not free in time."""
        return self._leases.held(f"turn:{id_}", _LONGEST_TURN)

    def grading(self, id_: str, level: Level) -> AbstractContextManager[None]:
        """Here no other process grades the interview on that level. Raises CannotRun when it was not free in time."""
        return self._leases.held(f"grade:{id_}/{level.value}", _LONGEST_GRADING)

    # -- writing ---------------------------------------------------------------------------------------------

    def create(self, owner: str, transcript: Transcript, *, waits: bool = False) -> str:
        """A new interview with the transcript's header and turns; its id. Its clock runs at once, or ``waits`` for the
        candidate's first turn (or ``pause(..., False)``)."""
        id_ = secrets.token_hex(16)
        now = time.time()
        known = {"id", "case", "level", "minutes", "manner", "mode", "parent", "turns"}
        extra = {name: value for name, value in transcript.model_dump(mode="json").items() if name not in known}
        with self._write() as db:
            person = person_of(db, owner, now)
            parent = transcript.parent if transcript.parent and find(db, owner, transcript.parent) else None
            if transcript.parent and parent is None:
                extra["parent"] = transcript.parent
            if waits:
                extra[PAUSED] = WAITING
            db.execute(
                interviews.insert().values(
                    id=id_,
                    person=person,
                    case=transcript.case,
                    level=transcript.level.value,
                    minutes=transcript.minutes,
                    manner=transcript.manner.value,
                    mode=transcript.mode,
                    parent=parent,
                    created=now,
                    ended=None,
                    elapsed=max((turn.at or 0.0 for turn in transcript.turns), default=0.0),
                    seen=now,
                    consent="{}",
                    extra=json.dumps(extra),
                )
            )
            for number, turn in enumerate(transcript.turns):
                add_turn(db, id_, number, turn)
        return id_

    def append(self, owner: str, id_: str, turn: Turn, *, key: str | None = None) -> int:
        """Appends the turn and says which number it has; a turn without a time gets the clock's.

        The same ``key`` again is the same turn: nothing is added. Raises OverError once the interview has ended,
        BadInput when it is not the owner's. A turn starts a clock that was stopped.
        """
        with self._mine(owner, id_) as (db, row):
            if key is not None:
                known = db.execute(
                    sa.select(turns.c.number).where(turns.c.interview == id_, turns.c.key == key)
                ).scalar()
                if known is not None:
                    return int(known)
            number = count_turns(db, id_)
            if row.ended is not None or is_closed(db, id_, number):
                raise OverError("The interview is over.")
            elapsed = tick(db, row)
            set_paused(db, row, False)
            if turn.at is None:
                # Never after the answer to it; nor, where the clock had stopped, before the turn ahead of it.
                ahead = turns_of(db, id_)[-1].at if number else None
                turn = turn.model_copy(update={"at": max(ahead or 0.0, int(elapsed * 10) / 10)})
            add_turn(db, id_, number, turn, key)
        return number

    def replace(self, owner: str, id_: str, number: int, text: str) -> None:
        """Puts other words into the candidate's last turn while it is not answered.

        Raises MovedOnError once it is, OverError once the interview has ended, BadInput when it is not the owner's.
        """
        with self._mine(owner, id_) as (db, row):
            stored = turns_of(db, id_)
            if row.ended is not None:
                raise OverError("The interview is over.")
            if number != editable(stored):
                raise MovedOnError(f"turn {number} has been answered")
            changed = {"text": text, "heard": None, "observed": None, "edited": True}
            put_turn(db, id_, number, stored[number].model_copy(update=changed))

    def pause(self, owner: str, id_: str, paused: bool) -> None:
        """Stops the interview's clock, or lets it go on."""
        with self._mine(owner, id_) as (db, row):
            tick(db, row)
            set_paused(db, row, paused)

    def answer(self, owner: str, id_: str, transcript: Transcript, *, expected: int) -> None:
        """Stores the interviewer's turn (the transcript's last, number ``expected``) and what was heard before it.

        Raises MovedOnError, and stores nothing, when the interview went on in the meantime.
        """
        with self._mine(owner, id_) as (db, row):
            if count_turns(db, id_) != expected or len(transcript.turns) != expected + 1:
                raise MovedOnError(f"turn {expected} was written by somebody else")
            tick(db, row)
            stored = turns_of(db, id_)
            if any(turn.text != known.text for turn, known in zip(transcript.turns[:-1], stored, strict=True)):
                raise MovedOnError("an answer was edited in the meantime")
            for number, turn in enumerate(transcript.turns[:-1]):
                if turn.heard != stored[number].heard and not is_unreadable(stored[number]):
                    # Only what was heard may be added later; what was said stays as it was said.
                    put_turn(db, id_, number, stored[number].model_copy(update={"heard": turn.heard}))
            add_turn(db, id_, expected, transcript.turns[-1])

    def correct(self, owner: str, id_: str, correction: Mapping[str, Any]) -> None:
        """Keeps a person's mark beside the machine's. Raises BadInput for more than anybody makes."""
        with self._mine(owner, id_) as (db, row):
            extra = read_object(row.extra)
            known = extra.get("corrections")
            kept = [*(known if isinstance(known, list) else []), dict(correction)]
            if len(kept) > _MOST_CORRECTIONS:
                raise BadInput("There are too many corrections of this interview already.")
            put_extra(db, id_, {**extra, "corrections": kept})

    def keep_stronger(self, owner: str, id_: str, turn: int, given: Mapping[str, Any]) -> None:
        """Keeps the stronger answer that a model gave for a turn, with the interview."""
        with self._mine(owner, id_) as (db, row):
            extra = read_object(row.extra)
            known = extra.get("stronger")
            kept = {**(known if isinstance(known, dict) else {}), str(turn): dict(given)}
            put_extra(db, id_, {**extra, "stronger": kept})

    def note(self, owner: str, id_: str, transcript: Transcript) -> None:
        """Keeps what was observed behind the turns, where the words are still the same; what was said is not touched.

        Raises BadInput when the interview is not the owner's.
        """
        with self._mine(owner, id_) as (db, _):
            for number, (turn, known) in enumerate(zip(transcript.turns, turns_of(db, id_), strict=False)):
                if turn.observed and turn.text == known.text and known.observed is None and not is_unreadable(known):
                    put_turn(db, id_, number, known.model_copy(update={"observed": turn.observed}))

    def keep_board(self, owner: str, id_: str, data: str) -> None:
        """Keeps what stands on the whiteboard, a JSON text; the last one counts. Raises BadInput."""
        with self._mine(owner, id_) as (db, _):
            same, now = boards.c.interview == id_, time.time()
            if not db.execute(boards.update().where(same).values(data=data, saved=now)).rowcount:
                db.execute(boards.insert().values(interview=id_, data=data, saved=now))

    def tick(self, owner: str, id_: str) -> float:
        """A sign of life: the interview's clock in seconds. It stands still while nobody is in the room.

        Where nothing can be written (a full disk), it is told and not kept: who reads must not need a disk.
        """
        try:
            with self._mine(owner, id_, lasting=False) as (db, row):
                return tick(db, row)
        except CannotRun:
            log.warning("the clock of an interview could not be kept", exc_info=True)
            return self.elapsed(owner, id_)

    def elapsed(self, owner: str, id_: str) -> float:
        """What the interview's clock shows, in seconds; nothing is written."""
        with self._read() as db:
            return elapsed_at(need(db, owner, id_), time.time())

    def end(self, owner: str, id_: str) -> None:
        """Marks the interview as ended; the first time counts."""
        with self._mine(owner, id_) as (db, row):
            if row.ended is None:
                db.execute(interviews.update().where(interviews.c.id == id_).values(ended=time.time()))

    def consent(self, owner: str, id_: str, to: str, given: bool) -> None:
        """Keeps what the person agreed to."""
        with self._mine(owner, id_) as (db, row):
            known = read_object(row.consent)
            said = json.dumps({**known, to: given})
            db.execute(interviews.update().where(interviews.c.id == id_).values(consent=said))

    def add_report(self, owner: str, id_: str, report: Report, *, turns_graded: int) -> None:
        """Keeps a report; one on the same level replaces it."""
        with self._mine(owner, id_) as (db, _):
            level = report.level.value
            db.execute(reports.delete().where(reports.c.interview == id_, reports.c.level == level))
            db.execute(
                reports.insert().values(
                    interview=id_, level=level, turns=turns_graded, created=time.time(), data=report.model_dump_json()
                )
            )

    def delete(self, owner: str, id_: str) -> bool:
        """Deletes the interview, its turns and its reports for good: the bytes are overwritten, not only unlinked.

        Whether that is finished. False: it is deleted, and its bytes are overwritten as soon as nobody reads the
        database any more (``tidy`` tries again with every write, on closing and on opening).
        """
        with self._mine(owner, id_) as (db, _):
            db.execute(interviews.delete().where(interviews.c.id == id_))
        self._unscrubbed = True
        return self.tidy()

    def tidy(self) -> bool:
        """Finishes what deletions have left to do, if anything; whether nothing is left."""
        if not self._unscrubbed:
            return True
        self._unscrubbed = False
        try:
            with database.refusing(self.engine):
                self._unscrubbed = not database.scrub(self.engine)
        except CannotRun:
            self._unscrubbed = True
            log.warning("deleted bytes could not be overwritten yet", exc_info=True)
        return not self._unscrubbed

    # -- reading ---------------------------------------------------------------------------------------------

    def mine(self, owner: str) -> Rows[Header]:
        """The owner's interviews, newest first; those that cannot be read are counted."""
        with self._read() as db:
            rows = db.execute(headers(owner).order_by(interviews.c.created.desc(), interviews.c.id)).all()
        return readable(rows, read_header)

    def header(self, owner: str, id_: str) -> Header:
        """One interview's header. Raises BadInput when it is not the owner's or cannot be read."""
        with self._read() as db:
            return read_header(need(db, owner, id_))

    def transcript(self, owner: str, id_: str) -> Transcript:
        """The interview. Raises BadInput when it is not the owner's or cannot be read.

        A turn that cannot be read keeps its place, without words and marked ``unreadable``.
        """
        with self._read() as db:
            row, own = need(db, owner, id_), turns_of(db, id_)
        extra = read_object(row.extra)
        extra.pop(PAUSED, None)
        declared = {name: getattr(row, name) for name in ("id", "case", "level", "minutes", "manner", "mode")}
        try:
            return Transcript.model_validate(
                {**extra, **declared, "parent": row.parent or extra.get("parent"), "turns": own}
            )
        except ValidationError as error:
            raise cannot_be_read(error) from error

    def board(self, owner: str, id_: str) -> str | None:
        """What stands on the whiteboard; None when nothing was drawn. Raises BadInput when it is not the owner's."""
        with self._read() as db:
            need(db, owner, id_)
            found = db.execute(sa.select(boards.c.data).where(boards.c.interview == id_)).scalar()
        return None if found is None else str(found)

    def reports(self, owner: str, id_: str) -> dict[Level, Report]:
        """The interview's reports that are about all of its turns, by level; one that cannot be read is made anew."""
        with self._read() as db:
            need(db, owner, id_)
            count = count_turns(db, id_)
            rows = db.execute(sa.select(reports).where(reports.c.interview == id_, reports.c.turns == count)).all()
        return dict(readable(rows, lambda row: (Level(row.level), Report.model_validate_json(row.data))))

    def progress(self, owner: str) -> Rows[tuple[Header, Report]]:
        """The owner's graded interviews, oldest first, each with the report on the level it was held for."""
        with self._read() as db:
            rows = db.execute(
                headers(owner)
                .add_columns(reports.c.data)
                .join(reports, (reports.c.interview == interviews.c.id) & (reports.c.level == interviews.c.level))
                .order_by(interviews.c.created, interviews.c.id)
            ).all()
        return readable(rows, lambda row: (read_header(row), Report.model_validate_json(row.data)))

    # -- plumbing --------------------------------------------------------------------------------------------

    @contextmanager
    def _write(self, lasting: bool = True) -> Iterator[Connection]:
        with database.writing(self.engine, lasting=lasting) as db:
            yield db
        self.tidy()

    @contextmanager
    def _mine(self, owner: str, id_: str, lasting: bool = True) -> Iterator[tuple[Connection, Any]]:
        """Writing to an owner's interview, whose row nobody else changes meanwhile."""
        with self._write(lasting) as db:
            yield db, need(db, owner, id_, lock=True)

    def _read(self) -> AbstractContextManager[Connection]:
        return database.reading(self.engine)
