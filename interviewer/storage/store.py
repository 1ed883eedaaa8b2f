"""The interviews on disk: people own interviews; an interview owns its turns and its reports.

Every method checks the owner: an interview of somebody else does not exist. What cannot be read (a row that a crash,
another program or a newer version left) is skipped and said, and hurts nothing beside it. What the database refuses
is a CannotRun in one line with its cure (``database.py``).
"""

import hashlib
import json
import logging
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from interviewer.domain import Level, MoveKind
from interviewer.errors import BadInput, CannotRun
from interviewer.grading.report import Report
from interviewer.storage import database
from interviewer.storage.database import boards, interviews, people, reports, turns
from interviewer.storage.leases import Leases
from interviewer.storage.rows import (
    PAUSED,
    Header,
    Rows,
    cannot_be_read,
    is_unreadable,
    read_header,
    read_object,
    read_turn,
    readable,
)
from interviewer.transcript import Transcript, Turn

log = logging.getLogger(__name__)
T = TypeVar("T")

AWAY_SECONDS = 150
"""A gap without a sign of life longer than this is an absence, and the clock stands still. Browsers slow
the timers of hidden pages down to one a minute, so it must be well above that."""
_LONGEST_TURN = 180.0
"""Seconds that a turn waits for another process which is answering the same one; grading takes longer."""
_LONGEST_GRADING = 1800.0
_MOST_CORRECTIONS = 200


class MovedOnError(Exception):
    """Somebody appended a turn in the meantime (a second tab): read again."""


class OverError(BadInput):
    """The interview is over: what is said now is no part of it."""


def new_key() -> str:
    """A browser's key: 128 random bits."""
    return secrets.token_hex(16)


def owner_of_key(key: str) -> str:
    """The owner behind a browser's key. Only a hash is stored: who reads the database cannot pose as a browser."""
    return "browser:" + hashlib.sha256(key.encode()).hexdigest()


