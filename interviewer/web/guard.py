"""Stands before every request: who may come in, how much may be sent, what is shut, headers, health.

    /healthz   the process answers          /readyz   it can serve: database and models

Both say nothing about anybody and need no sign-in. Everything else needs one where sign-in is set up.
"""

import asyncio
import json
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interviewer import CannotRun
from interviewer.web.session import RecentCount, RefusedError, SignIn, network, page, set_cookie

log = logging.getLogger(__name__)
# Gradio's pages need inline scripts, its workers and its templates need eval; nothing may come from elsewhere.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "frame-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# The whiteboard's page stands in a frame of ours and needs no eval; it too may talk to nobody but us.
BOARD_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_BOARD = {"Content-Security-Policy": BOARD_POLICY, "X-Frame-Options": "SAMEORIGIN"}
_SHUT = ("/gradio_api/deep_link", "/gradio_api/runs", "/gradio_api/run-history", "/gradio_api/openapi", "/monitoring")
_KNOWN = (
    "/gradio_api", "/assets", "/static", "/svelte", "/config", "/theme.css", "/favicon", "/queue", "/manifest.json",
    "/robots.txt", "/user", "/custom_component", "/login", "/logout", "/board",
)  # fmt: skip
_OPEN = ("/gradio_api/startup-events", "/robots.txt")
"""Gradio asks itself for the first one as it starts."""
_MB = 1_000_000
LARGEST_FILE, LARGEST_POST = 60 * _MB, 8 * _MB
_FORM = 4_000
_FILES = ("/gradio_api/upload", "/board/photo")
_UPLOADS = RecentCount(3600, 600 * _MB)
"""Bytes of files in an hour from one user, without sign-in from one address."""
_ROOM = 1_000 * _MB
"""Bytes that files leave free on the disk: the interviews are written to it too."""
_PATIENCE = 3.0
# Gradio writes the address under which it was asked into the page. A proxy may not say that one: the browser knows it.
_ROOT = b"<script>gradio_config.root = new URL('.', location.href).href.replace(/[/]$/, '');</script>"
_IN_PAGE = (
    (re.compile(rb"(?=<script data-gradio-mode>)"), _ROOT),
    (re.compile(rb'const root = "[^"]*";'), b"const root = window.gradio_config.root;"),
    (re.compile(rb'href="/manifest.json"'), b'href="manifest.json"'),
)
NOWHERE = (
    "<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
    "<title>Nothing is here</title><style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;"
    "padding:0 1rem;color-scheme:light dark}</style><h1>Nothing is at this address</h1>"
    "<p>It may have been mistyped. <a href='{start}'>To the start page</a></p></html>"
)


