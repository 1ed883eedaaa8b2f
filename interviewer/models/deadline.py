"""Gives what a blocking iterator yields, but never waits past a deadline.

An HTTP read time-out does not see a server that keeps the line open with comments, or drips one word a
minute; this does: the iterator runs in a thread of its own and is left behind when the time is up.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from time import monotonic
from typing import TypeVar

Item = TypeVar("Item")


class DeadlineError(Exception):
    """The time is up."""


def within(seconds: float, start: Callable[[], Iterable[Item]], silence: float | None = None) -> Iterator[Item]:
    """Yields the items of ``start()``. Raises DeadlineError ``seconds`` after the start, or when a
    ``silence`` of so many seconds follows an item.

    When the caller stops early the source is closed at its next item.
    """
    items: queue.SimpleQueue[tuple[str, object]] = queue.SimpleQueue()
    stopped = threading.Event()

    def work() -> None:
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

    ends = monotonic() + seconds
    threading.Thread(target=work, name="model-call", daemon=True).start()
    begun = False
    try:
        while True:
            patience = ends - monotonic()
            if silence is not None and begun:
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
            begun = True
            yield value  # type: ignore[misc]
    finally:
        stopped.set()