def owner_of_user(name: str) -> str:
    """The owner behind a signed-in user."""
    return f"user:{name}"


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

    def create(self, owner: str, transcript: Transcript, *, consent: Mapping[str, bool] | None = None) -> str:
        """A new interview with the transcript's header and turns; its id."""
        id_ = secrets.token_hex(16)
        now = time.time()
        known = {"id", "case", "level", "minutes", "manner", "mode", "parent", "turns"}
        extra = {name: value for name, value in transcript.model_dump(mode="json").items() if name not in known}
        with self._write() as db:
            person = _person(db, owner, now)
            parent = transcript.parent if transcript.parent and _find(db, owner, transcript.parent) else None
            if transcript.parent and parent is None:
                extra["parent"] = transcript.parent
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
                    consent=json.dumps(dict(consent or {})),
                    extra=json.dumps(extra),
                )
            )
            for number, turn in enumerate(transcript.turns):
                db.execute(turns.insert().values(interview=id_, number=number, key=None, data=_dump(turn)))
        return id_

    def append(self, owner: str, id_: str, turn: Turn, *, key: str | None = None, expected: int | None = None) -> int:
        """Appends the turn and says which number it has; a turn without a time gets the clock's.

        The same ``key`` again is the same turn: nothing is added. With ``expected``, raises MovedOnError unless the
        turn would get that number. Raises OverError once the interview has ended, BadInput when it is not the owner's.
        A turn starts a clock that was stopped.
        """
        with self._write() as db:
            row = _need(db, owner, id_, lock=True)
            if key is not None:
                known = db.execute(
                    sa.select(turns.c.number).where(turns.c.interview == id_, turns.c.key == key)
                ).scalar()
                if known is not None:
                    return int(known)
            number = _count(db, id_)
            if expected is not None and expected != number:
                raise MovedOnError(f"turn {expected} was written by somebody else")
            if row.ended is not None or _closed(db, id_, number):
                raise OverError("The interview is over.")
            elapsed = _tick(db, row)
            _pause(db, row, False)
            if turn.at is None:
                turn = turn.model_copy(update={"at": int(elapsed * 10) / 10})  # never after the answer to it
            db.execute(turns.insert().values(interview=id_, number=number, key=key, data=_dump(turn)))
        return number

    def replace(self, owner: str, id_: str, number: int, text: str) -> None:
        """Puts other words into the candidate's last turn while nothing was built on it.

        A bare "go on" that followed it goes with it. Raises MovedOnError when more than that was said since,
        OverError once the interview has ended, BadInput when it is not the owner's.
        """
        with self._write() as db:
            row = _need(db, owner, id_, lock=True)
            stored = _turns(db, id_)
            if row.ended is not None:
                raise OverError("The interview is over.")
            if number != editable(stored):
                raise MovedOnError(f"turn {number} has been built on")
            data = _dump(
                stored[number].model_copy(update={"text": text, "heard": None, "observed": None, "edited": True})
            )
            same = (turns.c.interview == id_) & (turns.c.number == number)
            db.execute(turns.update().where(same).values(data=data))
            db.execute(turns.delete().where(turns.c.interview == id_, turns.c.number > number))

    def pause(self, owner: str, id_: str, paused: bool) -> None:
        """Stops the interview's clock, or lets it go on."""
        with self._write() as db:
            row = _need(db, owner, id_, lock=True)
            _tick(db, row)
            _pause(db, row, paused)

    def answer(self, owner: str, id_: str, transcript: Transcript, *, expected: int) -> None:
        """Stores the interviewer's turn (the transcript's last, number ``expected``) and what was heard before it.

        Raises MovedOnError, and stores nothing, when the interview went on in the meantime.
        """
        with self._write() as db:
            row = _need(db, owner, id_, lock=True)
            if _count(db, id_) != expected or len(transcript.turns) != expected + 1:
                raise MovedOnError(f"turn {expected} was written by somebody else")
            _tick(db, row)
            stored = _turns(db, id_)
            if any(turn.text != known.text for turn, known in zip(transcript.turns[:-1], stored, strict=True)):
                raise MovedOnError("an answer was edited in the meantime")
            for number, turn in enumerate(transcript.turns[:-1]):
                if turn.heard != stored[number].heard and not is_unreadable(stored[number]):
                    # Only what was heard may be added later; what was said stays as it was said.
                    data = _dump(stored[number].model_copy(update={"heard": turn.heard}))
                    db.execute(
                        turns.update().where(turns.c.interview == id_, turns.c.number == number).values(data=data)
                    )
            last = _dump(transcript.turns[-1])
            db.execute(turns.insert().values(interview=id_, number=expected, key=None, data=last))

    def correct(self, owner: str, id_: str, correction: Mapping[str, Any]) -> None:
        """Keeps a person's mark beside the machine's. Raises BadInput for more than anybody makes."""
        with self._write() as db:
            row = _need(db, owner, id_, lock=True)
            extra = read_object(row.extra)
            known = extra.get("corrections")
            kept = [*(known if isinstance(known, list) else []), dict(correction)]
            if len(kept) > _MOST_CORRECTIONS:
                raise BadInput("There are too many corrections of this interview already.")
            said = json.dumps({**extra, "corrections": kept})
            db.execute(interviews.update().where(interviews.c.id == id_).values(extra=said))

    def note(self, owner: str, id_: str, transcript: Transcript) -> None:
        """Keeps what was observed behind the turns, where the words are still the same; what was said is not touched.

        Raises BadInput when the interview is not the owner's.
        """
        with self._write() as db:
            _need(db, owner, id_, lock=True)
            for number, (turn, known) in enumerate(zip(transcript.turns, _turns(db, id_), strict=False)):
                if turn.observed and turn.text == known.text and known.observed is None and not is_unreadable(known):
                    same = (turns.c.interview == id_) & (turns.c.number == number)
                    data = _dump(known.model_copy(update={"observed": turn.observed}))
                    db.execute(turns.update().where(same).values(data=data))

    def keep_board(self, owner: str, id_: str, data: str) -> None:
        """Keeps what stands on the whiteboard, a JSON text; the last one counts. Raises BadInput."""
        with self._write() as db:
            _need(db, owner, id_, lock=True)
            same, now = boards.c.interview == id_, time.time()
            if not db.execute(boards.update().where(same).values(data=data, saved=now)).rowcount:
                db.execute(boards.insert().values(interview=id_, data=data, saved=now))

    def tick(self, owner: str, id_: str) -> float:
        """A sign of life: the interview's clock in seconds. It stands still while nobody is in the room.

        Where nothing can be written (a full disk), it is told and not kept: who reads must not need a disk.
        """
        try:
            with self._write() as db:
                return _tick(db, _need(db, owner, id_, lock=True))
        except CannotRun:
            log.warning("the clock of an interview could not be kept", exc_info=True)
            with self._read() as db:
                return _elapsed(_need(db, owner, id_), time.time())

    def end(self, owner: str, id_: str) -> None:
        """Marks the interview as ended; the first time counts."""
        with self._write() as db:
            row = _need(db, owner, id_, lock=True)
            if row.ended is None:
                db.execute(interviews.update().where(interviews.c.id == id_).values(ended=time.time()))

    def consent(self, owner: str, id_: str, to: str, given: bool) -> None:
        """Keeps what the person agreed to."""
        with self._write() as db:
            known = read_object(_need(db, owner, id_, lock=True).consent)
            said = json.dumps({**known, to: given})
            db.execute(interviews.update().where(interviews.c.id == id_).values(consent=said))

    def add_report(self, owner: str, id_: str, report: Report, *, turns_graded: int) -> None:
        """Keeps a report; one on the same level replaces it."""
        with self._write() as db:
            _need(db, owner, id_, lock=True)
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
        with self._write() as db:
            _need(db, owner, id_, lock=True)
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
            rows = db.execute(_headers(owner).order_by(interviews.c.created.desc(), interviews.c.id)).all()
        return readable(rows, read_header)

    def header(self, owner: str, id_: str) -> Header:
        """One interview's header. Raises BadInput when it is not the owner's or cannot be read."""
        with self._read() as db:
            return read_header(_need(db, owner, id_))

    def transcript(self, owner: str, id_: str) -> Transcript:
        """The interview. Raises BadInput when it is not the owner's or cannot be read.

        A turn that cannot be read keeps its place, without words and marked ``unreadable`` (see ``lost_turns``).
        """
        with self._read() as db:
            row, own = _need(db, owner, id_), _turns(db, id_)
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
            _need(db, owner, id_)
            found = db.execute(sa.select(boards.c.data).where(boards.c.interview == id_)).scalar()
        return None if found is None else str(found)

    def reports(self, owner: str, id_: str) -> dict[Level, Report]:
        """The interview's reports that are about all of its turns, by level; one that cannot be read is made anew."""
        with self._read() as db:
            _need(db, owner, id_)
            count = _count(db, id_)
            rows = db.execute(sa.select(reports).where(reports.c.interview == id_, reports.c.turns == count)).all()
        return dict(readable(rows, lambda row: (Level(row.level), Report.model_validate_json(row.data))))

    def progress(self, owner: str) -> Rows[tuple[Header, Report]]:
        """The owner's graded interviews, oldest first, each with the report on the level it was held for."""
        with self._read() as db:
            rows = db.execute(
                _headers(owner)
                .add_columns(reports.c.data)
                .join(reports, (reports.c.interview == interviews.c.id) & (reports.c.level == interviews.c.level))
                .order_by(interviews.c.created, interviews.c.id)
            ).all()
        return readable(rows, lambda row: (read_header(row), Report.model_validate_json(row.data)))

    # -- plumbing --------------------------------------------------------------------------------------------

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with database.writing(self.engine) as db:
            yield db
        self.tidy()

    def _read(self) -> AbstractContextManager[Connection]:
        return database.reading(self.engine)


