"""The database behind the store: its tables, how it is opened and looked at, and how it refuses, in one line.

SQLite (write-ahead log) by default, PostgreSQL through a URL. The schema is made by Alembic
(``migrations/``), from the first table on. Nothing is changed in a file that is not ours, that a newer
version made, or that is damaged: it is said what is wrong and what helps.
"""

import errno
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from interviewer import BadInput, CannotRun

BUSY_SECONDS = 15
_SCRUB_SECONDS = 0.5
"""How long truncating the log waits for readers: it holds up writers meanwhile."""
_CHECKED_BYTES = 200_000_000
"""A file up to this size is checked whole when it is opened (about a second)."""
_LOOK_AGAIN_SECONDS = 10
"""How long another server may take to make the tables before its file is judged as it stands."""
_CHECKPOINT_SECONDS = 0.2
"""While the write-ahead log goes into the file, its head may name more pages than there are yet."""
_MIGRATING = threading.Lock()
"""Alembic's context is one per process."""
_WRITERS: WeakKeyDictionary[Engine, threading.Lock] = WeakKeyDictionary()
"""SQLite's writers look again and again, in no order: of a hundred some never see it free. Threads queue here."""

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
boards = sa.Table(
    "boards",
    metadata,
    sa.Column("interview", sa.ForeignKey("interviews.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("saved", sa.Float, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
)
"""What stands on an interview's whiteboard now, shown to the interviewer or not."""
leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.String(120), primary_key=True),
    sa.Column("holder", sa.String(32), nullable=False),
    sa.Column("until", sa.Float, nullable=False),
)
"""Who is at work on what, in whichever process: nobody answers a turn or grades an interview twice."""
sign_ins = sa.Table(
    "sign_ins",
    metadata,
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column("user", sa.String(200), nullable=False),
    sa.Column("created", sa.Float, nullable=False),
)
"""Who has signed in; of what the browser holds only a hash."""


def connect(url: str) -> Engine:
    """An engine for the URL, not opened yet. Raises BadInput for an unusable URL, CannotRun for an unusable place."""
    if url.startswith(("postgresql://", "postgres://")):
        url = "postgresql+psycopg://" + url.partition("://")[2]
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise BadInput("INTERVIEWER_DATABASE_URL: only sqlite:///… and postgresql://… are supported")
        parsed.get_dialect()  # an unknown driver is said before a file is made
        if file := _file(parsed):
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.exists():
                file.touch(mode=0o600)
            _examine_in_peace(file)
            engine = sa.create_engine(parsed, pool_size=16, max_overflow=64)
        else:
            engine = sa.create_engine(parsed, pool_pre_ping=True, pool_size=8, max_overflow=24)
    except (ArgumentError, NoSuchModuleError) as error:
        example = "sqlite:////data/interviews.sqlite"
        raise BadInput(f"INTERVIEWER_DATABASE_URL: not a database URL, e.g. {example}") from error
    except ModuleNotFoundError as error:
        cure = "pip install 'ml-design-interviewer[postgres]'"
        raise CannotRun(f"PostgreSQL needs the package {error.name}: {cure}") from error
    except OSError as error:
        what = f"the interviews cannot be kept there ({error.strerror})"
        raise CannotRun(f"{error.filename}: {what}; set INTERVIEWER_HOME to a folder that can be written") from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _file(url: sa.URL) -> Path | None:
    """The file of an SQLite URL; None for one in memory, for a URI with options of its own, and for a server."""
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or name in ("", ":memory:") or name.startswith("file:"):
        return None
    return Path(name)


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver opens no transaction by itself: writing says BEGIN IMMEDIATE
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _examine_in_peace(file: Path, whole: bool = False) -> None:
    """Refuses what ``_examine`` refuses, and not what another of our servers is only about to have written."""
    from filelock import FileLock

    try:
        _examine(file, whole)
    except CannotRun:
        lock = Path(f"{file}.lock")
        if not lock.exists():
            raise
        with suppress(TimeoutError, OSError), FileLock(lock, timeout=_LOOK_AGAIN_SECONDS):
            time.sleep(_CHECKPOINT_SECONDS)
        _examine(file, whole)


