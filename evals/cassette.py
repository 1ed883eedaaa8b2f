"""Cassettes: what a language model answered, recorded once and replayed over the OpenAI protocol without a key.

    with playing("grading-llm") as tape:             replays; OPENAI_BASE_URL points at a server on this machine
    with playing("grading-llm", record=True) as tape:  asks the endpoint for what is not on the cassette, and keeps it

A cassette is a JSON-lines file under ``evals/cassettes`` or anywhere: first who answered and when, then one line an
answer. Its key is a hash of the messages and of the form that the answer must have; sampling settings, model and
address are not in it. The prompts are not kept: they are large, and a changed prompt must miss.
"""

import hashlib
import json
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib import error, request

from evals.types import Json
from interviewer import BadInput, CannotRun
from interviewer.models.base import A_WORD

FOLDER = Path(__file__).parent / "cassettes"
OPENAI = "https://api.openai.com/v1"
_REFUSED = (400, 404, 422)
"""An endpoint's refusal (a form or a setting that it does not know) is part of the recording; busy ones are not."""
_SEEN = 12
"""Earlier prompts that a provider could still have cached."""
CHARACTERS_A_TOKEN = 4


@dataclass
class Cassette:
    """Answers by key, and the file they are kept in."""

    path: Path | None = None
    """None: kept in memory only."""
    about: Json = field(default_factory=dict)
    """``model``, ``answered_by``, ``recorded``."""
    answers: dict[str, Json] = field(default_factory=dict)
    """By key: ``content`` and ``usage``, or ``status`` and ``error`` of a refusal."""

    def keep(self, key: str, answer: Json) -> None:
        """Adds an answer, also to the file."""
        self.answers[key] = answer
        if self.path is None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():
            self.path.write_text(json.dumps({"cassette": self.about}, ensure_ascii=False) + "\n", encoding="utf-8")
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, **answer}, ensure_ascii=False) + "\n")


def path_of(name: str) -> Path:
    """A cassette by name, or by path where the name holds a slash or ends in ``.jsonl``."""
    return Path(name) if "/" in name or name.endswith(".jsonl") else FOLDER / f"{name}.jsonl"


def load(path: Path) -> Cassette:
    """A cassette's file; an empty cassette where there is none. Raises BadInput."""
    found = Cassette(path)
    if not path.exists():
        return found
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            entry = json.loads(line)
            if "cassette" in entry:
                found.about = entry["cassette"]
            else:
                found.answers[entry.pop("key")] = entry
        except (ValueError, KeyError, AttributeError, TypeError) as wrong:
            raise BadInput(f"{path}: line {number} is no answer of a cassette ({wrong})") from wrong
    return found


def key_of(asked: Json) -> str:
    """Names a request: its messages, with spaces normalised, and the form asked for."""
    messages = [[one["role"], " ".join(_words(one.get("content")).split())] for one in asked["messages"]]
    whole = json.dumps([messages, asked.get("response_format")], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:24]


def _words(content: Any) -> str:
    if isinstance(content, list):
        return " ".join(str(part.get("text", "")) for part in content)
    return str(content or "")


