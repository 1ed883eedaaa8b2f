"""What a model judged before: the same question about the same words to the same weights has the same answer.

A report that was prepared behind the turns finds its judgements here. Only digests are kept, and only in memory:
nothing of an interview outlives its deletion.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from interviewer.models.door import Message

MOST = 8_192


class Judgements:
    """Log-odds by what determines them: the weights' hash and every word of the rendered prompt."""

    def __init__(self, model: str | None, most: int = MOST):
        self._model = model
        self._most = most
        self._known: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, messages: Sequence[Message], ask: Callable[[], float]) -> float:
        """The judgement, asked for only when it is not known. Raises what ``ask`` raises, and keeps nothing then."""
        asked = json.dumps([self._model, *((one.role, one.content) for one in messages)])
        key = hashlib.sha256(asked.encode()).hexdigest()
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
