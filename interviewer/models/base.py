"""The one chain to language models: what every backend that has a model offers.

    openai    any OpenAI-compatible endpoint, through LangChain
    local     an embedded model through llama.cpp
    scripted  no language model at all: ``ModelChain.models`` is empty

Callers try ``ModelChain.models`` in order; a failure is a ``ModelError`` and the next one serves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel

if TYPE_CHECKING:
    from interviewer.config import Settings
    from interviewer.models.states import Vectors

Schema = TypeVar("Schema", bound=BaseModel)


@dataclass(frozen=True)
class Message:
    """One message of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


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

    def speak(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 120,
        temperature: float = 0.4,
        seed: int = 7,
        limit: float | None = None,
    ) -> Iterator[str]:
        """Streams words; no longer than ``limit`` seconds, where one is given."""
        ...

    def extract(self, messages: Sequence[Message], schema: type[Schema], *, max_tokens: int = 800) -> Schema:
        """A schema-validated answer."""
        ...

    def judge(self, messages: Sequence[Message]) -> float:
        """Log-odds of yes against no."""
        ...

    def close(self) -> None:
        """Stops whatever serves the model."""
        ...


@runtime_checkable
class Embeds(Protocol):
    """A model whose inner states can be read beside its words (the embedded one)."""

    def embed(self, parts: Sequence[str]) -> "Vectors":
        """The mean state over each part, read after those before it: (parts, width). Raises ModelError."""
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


def open_chain(settings: "Settings") -> ModelChain:
    """The backends that the settings ask for. Nothing is started or downloaded before the first use.

    ``auto`` is the endpoint when a key or an address is configured, then the embedded model when its weights
    are there. Raises CannotRun when a backend was named that cannot serve.
    """
    from interviewer.models import llama_cpp, openai_endpoint

    match settings.backend:
        case "scripted":
            return ModelChain(named=True)
        case "openai":
            return ModelChain((openai_endpoint.open_model(settings),), named=True)
        case "local":
            return ModelChain((llama_cpp.open_model(settings),), named=True)
    models: list[LanguageModel] = []
    if openai_endpoint.configured(settings):
        models.append(openai_endpoint.open_model(settings))
    if llama_cpp.weights_there(settings):
        models.append(llama_cpp.open_model(settings))
    return ModelChain(tuple(models))
