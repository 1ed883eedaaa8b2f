"""The Chroma index of the knowledge base: one collection a group, built when first asked for.

A collection's name holds the hash of its passages and of the embedding model, so an edited note makes a
new collection and an old index can never answer for new text.

Chroma may be gone, broken or hanging: every call to it has a time limit, and after a failure nobody waits for it
again until a look behind the searches has found it well (``trouble`` says what is the matter).
"""

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from filelock import FileLock, Timeout

from interviewer import CannotRun
from interviewer.background import Ahead, DroppedError, aside
from interviewer.config import quieten
from interviewer.knowledge import Knowledge, Passage, groups, passages
from interviewer.knowledge.embeddings import Embedder, model_sha256, yielding

log = logging.getLogger(__name__)
T = TypeVar("T")
SEARCH_SECONDS = 1.5
"""How long a search may take; with the wait for a thread it is told within two seconds."""
_WRITE_SECONDS = 60.0
_OPEN_SECONDS = 10.0
"""Opening loads Chroma itself, which takes seconds on a busy machine."""
_LOOK_SECONDS = 10.0
"""Between two looks at an index that failed."""
_WAIT = 300
_ADD = 500
_FIELDS = [field.name for field in fields(Passage) if field.name not in ("id", "text")]


@dataclass(frozen=True)
class Hit:
    """A retrieved passage and its cosine similarity to the query, -1 to 1."""

    passage: Passage
    similarity: float


@dataclass(frozen=True)
class _Group:
    slug: str
    passages: list[Passage]

    @cached_property
    def by_id(self) -> dict[str, Passage]:
        return {passage.id: passage for passage in self.passages}

    @cached_property
    def name(self) -> str:
        """Of its collection."""
        text = json.dumps([asdict(passage) for passage in self.passages], sort_keys=True)
        key = hashlib.sha256(f"{model_sha256()}{text}".encode()).hexdigest()[:16]
        return f"{self.slug[:40]}.{key}"


class BeingBuiltError(Exception):
    """The group is being built; ask again later."""


