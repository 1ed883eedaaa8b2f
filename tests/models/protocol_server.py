"""A server that speaks the OpenAI protocol over real HTTP and misbehaves on demand.

    with serving("429", "hello there") as server: ...
    with serving(Said("I", finish="length"), dialect=dialects.GROQ) as server: ...

Each request takes the next word of the script; the last one stays. A word is a misbehaviour (see ``_answer``), an
answer in every detail (``Said``), or the text to answer with: to a chat, as what was heard, or as sound, a tenth of a
second a word. ``server.asked`` holds the bodies of all requests, in order. A word may be a function of the request's body. A dialect says where the server stands, what
it lists and what it refuses.
"""

import asyncio
import io
import json
import threading
import time
import wave
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.models.dialects import Dialect

HANG = 20.0
USAGE = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}


@dataclass(frozen=True)
class Said:
    """One answer in every detail."""

    pieces: Any
    """What comes: one content or a list of contents, in chunks; each a text or a list of parts."""
    finish: str | None = "stop"
    usage: dict[str, Any] | None = None
    more: dict[str, Any] = field(default_factory=dict)
    """Other fields of the message."""

    @property
    def chunks(self) -> list[Any]:
        return list(self.pieces) if isinstance(self.pieces, tuple) else [self.pieces]

    @property
    def whole(self) -> Any:
        found = self.chunks
        return "".join(found) if all(isinstance(piece, str) for piece in found) else [part for p in found for part in p]


Word = str | Said | Callable[[dict[str, Any]], "str | Said"]
PLAIN = Dialect("plain", models={"object": "list", "data": [{"id": "house-model", "object": "model"}]})


