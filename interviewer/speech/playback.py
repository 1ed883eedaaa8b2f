"""A reply said sentence by sentence while its words are still coming."""

import queue
import threading
import time
from collections.abc import Callable

from interviewer.errors import InterviewerError
from interviewer.text import spans

Say = Callable[[str], bytes]


class Speaking:
    """Takes the text so far; gives the sentences that are sound already, in order."""

    def __init__(self, say: Say):
        self._say = say
        self._todo: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._taken = 0
        self.clips: list[bytes] = []
        """WAV files, in order; grows."""
        self.began = 0.0
        """When the first of them was there, by the clock of ``time.perf_counter``."""
        self.error = ""
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def feed(self, text: str, whole: bool = False) -> None:
        """The text so far. A sentence is taken once another has begun after it, or the text is whole."""
        found = spans(text[self._taken :])
        ready = found if whole else found[:-1]
        for span in ready:
            self._todo.put(span.text)
        if ready:
            self._taken += ready[-1].end
        if whole:
            self._todo.put(None)

    def stop(self) -> None:
        """Nobody listens any more."""
        self._say = lambda _text: b""
        self._todo.put(None)

    def wait(self, seconds: float = 0.05) -> bool:
        """Waits a moment for more; whether all is said."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while (sentence := self._todo.get()) is not None:
            try:
                clip = self._say(sentence)
            except InterviewerError as error:
                self.error = str(error)
                return
            if clip:
                self.began = self.began or time.perf_counter()
                self.clips.append(clip)
