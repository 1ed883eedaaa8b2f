"""The voice of one process: recogniser, detector and voice, loaded once behind the page's back."""

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from interviewer.config import Settings
from interviewer.errors import InterviewerError
from interviewer.speech import stt, tts
from interviewer.speech.audio import open_session
from interviewer.speech.ladder import wanted

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HearingParts:
    """What hears."""

    recogniser: stt.FirstRecogniser
    vad: Any


class VoiceParts:
    """Opens ears and mouth when first needed, each on its own; a missing one does not stop the other."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="voice")
        self._lock = threading.Lock()
        self._ears: Future[HearingParts] | None = None
        self._mouth: Future[tts.FirstVoice] | None = None

    def warm(self) -> None:
        """Starts loading."""
        with self._lock:
            self._ears = self._ears or self._pool.submit(self._open_ears)
            self._mouth = self._mouth or self._pool.submit(self._open_mouth)

    def ears(self) -> HearingParts:
        """What hears. Raises CannotRun."""
        self.warm()
        assert self._ears
        return self._ears.result()

    def mouth(self) -> tts.FirstVoice:
        """What speaks. Raises CannotRun."""
        self.warm()
        assert self._mouth
        return self._mouth.result()

    def missing(self) -> str:
        """One line on what is not there; empty when all is. Looks only for files, loads nothing."""
        if not wanted(self.settings.hearing, self.settings) and stt.weights() is None:
            return stt.MISSING
        return "" if tts.voice_file() or wanted(self.settings.saying, self.settings) else tts.MISSING

    def remote(self) -> str:
        """Where sound and text are sent; empty when they stay here."""
        kinds = (self.settings.hearing, self.settings.saying)
        away = any(wanted(kind, self.settings) for kind in kinds)
        return (self.settings.openai_base_url or "api.openai.com") if away else ""

    def close(self) -> None:
        """Stops what was started; a voice that is still loading is stopped as soon as it is there."""
        with self._lock:
            mouth = self._mouth
        self._pool.shutdown(wait=False, cancel_futures=True)
        if mouth:
            mouth.add_done_callback(_closed)

    def _open_ears(self) -> HearingParts:
        return HearingParts(stt.open_hearing(self.settings), open_session())

    def _open_mouth(self) -> tts.FirstVoice:
        mouth = tts.open_saying(self.settings)
        try:
            mouth.warm()
        except InterviewerError as error:
            log.warning("%s", error)  # the next voice is asked at the first word
        return mouth


def _closed(mouth: "Future[tts.FirstVoice]") -> None:
    if not mouth.cancelled() and not mouth.exception():
        mouth.result().close()