class Tape:
    """A cassette being played or recorded: the server's memory."""

    def __init__(self, cassette: Cassette, answer: Callable[[Json, str], Json] | None = None):
        self.cassette = cassette
        self.missed: list[str] = []
        """The beginnings of the requests that it did not hold."""
        self.calls: list[dict[str, int]] = []
        """Tokens of every call, estimated at four characters each: ``prompt``, ``cached`` (the part of the prompt that
        an earlier prompt began with), ``completion``."""
        self._answer = answer
        self._lock = threading.Lock()
        self._seen: list[str] = []

    def reply(self, asked: Json, authorization: str = "") -> Json | None:
        """The answer to a request; None where the cassette lacks it and nobody may be asked. A prompt that is only to
        be read gets no word, and none is kept: the call that begins with it has the same key."""
        if (asked.get("max_tokens") or asked.get("max_completion_tokens") or A_WORD + 1) <= A_WORD:
            return {"content": "", "usage": {}}
        key = key_of(asked)
        with self._lock:
            known = self.cassette.answers.get(key)
        if known is None and self._answer is not None:
            known = self._answer(asked, authorization)
            with self._lock:
                if known.get("status", 200) in (200, *_REFUSED):
                    self.cassette.keep(key, known)
        with self._lock:
            if known is None:
                self.missed.append(" ".join(_words(asked["messages"][-1].get("content")).split())[:120])
            else:
                self._count(asked, known)
        return known

    def _count(self, asked: Json, answer: Json) -> None:
        prompt = "\n".join(f"{one['role']}: {_words(one.get('content'))}" for one in asked["messages"])
        shared = max((shared_start(prompt, before) for before in self._seen), default=0)
        self._seen = [*self._seen, prompt][-_SEEN:]
        sizes = {"prompt": len(prompt), "cached": shared, "completion": len(answer.get("content", ""))}
        self.calls.append({name: size // CHARACTERS_A_TOKEN for name, size in sizes.items()})

    @property
    def usage(self) -> dict[str, int]:
        """The sums over all calls, and their number as ``calls``."""
        return dict(sum((Counter(one) for one in self.calls), Counter(calls=len(self.calls))))


def shared_start(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[:middle] == other[:middle] else (low, middle - 1)
    return low


@contextmanager
def serving(tape: Tape) -> Iterator[str]:
    """A server of the OpenAI protocol in front of a tape; its base URL."""
    handler = type("Handler", (_Handler,), {"tape": tape})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="cassette", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def plugged_in(tape: Tape, keep_key: bool = False) -> Iterator[None]:
    """Everything in this process and its children that reads ``OPENAI_BASE_URL`` asks the tape."""
    with serving(tape) as address:
        wanted = (
            {"OPENAI_BASE_URL": address} if keep_key else {"OPENAI_BASE_URL": address, "OPENAI_API_KEY": "cassette"}
        )
        before = {variable: os.environ.get(variable) for variable in wanted}
        os.environ.update(wanted)
        try:
            yield
        finally:
            for variable, value in before.items():
                os.environ.pop(variable) if value is None else os.environ.update({variable: value})


@contextmanager
def playing(name: str, record: bool = False, answered_by: str = "") -> Iterator[Tape]:
    """Plays a cassette to everything in this process and its children that reads ``OPENAI_BASE_URL``.

    Raises CannotRun where it does not exist (unless it is to be recorded), and afterwards where it lacked an answer.
    """
    path = path_of(name)
    cassette = load(path)
    if not record and not cassette.answers:
        raise CannotRun(f"no cassette {path}; record it with --record and an endpoint")
    upstream = os.environ.get("OPENAI_BASE_URL") or OPENAI
    if record and not cassette.about:
        cassette.about = {"answered_by": answered_by, "recorded": datetime.now(UTC).date().isoformat()}
    tape = Tape(cassette, _forward(upstream) if record else None)
    with plugged_in(tape, keep_key=record):
        yield tape
    if tape.missed:
        raise CannotRun(
            f"{path.name} lacks {len(tape.missed)} of {len(tape.missed) + tape.usage['calls']} answers (the "
            f"prompts have changed since {cassette.about.get('recorded', 'it was recorded')}?), the first to: "
            f"“{tape.missed[0]} …”; record it again with --cassette {name} --record and an endpoint"
        )


def _forward(upstream: str) -> Callable[[Json, str], Json]:
    """Asks the real endpoint; waits as long as it takes."""

    def ask(asked: Json, authorization: str) -> Json:
        body = {name: value for name, value in asked.items() if name not in ("stream", "stream_options")}
        headers = {"Content-Type": "application/json", "Authorization": authorization}
        address = f"{upstream.rstrip('/')}/chat/completions"
        sent = request.Request(address, json.dumps(body).encode(), headers)  # noqa: S310 - settings refuse other schemes
        try:
            with request.urlopen(sent, timeout=1800) as answer:  # noqa: S310
                said = json.loads(answer.read())
        except error.HTTPError as refused:
            return {"status": refused.code, "error": refused.read().decode("utf-8", "replace")[:500]}
        except (OSError, ValueError) as lost:
            return {"status": 503, "error": str(lost)}
        return {"content": said["choices"][0]["message"].get("content") or "", "usage": said.get("usage") or {}}

    return ask


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    tape: Tape

    def log_message(self, format: str, *arguments: Any) -> None:
        """Silent."""

    def do_GET(self) -> None:
        self._json(
            {"object": "list", "data": [{"id": "cassette", "object": "model", "owned_by": "evals", "created": 0}]}
        )

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        answer = self.tape.reply(asked, self.headers.get("Authorization", ""))
        if answer is None:
            return self._json({"error": {"message": "the cassette does not hold this request"}}, 404)
        if answer.get("status", 200) != 200:
            return self._json({"error": {"message": answer.get("error", "refused")}}, answer["status"])
        usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0} | (answer.get("usage") or {})
        head = {"id": "chatcmpl-0", "created": 0, "model": asked.get("model", "cassette")}
        if asked.get("stream"):
            return self._stream(head, answer["content"], usage)
        message = {"role": "assistant", "content": answer["content"]}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        return self._json({**head, "object": "chat.completion", "choices": [choice], "usage": usage})

    def _json(self, value: Json, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, head: Json, content: str, usage: Json) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()

        def chunk(delta: Json, finish: str | None = None, **more: Any) -> None:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            body = {**head, "object": "chat.completion.chunk", "choices": [choice], **more}
            self.wfile.write(f"data: {json.dumps(body)}\n\n".encode())

        for start in range(0, len(content), 40):
            chunk({"role": "assistant", "content": content[start : start + 40]})
        chunk({}, "stop", usage=usage)
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True
