"""Storage, on SQLite and on a real PostgreSQL."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from filelock import FileLock

from interviewer import BadInput, CannotRun, Level, MoveKind, Step, Verdict
from interviewer.grading.report import GradedBy, Report, StepReport
from interviewer.storage import AWAY_SECONDS, database, need, owner_of_key, owner_of_user
from interviewer.storage.leases import Leases
from interviewer.storage.store import MovedOnError, Store
from interviewer.transcript import Heard, Move, Transcript, Turn

pytestmark = pytest.mark.slow

ANN, BOB = owner_of_user("ann"), owner_of_user("bob")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'interviews.sqlite'}"
        return
    server = request.getfixturevalue("postgres")
    empty(server)  # other tests leave interviews in it
    yield server
    empty(server)


def empty(server: str) -> None:
    """Leaves nothing in a PostgreSQL database."""
    engine = database.connect(server)
    with engine.begin() as db:
        db.exec_driver_sql("DROP SCHEMA public CASCADE")
        db.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store.open(url)
    yield store
    store.close()


def interview(**more: object) -> Transcript:
    return Transcript.model_validate({"case": "fraud-detection", "level": "senior", "turns": [], **more})


def said(text: str) -> Turn:
    return Turn(speaker="candidate", text=text, mode="typed")


def answered(transcript: Transcript, text: str = "And then?", heard: list[Heard] | None = None) -> Transcript:
    turns = [turn.model_copy(update={"heard": heard or []}) for turn in transcript.turns]
    turn = Turn(speaker="interviewer", text=text, at=9, move=Move(kind=MoveKind.PROBE), backend="scripted")
    return transcript.model_copy(update={"turns": turns}).with_turn(turn)


def a_report(level: Level = Level.SENIOR, score: float = 2.5) -> Report:
    return Report(
        case="fraud-detection",
        level=level,
        status="assessed",
        verdict=Verdict.HIRE,
        confidence=0.5,
        score=score,
        steps={step: StepReport(status="assessed", score=score) for step in Step},
        graded_by=GradedBy(backend="scripted"),
    )


def test_of_two_servers_one_answers_a_turn_and_the_other_one_takes_over_when_it_dies(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = Leases(store.engine), Leases(Store.open(url).engine)
    with mine.held("turn:x", 1), pytest.raises(CannotRun, match="Another server"), theirs.held("turn:x", 0.3):
        pass
    with theirs.held("turn:x", 0.3), mine.held("turn:y", 0.3):
        pass
    monkeypatch.setattr("interviewer.storage.leases.LEASE_SECONDS", 0.5)
    assert mine._take("turn:x", "of a server that was killed")
    with theirs.held("turn:x", 5):
        assert not mine._take("turn:x", "late")
    mine.close()
    theirs.close()


def test_what_was_said_comes_back_as_it_was_said(store: Store) -> None:
    text = "naïve Bayes \U0001f600 'quoted' \x00 <b>\n\ttabs"
    id_ = store.create(ANN, interview(versions={"knowledge": "k1"}, labels={"kept": [1]}))
    store.append(ANN, id_, said(text))
    back = store.transcript(ANN, id_)
    assert back.turns[0].text == text
    assert back.turns[0].at is not None
    assert back.versions == {"knowledge": "k1"}
    assert back.model_extra == {"labels": {"kept": [1]}}
    assert back.id == id_


def test_everything_is_there_after_the_database_is_opened_again(store: Store, url: str) -> None:
    id_ = store.create(ANN, interview())
    store.append(ANN, id_, said("one"))
    store.close()
    again = Store.open(url)
    assert [turn.text for turn in again.transcript(ANN, id_).turns] == ["one"]
    again.close()


def test_somebody_elses_interview_does_not_exist(store: Store) -> None:
    id_ = store.create(ANN, interview())
    store.append(ANN, id_, said("mine"))
    assert store.mine(BOB) == []
    assert store.progress(BOB) == []
    for look in (
        lambda: store.transcript(BOB, id_),
        lambda: store.header(BOB, id_),
        lambda: store.reports(BOB, id_),
        lambda: store.append(BOB, id_, said("x")),
        lambda: store.tick(BOB, id_),
        lambda: store.end(BOB, id_),
        lambda: store.add_report(BOB, id_, a_report(), turns_graded=1),
        lambda: store.answer(BOB, id_, answered(interview()), expected=1),
        lambda: store.delete(BOB, id_),
    ):
        with pytest.raises(BadInput, match="no such interview"):
            look()
    assert [turn.text for turn in store.transcript(ANN, id_).turns] == ["mine"]


def test_the_same_turn_sent_twice_is_one_turn(store: Store) -> None:
    id_ = store.create(ANN, interview())
    assert store.append(ANN, id_, said("once"), key="k") == 0
    assert store.append(ANN, id_, said("once"), key="k") == 0
    assert store.append(ANN, id_, said("another"), key="l") == 1
    assert [turn.text for turn in store.transcript(ANN, id_).turns] == ["once", "another"]


def test_two_tabs_writing_at_once_lose_nothing(store: Store) -> None:
    id_ = store.create(ANN, interview())
    failed: list[Exception] = []

    def write(name: str) -> None:
        try:
            for number in range(10):
                store.append(ANN, id_, said(f"{name}{number}"), key=f"{name}{number}")
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    texts = [turn.text for turn in store.transcript(ANN, id_).turns]
    assert failed == []
    assert sorted(texts) == sorted(f"{name}{number}" for name in "abcd" for number in range(10))
    assert [text for text in texts if text[0] == "a"] == [f"a{number}" for number in range(10)]


def test_an_answer_to_an_older_state_is_refused(store: Store) -> None:
    id_ = store.create(ANN, interview())
    store.append(ANN, id_, said("one"))
    before = store.transcript(ANN, id_)
    store.append(ANN, id_, said("two"))
    with pytest.raises(MovedOnError):
        store.answer(ANN, id_, answered(before), expected=1)
    assert [turn.text for turn in store.transcript(ANN, id_).turns] == ["one", "two"]


def test_an_answer_adds_what_was_heard_and_changes_nothing_that_was_said(store: Store) -> None:
    id_ = store.create(ANN, interview())
    store.append(ANN, id_, said("the labels arrive late"))
    heard = [Heard(kind="signal", id="label-delay", quote="labels arrive late", step=Step.DATA)]
    after = answered(store.transcript(ANN, id_), heard=heard)
    forged = after.turns[0].model_copy(update={"text": "something else"})
    with pytest.raises(MovedOnError):  # it was edited in the meantime: this answers other words
        store.answer(ANN, id_, after.model_copy(update={"turns": [forged, after.turns[1]]}), expected=1)
    assert len(store.transcript(ANN, id_).turns) == 1
    later = after.turns[0].model_copy(update={"at": 1.0})
    store.answer(ANN, id_, after.model_copy(update={"turns": [later, after.turns[1]]}), expected=1)
    back = store.transcript(ANN, id_).turns
    assert back[0].text == "the labels arrive late"
    assert back[0].at != 1.0
    assert back[0].heard == heard
    assert back[1].text == "And then?"


def test_the_clock_stands_still_while_nobody_is_there(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000.0
    monkeypatch.setattr(time, "time", lambda: now)
    id_ = store.create(ANN, interview())
    now += 60
    assert store.tick(ANN, id_) == 60
    now += AWAY_SECONDS + 1
    assert store.tick(ANN, id_) == 60
    now += 10
    assert store.transcript(ANN, id_).turns == []
    assert store.append(ANN, id_, said("back")) == 0
    assert store.transcript(ANN, id_).turns[0].at == 70
    store.end(ANN, id_)
    now += 10
    assert store.tick(ANN, id_) == 70


def test_reports_are_kept_by_level_and_go_stale_with_another_turn(store: Store) -> None:
    id_ = store.create(ANN, interview())
    store.append(ANN, id_, said("one"))
    store.add_report(ANN, id_, a_report(score=2.0), turns_graded=1)
    store.add_report(ANN, id_, a_report(score=3.0), turns_graded=1)
    store.add_report(ANN, id_, a_report(Level.STAFF, 1.5), turns_graded=1)
    assert {level: report.score for level, report in store.reports(ANN, id_).items()} == {"senior": 3.0, "staff": 1.5}
    store.append(ANN, id_, said("two"))
    assert store.reports(ANN, id_) == {}


def test_progress_runs_from_the_oldest_graded_interview_to_the_newest(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, score in enumerate((1.5, 2.5, 3.5, None)):
        monkeypatch.setattr(time, "time", lambda number=number: 1_000.0 + number)
        id_ = store.create(ANN, interview())
        if score:
            store.add_report(ANN, id_, a_report(score=score), turns_graded=0)
    assert [report.score for _, report in store.progress(ANN)] == [1.5, 2.5, 3.5]
    assert [header.reports for header in store.mine(ANN)] == [0, 1, 1, 1]


def test_a_deleted_interview_is_gone_with_its_turns_and_reports(store: Store) -> None:
    id_ = store.create(ANN, interview())
    child = store.create(ANN, interview(parent=id_))
    store.append(ANN, id_, said("one"))
    store.add_report(ANN, id_, a_report(), turns_graded=1)
    store.delete(ANN, id_)
    with pytest.raises(BadInput):
        store.transcript(ANN, id_)
    with store.engine.connect() as db:
        for table in (database.turns, database.reports):
            assert db.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0
    assert store.transcript(ANN, child).parent is None


def test_a_deleted_interview_leaves_no_byte_in_the_sqlite_files(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'i.sqlite'}")
    id_ = store.create(ANN, interview())
    store.append(ANN, id_, said("XYZZY " * 3000))
    files = sorted(tmp_path.glob("i.sqlite*"))
    assert any(b"XYZZY" in file.read_bytes() for file in files), "the search below would find nothing in any case"
    store.delete(ANN, id_)
    assert not any(b"XYZZY" in file.read_bytes() for file in tmp_path.glob("i.sqlite*"))
    store.close()


def test_sqlite_is_set_up_as_promised(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'deep' / 'i.sqlite'}")
    with store.engine.connect() as db:
        settings = {
            name: db.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "secure_delete", "busy_timeout", "synchronous")
        }
    store.close()
    assert settings == {
        "journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 15_000, "synchronous": 2
    }  # fmt: skip
    assert (tmp_path / "deep" / "i.sqlite").stat().st_mode & 0o077 == 0


def test_many_writers_of_one_process_wait_for_each_other_and_none_is_turned_away(tmp_path: Path) -> None:
    """SQLite tells who finds it busy too often that it is locked: with a twentieth of a second's patience the second."""
    with closing(Store.open(f"sqlite:///{tmp_path / 'i.sqlite'}")) as store:
        id_ = store.create(ANN, interview())
        sa.event.listen(store.engine, "checkout", lambda own, *_: own.execute("PRAGMA busy_timeout = 50").close())

        def write(number: int) -> None:
            with database.writing(store.engine) as db:
                need(db, ANN, id_, lock=True)
                time.sleep(0.02)
            store.append(ANN, id_, said(str(number)))

        with ThreadPoolExecutor(20) as pool:
            list(pool.map(write, range(20)))
        assert len(store.transcript(ANN, id_).turns) == 20


