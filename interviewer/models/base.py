"""What every backend offers and how it is asked: the chain, messages out of ``prompts/``, tokens counted.

    openai    any OpenAI-compatible endpoint, through LangChain
    local     an embedded model through llama.cpp
    scripted  no language model at all: ``ModelChain.models`` is empty

Callers try ``ModelChain.models`` in order; a failure is a ``ModelError`` and the next one serves.
"""

import gzip
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from interviewer import BadInput, CannotRun
from interviewer.config import in_package, load, shipped, written_whole
from interviewer.knowledge import front_matter, sections

if TYPE_CHECKING:
    from tiktoken import Encoding


Schema = TypeVar("Schema", bound=BaseModel)
A_WORD = 16
"""Tokens of an answer that nobody looks at."""


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

    def read(self, messages: Sequence[Message], schema: type[Schema]) -> None:
        """Lets it read a prompt that calls for this schema will begin with, so that it need not read that again."""
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

    @property
    def judges(self) -> bool:
        """Whether the best of them can conduct and judge."""
        return any(model.capable for model in self.models[:1])

    @property
    def best_capable(self) -> LanguageModel | None:
        """The best of those that can, also where one that cannot stands above it."""
        return next((model for model in self.models if model.capable), None)

    @property
    def conducts(self) -> str:
        """The backend that conducts: of the best model that can, else ``scripted``."""
        return self.best_capable.backend if self.best_capable else "scripted"

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
    for name, address in VOCABULARIES.items():
        target = folder / hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest()
        if target.exists():
            continue
        packed = in_package("bpe_openai", "data", f"{name}.tiktoken.gz")
        if packed is None:
            raise CannotRun("the package bpe-openai is missing: install the interviewer again")
        with written_whole(target) as file:
            file.write(gzip.decompress(packed.read_bytes()))


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


@lru_cache(4096)
def count_text(text: str, model: str = "") -> int:
    """Tokens of a text. Remembered: every turn counts the whole talk, more than once."""
    return len(_encoding(model).encode(text, disallowed_special=()))


def count(messages: Sequence[Message], model: str = "") -> int:
    """Tokens of a chat, by the model's vocabulary; by GPT-4o's where that is not known."""
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


# -- prompts ---------------------------------------------------------------------------------------------
# Prompts as validated data: one Markdown file each under ``prompts/``.
#
#     ---
#     name: conduct-small
#     version: 3
#     description: what it is for
#     inputs: {move: trusted, quote: untrusted}
#     ignores: [recent]
#     ---
#     ## system
#     ...
#     ## user
#     Do this: {{move}}
#     {{quote}}
#
#     >>> render("conduct-small", move="...", quote="...", recent="")
#
# An untrusted input is candidates' text: it arrives fenced by a tag that it cannot close, without the control
# words of chat templates, and with every character still at its place, so that quotes stay verbatim.


FENCE = "candidate_text"
EMPTY = "(none)"
_ROLES: tuple[Literal["system", "user"], ...] = ("system", "user")
_PLACE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_OUR_FENCE = re.compile(rf"[<＜﹤](?=[\s/]*{FENCE.replace('_', '[_ -]?')})", re.IGNORECASE)
_ANGLED = re.compile(
    r"<(?=[|｜])|<(?=/?s>)|<(?=<\s*/?SYS)|<(?=/?(?:start_of_turn|end_of_turn|bos|eos|think|system|user|assistant)\b)",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\[(?=/?(?:INST|SYSTEM_PROMPT|TOOL_CALLS|AVAILABLE_TOOLS)\])", re.IGNORECASE)


class Prompt(BaseModel):
    """One prompt file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    version: int = Field(ge=1)
    description: str = Field(min_length=2)
    inputs: dict[str, Literal["trusted", "untrusted"]]
    ignores: list[str] = Field(default_factory=list)
    """Inputs that are accepted and not used: prompts of one family take the same inputs."""
    parts: dict[str, str]
    """Text by role."""
    sha256: str
    """Of the file."""

    def render(self, **inputs: str) -> list[Message]:
        """The messages. Raises BadInput naming an input that is missing or unknown."""
        accepted = {*self.inputs, *self.ignores}
        if missing := sorted(accepted - set(inputs)):
            raise BadInput(f"prompt '{self.name}': input '{missing[0]}' is missing")
        if unknown := sorted(set(inputs) - accepted):
            raise BadInput(f"prompt '{self.name}': does not know an input '{unknown[0]}'")
        ready = {
            name: (fence(inputs[name]) if trust == "untrusted" else inputs[name].strip()) or EMPTY
            for name, trust in self.inputs.items()
        }
        return [
            Message(role, _PLACE.sub(lambda place: ready[place[1]], self.parts[role]))
            for role in _ROLES
            if role in self.parts
        ]


def neutralise(text: str) -> str:
    """The text with our fence and the control words of chat templates made harmless; lengths do not change."""
    text = _CONTROL.sub(" ", text)
    text = _OUR_FENCE.sub("‹", text)
    return _BRACKETED.sub("⁅", _ANGLED.sub("‹", text))


def fence(text: str) -> str:
    """Untrusted text between tags that it cannot close; nothing for nothing."""
    return f"<{FENCE}>\n{neutralise(text)}\n</{FENCE}>" if text.strip() else ""


def read_prompt(path: Path) -> Prompt:
    """One prompt file. Raises BadInput naming the file and the field."""
    data, body = front_matter(path)
    parts = sections(body)
    for heading in parts:
        if heading not in _ROLES:
            raise BadInput(f"{path}: '## {heading}': the sections are '## system' and '## user'")
    if "user" not in parts:
        raise BadInput(f"{path}: '## user' is missing")
    if taken := {"parts", "sha256"} & set(data):
        raise BadInput(f"{path}: {min(taken)}: does not belong in the front matter")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        prompt = Prompt.model_validate({**data, "parts": parts, "sha256": digest})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BadInput(f"{path}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error
    if prompt.name != path.stem:
        raise BadInput(f"{path}: name: must be the file's name, '{path.stem}'")
    used = {name for text in parts.values() for name in _PLACE.findall(text)}
    for name in sorted(used - set(prompt.inputs)):
        raise BadInput(f"{path}: inputs: '{name}' is used and not declared")
    for name in sorted(set(prompt.inputs) - used):
        raise BadInput(f"{path}: inputs: '{name}' is declared and not used (list it under 'ignores')")
    return prompt


@cache
def prompts() -> dict[str, Prompt]:
    """Every prompt by its name; those of ``INTERVIEWER_PROMPTS`` go before ours. Raises BadInput."""
    known = _folder(shipped("prompts"))
    own = load().prompts
    return {**known, **_folder(own)} if own else known


def _folder(folder: Path) -> dict[str, Prompt]:
    found = [read_prompt(path) for path in sorted(folder.glob("*.md")) if path.name != "README.md"]
    if not found:
        raise BadInput(f"{folder}: no prompts there")
    return {prompt.name: prompt for prompt in found}


def prompt(name: str) -> Prompt:
    """One prompt. Raises BadInput when there is none of that name."""
    try:
        return prompts()[name]
    except KeyError:
        raise BadInput(f"no prompt '{name}'; there are {', '.join(sorted(prompts()))}") from None


def render(name: str, **inputs: str) -> list[Message]:
    """The messages of a prompt with its inputs. Raises BadInput naming what is missing or unknown."""
    return prompt(name).render(**inputs)
