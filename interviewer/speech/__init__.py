"""Hearing and saying: several that can, best first; one that failed rests; and speech through an endpoint.

Samples are mono float32 at 16 kHz wherever they are heard; what is said travels as WAV bytes.
"""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from interviewer import CannotRun, InterviewerError, ModelError
from interviewer.config import Settings, variable

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


class FirstThatWorks(Generic[Backend]):
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


# -- remote ----------------------------------------------------------------------------------------------
# Speech through an OpenAI-compatible endpoint: one client, one patience, one way to say what went wrong.
#
# A reply waits for this, so patience is short: one more try after a 429 or a 5xx, then the next recogniser or voice.


PATIENCE = 8.0
"""Seconds for one request at most, whatever the settings allow for long texts."""
_BREATH = 1.0
"""Seconds before the second try at most, whatever the endpoint asks for: somebody is waiting."""
T = TypeVar("T")


def asks_endpoint(kind: str, settings: Settings) -> bool:
    """Whether ``hearing`` or ``saying`` of that kind asks an endpoint.

    ``auto`` asks OpenAI itself only: other servers mostly know no speech, and are named for it.
    """
    named = kind.partition(":")[0] == "openai"
    return named or (kind == "auto" and bool(settings.openai_api_key) and not settings.openai_base_url)


def at_endpoint(field: str, settings: Settings, make: Callable[..., R]) -> list[R]:
    """What ``hearing`` or ``saying`` asks of an endpoint: one backend, with its model where that is named, or none.

    Raises CannotRun where an endpoint was named and is not set.
    """
    wish = getattr(settings, field)
    kind, _, model = wish.partition(":")
    if kind == "openai" and not settings.has_endpoint:
        raise CannotRun(f"{variable(field)}=openai needs OPENAI_API_KEY or OPENAI_BASE_URL")
    return [make(settings, *([model] if model else []))] if asks_endpoint(wish, settings) else []


class Remote:
    """An endpoint that is asked for speech."""

    def __init__(self, settings: Settings):
        import openai

        self.address = settings.openai_base_url or "api.openai.com"
        self._seconds = min(PATIENCE, settings.request_timeout)
        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "not-needed"
        self._client = openai.OpenAI(
            api_key=key, base_url=settings.openai_base_url, timeout=self._seconds, max_retries=0
        )

    def ask(self, for_what: str, call: Callable[[Any], T]) -> T:
        """What the call gives, tried twice where that may help. Raises ModelError in words for people."""
        import openai

        again = (openai.RateLimitError, openai.InternalServerError)
        try:
            try:
                return call(self._client.audio)
            except again:
                time.sleep(min(_BREATH, self._seconds))
                return call(self._client.audio)
        except openai.APITimeoutError:
            raise ModelError(f"{self.address} gave no {for_what} in {self._seconds:.0f} s") from None
        except openai.APIConnectionError:
            raise ModelError(f"{self.address} cannot be reached for {for_what}") from None
        except openai.AuthenticationError:
            raise ModelError(f"{self.address} refused the key for {for_what} (check OPENAI_API_KEY)") from None
        except openai.APIError as error:  # its message may quote the request: the status alone is shown
            code = getattr(error, "status_code", None)
            raise ModelError(f"{self.address} refused {for_what}{f' ({code})' if code else ''}") from None

    def nonsense(self, for_what: str) -> ModelError:
        """The error for an answer that is something else."""
        return ModelError(f"{self.address} answered with something that is no {for_what}")
