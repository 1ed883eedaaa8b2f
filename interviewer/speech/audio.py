"""Sound as numbers: WAV in and out, another rate, where there is speech, and keeping it only with consent."""

import io
import re
import shutil
import struct
import time
import wave
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interviewer import BadInput, CannotRun
from interviewer.config import in_package, verified

Samples = NDArray[np.float32]
RATE = 16_000
"""Samples a second of all that is heard."""
MAX_SECONDS = 20 * 60
MAX_BYTES = 60_000_000
_KINDS = {
    b"OggS": "ogg",
    b"fLaC": "flac",
    b"ID3": "mp3",
    b"\x1aE\xdf\xa3": "webm",
    b"FORM": "aiff",
    b"caff": "caf",
    b"#!AMR": "amr",
    b".snd": "au",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": "wma",
    b"RF64": "wav",
    b"RIFF": "wav",
}
"""The first bytes of what is decoded. A list, not a guess: a decoder left to guess also opens playlists that name other
files and addresses."""
_ADTS = (0xF0, 0xF6)
"""The second byte's layer bits of raw AAC, as against MP3's."""


def resampled(samples: Samples, rate: int, to: int = RATE) -> Samples:
    """The sound at another rate. Going down, what the new rate cannot hold is filtered out first."""
    if rate == to or not len(samples):
        return samples.astype(np.float32)
    if rate > to:
        taps = 2 * (4 * rate // to) + 1
        at = np.arange(taps) - taps // 2
        kernel = np.sinc(at * 0.95 * to / rate) * np.hamming(taps)
        samples = np.convolve(samples, kernel / kernel.sum(), mode="same").astype(np.float32)
    count = int(len(samples) * to / rate)
    return np.interp(np.arange(count) * rate / to, np.arange(len(samples)), samples).astype(np.float32)


def from_pcm(raw: bytes) -> Samples:
    """Samples from 16-bit little-endian PCM; a half sample at the end is dropped."""
    return (np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<i2") / 32768).astype(np.float32)


def to_pcm(samples: Samples) -> bytes:
    """16-bit little-endian PCM of samples between -1 and 1; what lies beyond is cut."""
    return bytes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def to_wav(samples: Samples, rate: int = RATE) -> bytes:
    """A WAV file of mono samples between -1 and 1, ``rate`` of them a second."""
    return wav_of_pcm(to_pcm(samples), rate)


def wav_of_pcm(pcm: bytes, rate: int) -> bytes:
    """A WAV file around 16-bit mono PCM."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
    return out.getvalue()


def kind_of(raw: bytes) -> str:
    """The kind of a sound file by its first bytes, never by its name. Raises BadInput for anything else."""
    if raw[4:8] == b"ftyp":
        return "m4a"
    if raw.startswith(b"RIFF") and raw[8:12] == b"AVI ":
        return "avi"
    for mark, kind in _KINDS.items():
        if raw.startswith(mark):
            return kind
    if len(raw) > 2 and raw[0] == 0xFF and raw[1] & 0xE0 == 0xE0:
        return "aac" if raw[1] & _ADTS[1] == _ADTS[0] else "mp3"
    raise BadInput("This is not a sound file that can be read. Upload WAV, MP3, M4A, MP4, OGG, Opus, FLAC or WebM.")


def read_upload(raw: bytes, longest: float = MAX_SECONDS) -> Samples:
    """An uploaded recording at 16 kHz. Type and size, then length, are checked before a sample is decoded.

    ``longest`` is in seconds.

    Raises BadInput with what to do.
    """
    if len(raw) > MAX_BYTES:
        raise BadInput(f"The recording is larger than {MAX_BYTES // 1_000_000} MB. Cut it, or save it as MP3.")
    if len(raw) < 64:
        raise BadInput("The recording is empty.")
    if kind_of(raw) == "wav":
        samples = _decoded_wav(raw, longest)
        return _decoded_other(raw, longest) if samples is None else samples
    return _decoded_other(raw, longest)


_SLOWEST_RATE, _FASTEST_RATE = 2_000, 768_000
"""Samples a second that recorders write."""


def _too_long(seconds: float, longest: float) -> None:
    if seconds > longest:
        raise BadInput(
            f"The recording lasts {seconds / 60:.0f} minutes; at most {longest / 60:.0f} can be heard at once."
        )


def _decoded_wav(raw: bytes, longest: float) -> Samples | None:
    """A WAV file of whole numbers; None for what only PyAV reads: 24 bits, floating point, extensible, compressed."""
    try:
        with wave.open(io.BytesIO(raw)) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            if width not in (1, 2, 4) or not 1 <= channels <= 8 or not 4_000 <= rate <= 192_000:
                return None
            _too_long(file.getnframes() / rate, longest)
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError, struct.error, RuntimeError):  # the last: a chunk that is not there
        return None
    frames = frames[: len(frames) // (width * channels) * width * channels]
    scale: dict[int, Any] = {1: ("u1", 128, 128), 2: ("<i2", 0, 32768), 4: ("<i4", 0, 2147483648)}
    type_, middle, full = scale[width]
    samples = (np.frombuffer(frames, dtype=type_).astype(np.float32) - middle) / full
    return resampled(samples.reshape(-1, channels).mean(axis=1).astype(np.float32), rate)


def _decoded_other(raw: bytes, longest: float) -> Samples:
    """Whatever PyAV decodes; a file that was cut off is heard as far as it goes."""
    try:
        import av
    except ImportError as error:
        raise BadInput(
            "Without the extra `voice` only WAV files of 8, 16 or 32 bits can be read. Save it as one, or install it."
        ) from error
    pieces: list[Any] = []
    try:
        with av.open(io.BytesIO(raw), "r", metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise BadInput("There is no sound in this file.")
            stream = container.streams.audio[0]
            _too_long(
                container.duration / av.time_base if container.duration and container.duration > 0 else 0.0, longest
            )
            total = 0
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            for piece in _at_our_rate(container.decode(stream), resampler):
                pieces.append(piece)
                total += piece.size
                _too_long(total / RATE, longest)  # a header may lie, or not say
    except (av.FFmpegError, ValueError, TypeError, OverflowError) as error:
        if not pieces:
            what = getattr(error, "strerror", None) or error
            raise BadInput(f"The recording cannot be read ({what}). Save it as WAV or MP3.") from error
    if not pieces:
        raise BadInput("There is no sound in this file.")
    whole: Any = np.concatenate(pieces)
    samples: Samples = whole.astype(np.float32) / np.float32(32768)
    return samples


def _at_our_rate(frames: Iterable[Any], resampler: Any) -> Iterator[Any]:
    """The decoded frames as mono samples at 16 kHz, the resampler's remainder at the end included."""
    for frame in chain(frames, [None]):
        if frame is not None and not _SLOWEST_RATE <= frame.sample_rate <= _FASTEST_RATE:
            # A damaged header of 2 GHz would cost seconds and a gigabyte for its filter alone.
            raise BadInput(f"The recording says that it has {frame.sample_rate:,} samples a second. Save it anew.")
        for out in resampler.resample(frame):
            yield out.to_ndarray().reshape(-1)


# -- keep ------------------------------------------------------------------------------------------------
# The sound of spoken turns: kept only with consent, only until the interview is over, deleted when told.


_SAFE = re.compile(r"[A-Za-z0-9-]{1,64}\Z")
_STALE = 24 * 3600


class KeptSound:
    """A folder per interview, a file per turn."""

    def __init__(self, home: Path):
        self._root = home / "audio"

    def add(self, interview: str, recording: str, samples: Samples) -> None:
        """Appends sound to a turn's file."""
        path = self._folder(interview) / f"{_checked(recording)}.pcm"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("ab") as file:
            path.chmod(0o600)
            file.write(to_pcm(samples))

    def last(self, interview: str) -> bytes | None:
        """The newest turn as a WAV file."""
        files = sorted(self._folder(interview).glob("*.pcm"), key=lambda path: path.stat().st_mtime)
        return wav_of_pcm(files[-1].read_bytes(), RATE) if files else None

    def forget(self, interview: str) -> int:
        """Deletes an interview's sound; how many turns that were."""
        folder = self._folder(interview)
        count = len(list(folder.glob("*.pcm")))
        shutil.rmtree(folder, ignore_errors=True)
        return count

    def sweep(self) -> None:
        """Deletes what a crash left behind: sound that is a day old."""
        if not self._root.is_dir():
            return
        for folder in self._root.iterdir():
            if folder.is_dir() and folder.stat().st_mtime < time.time() - _STALE:
                shutil.rmtree(folder, ignore_errors=True)

    def _folder(self, interview: str) -> Path:
        return self._root / _checked(interview)


def _checked(name: str) -> str:
    if not _SAFE.match(name):
        raise ValueError("not a name that we gave")
    return name


# -- vad -------------------------------------------------------------------------------------------------
# Where there is speech: Silero's voice activity detector, as it lies in faster-whisper, fed piece by piece.


WINDOW = 512
"""Samples per judgement: 32 ms."""
_CONTEXT = 64


def model_path() -> Path | None:
    """The detector's file, if the package that carries it is here."""
    return in_package("faster_whisper", "assets", "silero_vad_v6.onnx")


def open_session() -> Any:
    """The detector, loaded; it holds no state, so one serves everybody. Raises CannotRun."""
    path = model_path()
    if path is None:
        raise CannotRun("no voice activity detector: pip install 'ml-design-interviewer[voice]'")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(verified(path)), providers=["CPUExecutionProvider"], sess_options=options)


class Detector:
    """Says for each 32 ms how likely they hold speech."""

    def __init__(self, session: Any):
        self._session = session
        self._h = np.zeros((1, 1, 128), dtype=np.float32)
        self._c = np.zeros((1, 1, 128), dtype=np.float32)
        self._context = np.zeros(_CONTEXT, dtype=np.float32)
        self._rest = np.zeros(0, dtype=np.float32)

    def feed(self, samples: Samples) -> list[float]:
        """The probabilities of the windows that are complete now; what is left over waits for more."""
        whole = np.concatenate([self._rest, samples]).astype(np.float32)
        count = len(whole) // WINDOW
        self._rest = whole[count * WINDOW :]
        if not count:
            return []
        windows = whole[: count * WINDOW].reshape(count, WINDOW)
        before = np.concatenate([self._context[None], windows[:-1, -_CONTEXT:]])
        self._context = windows[-1, -_CONTEXT:]
        out, self._h, self._c = self._session.run(
            None, {"input": np.concatenate([before, windows], axis=1), "h": self._h, "c": self._c}
        )
        return [float(value) for value in np.asarray(out).reshape(-1)]


SECONDS = WINDOW / RATE
