"""One spoken turn while it is spoken, and a whole recording written down.

A silence ends a turn after a time that depends on how the words before it stop: soon after words that hand over
("What do you think?"), late after a whole sentence, later after "so", "um" or half a sentence. Speech starts the
silence anew. While it lasts the page encourages; nobody is ever cut off with words.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from interviewer.listening.utterance import ending, turn_end
from interviewer.speech.audio import MAX_SECONDS, RATE, SECONDS, Detector, Samples
from interviewer.speech.stt import Recogniser, Vocabulary

TAKE_YOUR_TIME = "Take your time."
REMIND = "Still listening. Press Done when you have finished, or ask for a hint."


def patience(text: str, factor: float = 1.0) -> float:
    """Seconds of silence after which a turn that stops like this is over; infinite when nothing was said."""
    how = ending(text)
    if how == "nothing":
        return float("inf")
    seconds = float(turn_end()[how])
    # Words that hand over stay quick even for the patient: whoever asks waits for an answer.
    return seconds * (max(1.0, factor**0.5) if how == "handed_over" else factor)


@dataclass(frozen=True)
class Silence:
    """What a silence means."""

    over: bool
    word: str
    """What the page shows meanwhile; may be empty."""


def judge_silence(text: str, silent: float, factor: float = 1.0) -> Silence:
    """What ``silent`` seconds after these words mean."""
    if silent >= patience(text, factor):
        return Silence(True, "")
    rules = turn_end()
    if silent >= rules["remind"] * factor:
        return Silence(False, REMIND)
    waits = ending(text) != "whole" or silent >= rules["whole"]
    return Silence(False, TAKE_YOUR_TIME if waits and silent >= rules["encourage"] else "")


# -- recording -------------------------------------------------------------------------------------------
# The sound is cut into windows at pauses. A window is heard anew at each pause and every two seconds while it grows;
# once it is closed its words stand. So at the end of the turn there is little left to hear, or nothing.


SPEECH, SILENCE = 0.5, 0.35
"""Probabilities at which speech begins and ends."""
SETTLE = 0.3
"""Seconds of silence after which a window is heard, so that the end of a turn finds the work done."""
CLOSE = 0.7
_LONG_ENOUGH = 8.0
"""A window of this many seconds closes at the next pause; a shorter one at a long pause: context helps stt."""
_LONG_PAUSE = 2.5
_LONG = 15.0
"""From here on any pause closes it, so that fluent speech is not cut in mid-word at the longest."""
_LONGEST = 25.0
_PEEK = 2.0
_LEAST = 0.2
"""Seconds of speech below which a window is a cough or a click."""
_SPOKE = 0.8
"""Seconds of speech from which no words mean that they were not understood."""
_PREROLL = 0.3
QUIET = 0.0015
"""Loudness below which a microphone gives nothing at all."""
NO_SOUND = "I hear nothing. Is the microphone muted, or is another one chosen?"
NO_SPEECH = "I hear sound but no speech. If music is playing, turn it off; typing works as well."
NOT_UNDERSTOOD = "I heard somebody speak but understood nothing (only English is understood). Typing works as well."
DOUBT = "I am not sure I understood that (only English is understood). Please check the text before you send it."
TOO_LONG = f"{MAX_SECONDS // 60} minutes in one turn: I have stopped listening. Everything so far is in the box."


@dataclass
class Window:
    """The stretch of sound that is still open."""

    samples: Samples = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    speech: float = 0.0
    """Seconds of speech in it."""
    heard_speech: float = -1.0
    """How much of that was there when it was last heard."""
    text: str = ""
    doubtful: bool = False
    quick: bool = False

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / RATE


@dataclass(frozen=True)
class Progress:
    """What the page is told."""

    text: str
    word: str = ""
    over: bool = False
    doubtful: bool = False
    speaking: bool = False
    silent: float = 0.0
    """Seconds since the last speech."""


class Recording:
    """A turn being spoken."""

    def __init__(
        self, recogniser: Recogniser, vad: Any, vocabulary: Vocabulary | None = None, patience: float = 1.0,
        hands_free: bool = False, peeks: bool = True,
    ):  # fmt: skip
        self._recogniser = recogniser
        self._detector = Detector(vad)
        self._vocabulary = vocabulary
        self._patience = patience
        self._hands_free = hands_free
        self._peeks = peeks
        self._window = Window()
        self._closed: list[str] = []
        self._doubtful = False
        self._speaking = False
        self._silent = 0.0
        self._loud = 0.0
        self._spoke = 0.0
        self.received = 0
        """Samples taken in; the page sends from here on."""
        self.lock = threading.Lock()

    @property
    def text(self) -> str:
        """All words so far."""
        return " ".join(part for part in (*self._closed, self._window.text) if part)

    @property
    def seconds(self) -> float:
        """How long the turn is by now."""
        return self.received / RATE

    def feed(self, samples: Samples) -> Progress:
        """Takes in the next piece and says what is known now. Raises what the recogniser raises."""
        room = max(0, MAX_SECONDS * RATE - self.received)
        samples = samples[:room]
        self.received += len(samples)
        loud = float(np.sqrt(np.mean(samples**2))) if len(samples) else 0.0
        self._loud = max(loud, self._loud * 0.9)
        for start in range(0, len(samples), RATE):  # a long piece after a lost connection is cut like a live one
            self._take(samples[start : start + RATE])
        if self.seconds >= MAX_SECONDS:
            return self.finish(TOO_LONG)
        return self._progress()

    def finish(self, word: str = "") -> Progress:
        """The turn is over: hears what was not heard yet."""
        self._hear(quick=False)
        self._close()
        said = self.text
        if not word and not said:
            word = self._why_nothing()
        return Progress(said, word or (DOUBT if self._doubtful else ""), True, self._doubtful)

    def _why_nothing(self) -> str:
        if self._spoke + self._window.speech >= _SPOKE:
            return NOT_UNDERSTOOD
        return NO_SOUND if self._loud < QUIET else NO_SPEECH

    def _take(self, samples: Samples) -> None:
        window = self._window
        window.samples = np.concatenate([window.samples, samples])
        for probability in self._detector.feed(samples):
            self._speaking = probability >= (SILENCE if self._speaking else SPEECH)
            if self._speaking:
                window.speech += SECONDS
                self._silent = 0.0
            else:
                self._silent += SECONDS
        if window.speech < _LEAST:
            if self._silent > 1.0:  # nothing said: only the last moment may be the beginning of a word
                window.samples = window.samples[-int(_PREROLL * RATE) :]
                window.speech = 0.0
        elif self._silent >= SETTLE:
            self._hear(quick=False)
            if self._silent >= _pause_that_closes(window.seconds):
                self._close()
        elif window.seconds >= _LONGEST:
            self._hear(quick=False)
            self._close()
        elif self._peeks and window.speech - max(0.0, window.heard_speech) >= _PEEK:
            self._hear(quick=True)

    def _hear(self, quick: bool) -> None:
        window = self._window
        if window.speech < _LEAST or (window.speech <= window.heard_speech and (quick or not window.quick)):
            return
        keep = len(window.samples) - int(max(0.0, self._silent - SETTLE) * RATE)
        heard = self._recogniser.hear(window.samples[:keep], self._vocabulary.prompt if self._vocabulary else "", quick)
        window.text = self._vocabulary.correct(heard.text) if self._vocabulary else heard.text
        window.doubtful, window.heard_speech, window.quick = heard.doubtful, window.speech, quick

    def _close(self) -> None:
        if self._window.text:
            self._closed.append(self._window.text)
            self._doubtful = self._doubtful or self._window.doubtful
        self._spoke += self._window.speech
        self._window = Window()

    def _progress(self) -> Progress:
        text = self.text
        doubtful = self._doubtful or (self._window.doubtful and not self._window.quick)
        if not text and self._silent > 5 and not self._speaking:
            return Progress("", self._why_nothing(), silent=self._silent)
        silence = judge_silence(text, self._silent, self._patience)
        if self._hands_free and silence.over:
            return self.finish()
        word = DOUBT if doubtful else silence.word if self._hands_free else ""
        return Progress(text, word, False, doubtful, self._speaking, self._silent)


def _pause_that_closes(seconds: float) -> float:
    if seconds >= _LONG:
        return SETTLE
    return CLOSE if seconds >= _LONG_ENOUGH else _LONG_PAUSE


# -- transcription ---------------------------------------------------------------------------------------
# A whole recording written down: cut at pauses, each piece heard with its time. Who speaks is not told apart.


LONGEST = 90 * 60
"""Seconds of a recording that is written down in one go."""
_PAUSE = 0.7
"""Seconds of silence that end a piece: about the gap at which one speaker hands over to another."""
_BREATH = 0.25
"""From ``_LONG`` seconds on so short a silence ends it."""
_LONG_PIECE, _MOST = 15.0, 25.0
_LEAST_PIECE = 0.3
_EDGE = 0.2
"""Seconds kept before and after the speech."""


@dataclass(frozen=True)
class Piece:
    """What was said between two pauses; ``at`` is in seconds since the recording's start."""

    at: float
    text: str
    doubtful: bool = False


