"""Recordings from outside: type, size and length are checked before a sample is decoded."""

import struct
from pathlib import Path

import pytest

from interviewer import BadInput
from interviewer.speech import audio
from interviewer.speech.audio import RATE, KeptSound, kind_of, read_upload, resampled, to_wav
from tests.speech.conftest import np


def tone(seconds: float, rate: int = RATE, hertz: float = 440) -> "np.ndarray":
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def test_a_wav_file_of_any_rate_is_heard_at_ours() -> None:
    samples = read_upload(to_wav(tone(1, 44_100), 44_100))
    assert len(samples) == pytest.approx(RATE, abs=2)
    loudest = np.argmax(np.abs(np.fft.rfft(samples))) * RATE / len(samples)
    assert loudest == pytest.approx(440, abs=2)


def test_what_the_lower_rate_cannot_hold_does_not_come_back_as_something_else() -> None:
    assert np.abs(resampled(tone(1, 48_000, 11_000), 48_000, RATE)[100:-100]).max() < 0.03


@pytest.mark.parametrize("raw", [b"#!/bin/sh\necho hello\n" + b" " * 100, b"PK\x03\x04" + b"\0" * 100, b"<html>" * 30])
def test_a_file_is_known_by_its_content(raw: bytes) -> None:
    with pytest.raises(BadInput, match="not a sound file"):
        read_upload(raw)
    assert kind_of(b"OggS" + b"\0" * 60) == "ogg"


def test_a_header_that_announces_too_much_is_believed_before_anything_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(BadInput, match="at most 20"):
        read_upload(to_wav(np.zeros(21 * 60 * 4_000, dtype=np.float32), 4_000))
    monkeypatch.setattr(audio, "MAX_BYTES", 1000)
    with pytest.raises(BadInput, match="larger than"):
        read_upload(to_wav(tone(1)))


@pytest.mark.parametrize(
    "broken",
    [b"RIFF" + struct.pack("<I", 2**31) + b"WAVE" + b"\xff" * 90, b"OggS" + b"\xff" * 300, b"", b"\xff\xfb" * 9],
)
def test_broken_files_are_bad_input(broken: bytes) -> None:
    with pytest.raises(BadInput):
        read_upload(broken)


def test_a_file_that_was_cut_off_is_heard_as_far_as_it_goes() -> None:
    assert len(read_upload(to_wav(tone(1))[:16_044])) == RATE // 2


def test_recordings_are_kept_apart_and_deleted_when_told(tmp_path: Path) -> None:
    kept = KeptSound(tmp_path)
    kept.add("one", "1-2", tone(0.5))
    kept.add("one", "1-2", tone(0.5))
    kept.add("two", "3-4", tone(0.5))
    wav = kept.last("one")
    assert wav
    assert len(read_upload(wav)) == RATE
    assert kept.forget("one") == 1
    assert kept.last("one") is None
    assert kept.last("two")
    with pytest.raises(ValueError, match="name"):
        kept.add("../one", "1", tone(0.1))
