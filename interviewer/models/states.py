"""What a model makes of a text before it says anything: the states of its last layer, by way of llama.cpp's server.

    States(sha256).of(["Interviewer: why?\nCandidate:", " because labels arrive late"], ask)  ->  (2, width)

One vector for each part: the mean over its tokens, each read after everything before it. Only digests of the texts are
kept, and only in memory, so that a report which was prepared behind the turns finds its vectors here.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from interviewer.errors import ModelError

if TYPE_CHECKING:
    import httpx

Vectors = NDArray[np.float32]
MOST = 2_048
"""Texts that are remembered, of a few parts each: some tens of megabytes."""


class States:
    """Vectors by what determines them: the weights' hash and every part."""

    def __init__(self, model: str | None, most: int = MOST):
        self._model = model
        self._most = most
        self._known: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, parts: Sequence[str], ask: Callable[[], Vectors]) -> Vectors:
        """The parts' vectors, asked for only when they are not known. Raises what ``ask`` raises."""
        key = hashlib.sha256(json.dumps([self._model, *parts]).encode()).hexdigest()
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = ask()
        with self._lock:
            self._known[key] = found
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return found


def states_of(parts: Sequence[str], address: str, api_key: str, patience: float) -> Vectors:
    """The parts' vectors from a server that embeds without pooling. Raises ModelError."""
    import httpx

    try:
        with httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {api_key}"}, timeout=patience, trust_env=False
        ) as client:
            cut = [
                _answer(client.post("/tokenize", json={"content": part, "add_special": False}))["tokens"]
                for part in parts
            ]
            (found,) = _answer(client.post("/embedding", json={"content": [token for own in cut for token in own]}))
            every = np.array(found["embedding"], np.float32)
    except (httpx.HTTPError, OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"the embedded model gave no states ({type(error).__name__})") from error
    ends = np.cumsum([len(own) for own in cut])
    if every.ndim != 2 or len(every) != ends[-1] or not all(cut):
        raise ModelError("the embedded model gave states of another length than it was given words")
    return np.stack([own.mean(axis=0) for own in np.split(every, ends[:-1])])


def _answer(reply: "httpx.Response") -> Any:
    reply.raise_for_status()
    return reply.json()
