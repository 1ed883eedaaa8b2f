"""A server that speaks the OpenAI protocol over real HTTP and misbehaves on demand.

    with serving("429", "hello there") as server: ...

Each request takes the next word of the script; the last one stays. A word is a misbehaviour (see ``_answer``)
or the text to answer with: to a chat, as what was heard, or as sound, a tenth of a second a word. ``server.asked``
holds the bodies of all requests, in order.
"""

import asyncio
import io
import json
import threading
import time
import wave
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

HANG = 20.0
USAGE = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}


@dataclass
class ProtocolServer:
    """What the server is to do, and what it was asked."""

    script: list[str]
    key: str = "sk-test-key-000111222"
    asked: list[dict[str, Any]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    address: str = ""
    closed_early: bool = False

    def next(self) -> str:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": {"message": message, "type": "error", "code": None}}, status, headers)


def _whole(text: str | None, finish: str = "stop", **message: Any) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
    return {"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": USAGE}


def _token(word: str, logprob: float) -> dict[str, Any]:
    return {"token": word, "logprob": logprob, "bytes": list(word.encode())}


def _with_logprobs(tops: list[dict[str, Any]]) -> dict[str, Any]:
    answer = _whole(tops[0]["token"], "length")
    answer["choices"][0]["logprobs"] = {"content": [{**tops[0], "top_logprobs": tops}]}
    return answer


def _chunk(text: str | None, finish: str | None = None) -> str:
    delta = {} if text is None else {"role": "assistant", "content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(body)}\n\n"


async def _stream(server: ProtocolServer, word: str) -> AsyncIterator[str]:
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
        if word != "empty":
            for piece in word.split(" "):
                yield _chunk(piece + " ")
        yield _chunk(None, "stop")
        yield "data: [DONE]\n\n"
    except (asyncio.CancelledError, GeneratorExit):
        server.closed_early = True
        raise


async def _answer(server: ProtocolServer, word: str, body: dict[str, Any], authorisation: str) -> Response:
    match word:
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
        case "no logprobs" if body.get("logprobs"):
            return _error(400, "logprobs are not supported by this model")
        case "no logprobs":
            word = '{"answer": false, "confidence": 0.9}'
        case "refusal":
            return JSONResponse(_whole(None, refusal="I cannot help with that."))
        case "truncated":
            return JSONResponse(_whole('{"label": "cl', "length"))
        case "yes 0.8":
            return JSONResponse(
                _with_logprobs([_token("Yes", -0.35667), _token(" yes", -2.3026), _token("No", -2.9957)])
            )
        case "only no":
            return JSONResponse(_with_logprobs([_token("no", -0.01), _token("maybe", -5.0)]))
    if body.get("stream"):
        return StreamingResponse(_stream(server, word), media_type="text/event-stream")
    return JSONResponse(_whole(word))


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


def _app(server: ProtocolServer) -> Starlette:
    async def chat(request: Request) -> Response:
        body = await request.json()
        server.asked.append(body)
        server.times.append(time.monotonic())
        return await _answer(server, server.next(), body, request.headers.get("authorization", ""))

    async def models(request: Request) -> Response:
        entry = {"id": "house-model", "object": "model", "created": 1, "owned_by": "us"}
        return JSONResponse({"object": "list", "data": [entry]})

    return Starlette(
        routes=[
            Route("/v1/chat/completions", chat, methods=["POST"]),
            Route("/v1/models", models, methods=["GET"]),
            *_audio_routes(server),
        ]
    )


@contextmanager
def serving(*script: str) -> Iterator[ProtocolServer]:
    """The server, on a free port of this machine."""
    server = ProtocolServer(list(script))
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
    server.address = f"http://127.0.0.1:{port}/v1"
    try:
        yield server
    finally:
        running.should_exit = True
        running.force_exit = True
        thread.join(5)
