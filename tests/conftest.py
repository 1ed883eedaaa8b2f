"""What all tests share: a data folder of their own, no model unless asked for, no network but loopback."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import pytest_socket

from interviewer.config import quieten
from tests.tools import chromium, windowless

quieten()
hypothesis.settings.register_profile("ours", deadline=None)  # a busy machine is no finding
hypothesis.settings.load_profile("ours")
for _name in [name for name in os.environ if name.startswith(("OPENAI_", "INTERVIEWER_"))]:
    del os.environ[_name]
os.environ["INTERVIEWER_MODEL"] = "scripted"
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # several processes share the processors: threads would only wait


TOGETHER = {
    "voice": {"page_with", "talking_app", "troubled"},
    "browser": {"browser", "app", "own_app"},
    "speech": {"ears", "voice", "spoken", "vad"},
    "embedded": {"small"},
    "postgres": {"postgres"},
}
"""Tests that use one of these fixtures run in one process when there are several: what is heavy starts once.

What speaks into a browser mostly waits for the end of what is said, so it runs beside what clicks. ``make test-fast``
leaves them all out."""
LISTENING = ("interview", "grading", "listening", "practice")
"""Folders whose tests share what the listener knows of the cases: each case's sentences are embedded once."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser test that ran out of time on a busy machine is tried once more; pytest's last line counts these.

    A wrong text or a wrong state is never tried again, only a time-out.
    """
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError"]))
        used = set(getattr(item, "fixturenames", ()))
        group = next((name for name, fixtures in TOGETHER.items() if fixtures & used), None)
        group = "browser" if item.get_closest_marker("browser") and group != "voice" else group
        if group:
            item.add_marker(pytest.mark.slow)
        elif item.path.parent.name in LISTENING:
            group = "listening"
        if group:
            item.add_marker(pytest.mark.xdist_group(group))


def pytest_make_parametrize_id(val: object) -> str | None:
    """A test is never named by bytes: an archive holds the second in which each process packed it."""
    return "bytes" if isinstance(val, bytes) else None


def pytest_runtest_setup() -> None:
    pytest_socket.socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of this test session, for all its processes; vectors and the index are built in it once."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "home"
    folder.mkdir(exist_ok=True)
    os.environ["INTERVIEWER_HOME"] = str(folder)
    yield folder
    os.environ.pop("INTERVIEWER_HOME", None)


@pytest.fixture(scope="session")
def knowledge():
    """The knowledge base that travels with the product."""
    from interviewer.knowledge import Knowledge

    return Knowledge.load()


@pytest.fixture(scope="session")
def retriever(home: Path, knowledge):
    """A retriever over a real Chroma store."""
    from interviewer.knowledge.embeddings import shared_embedder
    from interviewer.knowledge.index import Index
    from interviewer.knowledge.retrieval import Retriever

    return Retriever(Index(knowledge, shared_embedder(), home / "index"))


@pytest.fixture(scope="session")
def interviewer(home: Path, knowledge, retriever):
    """The interviewer on the scripted backend."""
    from interviewer.interview.interviewer import Interviewer

    return Interviewer(knowledge, retriever=retriever, vectors=home / "vectors")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    """The one Playwright of the session: a second one in the same thread is refused."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as one:
        yield one


def _or_skip(path: str | None) -> str:
    return path or pytest.skip(
        "!!! NO CHROMIUM HERE: the browser tests did not run (python -m tests.tools says how to get one)"
    )


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Chromium's path, or the test is skipped, loudly."""
    return _or_skip(chromium())


@pytest.fixture(scope="session")
def windowless_path() -> str:
    """The path of a Chromium that need have no windows, likewise."""
    return _or_skip(windowless())
