"""What a model answered before: the same words to the same weights have the same answer.

A report that was prepared behind the turns finds its judgements and states here. Only digests of the words are kept,
and only in memory: nothing of an interview outlives its deletion.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Generic, TypeVar

from interviewer.models.base import Message

Answer = TypeVar("Answer")
MOST = 8_192


class Remembered(Generic[Answer]):
    """Answers by what determines them: the weights' hash and every word that was asked with."""

    def __init__(self, model: str | None, most: int = MOST):
        self._model = model
        self._most = most
        self._known: OrderedDict[str, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, asked: Sequence[str] | Sequence[Message], ask: Callable[[], Answer]) -> Answer:
        """The answer, asked for only when it is not known. Raises what ``ask`` raises, and keeps nothing then."""
        key = hashlib.sha256(json.dumps([self._model, *asked], default=asdict).encode()).hexdigest()
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
