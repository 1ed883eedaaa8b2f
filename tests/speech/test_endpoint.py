"""Hearing and saying by an endpoint, over real HTTP, and the embedded ones that go on when it does not."""

import re
import time
from typing import Any

import pytest
from pydantic import SecretStr

from interviewer import CannotRun, ModelError, speech
from interviewer.config import Settings
from interviewer.speech import FirstThatWorks, stt, tts
from interviewer.speech.audio import RATE, read_upload
from interviewer.speech.stt import open_hearing
from interviewer.speech.tts import open_saying
from tests.models.protocol_server import ProtocolServer, serving
from tests.speech.conftest import np, pause, seconds

pytestmark = pytest.mark.slow

FAULTS = {
    "429": "refused {} (429)",
    "500": "refused {} (500)",
    "404": "refused {} (404)",
    "401": "refused the key for {} (check OPENAI_API_KEY)",
    "hang": "gave no {} in 1 s",
    "wrong type": "answered with something that is no {}",
    "nothing": "answered with something that is no {}",
}


def settings(server: ProtocolServer, **more: object) -> Settings:
    given = {
        "hearing": "openai:listener", "saying": "openai:speaker", "openai_api_key": SecretStr(server.key),
        "openai_base_url": server.address, "request_timeout": 1.0, **more,
    }  # fmt: skip
    return Settings(_env_file=None, **given)  # type: ignore[arg-type]


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing embedded is installed."""
    monkeypatch.setattr(stt, "weights", lambda: None)
    monkeypatch.setattr(tts, "voice_file", lambda: None)
    monkeypatch.setattr(tts.shutil, "which", lambda name: None)


def test_a_turn_is_sent_as_wav_with_the_vocabulary_and_comes_back_as_words() -> None:
    with serving(" The two-tower model. ") as server:
        heard = open_hearing(settings(server)).hear(pause(0.5), "two-tower, NDCG")
    assert (heard.text, heard.doubtful) == ("The two-tower model.", False)
    assert heard.by.startswith("listener at http://127.0.0.1:")
    (sent,) = server.asked
    name, type_, raw = sent["file"]
    assert (name, type_, sent["model"], sent["language"]) == ("turn.wav", "audio/wav", "listener", "en")
    assert sent["prompt"] == "two-tower, NDCG"
    assert len(read_upload(raw)) == RATE // 2


def test_a_sentence_is_sent_without_markup_and_comes_back_as_sound() -> None:
    with serving("some sound here") as server:
        sound = open_saying(settings(server)).say("**Why** that?", 1.2)
    assert seconds(sound) == pytest.approx(0.3)
    (sent,) = server.asked
    assert (sent["model"], sent["input"], sent["speed"]) == ("speaker", "Why that?", 1.2)
    assert sent["response_format"] == "wav"


@pytest.mark.parametrize(("fault", "word"), FAULTS.items())
def test_what_goes_wrong_is_said_in_one_line_without_the_key(alone: None, fault: str, word: str) -> None:
    with serving(fault) as server:
        with pytest.raises(ModelError) as heard:
            open_hearing(settings(server)).hear(pause(0.5))
        with pytest.raises(ModelError) as said:
            open_saying(settings(server)).say("Why that?")
    assert str(heard.value) == f"{server.address} {word.format('transcription')}"
    assert str(said.value) == f"{server.address} {word.format('sound' if 'something' in word else 'speech')}"
    assert server.key not in str(heard.value) + str(said.value)


def test_an_answer_of_another_kind_is_not_passed_on(alone: None) -> None:
    with serving("no text") as server, pytest.raises(ModelError, match="something that is no transcription"):
        open_hearing(settings(server)).hear(pause(0.5))
    with serving("mp3") as server, pytest.raises(ModelError, match="something that is no sound"):
        open_saying(settings(server)).say("Why that?")


def test_nobody_waits_for_an_endpoint_that_asks_for_a_minute(alone: None) -> None:
    with serving("busy for a minute", "Hello there.") as server:
        began = time.monotonic()
        assert open_hearing(settings(server)).hear(pause(0.5)).text == "Hello there."
    assert time.monotonic() - began < 10
    assert len(server.asked) == 2


def test_an_endpoint_that_is_gone_is_named(alone: None) -> None:
    with serving("x") as server:
        there = settings(server)
    with pytest.raises(ModelError, match="cannot be reached for transcription"):
        open_hearing(there).hear(pause(0.5))


@pytest.mark.parametrize("fault", ["500", "hang", "wrong type"])
def test_the_embedded_recogniser_and_voice_go_on_and_say_so(fault: str, spoken: Any) -> None:
    sound = np.concatenate([spoken("We store the labels in a table."), pause(0.5)])
    with serving(fault) as server:
        hearing, voice = open_hearing(settings(server)), open_saying(settings(server))
        assert re.search(r"labels in \w+ table", hearing.hear(sound).text.lower()), "an article may be misheard"
        assert seconds(voice.say("How many users are there?")) > 0.8
        asked = len(server.asked)
        hearing.hear(sound)
        voice.say("Okay.")
        assert len(server.asked) == asked, "what failed rests: not every turn waits for it"
    voice.close()
    assert hearing.fell.endswith("; embedded Whisper (tiny.en) listens instead.")
    assert voice.fell.endswith("; embedded voice (Piper, joe) speaks instead.")
    assert hearing.remote == voice.remote == "", "the page may say that the voice stays here now"


def test_silence_heard_as_nothing_is_no_error(alone: None) -> None:
    with serving("") as server:
        assert open_hearing(settings(server)).hear(pause(0.5)).text == ""


def test_an_endpoint_that_was_never_configured_is_refused_at_once() -> None:
    for opened in (open_hearing, open_saying):
        with pytest.raises(CannotRun, match="needs OPENAI_API_KEY or OPENAI_BASE_URL"):
            opened(Settings(_env_file=None, hearing="openai", saying="openai"))


def test_what_failed_is_asked_again_after_a_rest_that_grows() -> None:
    class Backend:
        remote = ""

        def __init__(self, name: str):
            self.name, self.works = name, name != "first"

        def ask(self) -> str:
            if not self.works:
                raise ModelError("first is gone")
            return self.name

    now = 1_000.0
    first, second = Backend("first"), Backend("second")
    both = FirstThatWorks([first, second], "listens", clock=lambda: now)
    assert both.first(Backend.ask) == "second"
    assert both.fell == "first is gone; second listens instead."
    now += speech.REST + 1
    assert both.name == "first"
    assert both.first(Backend.ask) == "second"
    now += speech.REST + 1
    assert both.name == "second", "the second failure costs twice as long"
    first.works = True
    now += speech.REST
    assert both.first(Backend.ask) == "first"
    assert both.fell == ""
