"""What the voice's tests share: one recogniser, one voice, sound to play with."""

from importlib.util import find_spec

import pytest

if not (find_spec("faster_whisper") and find_spec("piper")):
    pytest.skip("!!! THE EXTRA `voice` IS NOT INSTALLED: the voice tests did not run", allow_module_level=True)

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from interviewer.speech.audio import RATE, Samples, open_session, read_upload, resampled, to_wav
from interviewer.speech.stt import Embedded
from interviewer.speech.tts import Piper
from tests.web.conftest import CHROMIUM, App
from tests.web.test_room import heard

FAKE_DEVICE = ["--use-fake-device-for-media-stream"]
ALLOWED = ["--use-fake-ui-for-media-stream"]
"""The browser says yes when it is asked for the microphone."""


@pytest.fixture(scope="session")
def ears() -> Embedded:
    """The embedded recogniser."""
    return Embedded(threads=1)


@pytest.fixture(scope="session")
def vad() -> Any:
    """The voice activity detector."""
    return open_session()


@pytest.fixture(scope="session")
def voice() -> Iterator[Piper]:
    """The embedded voice, the same in every run."""
    made = Piper(Path(__file__).with_name("steady_voice.py"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def spoken(voice: Piper) -> Any:
    """Sentences as sound, each made once."""
    known: dict[str, Samples] = {}

    def say(text: str) -> Samples:
        if text not in known:
            known[text] = read_upload(voice.say(text))
        return known[text]

    return say


def seconds(sound: bytes) -> float:
    """How long a sound file lasts."""
    return len(read_upload(sound)) / RATE


def pause(seconds: float, loudness: float = 0.0005) -> Samples:
    """A silence as a room has it."""
    return np.random.default_rng(7).normal(0, loudness, int(seconds * RATE)).astype(np.float32)


def microphone_file(path: Path, samples: Samples) -> Path:
    """A file for the browser's fake microphone."""
    path.write_bytes(to_wav(resampled(samples, RATE, 48_000), 48_000))
    return path


@pytest.fixture(scope="module")
def talking_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app of the pages' tests, with voice."""
    app = App(tmp_path_factory.mktemp("voice-app"), Path(__file__).parents[1] / "web" / "stand_in.py")
    app.start()
    yield app
    app.stop()


@pytest.fixture
def page_with(tmp_path: Path, playwright: Any, chromium_path: str) -> Iterator[Any]:
    """Opens the page in a browser whose microphone gives that sound; the room, with the opening said."""
    opened = []

    def open_page(
        app: App, samples: Any = None, flags: tuple[str, ...] = (*FAKE_DEVICE, *ALLOWED), script: str = ""
    ) -> Any:
        arguments = [*CHROMIUM, "--autoplay-policy=no-user-gesture-required", *flags]
        if samples is not None:
            file = microphone_file(tmp_path / "mic.wav", samples)
            arguments.append(f"--use-file-for-fake-audio-capture={file}%noloop")
        browser = playwright.chromium.launch(executable_path=chromium_path, args=arguments)
        opened.append(browser)
        page = browser.new_page()
        page.set_default_timeout(60_000)  # a few seconds on a quiet machine
        if script:
            page.add_init_script(script)
        page.goto(app.url)
        page.click("#setup-start")
        heard(page, 1)
        return page

    yield open_page
    for browser in opened:
        browser.close()
