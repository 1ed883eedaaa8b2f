"""The interviews on disk: people own interviews; an interview owns its turns and its reports.

SQLite (write-ahead log) by default, PostgreSQL through a URL. Every method checks the owner: an interview
of somebody else does not exist. The schema is made by Alembic (``interviewer/migrations``), from the first table on.
"""

import hashlib
import json
import os
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, OperationalError

from interviewer.domain import Level, Manner
from interviewer.errors import BadInput, CannotRun
from interviewer.grading.report import Report
from interviewer.transcript import Transcript, Turn

BUSY_SECONDS = 15
AWAY_SECONDS = 150
"""A gap without a sign of life longer than this is an absence, and the clock stands still. Browsers slow
the timers of hidden pages down to one a minute, so it must be well above that."""

_MIGRATING = threading.Lock()
"""Alembic's context is one per process."""

metadata = sa.MetaData()
people = sa.Table(
    "people",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("owner", sa.String(200), nullable=False, unique=True),
    sa.Column("created", sa.Float, nullable=False),
)
interviews = sa.Table(
    "interviews",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("person", sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("case", sa.String(200), nullable=False),
    sa.Column("level", sa.String(20), nullable=False),
    sa.Column("minutes", sa.Float, nullable=False),
    sa.Column("manner", sa.String(20), nullable=False),
    sa.Column("mode", sa.String(60), nullable=False),
    sa.Column("parent", sa.ForeignKey("interviews.id", ondelete="SET NULL"), nullable=True),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("ended", sa.Float, nullable=True),
    sa.Column("elapsed", sa.Float, nullable=False),
    sa.Column("seen", sa.Float, nullable=False),
    sa.Column("consent", sa.Text, nullable=False),
    sa.Column("extra", sa.Text, nullable=False),
)
turns = sa.Table(
    "turns",
    metadata,
    sa.Column("interview", sa.ForeignKey("interviews.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("key", sa.String(64), nullable=True),
    sa.Column("data", sa.Text, nullable=False),
    sa.UniqueConstraint("interview", "key", name="one_turn_per_key"),
)
reports = sa.Table(
    "reports",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("interview", sa.ForeignKey("interviews.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("level", sa.String(20), nullable=False),
    sa.Column("turns", sa.Integer, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
)


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


class MovedOnError(Exception):
    """Somebody appended a turn in the meantime (a second tab): read again."""


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
        self.engine = _engine(url)

    @classmethod
    def open(cls, url: str) -> "Store":
        """The database behind the URL, brought to the newest schema. Raises BadInput, CannotRun."""
        store = cls(url)
        _migrate(store.engine)
        return store

    def close(self) -> None:
        """Gives the connections back."""
        self.engine.dispose()

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
        turn would get that number. Raises BadInput when the interview is not the owner's.
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
            elapsed = _tick(db, row)
            if turn.at is None:
                turn = turn.model_copy(update={"at": int(elapsed * 10) / 10})  # never after the answer to it
            db.execute(turns.insert().values(interview=id_, number=number, key=key, data=_dump(turn)))
        return number

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
            for number, turn in enumerate(transcript.turns[:-1]):
                if turn.heard != stored[number].heard:
                    # Only what was heard may be added later; what was said stays as it was said.
                    data = _dump(stored[number].model_copy(update={"heard": turn.heard}))
                    db.execute(
                        turns.update().where(turns.c.interview == id_, turns.c.number == number).values(data=data)
                    )
            last = _dump(transcript.turns[-1])
            db.execute(turns.insert().values(interview=id_, number=expected, key=None, data=last))

    def tick(self, owner: str, id_: str) -> float:
        """A sign of life: the interview's clock in seconds. It stands still while nobody is in the room."""
        with self._write() as db:
            return _tick(db, _need(db, owner, id_, lock=True))

    def end(self, owner: str, id_: str) -> None:
        """Marks the interview as ended; the first time counts."""
        with self._write() as db:
            row = _need(db, owner, id_, lock=True)
            if row.ended is None:
                db.execute(interviews.update().where(interviews.c.id == id_).values(ended=time.time()))

    def consent(self, owner: str, id_: str, to: str, given: bool) -> None:
        """Keeps what the person agreed to."""
        with self._write() as db:
            known = json.loads(_need(db, owner, id_, lock=True).consent)
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

    def delete(self, owner: str, id_: str) -> None:
        """Deletes the interview, its turns and its reports for good: the bytes are overwritten, not only unlinked."""
        with self._write() as db:
            _need(db, owner, id_, lock=True)
            db.execute(interviews.delete().where(interviews.c.id == id_))
        self._scrub()

    # -- reading ---------------------------------------------------------------------------------------------

    def mine(self, owner: str) -> list[Header]:
        """The owner's interviews, newest first."""
        with self.engine.connect() as db:
            rows = db.execute(_headers(owner).order_by(interviews.c.created.desc(), interviews.c.id)).all()
        return [_header(row) for row in rows]

    def header(self, owner: str, id_: str) -> Header:
        """One interview's header. Raises BadInput when it is not the owner's."""
        with self.engine.connect() as db:
            return _header(_need(db, owner, id_))

    def transcript(self, owner: str, id_: str) -> Transcript:
        """The interview. Raises BadInput when it is not the owner's."""
        with self.engine.connect() as db:
            row = _need(db, owner, id_)
            extra = json.loads(row.extra)
            return Transcript.model_validate(
                {
                    **extra,
                    "id": row.id,
                    "case": row.case,
                    "level": row.level,
                    "minutes": row.minutes,
                    "manner": row.manner,
                    "mode": row.mode,
                    "parent": row.parent or extra.get("parent"),
                    "turns": _turns(db, id_),
                }
            )

    def reports(self, owner: str, id_: str) -> dict[Level, Report]:
        """The interview's reports that are about all of its turns, by level."""
        with self.engine.connect() as db:
            _need(db, owner, id_)
            count = _count(db, id_)
            rows = db.execute(sa.select(reports).where(reports.c.interview == id_, reports.c.turns == count)).all()
        return {Level(row.level): Report.model_validate_json(row.data) for row in rows}

    def progress(self, owner: str) -> list[tuple[Header, Report]]:
        """The owner's graded interviews, oldest first, each with the report on the level it was held for."""
        with self.engine.connect() as db:
            rows = db.execute(
                _headers(owner)
                .add_columns(reports.c.data)
                .join(reports, (reports.c.interview == interviews.c.id) & (reports.c.level == interviews.c.level))
                .order_by(interviews.c.created, interviews.c.id)
            ).all()
        return [(_header(row), Report.model_validate_json(row.data)) for row in rows]

    # -- plumbing --------------------------------------------------------------------------------------------

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with self.engine.begin() as db:
            if self.engine.dialect.name == "sqlite":
                # A deferred transaction that turns into a writer half-way fails at once instead of waiting.
                db.exec_driver_sql("BEGIN IMMEDIATE")
            yield db

    def _scrub(self) -> None:
        """After a deletion: SQLite's log still holds the old pages."""
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect() as db:
                db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()
        else:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
                for table in (turns, reports, interviews):
                    db.exec_driver_sql(f"VACUUM {table.name}")


def _engine(url: str) -> Engine:
    if url.startswith(("postgresql://", "postgres://")):
        url = "postgresql+psycopg://" + url.partition("://")[2]
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise BadInput("INTERVIEWER_DATABASE_URL: only sqlite:///… and postgresql://… are supported")
        if parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:":
            parsed.get_dialect()  # an unknown driver is said before a file is made
            path = Path(parsed.database)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        engine = sa.create_engine(parsed, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError) as error:
        raise BadInput(
            "INTERVIEWER_DATABASE_URL: not a database URL, e.g. sqlite:////data/interviews.sqlite"
        ) from error
    except ModuleNotFoundError as error:
        raise CannotRun(
            f"PostgreSQL needs the package {error.name}: pip install 'ml-design-interviewer[postgres]'"
        ) from error
    except OSError as error:
        raise CannotRun(f"{error.filename}: the interviews cannot be kept there ({error.strerror})") from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _sqlite)
    return engine


def _sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver opens no transaction by itself: _write says BEGIN IMMEDIATE
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _migrate(engine: Engine) -> None:
    """Brings the schema up to date; several processes may start at once."""
    from alembic import command
    from alembic.config import Config
    from filelock import FileLock

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    database = engine.url.database or ""
    lock = FileLock(f"{database}.lock") if engine.dialect.name == "sqlite" and database else None
    try:
        if lock:
            lock.acquire(timeout=60)
        with _MIGRATING, engine.connect() as db:
            config.attributes["connection"] = db
            command.upgrade(config, "head")
            if db.in_transaction():
                db.commit()
    except OperationalError as error:
        where = engine.url.render_as_string(hide_password=True)
        raise CannotRun(f"{where}: the database cannot be opened ({str(error.orig).splitlines()[0]})") from error
    finally:
        if lock:
            lock.release()
    if database and engine.dialect.name == "sqlite" and os.name == "posix":
        Path(database).chmod(0o600)


def _dump(turn: Turn) -> str:
    return turn.model_dump_json(exclude_none=True)


def _turns(db: Connection, id_: str) -> list[Turn]:
    rows = db.execute(sa.select(turns.c.data).where(turns.c.interview == id_).order_by(turns.c.number))
    return [Turn.model_validate_json(data) for data in rows.scalars()]


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


def _header(row: Any) -> Header:
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
        consent=json.loads(row.consent),
        turns=row.n_turns,
        reports=row.n_reports,
    )


def _tick(db: Connection, row: Any) -> float:
    now = time.time()
    gap = now - row.seen
    elapsed = float(row.elapsed) + (gap if 0 <= gap <= AWAY_SECONDS and row.ended is None else 0.0)
    db.execute(interviews.update().where(interviews.c.id == row.id).values(elapsed=elapsed, seen=now))
    return elapsed
