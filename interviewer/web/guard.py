"""Stands before every request: security headers, Gradio's doors that we do not use shut, a page for a wrong address."""

from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_SHUT = ("/gradio_api/deep_link", "/gradio_api/runs", "/gradio_api/run-history", "/gradio_api/openapi", "/monitoring")
_KNOWN = (
    "/gradio_api", "/assets", "/static", "/svelte", "/config", "/login", "/logout", "/theme.css", "/favicon", "/queue",
    "/manifest.json", "/robots.txt", "/health", "/ready", "/metrics", "/token", "/user", "/custom_component",
)  # fmt: skip
NOWHERE = (
    "<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
    "<title>Nothing is here</title><style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;"
    "padding:0 1rem;color-scheme:light dark}</style><h1>Nothing is at this address</h1>"
    "<p>It may have been mistyped. <a href='/'>To the start page</a></p></html>"
)


class Guard:
    """The ASGI middleware."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what is shut or nowhere, and puts the headers on all else."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"].rstrip("/").lower()

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        if path.startswith(_SHUT) or b"deep_link=" in scope.get("query_string", b""):
            await PlainTextResponse("There is nothing here.", 404)(scope, receive, guarded)
        elif path and not path.startswith(_KNOWN) and _wants_page(scope):
            await HTMLResponse(NOWHERE, 404)(scope, receive, guarded)
        else:
            await self.app(scope, receive, guarded)


def _wants_page(scope: Scope) -> bool:
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")


def middleware() -> list[Any]:
    """For ``launch(app_kwargs=...)``."""
    return [Middleware(Guard)]