class Index:
    """Passages with their vectors. ``url`` is a Chroma server's address; without it the store lies in ``folder``.

    With ``behind``, a group that is not there yet is built behind the search, which finds nothing meanwhile.
    """

    def __init__(
        self, knowledge: Knowledge, embedder: Embedder, folder: Path, url: str | None = None, *, behind: bool = False
    ):
        self._knowledge = knowledge
        self._embedder = embedder
        self._folder = folder
        self._url = url
        self._behind = behind
        self._client: Any = None
        self._collections: dict[str, Any] = {}
        self._groups: dict[str, _Group] = {}
        self._opening = threading.Lock()
        self._building: set[str] = set()
        self._ahead = Ahead()
        self._trouble: str | None = None

    @property
    def trouble(self) -> str | None:
        """Why nothing can be searched, in one sentence; None when all is well."""
        return self._trouble

    def close(self) -> None:
        """Ends looks at an index that failed, and what is being built."""
        self._ahead.close()

    # -- Chroma, which may fail in any way ---------------------------------------------------------------------

    def _within(self, seconds: float, call: Callable[[], T]) -> T:
        """What the call answers. Raises CannotRun when it fails or takes longer; then it is left to itself."""
        if self._trouble:
            raise CannotRun(self._trouble)
        try:
            return self._in_time(seconds, call)
        except CannotRun as error:
            self._failed(str(error))
            raise

    def _in_time(self, seconds: float, call: Callable[[], T]) -> T:
        done = aside("index", call)
        where = self._url or str(self._folder)
        try:
            return done.result(seconds)
        except TimeoutError as error:
            raise CannotRun(f"the Chroma index at {where} did not answer within {seconds:g} s") from error
        except CannotRun:
            raise
        except BaseException as error:
            if not done.done():  # told to stop while waiting
                raise
            said = (str(error).strip().splitlines() or [type(error).__name__])[0]
            cure = "is the server running?" if self._url else "if it stays so, delete that folder: it is built anew"
            raise CannotRun(f"the Chroma index at {where} does not answer ({said[:200]}); {cure}") from error

    def _failed(self, trouble: str) -> None:
        if self._trouble is None and not self._ahead.closed.is_set():
            log.warning("going on without retrieval: %s", trouble)
            self._trouble = trouble
            threading.Thread(target=self._look_until_well, name="index-look", daemon=True).start()

    def _look_until_well(self) -> None:
        while not self._ahead.closed.wait(_LOOK_SECONDS):
            with suppress(CannotRun):
                self._forget()
                client = self._in_time(_OPEN_SECONDS, self._open)
                self._in_time(_OPEN_SECONDS, client.list_collections)
                self._client = client
                log.warning("the index answers again")
                self._trouble = None
                return

    def _forget(self) -> None:
        """Chroma shares what it has opened in a process; a store that was deleted must be opened anew."""
        self._client, self._collections = None, {}
        if not self._url:
            from chromadb.api.shared_system_client import SharedSystemClient

            SharedSystemClient.clear_system_cache()

    def _connect(self) -> Any:
        if self._client is None:
            with self._opening:
                if self._client is None:
                    self._client = self._within(_OPEN_SECONDS, self._open)
        return self._client

    def _open(self) -> Any:
        quieten()
        address = urlsplit(self._url or "")
        secure = address.scheme == "https"
        host, port = address.hostname or "", address.port or (443 if secure else 8000)
        if self._url:
            # Chroma's own client waits for ever.
            heartbeat = f"{address.scheme}://{host}:{port}/api/v2/heartbeat"
            httpx.get(heartbeat, timeout=SEARCH_SECONDS).raise_for_status()
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        if self._url:
            return chromadb.HttpClient(host, port, ssl=secure, settings=settings)
        with self._locked():
            return chromadb.PersistentClient(str(self._folder), settings)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self._folder / "build.lock", timeout=_WAIT):
                yield
        except Timeout as error:
            raise CannotRun(f"another process has held {self._folder / 'build.lock'} for {_WAIT} s") from error
        except (OSError, NotImplementedError) as error:
            raise CannotRun(
                f"{self._folder}: the index cannot be kept there ({error}); set INTERVIEWER_HOME to a local folder"
            ) from error

    # -- passages and their collections --------------------------------------------------------------------------

    def knows(self, case: str) -> bool:
        """Whether the knowledge base has the case."""
        return case in self._knowledge.cases

    def passages(self, group: str) -> list[Passage]:
        """The passages of a group, as they stand in the knowledge base."""
        return self._group(group).passages

    def _group(self, group: str) -> _Group:
        if group not in self._groups:
            self._groups[group] = _Group(group, passages(self._knowledge, group))
        return self._groups[group]

    def _collection(self, group: str, wait: bool) -> Any:
        if group not in self._collections:
            self._connect()
            found = self._complete(self._group(group).name)
            if found is None and not wait:
                self._build_behind(group)
                raise BeingBuiltError
            if found is None:
                with self._locked():
                    found = self._complete(self._group(group).name) or self._fill(group)
            self._collections[group] = found
        return self._collections[group]

    def _complete(self, name: str) -> Any:
        client = self._connect()
        from chromadb.errors import NotFoundError

        def look() -> Any:
            try:
                return client.get_collection(name, embedding_function=None)
            except (NotFoundError, ValueError):
                return None

        found = self._within(SEARCH_SECONDS, look)
        return found if found is not None and (found.metadata or {}).get("complete") else None

    def _fill(self, group: str) -> Any:
        own, name, client = self.passages(group), self._group(group).name, self._connect()
        vectors = self._embedder.encode([passage.text for passage in own])

        def fill() -> Any:
            # A build that was cut short leaves an incomplete collection behind.
            for stale in client.list_collections():
                if stale.name == name or stale.name.startswith(f"{group[:40]}."):
                    client.delete_collection(stale.name)
            made = client.create_collection(name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}})
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

        return self._within(_WRITE_SECONDS, fill)

    def _build_behind(self, group: str) -> None:
        if group in self._building:
            return
        self._building.add(group)

        def build() -> None:
            try:
                with yielding(self._ahead.breathe), suppress(DroppedError):
                    self._collection(group, wait=True)
            except CannotRun as error:
                self._failed(str(error))
            finally:
                self._building.discard(group)

        self._ahead.begin("index-build", build)

    def build(self) -> Iterator[tuple[str, int]]:
        """Builds every group that is not there yet; yields each group with its number of passages."""
        for group in groups(self._knowledge):
            self.ready(group)
            yield group, len(self.passages(group))

    def ready(self, group: str) -> None:
        """Builds that group unless it is there. Raises CannotRun."""
        self._collection(group, wait=True)

    def built(self) -> tuple[int, int]:
        """How many groups are built, and of how many. Raises CannotRun."""
        wanted = groups(self._knowledge)
        return sum(self._complete(self._group(group).name) is not None for group in wanted), len(wanted)

    def nearest(self, wanted: Sequence[str], query: str, where: dict[str, str], limit: int) -> dict[str, list[Hit]]:
        """By group the passages nearest to the query among those whose fields equal ``where``.

        Raises CannotRun when the index does not answer in time, BeingBuiltError when a group is not there yet.
        """
        fields: Any = {"$and": [{key: value} for key, value in where.items()]} if len(where) > 1 else dict(where)
        collections = [self._collection(group, wait=not self._behind) for group in wanted]
        vectors = self._embedder.encode([query])

        def ask() -> list[Any]:
            return [
                one.query(query_embeddings=vectors, n_results=limit, where=fields or None, include=["distances"])
                for one in collections
            ]

        found: dict[str, list[Hit]] = {}
        for group, answer in zip(wanted, self._within(SEARCH_SECONDS, ask), strict=True):
            own = self._group(group).by_id
            pairs = zip(answer["ids"][0], answer["distances"][0], strict=True)
            found[group] = [Hit(own[id_], 1 - distance) for id_, distance in pairs if id_ in own]
        return found
