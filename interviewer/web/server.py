"""Starts the app: checks where it may listen, loads the models behind the page's back, stops everything at the end."""

import errno
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interviewer import BadInput, CannotRun
from interviewer.config import Settings, load, quieten
from interviewer.knowledge import Knowledge
from interviewer.storage.store import Store

if TYPE_CHECKING:
    from interviewer.web import Engine, VoiceParts
    from interviewer.web.service import Service

_STATIC = Path(__file__).parent / "static"
_SCRIPTS = ("page.js", "answer.js", "sketch.js", "whiteboard.js", "player.js", "recorder.js")
_HEAD = '<meta name="color-scheme" content="light dark">'
_LOOK = 300
_FILES_STAY = 1800
"""Seconds between two looks at what was uploaded, and after which it goes."""
_SESSIONS = 64
"""Visits whose components Gradio remembers, about half a megabyte each; nothing of ours needs it to."""


def main(port: int | None = None) -> None:
    """``interviewer serve`` and ``python app.py``; a port given here goes before ``GRADIO_SERVER_PORT``."""
    quieten()
    if port:
        os.environ["GRADIO_SERVER_PORT"] = str(port)
    serve(load())


def serve(settings: Settings, knowledge: Knowledge | None = None, engine: "Callable[[], Engine] | None" = None) -> None:
    """Runs the app until it is told to stop. Raises BadInput, CannotRun.

    ``knowledge`` and ``engine`` are by default the ones that travel with the product and that the settings ask for.
    """
    from interviewer import telemetry
    from interviewer.web import VoiceParts
    from interviewer.web.service import Service

    quieten()
    telemetry.start(settings)
    name, port = address()
    if not is_loopback(name) and not settings.sign_in:
        raise BadInput(
            f"GRADIO_SERVER_NAME={name}: the app listens beyond this machine only with sign-in. "
            "Set INTERVIEWER_AUTH=user:password, or listen on 127.0.0.1."
        )
    uploads = _uploads(settings)
    if port:
        _may_listen(name, port)
    print("Starting the interviewer …", flush=True)
    knowledge = knowledge or Knowledge.load()
    store = Store.open(settings.database)
    pool = ThreadPoolExecutor(1, thread_name_prefix="models")
    loading = pool.submit(engine or (lambda: open_engine(settings)))
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    host = Service(store, knowledge, loading.result)
    voice = VoiceParts(settings) if settings.voice else None
    app = None
    try:  # what loads in the background is waited for, also when there is no port: native code must not meet the exit
        app = _launch(settings, host, voice, name, port, lambda: readiness(store, loading))
        looked = time.monotonic()
        while not stop.wait(0.5):
            if time.monotonic() - looked > _LOOK:
                sweep(uploads)
                looked = time.monotonic()
            if loading.done() and (error := loading.exception()):
                raise error
    finally:
        if app:
            app.close(verbose=False)
        if voice:
            voice.close()
        host.close()
        pool.shutdown()
        if not loading.exception():
            loading.result().close()
            loading.result().chain.close()
        store.close()


def _uploads(settings: Settings) -> Path:
    """The folder for what is uploaded, the app's own: nobody else's files lie there, and nobody else may look."""
    folder = Path(os.environ.get("GRADIO_TEMP_DIR", "").strip() or settings.home) / "uploads"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise CannotRun(f"{folder}: cannot be made ({error.strerror or error}): check INTERVIEWER_HOME") from error
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    sweep(folder)
    return folder


def sweep(folder: Path, age: float = _FILES_STAY) -> None:
    """Deletes what was uploaded longer ago, and the folders that it leaves empty.

    Gradio deletes only the files that it took in whole: not the halves of broken-off ones, nor what an app that was
    killed had taken in.
    """
    before = time.time() - age
    for place, _, names in os.walk(folder, topdown=False):
        for name in names:
            path = Path(place, name)
            with suppress(OSError):  # gone in the meantime
                if path.lstat().st_mtime < before:
                    path.unlink()
        with suppress(OSError):  # not empty
            if Path(place) != folder and Path(place).lstat().st_mtime < before:
                Path(place).rmdir()