def _examine(file: Path, whole: bool = False) -> None:
    """Refuses, without changing anything, a file that is not a sound database of ours."""
    size = file.stat().st_size
    if not size:
        return
    with file.open("rb") as opened:
        head = opened.read(100)
    if not head.startswith(b"SQLite format 3\0"):
        raise CannotRun(f"{file}: not an SQLite database; move it away, or set INTERVIEWER_DATABASE_URL")
    page = int.from_bytes(head[16:18], "big")
    pages, page = int.from_bytes(head[28:32], "big"), 65_536 if page == 1 else page
    if size < pages * page:
        raise CannotRun(f"{file}: cut short ({size:,} of {pages * page:,} bytes). {_CURE_DAMAGE}")
    try:
        with closing(sqlite3.connect(file, timeout=BUSY_SECONDS)) as db:
            tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if tables and not {"people", "interviews", "turns"} <= tables:
                raise CannotRun(
                    f"{file}: the database of another program; move it away, or set INTERVIEWER_DATABASE_URL"
                )
            found = ("ok",)
            if tables and (whole or size <= _CHECKED_BYTES):
                found = db.execute("PRAGMA quick_check(1)").fetchone()
            if found != ("ok",):
                raise CannotRun(f"{file}: damaged ({str(found[0]).splitlines()[0]}). {_CURE_DAMAGE}")
    except sqlite3.Error as error:
        raise refusal(error, str(file)) from error


_CURE_DAMAGE = (
    "It was left as it is. Move it away and restore a back-up: interviewer restore FILE "
    "(or keep what can be read: sqlite3 FILE .recover)"
)
_CURES = (
    ("readonly", "cannot be written; make the file and its folder writable, or set INTERVIEWER_HOME"),
    ("full", "the disk is full; what was stored is kept. Free some space and try again"),
    ("malformed", f"damaged. {_CURE_DAMAGE}"),
    ("not a database", "not an SQLite database; move it away, or set INTERVIEWER_DATABASE_URL"),
    ("locked", "another program holds it; close that one, or keep the data on a local disk (INTERVIEWER_HOME)"),
    ("disk i/o", "the disk does not read or write it; see that it has space and that the folder is a local disk"),
    ("unable to open", "cannot be opened; see that the folder exists and can be written, or set INTERVIEWER_HOME"),
)


def refusal(error: Exception, where: str) -> CannotRun:
    """What the database said, in one line with the cure and without its statement or any value in it."""
    said = (str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__])[0]
    plain, unknown = said.lower().replace("-", ""), "the database cannot be opened or used"
    return CannotRun(f"{where}: {next((cure for words, cure in _CURES if words in plain), unknown)} ({said})")


def name_of(engine: Engine) -> str:
    """The database in words, without its password."""
    return str(_file(engine.url) or engine.url.render_as_string(hide_password=True))


@contextmanager
def refusing(engine: Engine) -> Iterator[None]:
    """Here what the database refuses is a CannotRun with its cure."""
    try:
        yield
    except DBAPIError as error:
        raise refusal(error, name_of(engine)) from error


@contextmanager
def writing(engine: Engine, *, lasting: bool = True) -> Iterator[sa.Connection]:
    """A transaction that writes. Raises CannotRun with the cure for what the database refuses.

    What is not ``lasting`` (a clock, a lease) waits for no disk: on SQLite a loss of power may take it.
    """
    queue = _WRITERS.setdefault(engine, threading.Lock()) if engine.dialect.name == "sqlite" else None
    if queue and not queue.acquire(timeout=BUSY_SECONDS):
        raise refusal(RuntimeError("database is locked"), name_of(engine))
    try:
        with refusing(engine), engine.begin() as db:
            if queue:
                db.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if lasting else 'NORMAL'}").close()
                # A deferred transaction that turns into a writer half-way fails at once instead of waiting.
                db.exec_driver_sql("BEGIN IMMEDIATE")
            yield db
    finally:
        if queue:
            queue.release()


@contextmanager
def reading(engine: Engine) -> Iterator[sa.Connection]:
    """A connection that reads. Raises CannotRun with the cure for what the database refuses."""
    with refusing(engine), engine.connect() as db:
        yield db


def _scripts() -> Any:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(Path(__file__).parent / "migrations"))


def revisions() -> list[str]:
    """The schema's revisions that this version knows, oldest first."""
    return [one.revision for one in _scripts().walk_revisions()][::-1]


