"""Attacks by an endpoint: what it sends, byte by byte."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from interviewer import ModelError
from interviewer.config import Settings
from interviewer.models.openai_endpoint import OpenAIModel, open_model
from tests.attacks import attack
from tests.models.fault_table import SITES, called

_TURN = 10.0
"""The limit of a turn."""
_SLACK = 2.0
_KEY = "sk-very-secret-key-000111"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
Send = Callable[[bytes], None]
Act = Callable[[Send, bytes], None]


@contextmanager
def wire(act: Act) -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers every request as ``act`` says; its address and the requests as they came."""
    asked: list[bytes] = []
    door = socket.create_server(("127.0.0.1", 0))

    def serve(line: socket.socket) -> None:
        with line, suppress(OSError):
            got = b""
            while b"\r\n\r\n" not in got:
                if not (piece := line.recv(65_536)):
                    return
                got += piece
            asked.append(got)
            act(line.sendall, got)
            line.shutdown(socket.SHUT_WR)
            while line.recv(65_536):
                pass

    def wait() -> None:
        with suppress(OSError):
            while True:
                line, _ = door.accept()
                threading.Thread(target=serve, args=(line,), daemon=True).start()

    threading.Thread(target=wait, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}/v1", asked
    finally:
        door.close()


def model_at(address: str) -> OpenAIModel:
    """A model behind that address."""
    return open_model(
        Settings(_env_file=None, model="openai:m", openai_api_key=SecretStr(_KEY), openai_base_url=address)  # type: ignore[call-arg]
    )