def address() -> tuple[str, int | None]:
    """Where to listen: Gradio's own variables, else loopback and the first free port from 7860."""
    name = os.environ.get("GRADIO_SERVER_NAME", "").strip() or "127.0.0.1"
    port = os.environ.get("GRADIO_SERVER_PORT", "").strip()
    if port and not (port.isdigit() and 0 < int(port) < 65536):
        raise BadInput("GRADIO_SERVER_PORT: must be a number from 1 to 65535")
    return name, int(port) if port else None


def _may_listen(name: str, port: int) -> None:
    """Said at once, before anything is loaded. Raises CannotRun."""
    with socket.socket(socket.AF_INET6 if ":" in name else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((name.strip("[]"), port))
        except OSError as error:
            taken = "another program listens there already" if error.errno == errno.EADDRINUSE else error.strerror
            raise CannotRun(f"{name}:{port}: {taken}. Choose another port with --port.") from error


def is_loopback(name: str) -> bool:
    """Whether only this machine can reach that name."""
    if name.lower() == "localhost":
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def open_engine(settings: Settings) -> "Engine":
    """The models and what uses them; opened while the page is already there."""
    from functools import partial

    from interviewer.context import open_context
    from interviewer.grading.grade import grade
    from interviewer.interview.llm_policy import Observer
    from interviewer.web import Engine

    parts = open_context(settings, behind=True)
    parts.interviewer.warm()
    graded = partial(grade, retrieve=parts.retriever.search, vectors=parts.vectors)
    observe = Observer(parts.chain, parts.knowledge, parts.budget).observe
    return Engine(parts.interviewer, parts.chain, graded, parts.retriever.search, parts.close, observe, parts.budget)


def readiness(store: Store, loading: "Future[Any]") -> dict[str, str]:
    """What serves ("ok") and what does not: for ``/readyz``."""
    models = "loading" if not loading.done() else "failed" if loading.exception() else "ok"
    return {"database": "ok" if store.answers() else "does not answer", "models": models}


def _launch(
    settings: Settings,
    host: "Service",
    voice: "VoiceParts | None",
    name: str,
    port: int | None,
    ready: Callable[[], dict[str, str]],
) -> Any:
    from interviewer.web.pages import evals, open_app

    mine = settings.home / "rankings.jsonl" if evals.runs_here() and not settings.auth else None
    app = open_app(host, voice, settings, mine)
    try:
        app.launch(**launch_arguments(settings, name, port, host, ready), prevent_thread_lock=True)
        print(f"The interviewer is at {app.local_url} (Ctrl+C stops it).", flush=True)
    except OSError as error:
        raise CannotRun(f"{name}:{port or 7860}: cannot listen there ({error})") from error
    return app


def launch_arguments(
    settings: Settings, name: str, port: int | None, host: "Service", ready: Callable[[], dict[str, str]]
) -> dict[str, Any]:
    """What ``launch`` is called with."""
    from interviewer.drawing import reader
    from interviewer.web.board import routes
    from interviewer.web.conversation import mermaid_address
    from interviewer.web.guard import middleware, signed_in
    from interviewer.web.pages import theme
    from interviewer.web.pages.room import ANSWERS
    from interviewer.web.session import SignIn

    state = (_STATIC / "state.css").read_text(encoding="utf-8")
    scripts = [(_STATIC / script).read_text(encoding="utf-8") for script in _SCRIPTS]
    scripts.insert(0, f"window.interviewerMermaid = {json.dumps(mermaid_address())};")
    sign_in = SignIn(settings.sign_in, host.store) if settings.sign_in else None
    return {
        "server_name": name,
        "server_port": port,
        "quiet": True,
        "share": False,
        "auth_dependency": signed_in if sign_in else None,
        "inbrowser": False,
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "enable_monitoring": False,
        "footer_links": [],
        "run_history": False,
        "state_session_capacity": _SESSIONS,
        "app_kwargs": {
            "middleware": middleware(sign_in, ready),
            "routes": routes(host, settings.home, reader(settings)),
            "docs_url": None,
            "redoc_url": None,
        },
        "max_file_size": "60mb",
        "max_threads": 2 * ANSWERS,
        "theme": theme(),
        "css_paths": [_STATIC / "style.css"],
        "head": f"{_HEAD}<style>{state}</style>" + "".join(f"<script>{script}</script>" for script in scripts),
    }