class Guard:
    """The ASGI middleware. ``ready`` says what serves and what does not, in words; ``sign_in`` is None for one user."""

    def __init__(
        self, app: ASGIApp, sign_in: SignIn | None = None, ready: Callable[[], dict[str, str]] | None = None
    ) -> None:
        self.app, self.sign_in, self.ready = app, sign_in, ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what is not for the app, and puts the headers on all else."""
        if scope["type"] == "websocket":  # the pages have none
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        head: Message | None = None
        body = bytearray()

        async def guarded(message: Message) -> None:
            nonlocal head
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (HEADERS | _BOARD if scope["path"].startswith("/board") else HEADERS).items():
                    headers[name] = value
                if headers.get("content-type", "").startswith("text/event-stream"):
                    headers["X-Accel-Buffering"] = "no"  # a proxy as installed would keep the words until the end
                if headers.get("content-type", "").startswith("text/html"):
                    head = message
                    return
            elif head is not None:
                body.extend(message.get("body", b""))
                if message.get("more_body"):
                    return
                page_ = _told_where(bytes(body))
                MutableHeaders(scope=head)["Content-Length"] = str(len(page_))
                await send(head)
                message = {"type": "http.response.body", "body": page_}
            await send(message)

        answer = await self._answer(scope, receive)
        await (answer or self.app)(scope, receive, guarded)

    async def _answer(self, scope: Scope, receive: Receive) -> Response | None:
        """What is answered here; None for what goes on to the app."""
        path, headers = scope["path"].rstrip("/").lower(), Headers(scope=scope)
        posts = scope["method"] not in ("GET", "HEAD", "OPTIONS")
        if path == "/healthz":
            return PlainTextResponse("ok")
        if path == "/readyz":
            return await self._readiness()
        if path.startswith(_SHUT) or b"deep_link=" in scope.get("query_string", b""):
            return PlainTextResponse("There is nothing here.", 404)
        if posts and (headers.get("sec-fetch-site", "none") in ("cross-site", "same-site") or _neighbour(headers)):
            return PlainTextResponse("Another site sent this. Nothing was done.", 403)
        if posts and (refusal := _too_much(path, scope, headers)):
            return refusal
        if self.sign_in and (answer := await self._sign_in(self.sign_in, path, posts, scope, receive)):
            return answer
        if posts and path.startswith(_FILES) and (refusal := _too_many(scope, int(headers["content-length"]))):
            return refusal
        if path and not path.startswith(_KNOWN) and _wants_page(scope, headers):
            return HTMLResponse(NOWHERE.replace("{start}", "../" * (scope["path"].count("/") - 1) or "./"), 404)
        return None

    async def _sign_in(
        self, sign_in: SignIn, path: str, posts: bool, scope: Scope, receive: Receive
    ) -> Response | None:
        cookie, secure = _cookie(scope, sign_in.cookie), scope.get("scheme") == "https"
        try:
            if path == "/login" and posts:
                body = await _body(receive, _FORM)
                token = await asyncio.to_thread(sign_in.enter, body, _address(scope))
                return RedirectResponse("./", 303, {"Set-Cookie": set_cookie(sign_in.cookie, token, secure)})
            if path == "/logout" and posts:
                await asyncio.to_thread(sign_in.leave, cookie)
                return RedirectResponse("./", 303, {"Set-Cookie": set_cookie(sign_in.cookie, "", secure)})
            user = await asyncio.to_thread(sign_in.user, cookie)
        except RefusedError as refused:
            wait = {"Retry-After": str(int(refused.seconds) + 1)} if refused.seconds else {}
            return HTMLResponse(page(str(refused)), 429 if refused.seconds else 400, wait)
        except CannotRun as error:
            log.error("sign-in does not work: %s", error)
            return HTMLResponse(page("Signing in does not work at the moment. Try again in a minute."), 503)
        if user is None and path not in _OPEN:
            if _wants_page(scope, Headers(scope=scope)) or path in ("", "/login"):
                return HTMLResponse(page(), 401)
            return JSONResponse({"error": "Sign in first."}, 401)
        scope["interviewer.user"] = user
        return None

    async def _readiness(self) -> Response:
        try:
            found = await asyncio.wait_for(asyncio.to_thread(self.ready), _PATIENCE) if self.ready else {}
        except TimeoutError:
            found = {"database": "does not answer"}
        fine = all(word == "ok" for word in found.values())
        return PlainTextResponse(json.dumps({"ready": fine, **found}), 200 if fine else 503, None, "application/json")


def _neighbour(headers: Headers) -> bool:
    """Whether a page of another port of the same machine sends it: its cookie comes along, and over plain HTTP browsers
    do not say which site a request is from. A proxy may change the name that was asked for, or leave out the port."""
    origin, host = urlsplit(headers.get("origin", "")), urlsplit(f"//{headers.get('host', '')}")
    try:
        ours, theirs = host.port, origin.port or {"http": 80, "https": 443}.get(origin.scheme)
    except ValueError:
        return True
    same = origin.hostname == host.hostname and ours is not None
    return "sec-fetch-site" not in headers and same and ours != theirs


def _told_where(page_: bytes) -> bytes:
    """Gradio's page, which finds out by itself under which address it is."""
    for pattern, instead in _IN_PAGE:
        page_ = pattern.sub(instead, page_, count=1)
    return page_


def _too_much(path: str, scope: Scope, headers: Headers) -> Response | None:
    """Refuses what is larger than anything that the pages send."""
    most = LARGEST_FILE + _MB if path.startswith("/gradio_api/upload") else LARGEST_POST
    try:
        length = int(headers.get("content-length", ""))
    except ValueError:
        return PlainTextResponse("The length must be said.", 411)
    if not 0 <= length <= most:
        return PlainTextResponse(f"At most {most // _MB} MB at once.", 413)
    return None


def _too_many(scope: Scope, length: int) -> Response | None:
    """Refuses files of somebody who has sent many, and files for which the disk has no room."""
    user = scope.get("interviewer.user")
    whose = f"user {user}" if user else network(_address(scope))
    if _UPLOADS.wait(whose):
        return PlainTextResponse("Too many files in an hour.", 429)
    if shutil.disk_usage(os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir()).free < length + _ROOM:
        log.error("a file was refused: the disk is nearly full")
        return PlainTextResponse("There is no room for files at the moment.", 507)
    _UPLOADS.add(whose, length)
    return None


async def _body(receive: Receive, most: int) -> bytes:
    found = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b""
        found += message.get("body", b"")
        if len(found) > most:
            return b""
        if not message.get("more_body"):
            return bytes(found)


def _address(scope: Scope) -> str:
    """Where the request comes from; a proxy on this machine, or in FORWARDED_ALLOW_IPS, is believed."""
    return str((scope.get("client") or ("unknown",))[0])


def _cookie(scope: Scope, name: str) -> str | None:
    try:
        jar = SimpleCookie(Headers(scope=scope).get("cookie", ""))
    except CookieError:
        return None
    return jar[name].value if name in jar else None


def _wants_page(scope: Scope, headers: Headers) -> bool:
    return scope["method"] == "GET" and "text/html" in headers.get("accept", "")


def signed_in(request: Any) -> str | None:
    """For ``launch(auth_dependency=...)``: whom the guard has let in."""
    user = request.scope.get("interviewer.user")
    return str(user) if user else None


def middleware(sign_in: SignIn | None = None, ready: Callable[[], dict[str, str]] | None = None) -> list[Any]:
    """For ``launch(app_kwargs=...)``."""
    return [Middleware(Guard, sign_in=sign_in, ready=ready)]
