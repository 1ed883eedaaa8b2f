"""What went wrong with a call, in words for people, and the breaker that spares others the wait. Never the key.

    closed ──failure──► open ──a small question behind the turns is answered──► closed

The first failure opens it. From then on a thread asks the endpoint a small question, at growing distances and not
before a time that the endpoint named itself. A time-out alone proves little, since one prompt may be slow: it counts
only when nobody else was served meanwhile, and the question is asked at once.
"""

import re
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from time import monotonic, time
from typing import TYPE_CHECKING

from interviewer import ModelError
from interviewer.models.answers import Complaint, read
from interviewer.models.connection import BrokenOffError, DeadlineError, ElsewhereError, NonsenseError, cause, plain

if TYPE_CHECKING:
    import openai


FIRST_WAIT = 2.0
LONGEST_WAIT = 60.0
"""Seconds between two questions; each distance is twice the one before."""
PATIENCE = 0.8
"""Seconds that a call waits for a question under way before it fails."""
IDLE = 900.0
"""Seconds without a call after which nobody asks any more: the next call is the question then."""


class FailureKind(StrEnum):
    """What went wrong, as far as it matters here."""

    OUT = "out"
    """The endpoint cannot serve anybody now: no connection, no such model, a refused key, an error of its own."""
    SILENT = "silent"
    """This call had no answer in time, or half of one."""
    ONE = "one"
    """This request was wrong, or this answer was: it says nothing about others."""


class Breaker:
    """One for each endpoint; safe to use from several threads. ``ask`` raises ModelError while the endpoint is out."""

    def __init__(self, ask: Callable[[], object]):
        self._ask = ask
        self._lock = threading.Lock()
        self._why: ModelError | None = None
        self._not_before = 0.0
        self._wait = FIRST_WAIT
        self._served = self._asked = 0.0
        self._changed = threading.Event()
        self._settled = threading.Event()
        self._thread: threading.Thread | None = None
        self._gone = False

    @property
    def why(self) -> ModelError | None:
        """What is wrong while it is open."""
        return self._why

    def check(self, patience: float = PATIENCE) -> None:
        """Raises ModelError while the endpoint is out. Waits ``patience`` seconds for a question under way."""
        with self._lock:
            self._asked = monotonic()
            why, asking = self._why, self._thread is not None
        if why is None or not asking:
            return
        self._settled.wait(patience)
        if (why := self._why) is not None:
            raise ModelError(f"{why} (asked again behind the turns)")

    def served(self) -> None:
        """Notes that a call was answered: calls go through again."""
        with self._lock:
            self._served = monotonic()
            self._close()

    def failed(self, error: ModelError, kind: FailureKind, began: float, wait: float | None = None) -> None:
        """A call that ``began`` then failed; ``wait`` is what the endpoint wants, in seconds."""
        with self._lock:
            if kind is FailureKind.ONE or self._gone or (kind is FailureKind.SILENT and self._served > began):
                return
            self._why, self._asked = error, monotonic()
            self._wait = FIRST_WAIT
            self._not_before = monotonic() + (0.0 if kind is FailureKind.SILENT else max(wait or 0.0, FIRST_WAIT))
            self._changed.clear()
            self._settled.clear()
            if kind is not FailureKind.SILENT:
                self._settled.set()  # nothing to wait for: no question is asked for now
            if self._thread is None:
                self._thread = threading.Thread(target=self._until_served, name="endpoint-out", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Asks no more."""
        with self._lock:
            self._gone = True
            self._changed.set()
            self._settled.set()

    def _close(self) -> None:
        self._why = None
        self._changed.set()
        self._settled.set()

    def _until_served(self) -> None:
        while True:
            self._changed.wait(max(self._not_before - monotonic(), 0.0))
            with self._lock:
                if self._why is None or self._gone or monotonic() - self._asked > IDLE:
                    self._thread = None
                    return
            try:
                self._ask()
            except ModelError as error:
                with self._lock:
                    if self._why is not None:
                        self._why = error
                        self._not_before = monotonic() + self._wait
                        self._wait = min(2 * self._wait, LONGEST_WAIT)
                    self._settled.set()
            else:
                self.served()


# -- failures --------------------------------------------------------------------------------------------
# In words for people: what happened, what the server said, what to do.


MOST_WORDS = 240
"""Characters of a server's own words that are shown."""
LONGEST_ASKED = 3_600.0
"""Seconds that an endpoint may ask to be left alone for."""
MOST_MODELS = 8
"""Models that are listed as offered."""
_KEYS = re.compile(r"\b(?:sk|key|gsk|xai|AIza)[-_]?[\w*-]{6,}|(?i:bearer)\s+\S+")
_QUOTA = ("insufficient_quota", "billing", "credit", "quota exceeded", "exceeded your current quota")


@dataclass(frozen=True)
class Asked:
    """What a message needs to know about the call."""

    where: str
    model: str
    key: str
    has_key: bool
    cure: str
    """What to do when it cannot be reached."""
    seconds: float
    """What the call was given."""
    begun: bool = False
    """Whether some of the answer had come."""
    offered: Callable[[], Sequence[str]] = tuple
    """The models that the endpoint is known to have; asked for only where they are told."""


@dataclass(frozen=True)
class Failure:
    """A failure as callers see it, and what it says about the endpoint."""

    error: ModelError
    kind: FailureKind
    wait: float | None = None
    """Seconds that the endpoint wants to be left alone."""


def explain(error: BaseException, asked: Asked) -> Failure:
    """What a call's error means."""
    import openai

    if (elsewhere := cause(error, ElsewhereError)) is not None:
        return _failure(asked, FailureKind.OUT, f"{elsewhere}: check OPENAI_BASE_URL (most end in /v1)")
    if (nonsense := cause(error, NonsenseError)) is not None:
        return _failure(asked, FailureKind.ONE, str(nonsense))
    match error:
        case DeadlineError() | openai.APITimeoutError():
            return _failure(asked, FailureKind.SILENT, f"no answer in time ({asked.seconds:.3g} s)")
        case openai.APIStatusError():
            return _status(error, asked)
        case BrokenOffError():
            return _failure(asked, FailureKind.SILENT, "the answer broke off in the middle")
        case openai.APIConnectionError() if asked.begun:
            return _failure(asked, FailureKind.SILENT, "the answer broke off in the middle")
        case openai.APIConnectionError():
            return _failure(asked, FailureKind.OUT, f"cannot be reached: {asked.cure}")
        case openai.APIError():
            return _failure(asked, FailureKind.SILENT, f"it failed in the middle of an answer{_said(complaint(error))}")
    what = f"the answer cannot be read ({type(error).__name__}: {_short(str(error))})"
    return _failure(asked, FailureKind.ONE, what)


def complaint(error: "openai.APIError") -> Complaint:
    """What an error of the server says."""
    body = error.body
    text = body if isinstance(body, str) else str(error.message)
    return read(body, plain(text))


def retry_after(error: "openai.APIStatusError") -> float | None:
    """Seconds that the server asks to wait: in its header (seconds, or a date), else in its words."""
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "")
        if not value:
            continue
        try:
            return _believed(float(value) * unit)
        except ValueError:
            with suppress(ValueError, TypeError, OverflowError):
                return _believed(parsedate_to_datetime(value).timestamp() - time())
    found = re.search(r"(?:try again|retry)\D{0,12}(\d+(?:\.\d+)?) ?s", complaint(error).text)
    return _believed(float(found[1])) if found else None


