"""The line to an endpoint: addresses as people write them, proxies, what may come back and how long it may take.

An HTTP read time-out does not see a server that keeps the line open with comments, or drips one word a
minute; this does: the iterator runs in a thread of its own and is left behind when the time is up. What runs in that
thread asks ``over()`` now and then, so that nothing that nobody waits for lives on.
"""

import ipaddress
import json
import queue
import re
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit, urlunsplit

if TYPE_CHECKING:
    import httpx2


Item = TypeVar("Item")
_here = threading.local()


class DeadlineError(Exception):
    """The time is up."""


class BrokenOffError(Exception):
    """A stream ended before its answer did."""


def left() -> float:
    """Seconds that the call which this thread works for still has; none where nobody waits any more."""
    call: tuple[float, threading.Event] | None = getattr(_here, "call", None)
    if call is None:
        return float("inf")
    return 0.0 if call[1].is_set() else max(call[0] - monotonic(), 0.0)


def over() -> bool:
    """Whether nobody waits for this thread's work any more."""
    return left() <= 0.0


def pause(seconds: float) -> bool:
    """Waits, at most as long as somebody waits for this thread; whether there is time left afterwards."""
    call: tuple[float, threading.Event] | None = getattr(_here, "call", None)
    stopped = call[1] if call else threading.Event()
    stopped.wait(min(seconds, left()))
    return not over()


def within(seconds: float, start: Callable[[], Iterable[Item]], silence: float | None = None) -> Iterator[Item]:
    """Yields the items of ``start()``. Raises DeadlineError ``seconds`` after the start, or in a ``silence`` of so many
    seconds, at the beginning or after an item.

    When the caller stops early the source is closed at its next item.
    """
    items: queue.SimpleQueue[tuple[str, object]] = queue.SimpleQueue()
    stopped = threading.Event()
    ends = monotonic() + seconds

    def work() -> None:
        _here.call = (ends, stopped)
        try:
            source = iter(start())
            for item in source:
                if stopped.is_set():
                    break
                items.put(("item", item))
            if stopped.is_set() and hasattr(source, "close"):
                source.close()
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread
            items.put(("error", error))
        else:
            items.put(("end", None))

    threading.Thread(target=work, name="model-call", daemon=True).start()
    try:
        while True:
            patience = ends - monotonic()
            if patience < 0:  # also where more is there than can be read in time
                raise DeadlineError
            if silence is not None:
                patience = min(patience, silence)
            try:
                kind, value = items.get(timeout=max(patience, 0.001))
            except queue.Empty:
                raise DeadlineError from None
            if kind == "end":
                return
            if kind == "error":
                assert isinstance(value, BaseException)
                raise value
            yield value  # type: ignore[misc]
    finally:
        stopped.set()


def once(seconds: float, call: Callable[[], Item]) -> Item:
    """What a call gives. Raises DeadlineError when it takes longer, and what the call raises."""
    return next(within(seconds, lambda: iter((call(),))))


# -- connection ------------------------------------------------------------------------------------------
#     >>> place("http://localhost:11434").base
#     'http://localhost:11434/v1'
#
# A machine's own addresses are never asked through a proxy. What comes back is bounded, is given up when nobody waits
# for it, and is made fit to be read: a web page is named for one, halves of characters are taken out.


OPENAI = "https://api.openai.com/v1"
MOST_BYTES = 16_000_000
"""Of one answer as it comes over the line; a streamed word may weigh 400 bytes there."""
CONNECT = 5.0
_ENDS = ("/chat/completions", "/completions", "/models", "/responses")
_HALVES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]{0,2000}>", re.DOTALL | re.IGNORECASE)


class NonsenseError(ValueError):
    """What came back is not what the protocol says."""


class ElsewhereError(NonsenseError):
    """What came back shows that the protocol is not spoken at this address."""


@dataclass(frozen=True)
class Place:
    """Where an endpoint is."""

    base: str
    """Without a slash at its end and without a query."""
    query: tuple[tuple[str, str], ...] = ()
    """Goes with every request (Azure's ``api-version``)."""

    @property
    def host(self) -> str:
        """The name of the machine."""
        return urlsplit(self.base).hostname or ""

    @property
    def own(self) -> bool:
        """Whether it is on this machine."""
        return is_own(self.host)

    @property
    def azure(self) -> bool:
        """Whether the key goes into a header of Azure's."""
        return self.host.endswith((".azure.com", ".azure-api.net")) or "api-version" in dict(self.query)

    def other(self) -> "Place":
        """The same with ``/v1`` where it has none, and without where it has."""
        base = self.base.removesuffix("/v1") if self.base.endswith("/v1") else f"{self.base}/v1"
        return Place(base, self.query)


