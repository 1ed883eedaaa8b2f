"""The app in the Firefox of the machine: words, what is kept, and the microphone at a rate that is not ours."""

import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.web.conftest import App
from tests.web.firefox import Firefox, firefox

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not firefox(), reason="!!! NO FIREFOX HERE: it was not tested (apt-get install firefox-esr)"),
]
CHAT = "document.querySelector('#room-chat').innerText"

SOUND = "(async () => { const at = new AudioContext(); await Promise.race([at.resume(), new Promise((end) => setTimeout(end, 3000))]); return at.state === 'running'; })()"


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Firefox]:
    made = Firefox(tmp_path)
    yield made
    made.close()


def test_an_interview_by_hand_a_reload_and_the_microphone(app: App, window: Firefox) -> None:
    window.goto(app.url)
    window.press("#setup-start button, button#setup-start")
    window.until("document.querySelectorAll('#room-chat .bot-row').length === 1")
    window.press("#room-box textarea")
    window.type("Labels arrive late.\n")
    window.until(f"{CHAT}.includes('tenfold')")
    assert "Labels arrive late." in window.do(CHAT)
    window.type("kept over a reload")
    window.until("document.querySelector('#room-box textarea').value === 'kept over a reload'")
    window.goto(window.do("location.href"))
    window.until("document.querySelector('#room-box textarea')?.value === 'kept over a reload'")
    if not find_spec("faster_whisper"):
        pytest.skip("the extra `voice` is not installed")
    for _ in range(10):  # Gradio wires a page that was just loaded a moment after it is there
        window.press("#voice-talk button, button#voice-talk")
        time.sleep(2)
        if window.do("!!interviewerVoice.used"):
            break
    if not window.do(SOUND):  # a machine without any sound server: Firefox waits for one without end
        window.until("document.querySelector('#voice-word').innerText.includes('does not start in this browser')")
        assert window.do("document.querySelector('#voice-talk').innerText.trim()") == "Speak"
        pytest.skip("!!! NO SOUND SERVER HERE: Firefox's microphone was not heard (apt-get install pulseaudio)")
    window.until("document.querySelector('#voice-word').innerText.includes('Listening')")
    before = window.do("[interviewerVoice.stats.samples, performance.now()]")
    window.until(f"interviewerVoice.stats.samples > {before[0] or 0} + 32000")
    after = window.do("[interviewerVoice.stats.samples, performance.now()]")
    rate = (after[0] - (before[0] or 0)) / (after[1] - before[1]) * 1000
    assert 12_000 < rate < 20_000, f"{rate} samples a second in Firefox {window.version}"
    window.press("#voice-talk button, button#voice-talk")
    # A hum is no speech: said so, and "Done" is over.
    window.until("document.querySelector('#voice-talk').innerText.trim() === 'Speak'", 60)
    assert window.do("document.querySelector('#voice-word').innerText")
