"""Speech in a real browser with a fake microphone: from the spoken answer to the interviewer's audible reply."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.conftest import CHROMIUM, App
from tests.tools import chromium
from tests.voice.conftest import microphone_file, np, pause

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MICROPHONE = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
MICROPHONE += ["--autoplay-policy=no-user-gesture-required"]
PLAYING = (
    "() => { const a = document.getElementById('voice-player'); return !!a && a.currentTime > 0 && a.duration > 1; }"
)


@pytest.fixture
def page_with(tmp_path: Path) -> Iterator[Any]:
    """Opens the page in a browser with that microphone; the room, with the opening said."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    if not path:
        pytest.skip("!!! NO CHROMIUM HERE: the browser tests did not run (python -m tests.tools says how to get one)")
    with sync_playwright() as playwright:
        opened = []

        def open_page(app: App, samples: Any = None, permissions: bool = True) -> Any:
            flags = [*CHROMIUM, *MICROPHONE] if permissions else [*CHROMIUM]
            if samples is not None:
                flags.append(
                    f"--use-file-for-fake-audio-capture={microphone_file(tmp_path / 'mic.wav', samples)}%noloop"
                )
            browser = playwright.chromium.launch(executable_path=path, args=flags)
            opened.append(browser)
            page = browser.new_page()
            page.set_default_timeout(40_000)
            page.goto(app.url)
            page.click("#setup-start")
            page.wait_for_selector("#room-chat .bot")
            return page

        yield open_page
        for browser in opened:
            browser.close()


def test_speak_correct_send_and_hear_the_reply(talking_app: App, page_with: Any, spoken: Any) -> None:
    sound = np.concatenate([pause(1.0), spoken("First I clarify who uses the recommendations."), pause(60)])
    page = page_with(talking_app, sound)
    page.click("#voice-talk")
    page.wait_for_function("() => /recommendations/i.test(document.querySelector('#room-box textarea').value)")
    page.click("#voice-talk")
    page.wait_for_function("() => /Correct it/.test(document.querySelector('#voice-word').innerText)")
    said = page.input_value("#room-box textarea")
    assert "who uses the recommendations" in said
    page.fill("#room-box textarea", said + " Corrected by hand.")
    page.press("#room-box textarea", "Enter")
    page.wait_for_function(PLAYING)
    stats = page.evaluate("() => interviewerVoiceStats")
    print("played", stats)
    assert page.evaluate("() => document.getElementById('voice-player').src").startswith("data:audio/wav;base64,")
    caption = page.locator("#room-chat .bot-row").last.inner_text()
    assert "What happens when traffic grows tenfold?" in caption, "captions are always there"
    assert "Corrected by hand." in page.locator("#room-chat .user-row").last.inner_text()
    began = page.evaluate("() => performance.now()")
    page.click("#voice-talk")
    page.wait_for_function("() => interviewerVoiceStats.stopped.length > 0")
    stopped = page.evaluate("() => interviewerVoiceStats.stopped[0].at")
    assert stopped - began < 300, "whoever wants to speak is let speak at once"
    assert page.locator("#voice-player").count() == 0