def upgrade(engine: Engine) -> None:
    """Brings the schema up to date; several processes may start at once. Raises CannotRun."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    scripts = _scripts()
    with refusing(engine), _one_at_a_time(engine), engine.connect() as db:
        if _revision(db) != scripts.get_current_head():
            context = MigrationContext.configure(db)
            with context.begin_transaction(), Operations.context(context):
                if engine.dialect.name == "postgresql":
                    # Several servers may start at once: the second one waits until the first one has done it all.
                    db.exec_driver_sql("SELECT pg_advisory_xact_lock(7241946)")
                for step in [*scripts.iterate_revisions("head", _revision(db))][::-1]:
                    step.module.upgrade()
                    context.stamp(scripts, step.revision)
        if db.in_transaction():
            db.commit()
        if engine.dialect.name == "sqlite":
            db.exec_driver_sql("BEGIN IMMEDIATE")
            db.exec_driver_sql("DELETE FROM leases WHERE name IS NULL")  # refuses now what would refuse the first turn
            db.exec_driver_sql("ROLLBACK")
    file = _file(engine.url)
    if file and os.name == "posix" and os.access(file, os.W_OK) and file.stat().st_mode & 0o077:
        file.chmod(0o600)


def _revision(db: sa.Connection) -> str | None:
    """The schema's revision; None for an empty database. Raises CannotRun for one that a newer version made."""
    if not sa.inspect(db).has_table("alembic_version"):
        return None
    found: str | None = db.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    known = revisions()
    if found is not None and found not in known:
        cure = "Update the app, or set another INTERVIEWER_DATABASE_URL"
        raise CannotRun(
            f"{name_of(db.engine)}: made by a newer version of this app (schema {found}; here: {known[-1]}). {cure}"
        )
    return found


@contextmanager
def _one_at_a_time(engine: Engine) -> Iterator[None]:
    """Among the threads of this process, and among processes on the same file; a server has locks of its own."""
    from filelock import FileLock, Timeout

    lock = FileLock(f"{file}.lock") if (file := _file(engine.url)) else None
    with _MIGRATING:
        try:
            if lock:
                lock.acquire(timeout=30)
        except Timeout as error:
            raise CannotRun(
                f"{lock and lock.lock_file}: held by another program; close that one, or delete this file if none runs"
            ) from error
        except (OSError, NotImplementedError) as error:
            # Of a folder that cannot be written SQLite itself says what does not work.
            if getattr(error, "errno", None) not in (errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EROFS):
                cure = "set INTERVIEWER_HOME to a local disk"
                raise CannotRun(f"{file}: its folder has no file locks ({error}); {cure}") from error
            lock = None
        try:
            yield
        finally:
            if lock:
                lock.release()


def check(url: str) -> str:
    """Looks at a database without changing it: what is there, in words. Raises BadInput, CannotRun."""
    try:
        file = _file(make_url(url))
    except ArgumentError:
        file = None  # said when it is opened
    if file and (not file.exists() or not file.stat().st_size):
        _writable(file)
        return f"{file} (made when first needed)"
    if file:
        try:
            _examine_in_peace(file, whole=True)
        except OSError as error:
            raise CannotRun(f"{file}: cannot be read ({error.strerror})") from error
        _writable(file)
    engine = connect(url)
    try:
        with refusing(engine), engine.connect() as db:
            found = _revision(db)
            count = db.execute(sa.select(sa.func.count()).select_from(interviews)).scalar() if found else 0
    finally:
        engine.dispose()
    return f"{name_of(engine)}: {count} interviews"


def _writable(file: Path) -> None:
    if file.exists() and not file.is_file():
        raise CannotRun(f"{file}: not a file; set INTERVIEWER_DATABASE_URL")
    for place in (file, file.parent):
        if place.exists() and not os.access(place, os.W_OK):
            raise CannotRun(f"{place}: cannot be written; make it writable, or set INTERVIEWER_HOME")


def scrub(engine: Engine) -> bool:
    """Takes what was deleted out of the log too; whether that was finished.

    SQLite: deleted bytes are overwritten (``secure_delete``) in the newest pages, but the write-ahead log still holds
    the old ones until it is truncated, and that waits for whoever is still reading. PostgreSQL: the rows' space is
    given back for new ones; its own logs and back-ups are the administrator's.
    """
    if engine.dialect.name != "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
            for table in (turns, boards, reports, interviews):
                db.exec_driver_sql(f"VACUUM {table.name}")
        return True
    with engine.connect() as db:
        db.exec_driver_sql(f"PRAGMA busy_timeout = {int(_SCRUB_SECONDS * 1000)}").close()
        try:
            busy, *_ = db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        finally:
            db.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}").close()
    return not busy
