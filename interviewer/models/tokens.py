"""Counts tokens without a network and trims talk to a budget.

tiktoken fetches its vocabularies at first use; ours come out of the ``bpe-openai`` package instead. For
models that tiktoken does not know the count is an estimate by GPT-4o's vocabulary.
"""

import gzip
import hashlib
import os
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from interviewer.config import load
from interviewer.errors import CannotRun
from interviewer.models.base import Message

if TYPE_CHECKING:
    from tiktoken import Encoding

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
