"""The Chroma index of the knowledge base: one collection a group, built when first asked for.

A collection's name holds the hash of its passages and of the embedding model, so an edited note makes a
new collection and an old index can never answer for new text.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from interviewer.errors import CannotRun
from interviewer.knowledge.embeddings import Embedder, model_sha256
from interviewer.knowledge.load import Knowledge
from interviewer.knowledge.passages import Passage, groups, passages

_WAIT = 300
_ADD = 500
_FIELDS = [field.name for field in fields(Passage) if field.name not in ("id", "text")]


@dataclass(frozen=True)
class Hit:
    """A retrieved passage and its cosine similarity to the query, -1 to 1."""

    passage: Passage
    similarity: float


class Index:
    """Passages with their vectors. ``url`` is a Chroma server's address; without it the store lies in ``folder``."""

    def __init__(self, knowledge: Knowledge, embedder: Embedder, folder: Path, url: str | None = None):
        self._knowledge = knowledge
        self._embedder = embedder
        self._folder = folder
        self._url = url
        self._client: Any = None
        self._collections: dict[str, Any] = {}
        self._passages: dict[str, list[Passage]] = {}

    def _connect(self) -> Any:
        if self._client is None:
            os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
            import chromadb
            from chromadb.config import Settings

            settings = Settings(anonymized_telemetry=False)
            try:
                if self._url:
                    address = urlsplit(self._url)
                    port = address.port or (443 if address.scheme == "https" else 8000)
                    self._client = chromadb.HttpClient(
                        address.hostname or "", port, ssl=address.scheme == "https", settings=settings
                    )
                else:
                    self._folder.mkdir(parents=True, exist_ok=True)
                    with self._locked():
                        self._client = chromadb.PersistentClient(str(self._folder), settings)
            except Exception as error:  # chromadb raises its own, httpx's and plain ones
                where = self._url or str(self._folder)
                raise CannotRun(f"the Chroma index at {where} cannot be opened: {error}") from error
        return self._client

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._folder / "build.lock", timeout=_WAIT):
                yield
        except Timeout as error:
            raise CannotRun(f"another process has held {self._folder / 'build.lock'} for {_WAIT} s") from error

    def knows(self, case: str) -> bool:
        """Whether the knowledge base has the case."""
        return case in self._knowledge.cases

    def passages(self, group: str) -> list[Passage]:
        """The passages of a group, as they stand in the knowledge base."""
        if group not in self._passages:
            self._passages[group] = passages(self._knowledge, group)
        return self._passages[group]

    def _name(self, group: str) -> str:
        text = json.dumps([asdict(passage) for passage in self.passages(group)], sort_keys=True)
        key = hashlib.sha256(f"{model_sha256()}{text}".encode()).hexdigest()[:16]
        return f"{group[:40]}.{key}"

    def _collection(self, group: str) -> Any:
        if group not in self._collections:
            client, name = self._connect(), self._name(group)
            found = self._complete(client, name)
            if found is None:
                with self._locked():
                    found = self._complete(client, name) or self._fill(client, name, group)
            self._collections[group] = found
        return self._collections[group]

    @staticmethod
    def _complete(client: Any, name: str) -> Any:
        from chromadb.errors import NotFoundError

        try:
            found = client.get_collection(name, embedding_function=None)
        except (NotFoundError, ValueError):
            return None
        return found if (found.metadata or {}).get("complete") else None

    def _fill(self, client: Any, name: str, group: str) -> Any:
        own = self.passages(group)
        # A build that was cut short leaves an incomplete collection behind.
        for stale in client.list_collections():
            if stale.name == name or stale.name.startswith(f"{group[:40]}."):
                client.delete_collection(stale.name)
        made = client.create_collection(name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}})
        vectors = self._embedder.encode([passage.text for passage in own])
        for start in range(0, len(own), _ADD):
            batch = own[start : start + _ADD]
            made.add(
                ids=[passage.id for passage in batch],
                documents=[passage.text for passage in batch],
                embeddings=vectors[start : start + _ADD],
                metadatas=[{name: getattr(passage, name) for name in _FIELDS} for passage in batch],
            )
        made.modify(metadata={"complete": True, "group": group})
        return made

    def build(self) -> Iterator[tuple[str, int]]:
        """Builds every group that is not there yet; yields each group with its number of passages."""
        for group in groups(self._knowledge):
            self._collection(group)
            yield group, len(self.passages(group))

    def ready(self, group: str) -> None:
        """Builds that group unless it is there."""
        self._collection(group)

    def built(self) -> tuple[int, int]:
        """How many groups are built, and of how many."""
        client, wanted = self._connect(), groups(self._knowledge)
        return sum(self._complete(client, self._name(group)) is not None for group in wanted), len(wanted)

    def nearest(self, group: str, query: str, where: dict[str, str], limit: int) -> list[Hit]:
        """The passages of a group nearest to the query among those whose fields equal ``where``."""
        wanted: Any = {"$and": [{key: value} for key, value in where.items()]} if len(where) > 1 else dict(where)
        answer = self._collection(group).query(
            query_embeddings=self._embedder.encode([query]),
            n_results=limit,
            where=wanted or None,
            include=["documents", "metadatas", "distances"],
        )
        return [
            Hit(Passage(id=id_, text=text, **{name: meta[name] for name in _FIELDS}), 1 - distance)
            for id_, text, meta, distance in zip(
                answer["ids"][0], answer["documents"][0], answer["metadatas"][0], answer["distances"][0], strict=True
            )
        ]
