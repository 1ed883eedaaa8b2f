"""Work behind the turn: what a machine may do for an interview while nobody waits for it, one job at a time.

    behind.put(interview, [job, job])   instead of what was still to do for that interview
    with behind.first(): ...            somebody waits: nothing begins, and jobs stop at their next breath
    behind.drop(interview)              it is over, deleted or left

A job is any function that is given ``breathe`` and calls it between its small steps (one passage, one batch of
sentences): there it waits while somebody is served, and there it ends, by DroppedError, when nobody wants it any more.
"""

import ctypes
import logging
import os
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from time import monotonic
from typing import TypeVar

log = logging.getLogger(__name__)
Breathe = Callable[[], None]
Job = Callable[[Breathe], None]
T = TypeVar("T")
_LAST_STEP, _LONGEST_STEP = 5.0, 10.0
"""Seconds that closing waits for the step under way, and for a batch of what is made ready ahead."""
_PAUSE = 0.001
_ARENA_MAX = -8
"""``M_ARENA_MAX`` of glibc's ``malloc.h``."""
_GIVE_BACK = 10.0
"""Seconds after which memory that was freed is given back to the system; it takes 20 ms."""


class DroppedError(Exception):
    """Nobody wants this job any more."""


def aside(name: str, call: Callable[[], T]) -> Future[T]:
    """What the call gives, or raises, from a thread of its own; one that hangs holds up no end of the process."""
    done: Future[T] = Future()

    def run() -> None:
        try:
            done.set_result(call())
        except BaseException as error:  # noqa: BLE001 - raised where the result is asked for; native code may panic
            done.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return done


class Ahead:
    """Threads that make something ready ahead of its use. They end when told: native code that runs while Python shuts
    down aborts the process."""

    def __init__(self) -> None:
        self.closed = threading.Event()
        self._threads: list[threading.Thread] = []

    def begin(self, name: str, call: Callable[[], None]) -> None:
        """Runs the call in a thread of its own."""
        thread = threading.Thread(target=call, name=name, daemon=True)
        self._threads = [*(one for one in self._threads if one.is_alive()), thread]
        thread.start()

    def breathe(self) -> None:
        """For between two small steps: lets others run. Raises DroppedError once closed."""
        if self.closed.wait(_PAUSE):
            raise DroppedError

    def close(self) -> None:
        """Ends them, at their next breath."""
        self.closed.set()
        for one in self._threads:
            one.join(_LONGEST_STEP)


class Background:
    """One thread for all interviews of a process; it begins with the first job."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[Job]] = OrderedDict()
        self._running: tuple[str, threading.Event] | None = None
        self._served = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._given_back = 0.0
        # glibc gives threads up to eight heaps a processor. Each keeps what is freed in it and takes more, as blocks
        # that stay lie scattered among those that go: 6 MB a thousand turns with the same number of bytes in use.
        # Of two heaps, trimmed now and then, none grows. Other systems' allocators have no such calls.
        own = ctypes.CDLL(None) if os.name == "posix" else None
        self._trim: Callable[[int], object] | None = getattr(own, "malloc_trim", None)
        if own is not None and self._trim:
            own.mallopt(_ARENA_MAX, 2)

    def put(self, name: str, jobs: Sequence[Job]) -> None:
        """The jobs of an interview's newest turn; what was still to do for the turns before it is dropped."""
        self.drop(name)
        with self._changed:
            if self._closed or not jobs:
                return
            self._waiting[name] = deque(jobs)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="behind", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def drop(self, name: str) -> None:
        """Ends what is under way for the interview, at its next breath, and forgets what was to come."""
        with self._changed:
            self._waiting.pop(name, None)
            if self._running and self._running[0] == name:
                self._running[1].set()
                self._running = None
            self._changed.notify_all()

    @contextmanager
    def first(self) -> Iterator[None]:
        """While somebody waits, nothing goes on behind."""
        with self._changed:
            self._served += 1
        try:
            yield
        finally:
            with self._changed:
                self._served -= 1
                self._changed.notify_all()

    def idle(self, patience: float) -> bool:
        """Waits until nothing is to do; False when that took longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and self._running is None, patience)

    def give_back(self) -> None:
        """Gives memory that was freed back to the system; done by itself between jobs."""
        self._given_back = monotonic()
        if self._trim:
            self._trim(0)

    def close(self) -> None:
        """Ends everything; no job begins afterwards."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            if self._running:
                self._running[1].set()
            self._changed.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(_LAST_STEP)

    def _work(self) -> None:
        while (found := self._next()) is not None:
            name, unwanted, job = found
            started = monotonic()
            try:
                job(lambda unwanted=unwanted: self._breathe(unwanted))  # type: ignore[misc]
            except DroppedError:
                pass
            except Exception:  # what failed here is done again, and reported, where somebody waits for it
                log.warning("work behind a turn failed", exc_info=True)
            log.debug("behind %s: %.1f s", name, monotonic() - started)
            if monotonic() - self._given_back > _GIVE_BACK:
                self.give_back()
            with self._changed:
                if self._running and self._running[1] is unwanted:
                    self._running = None
                self._changed.notify_all()

    def _next(self) -> tuple[str, threading.Event, Job] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or (bool(self._waiting) and not self._served))
            if self._closed:
                return None
            name, jobs = next(iter(self._waiting.items()))
            job = jobs.popleft()
            if jobs:
                self._waiting.move_to_end(name)  # interviews take turns, job by job
            else:
                del self._waiting[name]
            self._running = (name, threading.Event())
            return (*self._running, job)

    def _breathe(self, unwanted: threading.Event) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or unwanted.is_set() or not self._served)
            if self._closed or unwanted.is_set():
                raise DroppedError