def place(address: str | None) -> Place:
    """An address as people write it: with or without ``/v1``, with what follows it, with a query."""
    scheme, netloc, path, query, _ = urlsplit((address or OPENAI).strip())
    path = path.rstrip("/")
    for end in _ENDS:
        path = path.removesuffix(end).rstrip("/")
    return Place(urlunsplit((scheme, netloc, path or "/v1", "", "")), tuple(parse_qsl(query)))


def is_own(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def open_client(where: Place, seconds: float) -> "httpx2.Client":
    """A client for an endpoint. Raises NonsenseError for a proxy in the environment that cannot be one."""
    import httpx2

    try:
        return httpx2.Client(
            trust_env=not where.own,
            timeout=httpx2.Timeout(seconds, connect=min(CONNECT, seconds)),
            headers={"Accept-Encoding": "identity"},
            follow_redirects=True,
            event_hooks={"request": [_key_stays(where)], "response": [_tamed]},
        )
    except (ValueError, ImportError, httpx2.InvalidURL) as error:
        raise NonsenseError(f"a proxy in the environment (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY): {error}") from None


def _key_stays(where: Place) -> "Callable[[httpx2.Request], None]":
    """Takes Azure's header with the key out of what is sent on to another place; the client does so with its own."""

    import httpx2

    own = httpx2.URL(where.base)

    def check(request: "httpx2.Request") -> None:
        if (request.url.host, request.url.port) != (own.host, own.port):
            request.headers.pop("api-key", None)

    return check


def plain(page: str) -> str:
    """The words of a web page."""
    return " ".join(_TAG.sub(" ", page).split())


def _tamed(response: "httpx2.Response") -> None:
    """Puts bounds and cleaning between the line and whoever reads the answer."""
    import httpx2

    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    stream = cast(httpx2.SyncByteStream, response.stream)
    encoding = response.headers.pop("content-encoding", "identity")
    if response.is_success and kind in ("text/html", "application/xhtml+xml"):
        stream.close()
        raise ElsewhereError("it answers with a web page")
    response.headers.pop("content-length", None)

    read = _lines(_bounded(_unpacked(stream, encoding)))
    pieces = _as_stream(read) if response.is_success and _streamed(response.request) else read

    class Tamed(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            return pieces

        def close(self) -> None:
            stream.close()

    response.stream = Tamed()
    if response.is_success and not _streamed(response.request):
        response.headers["content-type"] = "application/json"


def _streamed(request: "httpx2.Request") -> bool:
    # Read, not only looked at: a request that was sent on to another address has not been.
    return request.method == "POST" and b'"stream":true' in request.read().replace(b" ", b"")


def _as_stream(lines: Iterator[bytes]) -> Iterator[bytes]:
    """The events as they are; a whole answer of a server that was asked for a stream becomes one event."""
    for line in lines:
        if line.lstrip().startswith(b"{"):
            yield _event(line + b"".join(lines))
        else:
            yield line


def _event(answer: bytes) -> bytes:
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        raise NonsenseError("it answers with something that is no JSON") from None
    choices = found.get("choices") if isinstance(found, dict) else None
    if isinstance(choices, list):
        parts = [{**choice, "delta": choice.get("message") or {}} for choice in choices if isinstance(choice, dict)]
        found = {**found, "choices": parts}
    return b"data: " + json.dumps(found).encode() + b"\n\n"


def _unpacked(stream: "httpx2.SyncByteStream", encoding: str) -> Iterator[bytes]:
    if encoding in ("", "identity"):
        yield from stream
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise NonsenseError(f"it packs its answers ('{encoding}') although it was asked not to")
    unpack = zlib.decompressobj(47)
    for piece in stream:
        yield unpack.decompress(piece, MOST_BYTES)


def _bounded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MOST_BYTES:
            raise NonsenseError(f"its answer is larger than {MOST_BYTES // 1_000_000} MB")
        if over():
            raise DeadlineError
        yield piece


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Whole lines, as UTF-8, without escapes of half characters: strict readers further on stumble over them."""
    begun: list[bytes] = []
    for piece in pieces:
        *whole, rest = piece.split(b"\n")
        for line in whole:
            yield _sound(b"".join((*begun, line))) + b"\n"
            begun = []
        begun.append(rest)
    if rest := b"".join(begun):
        yield _sound(rest)


def _sound(line: bytes) -> bytes:
    line = line.decode("utf-8", "replace").encode()
    return _HALVES.sub(lambda found: b"" if found[1] else found[0], line) if b"\\u" in line else line


def cause(error: BaseException, kind: type[NonsenseError]) -> NonsenseError | None:
    """An error of that kind among what led to another one: clients wrap what happens on the line."""
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None or isinstance(seen, kind):
            break
        seen = seen.__cause__ or seen.__context__
    return seen if isinstance(seen, kind) else None
