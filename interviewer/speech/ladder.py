"""Several that can do the same, best first: one that failed rests, and the next one goes on."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from interviewer.errors import InterviewerError

log = logging.getLogger(__name__)
REST = 60.0
"""Seconds that the first failure costs; every further one twice as many, up to an hour."""
_LONGEST = 3600.0


class Named(Protocol):
    """What a backend tells of itself."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def remote(self) -> str:
        """Where things are sent; empty when they stay on this machine."""
        ...


Backend = TypeVar("Backend", bound=Named)
R = TypeVar("R")


class Ladder(Generic[Backend]):
    """Asks the best that is not resting; the last one never rests, so there is always one to ask."""

    def __init__(self, backends: Sequence[Backend], does: str, clock: Callable[[], float] = time.monotonic):
        self.backends = tuple(backends)
        self._does = does
        self._clock = clock
        self._until = [0.0] * len(self.backends)
        self._rest = [REST] * len(self.backends)
        self.fell = ""
        """Why a better one is not asked now; empty once it works again."""

    @property
    def now(self) -> Backend:
        """The one that would be asked now."""
        return self.backends[self._at()]

    @property
    def name(self) -> str:
        """Of the one that is asked now."""
        return self.now.name

    @property
    def remote(self) -> str:
        """Where things are sent now."""
        return self.now.remote

    def first(self, ask: Callable[[Backend], R]) -> R:
        """What the first one that works answers. Raises the last one's error."""
        while True:
            at = self._at()
            try:
                answer = ask(self.backends[at])
            except InterviewerError as error:
                if at + 1 == len(self.backends):
                    raise
                self._until[at] = self._clock() + self._rest[at]
                self._rest[at] = min(2 * self._rest[at], _LONGEST)
                log.warning("%s; going on with %s", error, self.now.name)
                self.fell = f"{error}; {self.now.name} {self._does} instead."
                continue
            if at == 0:
                self.fell, self._rest[0] = "", REST
            return answer

    def _at(self) -> int:
        now, last = self._clock(), len(self.backends) - 1
        return next((at for at in range(last) if self._until[at] <= now), last)
