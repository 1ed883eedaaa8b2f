"""The one chain to language models: what every backend that has a model offers.

    openai    any OpenAI-compatible endpoint, through LangChain
    local     an embedded model through llama.cpp
    scripted  no language model at all: ``ModelChain.models`` is empty

Callers try ``ModelChain.models`` in order; a failure is a ``ModelError`` and the next one serves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from pydantic import BaseModel

Schema = TypeVar("Schema", bound=BaseModel)


@dataclass(frozen=True)
class Message:
    """One message of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str
    picture: str = ""
    """A picture that goes with it, as a ``data:`` address; only for models that see."""


class LanguageModel(Protocol):
    """A model behind the chain. Every method raises ModelError when it cannot serve."""

    @property
    def backend(self) -> Literal["openai", "local"]:
        """Which backend it is."""
        ...

    @property
    def name(self) -> str:
        """The model's name."""
        ...

    @property
    def sha256(self) -> str | None:
        """Of the weights, where they are known: thresholds and calibrations are keyed by it."""
        ...

    @property
    def capable(self) -> bool:
        """Whether it can be trusted to conduct and to judge by itself."""
        ...

    @property
    def usage(self) -> dict[str, int]:
        """Tokens of this thread's last call: ``input`` (of them ``cached``), ``output`` (of them ``reasoning``)."""
        ...

    def speak(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 120,
        temperature: float = 0.4,
        seed: int = 7,
        limit: float | None = None,
    ) -> Iterator[str]:
        """Streams words: the first within ``limit`` seconds, by default within a turn's time."""
        ...

    def extract(
        self, messages: Sequence[Message], schema: type[Schema], *, max_tokens: int = 800, limit: float | None = None
    ) -> Schema:
        """A schema-validated answer; no longer than ``limit`` seconds, where one is given."""
        ...

    def warm(self, messages: Sequence[Message]) -> None:
        """Reads a prompt ahead of its use, where that makes the next call faster."""
        ...

    def close(self) -> None:
        """Stops whatever serves the model."""
        ...


@dataclass(frozen=True)
class ModelChain:
    """The backends that this process may use, best first; ``scripted`` always stands below them."""

    models: tuple[LanguageModel, ...] = ()
    named: bool = False
    """True when the user named the backend: then falling to another one is an error, not a fallback."""

    @property
    def backend(self) -> str:
        """The best backend's name."""
        return self.models[0].backend if self.models else "scripted"

    def close(self) -> None:
        """Closes every model."""
        for model in self.models:
            model.close()