def chunk(text: object, finish: str | None = None, **more: Any) -> bytes:
    """One event of a stream."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    whole = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice], **more}
    return b"data: " + json.dumps(whole).encode() + b"\n\n"


DONE = chunk("", "stop") + b"data: [DONE]\n\n"


def both(act: Act, words: bool = False) -> str:
    """Speaks and extracts against it: an error in one line within the limit, and a moment then; or words."""
    said = []
    for name, site in SITES.items():
        with wire(act) as (address, _):
            model = model_at(address)
            first = called(site, model, _TURN)
            again = called(site, model, _TURN)
            model.close()
        assert first.error or words, f"{name} took it for {first.words[:60]!r}"
        assert first.seconds < _TURN + _SLACK, f"{name} took {first.seconds:.1f} s"
        assert again.seconds < _TURN / 2 + _SLACK or not again.error, f"then {name} took {again.seconds:.1f} s"
        assert "\n" not in (first.error or ""), first.error
        assert len(first.error or "") < 400, first.error
        assert _KEY not in (first.error or ""), "the key is told"
        said.append(f"{name} {first.seconds:.1f} s: {(first.error or first.words).rpartition('/v1: ')[2][:70]}")
    return "; ".join(said)


def for_ever(piece: bytes, pause: float = 0.05, seconds: float = 25.0) -> Callable[[Send], None]:
    """Sends it again and again."""

    def go_on(send: Send) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            send(piece)
            time.sleep(pause)

    return go_on


@attack(3, "comments for ever and never a word")
def comments(_: Path) -> str:
    return both(lambda send, __: (send(HEAD), for_ever(b": still thinking\n\n")(send))[0])  # type: ignore[func-returns-value]


@attack(3, "chunks without choices for ever")
def no_choices(_: Path) -> str:
    none = b'data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[]}\n\n'
    return both(lambda send, __: (send(HEAD), for_ever(none)(send))[0])  # type: ignore[func-returns-value]


@attack(3, "empty pieces for ever")
def empty_pieces(_: Path) -> str:
    return both(lambda send, __: (send(HEAD), for_ever(chunk(""))(send))[0])  # type: ignore[func-returns-value]


@attack(3, "a header line that drips and never ends")
def dripping_head(_: Path) -> str:
    return both(lambda send, __: (send(b"HTTP/1.1 200 OK\r\nX-Slow: "), for_ever(b"a", 0.1)(send))[0])  # type: ignore[func-returns-value]


@attack(3, "20 MB of headers")
def huge_head(_: Path) -> str:
    return both(lambda send, __: send(b"HTTP/1.1 200 OK\r\n" + b"X-Fill: " + b"a" * 20_000_000 + b"\r\n\r\n"))


@attack(3, "a body that is packed 1000 : 1")
def packed(_: Path) -> str:
    bomb = gzip.compress(b" " * 300_000_000, 6)
    head = HEAD.replace(b"Connection", b"Content-Encoding: gzip\r\nConnection")
    return both(lambda send, __: send(head + bomb))


@attack(3, "closes within a character of several bytes")
def half_a_character(_: Path) -> str:
    piece = b'data: {"choices":[{"index":0,"delta":{"content":"caf' + "é".encode()[:1]
    return both(lambda send, __: send(HEAD + chunk("So ") + piece))


@attack(3, "a stream that says that it is plain text")
def plain_text(_: Path) -> str:
    head = HEAD.replace(b"text/event-stream", b"text/plain")
    return both(lambda send, __: send(head + chunk('{"label": "a"}') + DONE), words=True)


@attack(3, "status 200 with an error in it")
def error_in_200(_: Path) -> str:
    body = json.dumps({"error": {"message": f"key {_KEY} is over its limit", "type": "x", "code": 7}}).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    return both(lambda send, __: send(head + body))


@attack(3, "tool calls and no words")
def tool_calls(_: Path) -> str:
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": "rm", "arguments": '{"path": "/"}'}}
    choice = {"index": 0, "delta": {"content": None, "tool_calls": [call]}, "finish_reason": "tool_calls"}
    whole = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return both(lambda send, __: send(HEAD + b"data: " + json.dumps(whole).encode() + b"\n\ndata: [DONE]\n\n"))


@attack(3, "usage, index and finish of odd kinds")
def odd_kinds(_: Path) -> str:
    odd = chunk({"a": 1}, "because", usage={"prompt_tokens": "many", "completion_tokens": -1e308, "total_tokens": None})
    return both(lambda send, __: send(HEAD + odd.replace(b'"index": 0', b'"index": -9e99') + b"data: [DONE]\n\n"))


@attack(3, "a redirect to itself for ever")
def redirects(_: Path) -> str:
    return both(lambda send, __: send(b"HTTP/1.1 307 X\r\nLocation: /v1/chat/completions\r\nContent-Length: 0\r\n\r\n"))


@attack(3, "a redirect to another server, which would read the key")
def redirect_with_key(_: Path) -> str:
    with wire(lambda send, __: send(HEAD + chunk("hello") + DONE)) as (elsewhere, asked):
        answer = f"HTTP/1.1 307 X\r\nLocation: {elsewhere}/chat/completions\r\nContent-Length: 0\r\n\r\n".encode()
        for query in ("", "?api-version=2024-10-21"):  # Azure's way to send a key
            with wire(lambda send, __: send(answer)) as (address, first):
                model = model_at(address + query)
                with suppress(ModelError):
                    "".join(model.speak([], limit=5))
                model.close()
            assert any(_KEY.encode() in one for one in first), "the endpoint itself gets it"
        assert not any(_KEY.encode() in one for one in asked), "the key went to the other server"
        return f"{len(asked)} requests arrived there, none with the key"


@attack(3, "Retry-After: -1, 1e308, NaN, a date in 1970")
def retry_after(_: Path) -> str:
    said = []
    for value in ("-1", "1e308", "NaN", "Thu, 01 Jan 1970 00:00:00 GMT", "9" * 400):
        answer = f"HTTP/1.1 429 X\r\nRetry-After: {value}\r\nContent-Length: 2\r\n\r\n{{}}".encode()
        said.append(both(lambda send, __, answer=answer: send(answer)))  # type: ignore[misc]
    return said[1][:110]


@attack(3, "204, 304, an informational answer, HTTP/0.9")
def odd_answers(_: Path) -> str:
    said = []
    for answer in (b"HTTP/1.1 204 X\r\n\r\n", b"HTTP/1.1 304 X\r\n\r\n", b"HTTP/1.1 103 X\r\n\r\n", b"hello\n", b""):
        said.append(both(lambda send, __, answer=answer: send(answer)))  # type: ignore[misc]
    return said[0][:110]


@attack(3, "the same chunk a hundred thousand times")
def repeated(_: Path) -> str:
    return both(lambda send, __: send(HEAD + chunk("word ") * 100_000 + DONE))


@attack(3, "a length that is a lie")
def lying_length(_: Path) -> str:
    head = HEAD.replace(b"Connection", b"Content-Length: 999999999999\r\nConnection")
    return both(lambda send, __: send(head + chunk("Half an ")))