def written_down(
    samples: Samples, recogniser: Recogniser, vad: Any, progress: Callable[[float], None] = lambda _: None
) -> list[Piece]:
    """The recording's words. ``progress`` is told the share that is done. Raises what the recogniser raises."""
    found = []
    for start, end in spoken(samples, vad):
        heard = recogniser.hear(samples[start:end])
        if heard.text:
            found.append(Piece(round(start / RATE, 1), heard.text, heard.doubtful))
        progress(end / len(samples))
    return found


def spoken(samples: Samples, vad: Any) -> Iterator[tuple[int, int]]:
    """Where somebody speaks: first and last sample of every piece."""
    detector, frame, edge = Detector(vad), round(SECONDS * RATE), round(_EDGE * RATE)
    begun: int | None = None
    last = spoke = 0
    for block in range(0, len(samples), RATE * 30):
        for number, probability in enumerate(detector.feed(samples[block : block + RATE * 30])):
            at = block + number * frame
            if probability >= (SILENCE if begun is not None and last == at else SPEECH):
                begun, spoke, last = (at if begun is None else begun), spoke + 1, at + frame
            if begun is None:
                continue
            silent, length = (at + frame - last) / RATE, (at - begun) / RATE
            if silent >= _PAUSE or length >= _MOST or (length >= _LONG_PIECE and silent >= _BREATH):
                if spoke * SECONDS >= _LEAST_PIECE:
                    yield max(0, begun - edge), min(len(samples), last + edge)
                begun, spoke = None, 0
    if begun is not None and spoke * SECONDS >= _LEAST_PIECE:
        yield max(0, begun - edge), min(len(samples), last + edge)
