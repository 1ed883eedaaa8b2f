"""Starting and stopping: where the app listens, who may come in, and what it says when it cannot."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from interviewer import cli
from interviewer.web.server import address, is_loopback
from tests.models.protocol_server import serving
from tests.web.conftest import ROOT, App

pytestmark = pytest.mark.slow


def run(app: App) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(ROOT / "app.py")],
        cwd=app.home,
        env=app.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_it_refuses_to_listen_beyond_this_machine_without_sign_in(own_app: Callable[..., App], name: str) -> None:
    done = run(own_app(GRADIO_SERVER_NAME=name))
    assert done.returncode == 2
    assert "INTERVIEWER_AUTH" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("variable", "value"), [("GRADIO_SERVER_PORT", "many"), ("INTERVIEWER_DATABASE_URL", "mysql://x/y")]
)
def test_a_bad_setting_is_one_line_and_exit_2(own_app: Callable[..., App], variable: str, value: str) -> None:
    done = run(own_app(**{variable: value}))
    assert done.returncode == 2
    assert variable in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_taken_port_is_said_at_once(own_app: Callable[..., App], app: App) -> None:
    taken = own_app()
    taken.port = app.port
    began = time.monotonic()
    done = run(taken)
    assert time.monotonic() - began < 4, "half a second alone: nothing is loaded before"
    assert done.returncode == 3
    assert f"{app.port}: another program listens there already. Choose another port with --port." in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "answer"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("localhost", True), ("::1", True), ("[::1]", True),
     ("0.0.0.0", False), ("", False), ("localhost.example.org", False), ("10.0.0.1", False)],
)  # fmt: skip
def test_what_counts_as_this_machine(name: str, answer: bool) -> None:
    assert is_loopback(name) is answer


def test_the_real_app_answers_within_eight_seconds_and_stops_when_told(own_app: Callable[..., App]) -> None:
    app = own_app("app.py")
    seconds = app.start()
    page = httpx.get(app.url).text
    assert "ML design interviewer" in page
    assert app.stop(signal.SIGTERM) == 0
    assert "Traceback" not in app.log.read_text()
    assert f"The interviewer is at {app.url} (Ctrl+C stops it)." in app.log.read_text()
    assert seconds < 25, "8 s alone on two cores; the rest is for busy machines"


def test_that_it_starts_is_said_before_anything_heavy_is_loaded(own_app: Callable[..., App]) -> None:
    app = own_app()
    began = time.monotonic()
    command = [sys.executable, str(ROOT / "app.py")]
    with subprocess.Popen(command, cwd=app.home, env=app.environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "Starting the interviewer …\n"
        assert time.monotonic() - began < 5, "a second alone"
        process.kill()


def test_no_handler_is_open_to_other_programs(app: App) -> None:
    info = httpx.get(f"{app.url}gradio_api/info").json()
    assert info["named_endpoints"] == {}
    assert info["unnamed_endpoints"] == {}


@pytest.mark.browser
def test_with_sign_in_each_user_has_their_own(own_app: Callable[..., App], visit: Callable[..., Any]) -> None:
    app = own_app(INTERVIEWER_AUTH="ann:a-secret,bob:b-secret", GRADIO_SERVER_NAME="0.0.0.0")
    app.start()
    for path in ("config", "gradio_api/info"):
        assert httpx.get(app.url + path).status_code == 401
    seen = {}
    for user, password in (("ann", "a-secret"), ("bob", "b-secret"), ("ann", "a-secret")):
        page = visit(app.url)
        page.fill("#username", user)
        page.fill("#password", password)
        page.click("button:has-text('Sign in')")
        page.wait_for_selector("#setup-start")
        page.wait_for_selector("#sign-out button")
        page.wait_for_selector("#elsewhere", state="detached")
        assert page.locator("#elsewhere").count() == 0, "a user's interviews hang on the name, not on a key"
        page.click("#setup-start")
        page.wait_for_selector("#room-badge .badge")
        page.click("#nav-setup")
        page.wait_for_selector("#mine-list li")
        seen.setdefault(user, []).append(page.locator("#mine-list li").count())
    assert seen == {"ann": [1, 2], "bob": [1]}
    page.click("#sign-out button")
    page.wait_for_selector("#password")
    assert "secret" not in app.log.read_text()


@pytest.mark.browser
def test_the_set_up_page_says_whether_the_model_answers(own_app: Callable[..., App], visit: Callable[..., Any]) -> None:
    with serving("OK", '{"colour": "red"}', "OK", "no form") as server:
        names = {"OPENAI_BASE_URL": server.address, "OPENAI_API_KEY": "k", "INTERVIEWER_MODEL": "openai:house-model"}
        app = own_app("app.py", **names)
        app.start()
        page = visit(app.url)
        word = page.locator("#model-word")
        for said in ("It answers, in ", "It answers, but not in the form"):
            page.click("#model-check")
            page.wait_for_selector(f"#model-word:has-text('{said}')")
        assert word.get_attribute("class") == "bad"
    page.click("#model-check")
    page.wait_for_selector("#model-word.bad:has-text('It does not answer')")
    assert "cannot be reached" in word.inner_text()


def test_a_port_of_the_command_goes_before_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_SERVER_PORT", "7999")
    found: list[tuple[str, int | None]] = []
    monkeypatch.setattr("interviewer.web.server.serve", lambda _: found.append(address()))
    for words in (["serve", "--port", "8080"], ["serve"]):
        monkeypatch.setenv("GRADIO_SERVER_PORT", "7999")
        assert CliRunner().invoke(cli.app, words).exit_code == 0
    assert found == [("127.0.0.1", 8080), ("127.0.0.1", 7999)]
    assert CliRunner().invoke(cli.app, ["serve", "--port", "0"]).exit_code == 2
