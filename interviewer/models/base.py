"""The one chain to language models: what every backend offers, and how its tokens are counted.

    openai    any OpenAI-compatible endpoint, through LangChain
    local     an embedded model through llama.cpp
    scripted  no language model at all: ``ModelChain.models`` is empty

Callers try ``ModelChain.models`` in order; a failure is a ``ModelError`` and the next one serves.
"""

import gzip
import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from pydantic import BaseModel

from interviewer.config import load
from interviewer.errors import CannotRun

if TYPE_CHECKING:
    from tiktoken import Encoding


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
    def billed(self) -> bool:
        """Whether its calls may cost money: those that leave this machine."""
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


# -- tokens ----------------------------------------------------------------------------------------------
# Counts tokens without a network and trims talk to a budget.
#
# tiktoken fetches its vocabularies at first use; ours come out of the ``bpe-openai`` package instead. For
# models that tiktoken does not know the count is an estimate by GPT-4o's vocabulary.


VOCABULARIES = {
    name: f"https://openaipublic.blob.core.windows.net/encodings/{name}.tiktoken"
    for name in ("o200k_base", "cl100k_base")
}
"""The addresses that tiktoken would fetch from: it names its cache files by their SHA-1."""
A_MESSAGE = 4
"""Tokens that the chat format adds to a message."""


def fill_cache(folder: Path) -> None:
    """Lays the vocabularies where tiktoken looks for them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, address in VOCABULARIES.items():
        target = folder / hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest()
        if target.exists():
            continue
        packed = (_shipped() / f"{name}.tiktoken.gz").read_bytes()
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(gzip.decompress(packed))
        os.replace(file.name, target)


def _shipped() -> Path:
    """The vocabularies in ``bpe-openai``; the package itself is not imported, which would load them all."""
    spec = find_spec("bpe_openai")
    if spec is None or spec.origin is None:
        raise CannotRun("the package bpe-openai is missing: install the interviewer again")
    return Path(spec.origin).with_name("data")


@cache
def _encoding(model: str) -> "Encoding":
    import tiktoken

    if "TIKTOKEN_CACHE_DIR" not in os.environ:
        folder = load().home / "tiktoken"
        try:
            fill_cache(folder)
        except OSError:  # a data folder that cannot be written to must not stop an interview
            folder = Path(tempfile.mkdtemp(prefix="tiktoken-"))
            fill_cache(folder)
        os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
    try:
        name = tiktoken.encoding_name_for_model(model)
    except KeyError:
        name = "o200k_base"
    return tiktoken.get_encoding(name if name in VOCABULARIES else "o200k_base")


def count_text(text: str, model: str = "") -> int:
    """Tokens of a text."""
    return len(_encoding(model).encode(text, disallowed_special=()))


def count(messages: Sequence[Message], model: str = "") -> int:
    """Tokens of a chat."""
    return sum(count_text(message.content, model) + A_MESSAGE for message in messages)


def fit(messages: Sequence[Message], budget: int, model: str = "") -> list[Message]:
    """The chat without its oldest messages, so that it fits the budget; system messages and the last one stay."""
    kept = list(messages)
    sizes = [count_text(message.content, model) + A_MESSAGE for message in kept]
    total = sum(sizes)
    index = 0
    while total > budget and index < len(kept) - 1:
        if kept[index].role == "system":
            index += 1
            continue
        del kept[index]
        total -= sizes.pop(index)
    return kept
