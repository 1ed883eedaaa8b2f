"""Attacks on an app that runs: by its users, by strangers, by other sites, by whoever stops it in the middle."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

from evals.trust.strangers import app, call, functions
from interviewer import CannotRun, InterviewerError
from interviewer.storage import owner_of_user
from interviewer.storage.store import Store
from interviewer.transcript import Transcript, Turn
from tests.attacks import attack

_ROOT = Path(__file__).resolve().parents[2]
_STAND_IN = _ROOT / "tests" / "web" / "stand_in.py"
_ANN = owner_of_user("ann")


@contextmanager
def running(home: Path) -> Iterator[tuple[str, httpx.Client, psutil.Process]]:
    """An app with two accounts, Ann signed in, and its process."""
    with app(home, _STAND_IN) as url:
        process = next(one for one in psutil.Process().children() if str(_STAND_IN) in one.cmdline())
        with httpx.Client(follow_redirects=True, timeout=20, base_url=url) as ann:
            ann.post("login", data={"username": "ann", "password": "a-secret"})
            yield url, ann, process


def well(ann: httpx.Client, seconds: float = 3.0) -> float:
    """How long a page takes; an AssertionError when it is none."""
    began = time.monotonic()
    answer = ann.get("", timeout=seconds + 10)
    assert answer.status_code == 200, answer.status_code
    took = time.monotonic() - began
    assert took < seconds, f"a page took {took:.1f} s"
    return took


@attack(2, "proxies, collectors and tracing named in the environment while nothing is configured")
def environment(folder: Path) -> str:
    came: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.2)
        there = f"http://127.0.0.1:{trap.getsockname()[1]}"
        names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "OTEL_EXPORTER_OTLP_ENDPOINT", "HF_ENDPOINT")
        names += (
            "LANGSMITH_ENDPOINT",
            "LANGCHAIN_ENDPOINT",
            "GRADIO_API_SERVER",
            "PIP_INDEX_URL",
            "CHROMA_OTEL_COLLECTION_ENDPOINT",
        )
        said = json.dumps(
            {"case": "fraud-detection", "level": "senior", "turns": [{"speaker": "candidate", "text": "Labels."}]}
        )
        own = {
            **os.environ,
            **dict.fromkeys(names, there),
            "INTERVIEWER_HOME": str(folder),
            "INTERVIEWER_MODEL": "scripted",
            "PYTHONPATH": str(_ROOT),
        }
        ran = subprocess.Popen(
            [sys.executable, "-m", "interviewer", "reply", "-"],
            env=own,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        threading.Thread(target=lambda: ran.communicate(said.encode()), daemon=True).start()
        while ran.poll() is None:
            with suppress(TimeoutError):
                line, _ = trap.accept()
                came.append(line.recv(200))
    assert ran.returncode == 0, ran.returncode
    assert not came, came[:3]
    return f"{len(names)} names point to a trap: nobody came"


@attack(6, "the app is stopped for eight seconds in the middle of everything and goes on")
def stopped(folder: Path) -> str:
    with running(folder) as (_, ann, process), ThreadPoolExecutor(12) as pool:
        asked = [pool.submit(well, ann, 20) for _ in range(4)]
        process.send_signal(signal.SIGSTOP)
        asked += [pool.submit(well, ann, 20) for _ in range(4)]
        time.sleep(8)
        process.send_signal(signal.SIGCONT)
        took = max(one.result() for one in asked)
        return f"8 pages come, the last after {took:.1f} s; the next one in {well(ann):.1f} s"


@attack(7, "deleted while a reader, a back-up and a turn are under way")
def deleted(folder: Path) -> str:
    from interviewer.storage.backup import back_up

    file = folder / "i.sqlite"
    word = "XYZZY" * 400
    with closing(Store.open(f"sqlite:///{file}")) as store:
        id_ = store.create(_ANN, Transcript.model_validate({"case": "x", "level": "senior", "turns": []}))
        store.append(_ANN, id_, Turn(speaker="candidate", text=word))
        with store.engine.connect() as reader:
            reader.exec_driver_sql("BEGIN")
            reader.exec_driver_sql("SELECT count(*) FROM turns").scalar()
            finished = store.delete(_ANN, id_)
            assert not finished, "it says that it is done while the log is being read"
            with suppress(InterviewerError):
                store.append(_ANN, id_, Turn(speaker="candidate", text=word))
            back_up(f"sqlite:///{file}", folder / "backup")
            reader.exec_driver_sql("ROLLBACK")
        assert store.tidy()
        left = [one.name for one in folder.glob("i.sqlite*") if b"XYZZY" in one.read_bytes()]
        assert not left, left
        assert not store.mine(_ANN)
    return "said as pending, then no byte of it is left, and nothing is written to it any more"


@attack(9, "another site's page sends forms, fetches and frames with the user's cookie")
def other_sites(folder: Path) -> str:
    with running(folder) as (url, ann, _):
        asked = 0
        signed = httpx.post(f"{url}login", data={"username": "ann", "password": "a-secret"}).headers["set-cookie"]
        assert "SameSite=Lax" in signed, "a browser sends the cookie along with another site's forms"
        for headers in (
            {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:9"},
            {"Origin": "http://127.0.0.1:9"},  # over plain HTTP nothing else tells, and the cookie comes along
            {"Origin": "http://127.0.0.1:many"},
        ):
            for path in ("gradio_api/queue/join", "gradio_api/upload", "board/keep/x", "logout", "login"):
                for kind in (
                    "application/json",
                    "text/plain",
                    "application/x-www-form-urlencoded",
                    "multipart/form-data; boundary=b",
                ):
                    answer = ann.post(
                        path, content=b"{}", headers={**headers, "Content-Type": kind}, follow_redirects=False
                    )
                    asked += 1
                    assert answer.headers.get("access-control-allow-origin") not in (
                        "*",
                        "https://evil.example",
                        "null",
                    ), (path, headers, kind)
                    assert answer.status_code == 403, (path, headers, kind, answer.status_code)
        frame = ann.get("")
        assert "frame-ancestors 'none'" in frame.headers["content-security-policy"]
        return f"{asked} requests: all refused, none may be read"


@attack(9, "names of files and addresses that climb, are coded twice, are links")
def climbing(folder: Path) -> str:
    (folder / "secret.txt").write_text("XYZZY")
    with running(folder) as (url, ann, _):
        (sent,) = ann.post("gradio_api/upload", files={"files": ("../../../../tmp/evil\x00.wav", b"RIFF")}).json()
        place = Path(sent)
        assert place.is_relative_to(folder / "uploads"), place
        link = place.parent / "link.txt"
        link.symlink_to(folder / "secret.txt")
        paths = [
            str(link),
            str(folder / "secret.txt"),
            str(place.parent / ".." / ".." / "secret.txt"),
            "/etc/passwd",
            "../interviews.sqlite",
        ]
        paths += (
            [one.replace("/", "%2f") for one in paths]
            + [one.replace("/", "%252f").replace(".", "%2e") for one in paths]
            + [f"http://127.0.0.1:1/{one}" for one in paths[:2]]
        )
        got = {path: ann.get(f"{url}gradio_api/file={path}") for path in paths}
        leaks = [
            path
            for path, answer in got.items()
            if b"XYZZY" in answer.content or b"root:" in answer.content or b"SQLite" in answer.content
        ]
        assert not leaks, leaks
        boards = ["..%2f..%2fsecret.txt", "%2e%2e/%2e%2e/secret.txt", "....//secret.txt", "/etc/passwd"]
        assert not any(b"XYZZY" in ann.get(f"{url}board/file/{one}").content for one in boards)
        return f"{len(paths) + len(boards)} addresses, no file"


@attack(9, "a stranger keeps three hundred requests open, half said")
def slow_strangers(folder: Path) -> str:
    with running(folder) as (url, ann, process):
        port, lines = int(url.rsplit(":", 1)[1].strip("/")), []
        for _ in range(300):
            line = socket.create_connection(("127.0.0.1", port), timeout=5)
            line.sendall(b"POST /gradio_api/upload HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\nX-Slow: ")
            lines.append(line)
        took = well(ann)
        files = process.num_fds()
        for line in lines:
            line.close()
        time.sleep(1)
        return f"a page in {took:.1f} s; {files} open files, {process.num_fds()} afterwards"


@attack(9, "odd requests: hosts, cookies, lengths, methods, headers of all kinds")
def odd_requests(folder: Path) -> str:
    odd = [
        b"GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /gradio_api/queue/join HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + b"a=b; " * 10_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nCookie: interviewer=\xff\xfe\x00\r\n\r\n",
        b"GET /?view=" + b"%ff" * 3_000 + b"&interview=%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /%00%0d%0aX-Evil:1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00" * 50, b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n",
    ]  # fmt: skip
    with running(folder) as (url, ann, _):
        port = int(url.rsplit(":", 1)[1].strip("/"))
        for one in odd:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
                line.sendall(one)
                said = b""
                with suppress(TimeoutError, ConnectionError):
                    line.settimeout(1.0)
                    while piece := line.recv(65_536):
                        said += piece
            assert not said.startswith(b"HTTP/1.1 500"), one[:80]
            assert b"evil.example" not in said, one[:80]
            assert b"X-Evil" not in said.split(b"\r\n\r\n")[0], one[:80]
            assert b"Traceback" not in said
        took = well(ann)
    log = (folder / "app.log").read_text(errors="replace")
    assert "Traceback" not in log, log[log.index("Traceback") :][:400]
    return f"{len(odd)} requests: no error of ours, nothing reflected; the next page in {took:.1f} s"


@attack(9, "every function of the pages with odd data in every place")
def odd_data(folder: Path) -> str:
    texts: list[Any] = [
        "\ud800",
        "x" * 100_000,
        "[" * 20_000,
        json.dumps([{"id": {}, "key": [], "text": 1}] * 30),
        "\x00",
    ]
    texts += [
        json.dumps({"act": ["x"], "id": None}),
        "-1",
        "1e400",
        "\u202e",
        "{{7*7}}${7*7}<img src=x onerror=alert(1)>",
    ]
    with running(folder) as (url, ann, _):
        made, calls = functions(url, ann), 0
        ends = time.monotonic() + 20
        for text in texts:
            for function in made:
                if time.monotonic() > ends:
                    break
                with suppress(UnicodeEncodeError):
                    said = call(url, ann, function, text, secrets.token_hex(6))
                    calls += 1
                    assert "Traceback" not in said, said[:300]
        took = well(ann, 10)
    log = (folder / "app.log").read_text(errors="replace")
    failures = [one for one in log.split("Traceback (most")[1:] if f"{_ROOT}/interviewer/" in one]
    # Gradio logs what it cannot read itself, and a word that is shown to the person (gr.Error, with its cause before).
    ours = [one for one in failures if "gradio.exceptions.Error" not in one and "the direct cause" not in one]
    assert not ours, [line for line in ours[0].splitlines() if "File" in line or not line.startswith(" ")][-9:]
    return f"{calls} calls of {len(made)} functions, none fails in our code; the next page in {took:.1f} s"


@attack(10, "fifty threads send the same turn with the same key, fifty other ones")
def same_turn(folder: Path) -> str:
    with closing(Store.open(f"sqlite:///{folder / 'i.sqlite'}")) as store:
        id_ = store.create(_ANN, Transcript.model_validate({"case": "x", "level": "senior", "turns": []}))

        def say(number: int) -> None:
            text = "the same" if number % 2 else f"another {number}"
            store.append(_ANN, id_, Turn(speaker="candidate", text=text), key=text)

        with ThreadPoolExecutor(100) as pool:
            list(pool.map(say, range(100)))
        texts = [turn.text for turn in store.transcript(_ANN, id_).turns]
    assert (texts.count("the same"), len(texts)) == (1, 51), (texts.count("the same"), len(texts))
    return "51 turns, each once"


@attack(10, "two hundred visits of one user at once")
def many_tabs(folder: Path) -> str:
    with running(folder) as (url, ann, process):
        well(ann, 10)
        before = process.memory_info().rss / 1e6
        made = [one for one in functions(url, ann) if one["targets"] and one["targets"][0][1] == "load"]
        assert made
        with ThreadPoolExecutor(16) as pool:
            said = list(pool.map(lambda _: call(url, ann, made[0], "", secrets.token_hex(6)), range(200)))
        after = process.memory_info().rss / 1e6
        assert all("process_completed" in one for one in said), said[0][:200]
        assert after - before < 150, f"{after - before:.0f} MB"
        return f"all are served; {after - before:+.0f} MB; the next page in {well(ann, 5):.1f} s"


@attack(11, "a database in use by another process for twenty seconds")
def held_database(folder: Path) -> str:
    import sqlite3

    file = folder / "i.sqlite"
    with (
        closing(Store.open(f"sqlite:///{file}")) as store,
        closing(sqlite3.connect(file, check_same_thread=False)) as other,
    ):
        id_ = store.create(_ANN, Transcript.model_validate({"case": "x", "level": "senior", "turns": []}))
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(20, lambda: other.execute("ROLLBACK")).start()
        began, refused = time.monotonic(), 0
        while True:
            try:
                store.append(_ANN, id_, Turn(speaker="candidate", text="kept"), key="k")
                break
            except CannotRun as error:
                refused += "another program holds it" in str(error)
        assert len(store.transcript(_ANN, id_).turns) == 1
        assert refused == 1
        return f"said {refused} times, stored once after {time.monotonic() - began:.0f} s"
