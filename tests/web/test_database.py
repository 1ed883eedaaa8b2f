"""A database that is not as it should be: said in one line with its cure, left as it was, and nobody else is hurt."""

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from interviewer import BadInput, CannotRun, Level
from interviewer.storage import database, is_unreadable, owner_of_user
from interviewer.storage import store as storage
from interviewer.storage.store import Store
from tests.web.conftest import App
from tests.web.test_storage import a_report, answered, interview, said

pytestmark = pytest.mark.slow

ANN, BOB = owner_of_user("ann"), owner_of_user("bob")
OLD = Path(__file__).parent / "data" / "interviews-c9c5106.sqlite.gz"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with one interview of three turns and a report."""
    file = tmp_path / "interviews.sqlite"
    with closing(Store.open(f"sqlite:///{file}")) as store:
        filled(store)
    return file


def filled(store: Store, owner: str = ANN) -> str:
    id_ = store.create(owner, interview())
    store.append(owner, id_, said("the labels arrive late"))
    store.answer(owner, id_, answered(store.transcript(owner, id_)), expected=1)
    store.append(owner, id_, said("so I wait for them"))
    store.add_report(owner, id_, a_report(), turns_graded=3)
    return id_


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    with closing(Store.open(f"sqlite:///{file}")) as store:
        yield store


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-4096])


def overwritten(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[4096:12288] = b"\xab" * 8192
    file.write_bytes(data)


def of_nothing_known(file: Path) -> None:
    file.write_text("these are my notes, please keep them\n" * 50)


def of_another_program(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as db:
        db.execute("create table recipes (name text)")
        db.execute("insert into recipes values ('soup')")
        db.commit()


def of_a_newer_version(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("update alembic_version set version_num = '0099'")
        db.commit()


DAMAGE = {
    "cut short": cut_short,
    "damaged": overwritten,
    "not an SQLite database": of_nothing_known,
    "another program": of_another_program,
    "newer version": of_a_newer_version,
}


@pytest.mark.parametrize("said_", DAMAGE)
def test_a_database_that_cannot_serve_is_said_in_one_line_and_left_as_it_was(file: Path, said_: str) -> None:
    DAMAGE[said_](file)
    before = file.read_bytes()
    for look in (Store.open, database.check):
        with pytest.raises(CannotRun, match=said_) as caught:
            look(f"sqlite:///{file}")
        assert "\n" not in str(caught.value)
        assert str(file) in str(caught.value)
    assert file.read_bytes() == before


@pytest.mark.parametrize("said_", DAMAGE)
def test_the_app_ends_with_3_and_doctor_lists_it_and_goes_on(tmp_path: Path, file: Path, said_: str) -> None:
    DAMAGE[said_](file)
    before = file.read_bytes()
    served = command(tmp_path, "serve")
    assert (served.returncode, served.stderr.count("\n")) == (3, 1), served.stderr
    assert said_ in served.stderr
    looked = command(tmp_path, "doctor", "--json")
    findings = {one["name"]: one for one in json.loads(looked.stdout)}
    assert not findings["database"]["fine"]
    assert said_ in findings["database"]["text"]
    assert "voice" in findings  # what comes after it was looked at too
    assert file.read_bytes() == before


def command(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = App(home, Path("unused")).environment()
    line = [sys.executable, "-m", "interviewer", *arguments]
    return subprocess.run(line, env=environment, cwd=home, capture_output=True, text=True, timeout=120)


def test_a_database_that_cannot_be_written_is_said_with_its_cure(file: Path) -> None:
    with pytest.raises(CannotRun, match=r"cannot be written.*INTERVIEWER_HOME"):
        Store.open(f"sqlite:///file:{file}?mode=ro&uri=true")


@pytest.mark.parametrize("number", [37, 38])
def test_a_share_without_file_locks_serves_or_is_said(file: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def no_locks(*_: Any) -> None:
        raise OSError(number, "no locks here")

    monkeypatch.setattr("fcntl.flock", no_locks)
    file.with_name(f"{file.name}.lock").unlink()  # made where there were locks
    if number == 38:  # not known on this share: another kind of lock serves
        with pytest.warns(UserWarning, match="SoftFileLock"):
            Store.open(f"sqlite:///{file}").close()
        return
    with pytest.raises(CannotRun, match=r"no file locks.*local disk"):
        Store.open(f"sqlite:///{file}")


def test_doctor_makes_no_database(tmp_path: Path) -> None:
    said_ = database.check(f"sqlite:///{tmp_path / 'new' / 'i.sqlite'}")
    assert "made when first needed" in said_
    assert not list(tmp_path.iterdir())


# -- one bad row -----------------------------------------------------------------------------------------------


def spoil(store: Store, statement: str, **values: Any) -> None:
    with store.engine.begin() as db:
        db.execute(sa.text(statement), values)


BROKEN = ["", "{", "null", "[]", '{"speaker": "nobody"}', "{" * 2000, '"\\ud800"']


@pytest.mark.parametrize("data", BROKEN)
def test_an_unreadable_turn_keeps_its_place_and_locks_nobody_out(store: Store, data: str) -> None:
    (header,) = store.mine(ANN)
    spoil(store, "update turns set data = :data where number = 1", data=data)
    back = store.transcript(ANN, header.id)
    assert [turn.text for turn in back.turns] == ["the labels arrive late", "", "so I wait for them"]
    assert sum(map(is_unreadable, back.turns)) == 1
    assert store.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    store.answer(ANN, header.id, answered(back), expected=3)
    filled(store, BOB)
    with store.engine.connect() as db:
        kept = db.execute(sa.text("select data from turns where interview = :id and number = 1"), {"id": header.id})
        assert kept.scalar() == data  # what cannot be read is not written over


def test_words_are_kept_when_something_beside_them_cannot_be_read(store: Store) -> None:
    (header,) = store.mine(ANN)
    turn = {"speaker": "candidate", "text": "the labels arrive late", "at": 7, "heard": [{"kind": "a newer kind"}]}
    spoil(store, "update turns set data = :data where number = 0", data=json.dumps(turn))
    back = store.transcript(ANN, header.id)
    assert (back.turns[0].text, back.turns[0].at, back.turns[0].heard) == ("the labels arrive late", 7, None)
    assert sum(map(is_unreadable, back.turns)) == 0


@pytest.mark.parametrize("column", ["level", "manner"])
def test_an_unreadable_interview_is_counted_and_the_others_are_shown(store: Store, column: str) -> None:
    (bad,), good = store.mine(ANN), filled(store)
    spoil(store, f"update interviews set {column} = 'wizard' where id = :id", id=bad.id)
    mine, progress = store.mine(ANN), store.progress(ANN)
    assert ([header.id for header in mine], mine.unreadable) == ([good], 1)
    assert [header.id for header, _ in progress] == [good]
    for look in (store.header, store.transcript):
        with pytest.raises(BadInput, match="cannot be read"):
            look(ANN, bad.id)
    store.delete(ANN, bad.id)
    assert store.mine(ANN).unreadable == 0


@pytest.mark.parametrize("value", ["soon", 1e308, float("inf"), -1])
@pytest.mark.parametrize("column", ["created", "elapsed", "seen", "minutes"])
def test_a_time_that_is_none_hurts_its_own_interview_alone(store: Store, column: str, value: Any) -> None:
    (bad,), good = store.mine(ANN), filled(store)
    spoil(store, f"update interviews set {column} = :value where id = :id", value=value, id=bad.id)
    mine = store.mine(ANN)
    assert good in [header.id for header in mine]
    assert len(mine) + mine.unreadable == 2
    if column in ("elapsed", "seen"):
        with pytest.raises(BadInput, match="cannot be read"):
            store.tick(ANN, bad.id)
    assert store.tick(ANN, good) >= 0
    store.delete(ANN, bad.id)


@pytest.mark.parametrize("place", ["/dev/zero", "a pipe"])
def test_what_is_no_file_is_said_before_it_is_opened(tmp_path: Path, place: str) -> None:
    if place == "a pipe":
        place = str(tmp_path / "pipe")
        os.mkfifo(place)
    with pytest.raises(CannotRun, match="not a file"):
        database.check(f"sqlite:///{place}")
    with pytest.raises(CannotRun):
        Store.open(f"sqlite:///{place}")


@pytest.mark.parametrize("data", BROKEN)
def test_an_unreadable_report_is_left_out_and_the_others_are_shown(store: Store, data: str) -> None:
    (bad,), good = store.mine(ANN), filled(store)
    spoil(store, "update reports set data = :data where interview = :id", data=data, id=bad.id)
    progress = store.progress(ANN)
    assert ([header.id for header, _ in progress], progress.unreadable) == ([good], 1)
    assert store.reports(ANN, bad.id) == {}
    store.add_report(ANN, bad.id, a_report(), turns_graded=3)
    assert list(store.reports(ANN, bad.id)) == [Level.SENIOR]


@pytest.mark.parametrize("column", ["consent", "extra"])
def test_an_unreadable_field_beside_the_words_is_left_out(store: Store, column: str) -> None:
    (header,) = store.mine(ANN)
    spoil(store, f"update interviews set {column} = '[1'")
    assert store.header(ANN, header.id).consent == {}
    assert len(store.transcript(ANN, header.id).turns) == 3


# -- a full disk, a clock that jumps ------------------------------------------------------------------------------


@pytest.fixture
def full(store: Store) -> Iterator[Callable[[], None]]:
    """Makes SQLite find no more space, as on a full disk."""

    def fill(connection: Any, *_: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def begin() -> None:
        store.engine.dispose()
        sa.event.listen(store.engine, "connect", fill)

    yield begin
    if sa.event.contains(store.engine, "connect", fill):
        sa.event.remove(store.engine, "connect", fill)
    store.engine.dispose()


def test_a_full_disk_refuses_words_and_keeps_everything_readable(store: Store, full: Callable[[], None]) -> None:
    (header,) = store.mine(ANN)
    full()
    with pytest.raises(CannotRun, match=r"disk is full.*try again"):
        store.append(ANN, header.id, said("more and more words " * 9000))
    back = store.transcript(ANN, header.id)
    assert [turn.text for turn in back.turns[:3]] == ["the labels arrive late", "And then?", "so I wait for them"]
    assert store.mine(ANN)[0].id == header.id
    assert store.progress(ANN)


def test_the_clock_is_told_where_it_cannot_be_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    (header,) = store.mine(ANN)

    def refuses(*_: Any) -> None:
        raise sa.exc.OperationalError("UPDATE", {}, sqlite3.OperationalError("database or disk is full"))

    monkeypatch.setattr(storage, "tick", refuses)
    assert 0 <= store.tick(ANN, header.id) < 60
    with pytest.raises(BadInput, match="no such interview"):
        store.tick(BOB, header.id)


def test_a_machines_clock_that_jumps_moves_no_interviews_clock(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [2_000_000_000.0]
    monkeypatch.setattr(storage.time, "time", lambda: now[0])
    id_ = store.create(ANN, interview())
    seen = [store.tick(ANN, id_)]
    for step in (30, -7200, 30, 86_400 * 365, 30):
        now[0] += step
        seen.append(store.tick(ANN, id_))
    assert seen == [0, 30, 30, 60, 60, 90]


# -- deletion ---------------------------------------------------------------------------------------------------


def in_files(file: Path, words: bytes) -> bool:
    return any(words in one.read_bytes() for one in file.parent.glob(f"{file.name}*"))


def test_bytes_that_a_reader_holds_back_are_pending_and_gone_when_it_has_read(store: Store, file: Path) -> None:
    id_ = store.create(ANN, interview())
    reader = sqlite3.connect(file)
    reading = reader.execute("select * from interviews")
    reading.fetchone()
    store.append(ANN, id_, said("XYZZY " * 3000))
    assert store.delete(ANN, id_) is False
    assert in_files(file, b"XYZZY"), "nothing was pending"
    reading.close()
    reader.close()
    filled(store)  # whoever writes next
    assert not in_files(file, b"XYZZY")
    assert store.tidy() is True


def test_what_a_killed_process_had_left_to_delete_is_done_on_opening(file: Path) -> None:
    work = (
        "import sys, os; from tests.web.test_database import *; store = Store.open(sys.argv[1]);"
        "id_ = store.create(ANN, interview()); other = store.engine.connect();"
        "rows = other.exec_driver_sql('select * from turns'); rows.fetchone();"
        "store.append(ANN, id_, said('XYZZY ' * 3000)); print(store.delete(ANN, id_), flush=True); os._exit(9)"
    )
    url = f"sqlite:///{file}"
    done = subprocess.run([sys.executable, "-c", work, url], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (9, "False\n"), done.stderr
    assert in_files(file, b"XYZZY")
    Store.open(url).close()
    assert not in_files(file, b"XYZZY")


# -- the last revision --------------------------------------------------------------------------------------------


def test_a_database_of_the_last_revision_opens_with_everything_in_it(tmp_path: Path) -> None:
    file = tmp_path / "interviews.sqlite"
    with gzip.open(OLD) as packed, file.open("wb") as out:
        shutil.copyfileobj(packed, out)
    with closing(Store.open(f"sqlite:///{file}")) as store:
        retake, held = sorted(store.mine(ANN), key=lambda header: header.ended is not None)
        assert held.consent == {"evals": True}
        transcript = store.transcript(ANN, held.id)
        ids = [turn.move.signal for turn in store.transcript(ANN, retake.id).turns if turn.move]
        assert (held.turns, held.reports, sum(map(is_unreadable, transcript.turns))) == (17, 1, 0)
        assert {turn.backend for turn in transcript.turns if turn.speaker == "interviewer"} == {"scripted"}
        assert "press:general-scale-and-speed" in [turn.move.signal for turn in transcript.turns if turn.move]
        assert "deferred:4" in ids
        assert (retake.parent, retake.consent) == (held.id, {})
        report = store.reports(ANN, held.id)[Level.SENIOR]
        assert report.graded_by.backend == "scripted"
        ((header, shown),) = store.progress(ANN)
        assert (header.id, shown) == (held.id, report)
        store.append(ANN, retake.id, said("and it goes on"))