def test_words_wait_for_the_disk_and_clocks_do_not(tmp_path: Path) -> None:
    with closing(Store.open(f"sqlite:///{tmp_path / 'i.sqlite'}")) as store:
        done: list[str] = []
        sa.event.listen(store.engine, "before_cursor_execute", lambda _, __, statement, *___: done.append(statement))
        id_ = store.create(ANN, interview())
        acts = ((lambda: store.append(ANN, id_, said("words")), "FULL"), (lambda: store.tick(ANN, id_), "NORMAL"))
        for act, mode in acts:
            done.clear()
            act()
            assert [one for one in done if "synchronous" in one] == [f"PRAGMA synchronous = {mode}"]
            assert done.index(f"PRAGMA synchronous = {mode}") < done.index("BEGIN IMMEDIATE")


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.engine.connect() as db:
        assert compare_metadata(MigrationContext.configure(db), database.metadata) == []


def test_what_another_server_is_making_is_not_taken_for_another_programs_file(tmp_path: Path) -> None:
    file = tmp_path / "interviews.sqlite"
    with FileLock(f"{file}.lock"), closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE people (id INTEGER)")
        opened: list[Store] = []
        begun = threading.Thread(target=lambda: opened.append(Store.open(f"sqlite:///{file}")))
        begun.start()
        time.sleep(0.3)
        other.execute("DROP TABLE people")
    begun.join()
    assert [one.mine(ANN) for one in opened] == [[]]
    opened[0].close()


