"""Back-up and restore: everything comes back, from any database into any database, or nothing does."""

import gzip
import json
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from interviewer import BadInput, CannotRun
from interviewer.storage import database
from interviewer.storage.backup import back_up, restore
from interviewer.storage.store import Store
from tests.web.test_database import ANN, BOB, command, filled
from tests.web.test_storage import interview, said, url  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow


@pytest.fixture
def source(tmp_path: Path) -> str:
    """A database with three interviews of two people, one a second take."""
    source = f"sqlite:///{tmp_path / 'source.sqlite'}"
    with closing(Store.open(source)) as store:
        first = filled(store)
        store.keep_board(ANN, first, "[]")
        store.create(ANN, interview(parent=first, labels={"kept": [1]}))
        store.append(BOB, filled(store, BOB), said("naïve \U0001f600 \x00 words"))
    return source


def contents(at: str) -> dict[str, list[tuple[object, ...]]]:
    engine = database.connect(at)
    with engine.connect() as db:
        tables = (database.people, database.interviews, database.turns, database.boards, database.reports)
        found = {table.name: sorted(map(tuple, db.execute(sa.select(table))), key=repr) for table in tables}
    engine.dispose()
    return found


def test_everything_comes_back_in_either_kind_of_database(source: str, url: str, tmp_path: Path) -> None:  # noqa: F811
    file = tmp_path / "all.backup"
    counts = back_up(source, file)
    assert counts == {"people": 2, "interviews": 3, "turns": 7, "boards": 1, "reports": 2}
    assert file.stat().st_mode & 0o077 == 0
    assert restore(url, file) == counts
    assert contents(url) == contents(source)
    with closing(Store.open(url)) as store:  # and it goes on from there
        assert len(store.mine(ANN)) == 2
        filled(store, "user:carla")
    again = tmp_path / "again.backup"
    assert back_up(url, again)["interviews"] == 4


def test_a_database_that_holds_interviews_is_never_written_over(source: str, tmp_path: Path) -> None:
    file = tmp_path / "all.backup"
    back_up(source, file)
    before = contents(source)
    with pytest.raises(BadInput, match="into an empty database"):
        restore(source, file)
    with pytest.raises(BadInput, match="is there already"):
        back_up(source, file)
    assert contents(source) == before


@pytest.mark.parametrize("kept", [0, 1, 200, -1, -9])
def test_a_back_up_that_was_cut_short_restores_nothing(source: str, tmp_path: Path, kept: int) -> None:
    file = tmp_path / "all.backup"
    back_up(source, file)
    file.write_bytes(file.read_bytes()[:kept])
    target = f"sqlite:///{tmp_path / 'target.sqlite'}"
    with pytest.raises(BadInput, match=str(file)):
        restore(target, file)
    Store.open(target).close()
    assert not any(contents(target).values())


@pytest.mark.parametrize(
    ("lines", "said_"),
    [
        (["hello"], "cannot be read"),
        (['{"kind": "something"}'], "not a back-up"),
        (['{"kind": "interviewer-backup", "schema": "0099"}'], "newer version"),
        (['{"kind": "interviewer-backup", "schema": "0001"}', '["secrets", {}]'], "does not know"),
        (['{"kind": "interviewer-backup", "schema": "0001"}', '["people", {"id; drop": 1}]'], "does not know"),
        (['{"kind": "interviewer-backup", "schema": "0001"}', '["people", {"id": 1}]', '{"rows": 1}'], "contradict"),
        (['{"kind": "interviewer-backup", "schema": "0001"}', "[" * 5000], "cannot be read"),
    ],
)
def test_a_file_that_is_no_back_up_is_said(tmp_path: Path, lines: list[str], said_: str) -> None:
    file = tmp_path / "all.backup"
    file.write_bytes(gzip.compress("\n".join(lines).encode()))
    with pytest.raises((BadInput, CannotRun), match=said_):
        restore(f"sqlite:///{tmp_path / 'target.sqlite'}", file)


def test_both_are_one_command_each(tmp_path: Path) -> None:
    with closing(Store.open(f"sqlite:///{tmp_path / 'interviews.sqlite'}")) as store:
        filled(store)
    assert command(tmp_path, "backup", "all.backup").returncode == 0
    (tmp_path / "interviews.sqlite").unlink()
    back = command(tmp_path, "restore", "all.backup")
    assert (back.returncode, "1 interviews with 3 turns are back" in back.stderr) == (0, True)
    assert command(tmp_path, "restore", "all.backup").returncode == 2
    with gzip.open(tmp_path / "all.backup") as lines:
        assert json.loads(next(lines))["kind"] == "interviewer-backup"