@dataclass
class ProtocolServer:
    """What the server is to do, and what it was asked."""

    script: list[Any]
    dialect: Dialect = PLAIN
    lists: str = ""
    """A misbehaviour of the list of models."""
    headers: list[dict[str, str]] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    key: str = "sk-test-key-000111222"
    asked: list[dict[str, Any]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    address: str = ""
    closed_early: bool = False

    def next(self, body: dict[str, Any] | None = None) -> Any:
        word = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return word(body or {}) if callable(word) else word


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": {"message": message, "type": "error", "code": None}}, status, headers)


def _whole(text: str | None, finish: str = "stop", **message: Any) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
    return {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": USAGE}


def _chunk(text: str | None, finish: str | None = None) -> str:
    delta = {} if text is None else {"role": "assistant", "content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(body)}\n\n"


def _event(delta: dict[str, Any] | None, finish: str | None = None, **more: Any) -> str:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    body = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, **more}
    return f"data: {json.dumps(body)}\n\n"


async def _stream_said(server: ProtocolServer, said: Said, body: dict[str, Any]) -> AsyncIterator[str]:
    for before in server.dialect.before:
        yield _event(None, **before)
    for name, value in said.more.items():
        yield _event({"role": "assistant", name: value, "content": None})
    for piece in said.chunks:
        yield _event({"role": "assistant", "content": piece})
    if said.finish:
        yield _event({}, said.finish)
    if said.usage and body.get("stream_options"):
        yield _event(None, usage=said.usage)
    yield "data: [DONE]\n\n"


def _in_dialect(server: ProtocolServer, text: str, body: dict[str, Any]) -> Said:
    """A text as this kind of endpoint says it."""
    dialect, sent = server.dialect, sum(len(str(m.get("content"))) for m in body.get("messages", ())) // 4
    usage = {**USAGE, "prompt_tokens": min(sent, dialect.cuts_at or sent)}
    if not dialect.thinks:
        return Said(tuple(f"{word} " for word in text.split(" ")), usage=usage)
    room = body.get("max_completion_tokens") or body.get("max_tokens") or 10_000
    usage |= {"completion_tokens": min(room, 600), "completion_tokens_details": {"reasoning_tokens": min(room, 590)}}
    thinking = {"reasoning_content": "The user wants me to say hello. Hmm."}
    return Said(text, "stop", usage, thinking) if room >= 600 else Said("", "length", usage, thinking)


async def _stream(server: ProtocolServer, word: str, body: dict[str, Any]) -> AsyncIterator[str]:
    try:
        if word in ("hang mid-stream", "cut stream", "drip"):
            yield _chunk("Half ")
        if word == "hang mid-stream":
            await asyncio.sleep(HANG)
        if word == "drip":  # comments keep the line open and say nothing
            for _ in range(int(HANG * 10)):
                yield ": still here\n\n"
                await asyncio.sleep(0.1)
        if word in ("cut stream", "hang mid-stream", "drip"):
            return
        if word == "long":
            for number in range(2000):
                yield _chunk(f"{number} ")
                await asyncio.sleep(0.01)
        said = Said("") if word == "empty" else _in_dialect(server, word, body)
        async for event in _stream_said(server, said, body):
            yield event
    except (asyncio.CancelledError, GeneratorExit):
        server.closed_early = True
        raise


def _answer_said(server: ProtocolServer, said: Said, body: dict[str, Any]) -> Response:
    if body.get("stream"):
        return StreamingResponse(_stream_said(server, said, body), media_type="text/event-stream")
    return JSONResponse({**_whole(said.whole, said.finish or "stop", **said.more), "usage": said.usage or USAGE})


async def _halved() -> AsyncIterator[bytes]:
    yield b'{"choices": [{"index": 0, "mess'
    await asyncio.sleep(HANG)


async def _dripped() -> AsyncIterator[bytes]:
    for _ in range(int(HANG * 10)):
        yield b" "
        await asyncio.sleep(0.1)


async def _answer(server: ProtocolServer, word: str | Said, body: dict[str, Any], authorisation: str) -> Response:
    if isinstance(word, Said):
        return _answer_said(server, word, body)
    match word:
        case "no credit":
            return JSONResponse(
                {"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}}, 429
            )
        case "429 for 20 s":
            return _error(429, "Rate limit reached", {"Retry-After": "20"})
        case "drip" if not body.get("stream"):
            return StreamingResponse(_dripped(), media_type="application/json")
        case "hang mid-stream" if not body.get("stream"):
            return StreamingResponse(_halved(), media_type="application/json")
        case "cut stream" if not body.get("stream"):
            return Response(b'{"choices": [{"index": 0, "mess', media_type="application/json")
        case "web page":
            return Response("<html><body>Sign in to the portal</body></html>", media_type="text/html")
        case "nonsense":
            return JSONResponse({"ok": True})
        case "half a character":
            return _answer_said(server, Said(("Half \ud83d", " a character")), body)
        case str() if word.startswith("whole: "):
            return JSONResponse(_whole(word.removeprefix("whole: ")))
        case "filtered":
            return _answer_said(server, Said("I", "content_filter"), body)
        case "length":
            return _answer_said(server, Said("I", "length"), body)
        case "megabyte":
            return _answer_said(server, Said(("word " * 50_000,) * 4), body)
        case "error in the stream":
            return Response(
                'data: {"error": {"code": 502, "message": "Provider disconnected"}}\n\n', media_type="text/event-stream"
            )
        case "429":
            return _error(429, "slow down", {"Retry-After": "1"})
        case "500":
            return _error(500, "boom")
        case "401":
            return _error(401, f"Incorrect API key provided: {authorisation}")
        case "404":
            return _error(404, "no such model")
        case "hang":
            await asyncio.sleep(HANG)
        case "no json_schema" if body.get("response_format", {}).get("type") == "json_schema":
            return _error(400, "response_format json_schema is not supported")
        case "no json_schema":
            word = '{"label": "click", "sure": 0.5}'
        case "no sampling" if "temperature" in body or "seed" in body:
            return _error(400, f"Unsupported parameter: {'temperature' if 'temperature' in body else 'seed'}")
        case "refusal":
            return JSONResponse(_whole(None, refusal="I cannot help with that."))
        case "truncated":
            return JSONResponse(_whole('{"label": "cl', "length"))
    if body.get("stream"):
        return StreamingResponse(_stream(server, word, body), media_type="text/event-stream")
    if word == "empty":
        return _answer_said(server, Said(""), body)
    said = _in_dialect(server, word, body)
    return _answer_said(server, Said(word, said.finish, said.usage, said.more) if said.whole else said, body)


async def _fault(word: str, authorisation: str) -> Response | None:
    """A misbehaviour of the audio routes; None for a word that is none."""
    match word:
        case "429" | "500" | "401" | "404":
            return await _answer(ProtocolServer([]), word, {}, authorisation)
        case "busy for a minute":
            return _error(429, "slow down", {"Retry-After": "60"})
        case "hang":
            await asyncio.sleep(HANG)
        case "wrong type":
            return Response("<html><body>Sign in</body></html>", media_type="text/html")
        case "nothing":
            return Response(b"")
    return None


def _audio_routes(server: ProtocolServer) -> list[Route]:
    async def transcriptions(request: Request) -> Response:
        async with request.form() as form:
            sent: dict[str, Any] = {name: value for name, value in form.items() if isinstance(value, str)}
            file = form["file"]
            assert not isinstance(file, str)
            sent["file"] = (file.filename, file.content_type, await file.read())
        server.asked.append(sent)
        word = server.next()
        fault = await _fault(word, request.headers.get("authorization", ""))
        return fault or JSONResponse({"other": 1} if word == "no text" else {"text": word})

    async def speech(request: Request) -> Response:
        server.asked.append(await request.json())
        word = server.next()
        fault = await _fault(word, request.headers.get("authorization", ""))
        if fault or word == "mp3":
            return fault or Response(b"ID3" + b"\0" * 200, media_type="audio/mpeg")
        out = io.BytesIO()
        with wave.open(out, "wb") as file:
            file.setparams((1, 2, 24_000, 0, "NONE", ""))
            file.writeframes(b"\1\0" * 2_400 * len(word.split()))
        return Response(out.getvalue(), media_type="audio/wav")

    return [
        Route("/v1/audio/transcriptions", transcriptions, methods=["POST"]),
        Route("/v1/audio/speech", speech, methods=["POST"]),
    ]


async def _listed(server: ProtocolServer, authorisation: str) -> Response:
    match server.lists:
        case "drip":
            return StreamingResponse(_dripped(), media_type="application/json")
        case "":
            return JSONResponse(server.dialect.models, 200 if server.dialect.models else 404)
    return await _answer(server, server.lists, {}, authorisation)


def _app(server: ProtocolServer) -> Starlette:
    dialect = server.dialect

    async def chat(request: Request) -> Response:
        body = await request.json()
        server.asked.append(body)
        server.headers.append(dict(request.headers))
        server.queries.append(request.url.query)
        server.times.append(time.monotonic())
        if dialect.key_header not in request.headers:
            return _error(401, f"no {dialect.key_header}")
        if refusal := dialect.refuses(body):
            return JSONResponse(refusal[1], refusal[0])
        return await _answer(server, server.next(body), body, request.headers.get("authorization", ""))

    async def models(request: Request) -> Response:
        return await _listed(server, request.headers.get("authorization", ""))

    def native(path: str) -> Route:
        async def answer(request: Request) -> Response:
            return JSONResponse(dialect.native[path])

        return Route(path, answer, methods=["GET", "POST"])

    return Starlette(
        routes=[
            Route(f"{dialect.base}/chat/completions", chat, methods=["POST"]),
            Route(f"{dialect.base}/models", models, methods=["GET"]),
            *(native(path) for path in dialect.native),
            *_audio_routes(server),
        ]
    )


@contextmanager
def serving(*script: Word, dialect: Dialect = PLAIN, lists: str = "") -> Iterator[ProtocolServer]:
    """The server, on a free port of this machine."""
    server = ProtocolServer(list(script), dialect, lists)
    config = uvicorn.Config(
        _app(server), host="127.0.0.1", port=0, log_level="critical", lifespan="off", timeout_graceful_shutdown=0
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not running.started:
        assert time.monotonic() < deadline, "the test server does not start"
        time.sleep(0.01)
    port = running.servers[0].sockets[0].getsockname()[1]
    server.address = f"http://127.0.0.1:{port}{dialect.base}{dialect.query}"
    try:
        yield server
    finally:
        running.should_exit = True
        running.force_exit = True
        thread.join(5)
