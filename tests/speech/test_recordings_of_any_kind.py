"""Recordings as phones, browsers and studios write them are heard; damaged ones are one clear line."""

import io
import random
import struct
from typing import Any

import pytest

from interviewer import BadInput
from interviewer.speech import audio
from interviewer.speech.audio import RATE, read_upload, to_wav
from tests.speech.conftest import np
from tests.speech.test_uploads import tone

av = pytest.importorskip("av", reason="!!! NO PYAV HERE: recordings other than WAV were not tried")

WAV_24, WAV_FLOAT, WAV_DOUBLE, WAV_ULAW = "pcm_s24le", "pcm_f32le", "pcm_f64le", "pcm_mulaw"
KINDS = [
    ("wav", WAV_24, 48_000, "stereo"), ("wav", WAV_FLOAT, 44_100, "mono"), ("wav", WAV_DOUBLE, 48_000, "mono"),
    ("wav", WAV_ULAW, 8_000, "mono"), ("wav", WAV_24, 96_000, "5.1"), ("ipod", "aac", 44_100, "stereo"), ("mp4", "aac", 48_000, "mono"),
    ("ogg", "libopus", 48_000, "mono"), ("webm", "libopus", 48_000, "stereo"), ("ogg", "libvorbis", 44_100, "stereo"),
    ("flac", "flac", 44_100, "mono"), ("mp3", "libmp3lame", 44_100, "stereo"), ("adts", "aac", 44_100, "mono"),
    ("aiff", "pcm_s16be", 44_100, "mono"), ("matroska", "pcm_s16le", 16_000, "mono"),
]  # fmt: skip


def recorded(form: str, codec: str, rate: int, layout: str, seconds: float = 1.0) -> bytes:
    """A tone of 440 Hz as that recorder writes it."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        stream: Any = container.add_stream(codec, rate=rate)
        stream.layout = layout
        frame = av.AudioFrame.from_ndarray(tone(seconds, rate)[None, :], format="flt", layout="mono")
        frame.sample_rate = rate
        size = stream.codec_context.frame_size or None
        resampler = av.AudioResampler(format=stream.format, layout=layout, rate=rate, frame_size=size)
        for piece in [*resampler.resample(frame), *resampler.resample(None), None]:
            container.mux(stream.encode(piece))
    return out.getvalue()


def written(form: str, codec: str, rate: int, layout: str) -> bytes:
    """The file, or the test is skipped, loudly, where this PyAV has no such encoder."""
    try:
        return recorded(form, codec, rate, layout)
    except (av.FFmpegError, ValueError) as error:
        pytest.skip(f"!!! this PyAV cannot write {codec} into {form}: {error}")


@pytest.mark.parametrize(("form", "codec", "rate", "layout"), KINDS, ids=lambda value: str(value))
def test_every_recorders_kind_is_heard(form: str, codec: str, rate: int, layout: str) -> None:
    samples = read_upload(written(form, codec, rate, layout))
    assert len(samples) == pytest.approx(RATE, abs=RATE // 8)
    loudest = np.argmax(np.abs(np.fft.rfft(samples))) * RATE / len(samples)
    assert loudest == pytest.approx(440, abs=6)


def test_extensible_wav_is_heard() -> None:
    pcm = to_wav(tone(1))[44:]
    form = (
        struct.pack("<HHIIHHHHI", 0xFFFE, 1, RATE, RATE * 2, 2, 16, 22, 16, 4)
        + struct.pack("<H", 1)
        + bytes.fromhex("000000001000800000aa00389b71")
    )
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(pcm)) + pcm
    assert len(read_upload(b"RIFF" + struct.pack("<I", len(body)) + body)) == pytest.approx(RATE, abs=2)


def test_a_recording_that_was_cut_off_is_heard_as_far_as_it_goes() -> None:
    whole = recorded("ogg", "libopus", 48_000, "mono", 4.0)
    assert RATE < len(read_upload(whole[: len(whole) * 2 // 3])) < 4 * RATE


def test_the_limit_is_ours_and_told_for_every_kind() -> None:
    for form, codec in (("flac", "flac"), ("ogg", "libopus"), ("wav", WAV_24), ("adts", "aac")):
        with pytest.raises(BadInput, match="at most"):
            read_upload(recorded(form, codec, 48_000, "mono", 4.0), longest=2)


def test_a_playlist_is_never_opened() -> None:
    for text in (
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\n",
    ):
        with pytest.raises(BadInput, match="not a sound file"):
            read_upload(text + b" " * 100)


def test_a_picture_without_sound_says_so() -> None:
    out = io.BytesIO()
    with av.open(out, "w", format="matroska") as container:
        stream: Any = container.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 16
        for frame in [av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), dtype=np.uint8)), None]:
            container.mux(stream.encode(frame))
    with pytest.raises(BadInput, match="no sound"):
        read_upload(out.getvalue())


def damaged_headers(count: int, seed: int = 0) -> dict[str, int]:
    """Tries that many recordings whose first bytes are damaged: heard, or one clear line."""
    files = [recorded(*kind, 0.2) for kind in KINDS if kind[1] not in ("libvorbis", "libmp3lame")] + [to_wav(tone(0.2))]
    rnd = random.Random(seed)
    came = {"heard": 0, "refused": 0}
    for _ in range(count):
        raw = bytearray(rnd.choice(files))
        for _ in range(rnd.randint(1, 8)):
            raw[rnd.randrange(4, min(len(raw), 300))] = rnd.randrange(256)
        if rnd.random() < 0.3:
            del raw[rnd.randrange(len(raw)) :]
        try:
            assert len(read_upload(bytes(raw))) <= audio.MAX_SECONDS * RATE
            came["heard"] += 1
        except BadInput as error:
            assert len(str(error).splitlines()) == 1  # noqa: PT017 - both outcomes are right
            came["refused"] += 1
    return came


def test_damaged_headers_are_heard_or_one_clear_line() -> None:
    came = damaged_headers(300)
    assert min(came.values()) > 0


def test_a_header_of_a_billion_samples_a_second_costs_nothing() -> None:
    sound = bytearray(to_wav(np.zeros(2_000, np.float32)))
    sound[24:28] = struct.pack("<I", 1_073_757_824)
    with pytest.raises(BadInput, match="samples a second"):
        read_upload(bytes(sound))