def test_several_servers_may_start_on_an_empty_database_at_once(url: str) -> None:
    start = "import sys; from interviewer.storage.store import Store; Store.open(sys.argv[1]).close()"
    servers = [subprocess.Popen([sys.executable, "-c", start, url], stderr=subprocess.PIPE) for _ in range(3)]
    said = [server.communicate(timeout=60)[1].decode() for server in servers]
    assert [server.returncode for server in servers] == [0, 0, 0], said
    threads = [threading.Thread(target=lambda: Store.open(url).close()) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = Store.open(url)
    assert store.mine(ANN) == []
    store.close()


def test_only_the_hash_of_a_key_is_stored(store: Store) -> None:
    key = "5f" * 16
    store.create(owner_of_key(key), interview())
    with store.engine.connect() as db:
        owners = db.execute(sa.select(database.people.c.owner)).scalars().all()
    assert owners == [owner_of_key(key)]
    assert key not in owners[0]


@pytest.mark.parametrize("bad", ["mysql://x/y", "nonsense://", "sqlite+nothing:///x"])
def test_an_unusable_database_url_is_bad_input_and_leaves_nothing(
    bad: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match="INTERVIEWER_DATABASE_URL"):
        Store.open(bad)
    assert not list(tmp_path.iterdir())


def test_a_database_that_cannot_be_opened_is_said_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotRun, match="cannot be kept there"):
        Store.open(f"sqlite:///{tmp_path / 'file' / 'i.sqlite'}")
    pytest.importorskip("psycopg")
    with pytest.raises(CannotRun, match="cannot be opened") as caught:
        Store.open("postgresql://ann:hush@127.0.0.1:1/x")
    assert "hush" not in str(caught.value)


def test_a_turn_is_never_later_than_the_clock_that_its_answer_is_given_by(store: Store) -> None:
    id_ = store.create(ANN, interview())
    for number in range(12):
        store.append(ANN, id_, said(f"answer {number}"))
        assert (store.transcript(ANN, id_).turns[-1].at or 0) <= store.tick(ANN, id_)
        time.sleep(0.02)


def test_a_second_take_goes_on_from_the_time_of_the_turn_before_it(store: Store) -> None:
    begun = interview().with_turn(Turn(speaker="interviewer", text="Hello.", at=100.5974953))
    id_ = store.create(ANN, begun, waits=True)
    store.append(ANN, id_, said("Again."))
    times = [turn.at for turn in store.transcript(ANN, id_).turns]
    assert times == sorted(times), "a time that is cut off at tenths must not lie before the turn ahead"
    assert times[-1] <= store.tick(ANN, id_)
