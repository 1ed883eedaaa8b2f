"""The index may be deleted, damaged, down or hanging: nobody waits for it, nothing is lost, and it is found again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from interviewer import CannotRun
from interviewer.knowledge import Knowledge
from interviewer.knowledge import index as index_module
from interviewer.knowledge.embeddings import shared_embedder
from interviewer.knowledge.index import Index
from interviewer.knowledge.retrieval import Retriever

pytestmark = pytest.mark.slow

QUERY = "how do you handle labels that arrive weeks late"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that failed is looked at again soon."""
    monkeypatch.setattr(index_module, "_LOOK_SECONDS", 0.3)


@pytest.fixture
def small(knowledge, tmp_path: Path) -> Any:
    """The knowledge base with one case: builds fast."""
    root = shutil.copytree(knowledge.root, tmp_path / "knowledge")
    for file in sorted((root / "cases").glob("*.md"))[1:]:
        file.unlink()
    return Knowledge.load(root)


@pytest.fixture
def opened(small: Any, tmp_path: Path) -> Iterator[Callable[..., Retriever]]:
    made: list[Retriever] = []

    def open_(url: str | None = None, **more: Any) -> Retriever:
        made.append(Retriever(Index(small, shared_embedder(), tmp_path / "index", url, **more)))
        return made[-1]

    yield open_
    for one in made:
        one.close()


def asked(retriever: Retriever) -> tuple[int, float]:
    """How many passages were found, and the seconds that took."""
    began = time.monotonic()
    found = retriever.search(QUERY, audience="interviewer")
    return len(found), time.monotonic() - began


def soon_found(retriever: Retriever, patience: float = 40) -> bool:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if asked(retriever)[0]:
            return True
        time.sleep(0.2)
    return False


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class ChromaServer:
    """A real Chroma server in a process of its own."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(self.folder)]
        self.process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "ANONYMIZED_TELEMETRY": "False"},
        )  # fmt: skip
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.url}/api/v2/heartbeat", timeout=1).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise AssertionError("the Chroma server did not start")

    def built(self) -> int:
        """How many groups of passages it holds."""
        address = f"{self.url}/api/v2/tenants/default_tenant/databases/default_database/collections"
        return len(httpx.get(address, timeout=10).json())

    def stop(self, number: signal.Signals = signal.SIGKILL) -> None:
        assert self.process
        self.process.send_signal(number)
        if number in (signal.SIGKILL, signal.SIGTERM):
            self.process.wait(20)
        while number == signal.SIGSTOP and psutil.Process(self.process.pid).status() != psutil.STATUS_STOPPED:
            time.sleep(0.01)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ChromaServer]:
    server = ChromaServer(tmp_path / "chroma")
    server.start()
    yield server
    assert server.process
    server.process.send_signal(signal.SIGCONT)
    server.process.kill()
    server.process.wait(20)


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and never answers."""
    listening = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def hold() -> None:
        while True:
            try:
                held.append(listening.accept()[0])
            except OSError:
                return

    threading.Thread(target=hold, daemon=True).start()
    with closing(listening):
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    for one in held:
        one.close()


def test_a_server_that_is_down_finds_nothing_at_once_and_is_found_when_it_is_up(
    opened: Callable[..., Retriever], server: ChromaServer, caplog: pytest.LogCaptureFixture
) -> None:
    retriever = opened(server.url)
    assert asked(retriever)[0]
    server.stop()
    found, seconds = asked(retriever)
    assert (found, seconds < 2) == (0, True)
    assert "Going on without the notes" in (retriever.trouble or "")
    assert "is the server running?" in (retriever.trouble or "")
    assert [asked(retriever)[0] for _ in range(5)] == [0] * 5
    assert sum("going on without" in record.message for record in caplog.records) == 1  # said once
    server.start()
    assert soon_found(retriever)
    assert retriever.trouble is None


def test_a_server_that_stops_answering_costs_two_seconds_once(
    opened: Callable[..., Retriever], server: ChromaServer
) -> None:
    retriever = opened(server.url)
    assert asked(retriever)[0]
    server.stop(signal.SIGSTOP)
    found, seconds = asked(retriever)
    assert (found, seconds < 2) == (0, True)
    assert "did not answer within" in (retriever.trouble or "")
    assert asked(retriever)[1] < 0.05
    server.stop(signal.SIGCONT)
    assert soon_found(retriever)


def test_a_server_that_never_answered_costs_two_seconds_once(opened: Callable[..., Retriever], silent: str) -> None:
    retriever = opened(silent)
    found, seconds = asked(retriever)
    assert (found, seconds < 2) == (0, True)
    assert asked(retriever) == (0, pytest.approx(0, abs=0.05))
    with pytest.raises(CannotRun, match="the Chroma index at"):
        retriever.index.built()


def test_a_server_that_lost_its_data_is_filled_again(opened: Callable[..., Retriever], server: ChromaServer) -> None:
    retriever = opened(server.url)
    assert asked(retriever)[0]
    server.stop()
    shutil.rmtree(server.folder)
    server.start()
    assert soon_found(retriever)


def test_an_index_that_is_deleted_under_the_app_goes_on_or_is_built_again(
    opened: Callable[..., Retriever], tmp_path: Path, small: Any
) -> None:
    retriever = opened()
    assert asked(retriever)[0]
    shutil.rmtree(tmp_path / "index")
    found, seconds = asked(retriever)
    assert seconds < 2
    assert found or retriever.trouble
    case = next(iter(small.cases))  # a group that was not opened before: it must be built in what is not there any more
    assert retriever.search(QUERY, audience="interviewer", case=case) or soon_found(retriever)


def test_a_damaged_index_is_said_with_its_cure_and_found_when_it_is_gone(
    opened: Callable[..., Retriever], tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / "chroma.sqlite3").write_text("this is no database " * 1000)
    retriever = opened()
    assert asked(retriever)[0] == 0
    assert "delete that folder" in (retriever.trouble or "")
    shutil.rmtree(folder)
    assert soon_found(retriever)


def test_what_is_not_built_yet_is_built_behind_the_search(opened: Callable[..., Retriever]) -> None:
    retriever = opened(behind=True)
    asked(retriever)  # opens Chroma, which takes its time once
    found, seconds = asked(retriever)
    assert seconds < 2
    assert found or soon_found(retriever)
    assert retriever.trouble is None


@pytest.mark.parametrize("number", [37, 30])
def test_a_folder_without_locks_or_to_read_only_is_said(
    opened: Callable[..., Retriever], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuses(*_: Any) -> None:
        raise OSError(number, "no locks here")

    monkeypatch.setattr("fcntl.flock", refuses)
    retriever = opened()
    assert asked(retriever)[0] == 0
    assert "INTERVIEWER_HOME" in (retriever.trouble or "")