def _dump(turn: Turn) -> str:
    return turn.model_dump_json(exclude_none=True)


def _turns(db: Connection, id_: str) -> list[Turn]:
    rows = db.execute(sa.select(turns.c.data).where(turns.c.interview == id_).order_by(turns.c.number)).scalars().all()
    return [read_turn(data) for data in rows]


def _count(db: Connection, id_: str) -> int:
    return int(db.execute(sa.select(sa.func.count()).where(turns.c.interview == id_)).scalar_one())


def _person(db: Connection, owner: str, now: float) -> int:
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


def _headers(owner: str) -> sa.Select[Any]:
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


def _find(db: Connection, owner: str, id_: str, lock: bool = False) -> Any:
    query = _headers(owner).where(interviews.c.id == id_)
    return db.execute(query.with_for_update(of=interviews) if lock else query).first()


def _need(db: Connection, owner: str, id_: str, lock: bool = False) -> Any:
    row = _find(db, owner, id_, lock)
    if row is None:
        raise BadInput("There is no such interview among yours; it may have been deleted.")
    return row


def _elapsed(row: Any, now: float) -> float:
    """The interview's clock. A gap is an absence, and so is a clock of the machine that was set forward or back."""
    gap = now - row.seen
    runs = row.ended is None and not read_object(row.extra).get(PAUSED)
    return float(row.elapsed) + (gap if 0 <= gap <= AWAY_SECONDS and runs else 0.0)


def _tick(db: Connection, row: Any) -> float:
    now = time.time()
    elapsed = _elapsed(row, now)
    db.execute(interviews.update().where(interviews.c.id == row.id).values(elapsed=elapsed, seen=now))
    return elapsed


def _pause(db: Connection, row: Any, paused: bool) -> None:
    extra = read_object(row.extra)
    if bool(extra.get(PAUSED)) != paused:
        said = json.dumps({**extra, PAUSED: paused})
        db.execute(interviews.update().where(interviews.c.id == row.id).values(extra=said))


def _closed(db: Connection, id_: str, count: int) -> bool:
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