def _believed(seconds: float) -> float | None:
    """A wait that somebody may mean: no eternity; None where it is below nothing, or no number."""
    return min(seconds, LONGEST_ASKED) if seconds >= 0 else None


def out_of_credit(error: "openai.APIStatusError") -> bool:
    """Whether a refusal is about money: waiting does not help."""
    said = f"{error.code} {complaint(error).text}".lower()
    return error.status_code == 402 or (error.status_code == 429 and any(word in said for word in _QUOTA))


def _status(error: "openai.APIStatusError", asked: Asked) -> Failure:
    said, status = _said(complaint(error)), error.status_code
    match status:
        case 401 if not asked.has_key:
            return _failure(asked, FailureKind.OUT, f"it wants a key: set OPENAI_API_KEY{said}")
        case 401:
            return _failure(asked, FailureKind.OUT, f"it refuses the key: check OPENAI_API_KEY{said}")
        case 403 if re.search(r"moderation|flagged", said, re.IGNORECASE):
            return _failure(asked, FailureKind.ONE, f"its moderation refuses the prompt{said}")
        case 403:
            what = f"the key may not use the model '{asked.model}' there: check INTERVIEWER_MODEL and the key's rights"
            return _failure(asked, FailureKind.OUT, what + said)
        case 404 | 405 | 410:
            offered = asked.offered()
            has = ", ".join(offered[:MOST_MODELS])
            more = f" and {len(offered) - MOST_MODELS} more" if len(offered) > MOST_MODELS else ""
            what = f"no model '{asked.model}' there: check INTERVIEWER_MODEL and OPENAI_BASE_URL"
            return _failure(asked, FailureKind.OUT, f"{what}{f'; it offers {has}{more}' if has else ''}{said}")
        case _ if out_of_credit(error):
            return _failure(
                asked, FailureKind.OUT, f"no credit or quota is left there: see the provider's billing page{said}"
            )
        case 429:
            wait = retry_after(error)
            when = f", it asks to wait {wait:.0f} s" if wait else ""
            return _failure(
                asked, FailureKind.OUT, f"too busy (429){when}: wait, or ask for a higher limit{said}", wait
            )
        case 400 | 413 | 422:
            return _failure(asked, FailureKind.ONE, f"it refuses the request (error {status}){said}")
        case _ if status >= 500 or status in (408, 409, 425):
            what = f"it failed by itself (error {status}): not a matter of settings, see its log or status page"
            return _failure(asked, FailureKind.OUT, what + said, retry_after(error))
    return _failure(asked, FailureKind.OUT, f"error {status}{said}")


def _failure(asked: Asked, kind: FailureKind, what: str, wait: float | None = None) -> Failure:
    text = f"{asked.where}: {what}"
    if len(asked.key) >= 8:
        text = text.replace(asked.key, "***")
    return Failure(ModelError(_KEYS.sub("***", text)), kind, wait)


def _said(words: Complaint) -> str:
    return f" (it said: {_short(words.text)})" if words.text else ""


def _short(text: str) -> str:
    text = " ".join(plain(text).split())
    return text if len(text) <= MOST_WORDS else f"{text[:MOST_WORDS]}…"
