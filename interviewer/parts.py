"""Puts the parts together from the settings: what every face (app, command line, evals) starts from."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from interviewer.casebook.embed import Embedder, shared_embedder
from interviewer.casebook.index import Index
from interviewer.casebook.library import Library
from interviewer.casebook.retrieve import Retriever
from interviewer.models.door import Door, open_door
from interviewer.settings import Settings

if TYPE_CHECKING:
    from interviewer.interview.turn import Interviewer


@dataclass
class Parts:
    """The library, the ears, the index and the door to the models."""

    settings: Settings
    library: Library
    door: Door

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
        return Retriever(Index(self.library, self.embedder, self.settings.home / "index", self.settings.chroma_url))

    def interviewer(self) -> "Interviewer":
        """The interviewer; it holds no interview and may serve many."""
        return self._interviewer

    @cached_property
    def _interviewer(self) -> "Interviewer":
        from interviewer.interview.turn import Interviewer

        return Interviewer(
            self.library, self.door, retriever=self.retriever, embedder=self.embedder, vectors=self.vectors
        )


def assemble(settings: Settings) -> Parts:
    """The parts. Raises BadInput for a broken knowledge base, CannotRun for a named rung that is not there."""
    return Parts(settings, Library.load(), open_door(settings))
