"""Saying: sentence by sentence, from a process that may die."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from interviewer import ModelError
from interviewer.speech.tts import FirstVoice, Piper, Speaking, speakable
from tests.speech.conftest import seconds


def test_the_voice_speaks_at_the_speed_asked_for(voice: Piper) -> None:
    slow, fast = (seconds(voice.say("How many users are there?", speed)) for speed in (0.8, 1.5))
    assert 0.8 < fast < slow < 5


def test_the_gpl_package_is_never_imported_into_our_process(voice: Piper) -> None:
    voice.say("Okay.")
    assert "piper" not in sys.modules


def test_a_voice_that_died_is_started_again(voice: Piper) -> None:
    voice.say("Okay.")
    before = voice.pid
    assert before
    os.kill(before, signal.SIGKILL)
    time.sleep(0.1)
    assert seconds(voice.say("Got it.")) > 0.2
    assert voice.pid != before


def test_a_voice_that_dies_every_time_hands_over(tmp_path: Path) -> None:
    broken = tmp_path / "worker.py"
    broken.write_text("import sys; print('{\"ready\": true}', flush=True); sys.stdin.readline()")
    with pytest.raises(ModelError, match="died twice"):
        Piper(broken).say("Okay.")

    class Other:
        name, remote = "other", ""

        def say(self, text: str, speed: float = 1.0) -> bytes:
            return text.encode()

        def close(self) -> None: ...

    both = FirstVoice([Piper(broken), Other()])
    assert both.say("*Okay.*") == b"Okay."
    assert "other speaks instead" in both.fell


def test_the_voice_dies_with_its_parent() -> None:
    code = "from interviewer.speech.tts import Piper; p = Piper(); p.warm(); print(p.pid, flush=True); import os; os._exit(1)"
    child = int(subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=90).stdout)
    for _ in range(50):
        state = Path(f"/proc/{child}/stat")
        if not state.exists() or ") Z " in state.read_text():
            return
        time.sleep(0.1)
    pytest.fail("the voice outlived its parent")


def test_sentences_are_said_while_the_words_still_come() -> None:
    said: list[str] = []
    speaking = Speaking(lambda text: said.append(text) or text.encode())
    speaking.feed("Got it. What happens when")
    deadline = time.monotonic() + 5
    while not said and time.monotonic() < deadline:
        time.sleep(0.01)
    assert said == ["Got it."], "the first sentence is said before the second is whole"
    speaking.feed("Got it. What happens when traffic grows?", whole=True)
    assert speaking.wait(5)
    assert said == ["Got it.", "What happens when traffic grows?"]


def test_a_reply_without_a_voice_still_ends() -> None:
    def fails(_text: str) -> bytes:
        raise ModelError("the voice is gone")

    speaking: Any = Speaking(fails)
    speaking.feed("Got it. Go on.", whole=True)
    assert speaking.wait(5)
    assert speaking.error == "the voice is gone"


def test_markup_is_not_read_out() -> None:
    assert speakable("**Okay.** What does the A/B test `measure`?") == "Okay. What does the A B test measure ?"
