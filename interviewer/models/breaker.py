"""Keeps an endpoint that is out from holding up every turn: while it is out, calls fail at once.

    closed ──failure──► open ──a small question behind the turns is answered──► closed

The first failure opens it. From then on a thread asks the endpoint a small question, at growing distances and not
before a time that the endpoint named itself. A time-out alone proves little, since one prompt may be slow: it counts
only when nobody else was served meanwhile, and the question is asked at once.
"""

import threading
from collections.abc import Callable
from enum import StrEnum
from time import monotonic

from interviewer.errors import ModelError

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

    def __init__(self, ask: Callable[[], None]):
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
        """Somebody was answered."""
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
