"""Puts the parts together from the settings; what every command needs to answer: one JSON value and nothing else."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interviewer import BadInput
from interviewer.config import Settings
from interviewer.knowledge import Knowledge
from interviewer.knowledge.embeddings import Embedder, shared_embedder
from interviewer.knowledge.index import Index
from interviewer.knowledge.retrieval import Retriever
from interviewer.models import Budget, open_chain, price_of
from interviewer.models.base import ModelChain

if TYPE_CHECKING:
    from interviewer.interview.interviewer import Interviewer


@dataclass
class AppContext:
    """The knowledge, the embedder, the index and the chain of models."""

    settings: Settings
    knowledge: Knowledge
    chain: ModelChain
    behind: bool = False
    """Whether what is not built yet is built behind the turns: the app's way. The command line waits for it."""

    @property
    def vectors(self) -> Path:
        """Where exemplar vectors are kept."""
        return self.settings.home / "vectors"

    @cached_property
    def embedder(self) -> Embedder:
        """The process's embedder."""
        return shared_embedder()

    @cached_property
    def retriever(self) -> Retriever:
        """The retriever over the Chroma index."""
        folder, url = self.settings.home / "index", self.settings.chroma_url
        return Retriever(Index(self.knowledge, self.embedder, folder, url, behind=self.behind))

    @cached_property
    def budget(self) -> Budget:
        """What an interview may cost, at the price of the model that conducts."""
        model = self.chain.models[0] if self.chain.models else None
        price = price_of(model.name, self.settings.openai_base_url) if model and model.billed else None
        return Budget(price, self.settings.cost_limit)

    @cached_property
    def interviewer(self) -> "Interviewer":
        """The interviewer; it holds no interview and may serve many."""
        from interviewer.interview.interviewer import Interviewer

        return Interviewer(
            self.knowledge,
            self.chain,
            retriever=self.retriever,
            embedder=self.embedder,
            vectors=self.vectors,
            keep_going=self.behind,
            budget=self.budget,
        )

    def close(self) -> None:
        """Ends what still goes on in the background, and the models."""
        if "interviewer" in self.__dict__:
            self.interviewer.close()
        if "retriever" in self.__dict__:
            self.retriever.close()
        self.chain.close()


def open_context(settings: Settings, *, behind: bool = False) -> AppContext:
    """The parts. Raises BadInput for a broken knowledge base, CannotRun for a named backend that is not there."""
    return AppContext(settings, Knowledge.load(), open_chain(settings), behind)


# -- printing --------------------------------------------------------------------------------------------
# What every command needs to answer: the parts of the product while it runs, and one JSON value and nothing else.


Json = Annotated[bool, typer.Option("--json", help="One JSON value on standard output and nothing else.")]


@contextmanager
def only_ours(on: bool) -> Iterator[None]:
    """While on, whatever anything prints to standard output goes to standard error; ours comes after."""
    if not on:
        yield
        return
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


@contextmanager
def opened(settings: Settings) -> Iterator["AppContext"]:
    """The parts of the product, closed afterwards."""

    parts = open_context(settings)
    try:
        yield parts
    finally:
        parts.close()


def can_be_written(file: Path, name: str) -> None:
    """Raises BadInput, which begins with ``name``, when a file cannot be written: before the work, not after it."""
    if file.is_dir():
        raise BadInput(f"{name}: is a folder; name a file")
    if not file.parent.is_dir():
        raise BadInput(f"{name}: there is no folder {file.parent}")
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise BadInput(f"{name}: may not be written there")


def put(value: Any) -> None:
    """One JSON value on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")
