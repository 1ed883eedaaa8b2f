"""Whether the embedded model is ready to speak: its server runs and has read the fixed part of its prompt.

The app begins to warm it when an interview opens; a turn then waits for it no longer than its own deadline. Where
nobody did (``interviewer reply``), the first turn warms it and its deadline counts from there.
"""

import threading
from contextlib import suppress
from time import monotonic

from interviewer.errors import ModelError
from interviewer.models.base import LanguageModel, ModelChain
from interviewer.models.deadline import DeadlineError


class Warmth:
    """Of the chain's embedded model; nothing to do without one."""

    def __init__(self, chain: ModelChain):
        self._models = [model for model in chain.models if model.backend == "local"]
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._warm = False

    def begin(self) -> None:
        """Warms in the background; a second call while it runs, or after it, does nothing."""
        with self._lock:
            if self._models and not self._warm and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._quietly, name="warm", daemon=True)
                self._thread.start()

    def ready(self, patience: float) -> float:
        """Waits until the model can speak; the time when the turn must be over. Raises DeadlineError and ModelError."""
        ends = monotonic() + patience
        if (thread := self._thread) is not None:
            thread.join(patience)
            if thread.is_alive():
                raise DeadlineError
        if not self._warm:
            self._all()
            ends = monotonic() + patience
        return ends

    def _quietly(self) -> None:
        with suppress(ModelError):  # the turn that needs the model says so
            self._all()

    def _all(self) -> None:
        for model in self._models:
            _read_ahead(model)
        self._warm = True


def _read_ahead(model: LanguageModel) -> None:
    from interviewer.models.prompts import prompt

    inputs = dict.fromkeys(prompt("speak-local").inputs, "")
    model.warm(prompt("speak-local").render(**inputs, **dict.fromkeys(prompt("speak-local").ignores, "")))
