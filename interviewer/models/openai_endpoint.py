"""The backend ``openai``: any OpenAI-compatible endpoint, with a key, or without one when it is a local address."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from interviewer.config import Settings
from interviewer.errors import CannotRun, ModelError
from interviewer.models.base import Message, Schema
from interviewer.models.openai_compatible import Endpoint

DEFAULT_MODEL = "gpt-4.1"
NO_KEY = "not-needed"
"""Sent to endpoints that need no key: the client insists on one."""


@dataclass
class OpenAIModel:
    """A model behind an OpenAI-compatible endpoint."""

    settings: Settings
    backend: Literal["openai"] = "openai"
    sha256: None = None

    @cached_property
    def name(self) -> str:
        """The model's name: the one that was set, else the first one that a custom endpoint offers."""
        if self.settings.model_name and self.settings.backend == "openai":
            return self.settings.model_name
        return _first_model(self.settings) if self.settings.openai_base_url else DEFAULT_MODEL

    @cached_property
    def _endpoint(self) -> Endpoint:
        return Endpoint(
            name=self.name,
            api_key=_key(self.settings),
            base_url=self.settings.openai_base_url,
            request_timeout=self.settings.request_timeout,
            total_timeout=self.settings.total_timeout,
            retries=self.settings.retries,
            where=f"the endpoint at {self.settings.openai_base_url or 'api.openai.com'}",
        )

    def speak(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 120,
        temperature: float = 0.4,
        seed: int = 7,
        limit: float | None = None,
    ) -> Iterator[str]:
        """Streams words."""
        yield from self._endpoint.speak(
            messages, max_tokens=max_tokens, temperature=temperature, seed=seed, limit=limit
        )

    def extract(self, messages: Sequence[Message], schema: type[Schema], *, max_tokens: int = 800) -> Schema:
        """A schema-validated answer."""
        return self._endpoint.extract(messages, schema, max_tokens=max_tokens)

    def judge(self, messages: Sequence[Message]) -> float:
        """Log-odds of yes against no."""
        return self._endpoint.judge(messages)

    def close(self) -> None:
        """Nothing to stop."""


def configured(settings: Settings) -> bool:
    """Whether there is a key or an address."""
    return bool(settings.openai_api_key or settings.openai_base_url)


def open_model(settings: Settings) -> OpenAIModel:
    """The backend. Raises CannotRun when neither key nor address is set."""
    if not configured(settings):
        raise CannotRun("INTERVIEWER_MODEL=openai needs OPENAI_API_KEY, or OPENAI_BASE_URL for an endpoint without key")
    return OpenAIModel(settings)


def _key(settings: Settings) -> str:
    return settings.openai_api_key.get_secret_value() if settings.openai_api_key else NO_KEY


def _first_model(settings: Settings) -> str:
    import openai

    client = openai.OpenAI(
        api_key=_key(settings),
        base_url=settings.openai_base_url,
        timeout=openai.Timeout(settings.request_timeout, connect=5.0),
        max_retries=settings.retries,
    )
    address = settings.openai_base_url
    try:
        offered = [model.id for model in client.models.list()]
    except openai.APIConnectionError:
        raise ModelError(f"the endpoint at {address} cannot be reached: check OPENAI_BASE_URL") from None
    except openai.APIError:
        offered = []
    if not offered:
        raise ModelError(f"{address} does not say which models it has: set INTERVIEWER_MODEL=openai:<model name>")
    return offered[0]
