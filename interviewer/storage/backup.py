"""Back-up and restore of all interviews: one file, from any database into any database.

    interviewer backup FILE       interviewer restore FILE

The file is gzipped lines of JSON: a head with the schema, then each row as ``[table, {column: value}]``, then a foot
with the number of rows, without which the file was cut short. A back-up of SQLite goes into PostgreSQL and the other
way round, and one of an earlier version is brought up to date.
"""

import gzip
import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from interviewer import BadInput, CannotRun
from interviewer.storage import database
from interviewer.storage.database import boards, interviews, people, reports, turns

_KIND = "interviewer-backup"
_TABLES = (people, interviews, turns, boards, reports)
"""In the order in which they refer to each other; leases and sign-ins are of the moment."""
_AT_ONCE = 500
_LONGEST_LINE = 64_000_000
_NUMBERED = ("people", "reports")


def back_up(url: str, file: Path) -> dict[str, int]:
    """Writes all interviews to a new file that only its owner may read; rows per table. Raises BadInput, CannotRun."""
    engine = database.connect(url)
    aside = file.with_name(f"{file.name}.part")
    counts = dict.fromkeys((table.name for table in _TABLES), 0)
    try:
        database.upgrade(engine)
        if file.exists():
            raise BadInput(f"{file}: is there already; choose another name")
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as raw, gzip.open(raw, "wt", encoding="utf-8") as out:
            out.write(json.dumps({"kind": _KIND, "schema": database.revisions()[-1]}) + "\n")
            for table, row in _rows(engine):
                out.write(json.dumps([table, row]) + "\n")
                counts[table] += 1
            out.write(json.dumps({"rows": sum(counts.values())}) + "\n")
            out.flush()
            os.fsync(raw.fileno())
        aside.replace(file)
    except OSError as error:
        raise CannotRun(f"{file}: cannot be written ({error.strerror or error})") from error
    finally:
        aside.unlink(missing_ok=True)
        engine.dispose()
    return counts


def _rows(engine: sa.Engine) -> Iterator[tuple[str, dict[str, Any]]]:
    """All rows as they were at one moment, however long the reading takes."""
    with database.reading(engine) as db:
        if engine.dialect.name == "sqlite":
            db.exec_driver_sql("BEGIN")
        else:
            db.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for table in _TABLES:
            order = list(table.primary_key.columns)
            if table is interviews:
                order = [table.c.created, *order]
            for row in db.execution_options(yield_per=_AT_ONCE).execute(sa.select(table).order_by(*order)):
                yield table.name, dict(row._mapping)


def restore(url: str, file: Path) -> dict[str, int]:
    """Fills an empty database from a back-up, all of it or nothing; rows per table. Raises BadInput, CannotRun."""
    lines = _lines(file)
    head = next(lines, None)
    if not isinstance(head, dict) or head.get("kind") != _KIND:
        raise BadInput(f"{file}: not a back-up of this app")
    schema = head.get("schema")
    if schema not in database.revisions():
        raise CannotRun(f"{file}: made by a newer version of this app (schema {schema}); update the app")
    engine = database.connect(url)
    try:
        database.upgrade(engine)
        with database.writing(engine) as db:
            if db.execute(sa.select(sa.func.count()).select_from(interviews)).scalar():
                raise BadInput(f"{database.name_of(engine)}: holds interviews; restore into an empty database")
            db.execute(people.delete())
            counts = _fill(db, lines, file)
    finally:
        engine.dispose()
    return counts


def _lines(file: Path) -> Iterator[Any]:
    try:
        with gzip.open(file, "rb") as opened:
            while line := opened.readline(_LONGEST_LINE):
                yield json.loads(line)
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", None) or "not a whole back-up"
        raise BadInput(f"{file}: cannot be read ({why})") from error


def _fill(db: Connection, lines: Iterator[Any], file: Path) -> dict[str, int]:
    tables = {table.name: table for table in _TABLES}
    counts = dict.fromkeys(tables, 0)
    parents: list[dict[str, str]] = []
    foot = None
    for item in lines:  # to the very end, where the sum of all bytes is checked
        if isinstance(item, dict) and foot is None:
            foot = item.get("rows")
            continue
        table, row = _checked(item, tables, file)
        if table == "interviews" and row.get("parent"):
            # The interview that this one was a second take of may come later in the file.
            parents.append({"b_id": row["id"], "b_parent": row["parent"]})
            row["parent"] = None
        try:
            db.execute(tables[table].insert().values(**row))
        except sa.exc.IntegrityError as error:
            raise BadInput(f"{file}: rows of it contradict each other ({table})") from error
        counts[table] += 1
    if foot != sum(counts.values()):
        raise BadInput(f"{file}: cut short; nothing was restored")
    if parents:
        its_id: sa.BindParameter[str] = sa.bindparam("b_id")
        its_parent: sa.BindParameter[str] = sa.bindparam("b_parent")
        db.execute(interviews.update().where(interviews.c.id == its_id).values(parent=its_parent), parents)
    if db.dialect.name == "postgresql":
        for name in _NUMBERED:  # the next number comes after those that were restored
            greatest = f"(SELECT COALESCE(MAX(id), 1) FROM {name})"  # noqa: S608 - our own names
            db.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {greatest})")
    return counts


def _checked(item: Any, tables: dict[str, sa.Table], file: Path) -> tuple[str, dict[str, Any]]:
    match item:
        case [str(table), dict(row)] if table in tables and set(row) <= set(tables[table].c.keys()):
            return table, row
    raise BadInput(f"{file}: holds a row that this version does not know; nothing was restored")
