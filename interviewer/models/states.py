"""What a model makes of a text before it says anything: the states of its last layer, by way of llama.cpp's server.

    states_of(["Interviewer: why?\nCandidate:", " because labels arrive late"], …)  ->  (2, width)

One vector for each part: the mean over its tokens, each read after everything before it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from interviewer.errors import ModelError

if TYPE_CHECKING:
    import httpx

Vectors = NDArray[np.float32]
PARKED = {"prompt": "-", "n_predict": 1}
"""A word to complete. The server keeps the prompt that it has in hand when another one is to be completed, and throws
it away when states are asked for; so this comes between them, and the next turn need not read its prompt again."""
MOST = 2_048
"""Texts that are remembered, of a few parts each: some tens of megabytes."""


def states_of(parts: Sequence[str], address: str, api_key: str, patience: float) -> Vectors:
    """The parts' vectors from a server that embeds without pooling. Raises ModelError."""
    import httpx

    try:
        with httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {api_key}"}, timeout=patience, trust_env=False
        ) as client:
            _answer(client.post("/completion", json=PARKED))
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
