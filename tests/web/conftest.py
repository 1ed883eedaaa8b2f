"""What the app's tests share: databases, one running app, one Chromium."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from interviewer import CannotRun
from interviewer.web.board import fetch
from tests.tools import initdb

CHROMIUM = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
CHROMIUM += ["--disable-background-networking", "--disable-component-update"]
CHROMIUM += [
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup"  # pages that each window has of its own
    ",HttpsUpgrades,MediaRouter,PaintHolding,OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch"
]
"""Chromium heeds the last list only, so what Playwright turns off for good reasons is here again. Without pages of its
own a new window takes .4 s of a processor for 1.5."""
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120_000
"""Milliseconds that a page is waited for; it comes in a second on a quiet machine, in a minute on one that two apps load."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@dataclass
class App:
    """An app in a process of its own."""

    home: Path
    script: Path
    extra: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def log(self) -> Path:
        """What it printed."""
        return self.home / "app.log"

    def environment(self) -> dict[str, str]:
        """The process's environment: nothing of the tester's settings."""
        own = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        own |= {"PYTHONPATH": str(ROOT), "INTERVIEWER_HOME": str(self.home), "INTERVIEWER_MODEL": "scripted"}
        return {**own, "GRADIO_SERVER_PORT": str(self.port), "OMP_NUM_THREADS": "1", **self.extra}

    def start(self) -> float:
        """Starts it; the seconds until it answered."""
        began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(self.script)], cwd=self.home, env=self.environment(), stdout=log, stderr=log
            )
        while time.monotonic() - began < 180:  # two seconds on a quiet machine
            if self.process.poll() is not None:
                raise AssertionError(f"the app ended: {self.log.read_text()[-2000:]}")
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(self.url, timeout=2).status_code in (200, 401):
                    return time.monotonic() - began
            time.sleep(0.1)
        raise AssertionError(f"the app did not answer: {self.log.read_text()[-2000:]}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ends it; its exit code."""
        assert self.process
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(20)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The real pages and storage with the tests' own interviewer."""
    app = App(tmp_path_factory.mktemp("app"), Path(__file__).with_name("stand_in.py"))
    app.start()
    yield app
    app.stop()


@pytest.fixture
def own_app(tmp_path: Path) -> Iterator[Callable[..., App]]:
    """Makes apps for tests that kill them."""
    made: list[App] = []

    def make(script: str = "tests/web/stand_in.py", **extra: str) -> App:
        made.append(App(tmp_path, ROOT / script, extra))
        return made[-1]

    yield make
    for app in made:
        if app.process:
            app.stop(signal.SIGKILL)


@pytest.fixture(scope="session")
def browser(playwright: Any, windowless_path: str) -> Iterator[Any]:
    """One Chromium."""
    browser = playwright.chromium.launch(executable_path=windowless_path, args=CHROMIUM)
    yield browser
    browser.close()


ALIVE = "body[data-view] :is(#setup-start, #room-view, #report-view), .login, input[type=password]:visible"
"""What a page shows once its own script knows where it is; before that, styles that hang on it do not hold."""


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens pages, each in a browser profile of its own, and notices requests that leave this machine."""
    contexts, outside, broken = [], [], []

    def opened(url: str, width: int = 1280, height: int = 900) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        context.on("request", lambda request: _note(request.url, outside))
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(url)
        page.wait_for_selector(ALIVE)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not outside, f"requests to elsewhere: {outside}"
    assert not broken, f"errors in the page: {broken}"


def _note(url: str, outside: list[str]) -> None:
    if not url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:")):
        outside.append(url)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server of our own."""
    found = initdb()
    if not found:
        pytest.skip("!!! NO POSTGRESQL HERE: storage was not tested on it (apt-get install postgresql)")
    pytest.importorskip("psycopg")
    tools = Path(found).parent
    # PostgreSQL refuses to run as root, and its unprivileged user cannot read pytest's folders.
    as_user = ["runuser", "-u", "nobody", "--"] if os.geteuid() == 0 else []
    base = Path("/tmp") / f"interviewer-postgres-{os.getpid()}"
    base.mkdir(mode=0o700)
    if as_user:
        shutil.chown(base, "nobody")
    port, data = free_port(), base / "data"

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, capture_output=True, cwd="/", timeout=60)

    run(str(tools / "initdb"), "-D", str(data), "-U", "tester", "--auth=trust", "--no-sync")
    run(
        str(tools / "pg_ctl"), "-D", str(data), "-w", "-l", str(base / "log"),
        "-o", f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={base} -c fsync=off", "start",
    )  # fmt: skip
    yield f"postgresql://tester@127.0.0.1:{port}/postgres"
    run(str(tools / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    shutil.rmtree(base)


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core, fetched from npm for the tests alone; without npm or net the test is skipped, loudly."""
    folder = tmp_path_factory.mktemp("axe")
    command = ["npm", "pack", "--silent", "axe-core@4.14.1"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
        shutil.unpack_archive(next(folder.glob("*.tgz")), folder, "gztar")
    except (OSError, subprocess.SubprocessError):
        pytest.skip("!!! NO axe-core HERE (npm pack axe-core): accessibility was not checked")
    return (folder / "package" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def board_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the whiteboard's files, from npm; without npm or net the test is skipped, loudly."""
    home = tmp_path_factory.mktemp("board")
    try:
        fetch(home, lambda line: None)
    except CannotRun as error:
        pytest.skip(f"!!! NO WHITEBOARD HERE ({error}): it was not tested")
    return home
