"""Gives what a blocking iterator yields, but never waits past a deadline.

An HTTP read time-out does not see a server that keeps the line open with comments, or drips one word a
minute; this does: the iterator runs in a thread of its own and is left behind when the time is up. What runs in that
thread asks ``over()`` now and then, so that nothing that nobody waits for lives on.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from time import monotonic
from typing import TypeVar

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
