"""Speech through an OpenAI-compatible endpoint: one client, one patience, one way to say what went wrong.

A reply waits for this, so patience is short: one more try after a 429 or a 5xx, then the next recogniser or voice.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from interviewer.config import Settings
from interviewer.errors import ModelError

PATIENCE = 8.0
"""Seconds for one request at most, whatever the settings allow for long texts."""
_BREATH = 1.0
"""Seconds before the second try at most, whatever the endpoint asks for: somebody is waiting."""
T = TypeVar("T")


def wanted(kind: str, settings: Settings) -> bool:
    """Whether ``hearing`` or ``saying`` of that kind asks an endpoint.

    ``auto`` asks OpenAI itself only: other servers mostly know no speech, and are named for it.
    """
    named = kind.partition(":")[0] == "openai"
    return named or (kind == "auto" and bool(settings.openai_api_key) and not settings.openai_base_url)


def configured(settings: Settings) -> bool:
    """Whether there is anything to ask."""
    return bool(settings.openai_api_key or settings.openai_base_url)


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
