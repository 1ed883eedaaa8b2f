"""A whole recording written down: cut at pauses, each piece heard with its time. Who speaks is not told apart."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from interviewer.speech.audio import RATE, Samples
from interviewer.speech.recording import SILENCE, SPEECH
from interviewer.speech.stt import Recogniser
from interviewer.speech.vad import SECONDS, Detector

LONGEST = 90 * 60
"""Seconds of a recording that is written down in one go."""
_PAUSE = 0.7
"""Seconds of silence that end a piece: about the gap at which one speaker hands over to another."""
_BREATH = 0.25
"""From ``_LONG`` seconds on so short a silence ends it."""
_LONG, _MOST = 15.0, 25.0
_LEAST = 0.3
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
            if silent >= _PAUSE or length >= _MOST or (length >= _LONG and silent >= _BREATH):
                if spoke * SECONDS >= _LEAST:
                    yield max(0, begun - edge), min(len(samples), last + edge)
                begun, spoke = None, 0
    if begun is not None and spoke * SECONDS >= _LEAST:
        yield max(0, begun - edge), min(len(samples), last + edge)
