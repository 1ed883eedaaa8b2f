"""A stranger walks over everything that the app answers to, with and without a sign-in of their own.

    python -m evals.trust strangers

Ann has an interview with a secret in it. Bob has an account; Nobody has none. Both ask every route, and Bob calls every
function of the pages with Ann's interview in every place where text goes. Nothing of Ann's may come back or change.
"""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from interviewer.storage import owner_of_user
from interviewer.storage.store import Store
from interviewer.transcript import Transcript, Turn

_ROOT = Path(__file__).resolve().parents[2]
SECRET = "XYZZY-what-only-ann-said"  # noqa: S105 - what is looked for
_ANN = owner_of_user("ann")
_OPEN = re.compile(r"/(healthz|readyz|robots\.txt|login|logout|gradio_api/startup-events)/?$")
_FITTING: dict[str, object] = {"number": 1, "slider": 1, "checkbox": True, "file": None, "audio": None, "state": None}
_HERE = Path("interviews.sqlite")


@contextmanager
def app(home: Path, script: Path = _ROOT / "app.py") -> Iterator[str]:
    """An app with two accounts; its address."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    own = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    own |= {"PYTHONPATH": str(_ROOT), "INTERVIEWER_HOME": str(home), "INTERVIEWER_MODEL": "scripted"}
    own |= {"GRADIO_SERVER_PORT": str(port), "INTERVIEWER_AUTH": "ann:a-secret,bob:b-secret"}
    with (home / "app.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, str(script)], env=own, cwd=home, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(300):
            with suppress(httpx.HTTPError):
                if httpx.get(f"{url}readyz", timeout=2).status_code == 200:
                    break
            time.sleep(0.2)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _interview_of_ann(home: Path) -> tuple[Store, str]:
    """The database, and an interview of Ann's."""
    store = Store.open(f"sqlite:///{home / _HERE}")
    empty = Transcript.model_validate({"case": "fraud-detection", "level": "senior", "turns": []})
    id_ = store.create(_ANN, empty)
    store.append(_ANN, id_, Turn(speaker="candidate", text=SECRET))
    return store, id_


def routes() -> list[str]:
    """Every address that the app knows: Gradio's own routes and ours, with their placeholders filled."""
    from gradio import Blocks
    from gradio.routes import App

    with Blocks() as empty:
        pass
    found = set()
    for route in App.create_app(empty).routes:
        path = getattr(route, "path", "")
        found.add(re.sub(r"\{[^}]*\}", "x", path))
        inner = getattr(getattr(route, "original_router", None), "routes", [])
        found |= {re.sub(r"\{[^}]*\}", "x", f"{getattr(one, 'path', '')}") for one in inner}
    dug = [f"/gradio_api/file={path}" for path in ("/etc/passwd", "../interviews.sqlite", "interviews.sqlite")]
    return sorted({path for path in found if path.startswith("/")} | set(dug) | {"/gradio_api/queue/join"})


def _walk(url: str, client: httpx.Client, paths: list[str]) -> tuple[int, list[str]]:
    """How many requests, and the addresses that answered a stranger with anything but a refusal."""
    asked, let_in = 0, []
    for path in paths:
        for method in ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"):
            body = b"{}" if method in ("POST", "PUT") else None
            with suppress(httpx.ReadTimeout):
                answer = client.request(method, url + path[1:], content=body, timeout=3)
                asked += 1
                if answer.status_code < 400 and not _OPEN.search(path):
                    let_in.append(f"{method} {path} {answer.status_code}")
    return asked, let_in


def functions(url: str, bob: httpx.Client) -> list[dict[str, Any]]:
    """The functions behind the pages, and of which kind their inputs are."""
    config = bob.get(f"{url}config").json()
    kinds = {one["id"]: one["type"] for one in config["components"]}
    return [
        {**one, "kinds": [kinds[input_] for input_ in one["inputs"]]}
        for one in config["dependencies"]
        if one["backend_fn"]
    ]


def call(url: str, bob: httpx.Client, function: dict[str, Any], text: str, visit: str) -> str:
    """All that the server says when Bob calls it with that text in every place."""
    body = {
        "fn_index": function["id"],
        "data": [_FITTING.get(kind, text) for kind in function["kinds"]],
        "session_hash": visit,
        "event_data": {"act": "open", "id": text},
        "trigger_id": None,
    }
    joined = bob.post(f"{url}gradio_api/queue/join", json=body)
    said = joined.text
    if joined.status_code != 200:
        return said
    with (
        suppress(httpx.ReadTimeout),
        bob.stream("GET", f"{url}gradio_api/queue/data", params={"session_hash": visit}, timeout=15) as stream,
    ):
        for line in stream.iter_lines():
            said += line
            if "process_completed" in line or "close_stream" in line or "unexpected_error" in line:
                break
    return said


def _called(
    url: str, who: httpx.Client, made: list[dict[str, Any]], texts: tuple[str, ...], enough: int = 10_000
) -> tuple[int, list[str]]:
    """How many calls, and which functions answered with what only Ann said; ends when enough of them did."""
    calls, shown = 0, []
    for text in texts:
        for function in made:
            calls += 1
            if SECRET in call(url, who, function, text, secrets.token_hex(6)):
                shown.append(str(function["id"]))
            if len(shown) >= enough:
                return calls, shown
    return calls, shown


def rows(tries: int = 3) -> Iterator[tuple[str, ...]]:
    """Who, what was asked, how often, what came back."""
    yield "who", "asks", "requests", "let in or leaked"
    with tempfile.TemporaryDirectory() as folder, app(Path(folder)) as url:
        yield from visits(url, Path(folder), tries)


def visits(url: str, home: Path, tries: int) -> Iterator[tuple[str, ...]]:
    """The same against an app that runs."""
    store, id_ = _interview_of_ann(home)
    before = store.transcript(_ANN, id_)
    with httpx.Client() as nobody, httpx.Client(follow_redirects=True) as bob:
        paths = routes()
        asked, let_in = _walk(url, nobody, paths)
        yield "Nobody", "every route, six methods", str(asked), ", ".join(let_in) or "none"
        bob.post(f"{url}login", data={"username": "bob", "password": "b-secret"})
        made = functions(url, bob)
        texts = (id_, f"?view=room&interview={id_}", json.dumps({"interview": id_, "id": id_, "key": "0" * 32}))[:tries]
        calls, leaks = _called(url, bob, made, texts)
        yield "Bob", f"{len(made)} functions with Ann's interview", str(calls), ", ".join(leaks) or "none"
        seen = sum(SECRET in bob.get(f"{url}?view={view}&interview={id_}").text for view in ("room", "report", "coach"))
        yield "Bob", "Ann's pages", "3", str(seen or "none")
    same = store.transcript(_ANN, id_) == before and len(store.mine(_ANN)) == 1
    with httpx.Client(follow_redirects=True) as ann:
        ann.post(f"{url}login", data={"username": "ann", "password": "a-secret"})
        calls, shown = _called(url, ann, made, texts, enough=3 if tries == 1 else len(texts) * len(made))
    yield "Ann", "the same (a leak would be seen)", str(calls), f"{len(shown)} show her words"
    store.close()
    yield "", "Ann's interview afterwards", "", "as it was" if same else "CHANGED"
