"""Speech in a real browser with a fake microphone: from the spoken answer to the interviewer's audible reply."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.conftest import CHROMIUM, App
from tests.voice.conftest import microphone_file, np, pause

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MICROPHONE = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
MICROPHONE += ["--autoplay-policy=no-user-gesture-required"]
PLAYING = (
    "() => { const a = document.getElementById('voice-player'); return !!a && a.currentTime > 0 && a.duration > 1; }"
)


@pytest.fixture
def page_with(tmp_path: Path, playwright: Any, chromium_path: str) -> Iterator[Any]:
    """Opens the page in a browser with that microphone; the room, with the opening said."""
    opened = []

    def open_page(app: App, samples: Any = None, permissions: bool = True) -> Any:
        flags = [*CHROMIUM, *MICROPHONE] if permissions else [*CHROMIUM]
        if samples is not None:
            flags.append(f"--use-file-for-fake-audio-capture={microphone_file(tmp_path / 'mic.wav', samples)}%noloop")
        browser = playwright.chromium.launch(executable_path=chromium_path, args=flags)
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
    # The page's own clock from the click on: what the driver needs to deliver a click is not the candidate's wait.
    page.evaluate("() => addEventListener('click', () => { window.clickedAt = performance.now(); }, true)")
    page.click("#voice-talk")
    page.wait_for_function("() => interviewerVoiceStats.stopped.length > 0")
    waited = page.evaluate("() => interviewerVoiceStats.stopped[0].at - window.clickedAt")
    assert waited < 300, "whoever wants to speak is let speak at once"
    assert page.locator("#voice-player").count() == 0


def test_hands_free_sends_at_the_end_of_the_turn_and_voice_stops_the_reply(
    talking_app: App, page_with: Any, spoken: Any
) -> None:
    question = "How many users are there?"
    sound = np.concatenate(
        [pause(1.5), spoken(question), pause(3.5), *[spoken("Wait, one more thing about the data.")] * 8]
    )
    page = page_with(talking_app, sound)
    page.click("#voice-options > button")
    page.check("#voice-hands-free input")
    page.wait_for_function("() => document.querySelectorAll('#room-chat .bot-row').length >= 2")
    assert "users" in page.locator("#room-chat .user-row").last.inner_text()
    page.wait_for_function("() => interviewerVoiceStats.played > 0")
    print("end of turn to first audio, ms:", page.evaluate("() => interviewerVoiceStats.firstAudio"))
    page.wait_for_function("() => interviewerVoiceStats.stopped.some(one => one.why === 'barge-in')")
    assert page.locator("#voice-player").count() == 0
    page.wait_for_function("() => /data/i.test(document.querySelector('#room-box textarea').value)")


def test_without_permission_a_clear_word_and_typing_goes_on(talking_app: App, page_with: Any) -> None:
    page = page_with(talking_app, permissions=False)
    page.click("#voice-talk")
    page.wait_for_selector("#voice-word.bad")
    assert "or type" in page.inner_text("#voice-word")
    page.fill("#room-box textarea", "I type instead.")
    page.press("#room-box textarea", "Enter")
    page.wait_for_function("() => document.querySelectorAll('#room-chat .bot-row').length >= 2")


def test_a_lost_connection_in_mid_sentence_loses_nothing(talking_app: App, page_with: Any, spoken: Any) -> None:
    sound = np.concatenate([pause(1.0), spoken("First I clarify who uses the recommendations."), pause(60)])
    page = page_with(talking_app, sound)
    page.click("#voice-talk")
    page.wait_for_function("() => /Listening/.test(document.querySelector('#voice-word').innerText)")
    page.context.set_offline(True)
    page.wait_for_function("() => /kept here/.test(document.querySelector('#voice-word').innerText)")
    page.wait_for_timeout(4_000)
    page.context.set_offline(False)
    # Gradio loads the page again once the connection is back; the words come from what the browser kept.
    page.wait_for_function("() => /recommendations/i.test(document.querySelector('#room-box textarea')?.value)")
    page.wait_for_function("() => /Correct it/.test(document.querySelector('#voice-word')?.innerText)")
    assert "clarify who uses" in page.input_value("#room-box textarea")
