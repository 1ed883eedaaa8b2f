"""Speech in a real browser with a fake microphone: from the spoken answer to the interviewer's audible reply."""

from typing import Any

import pytest

from tests.speech.conftest import np, pause
from tests.web.conftest import App

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PLAYING = (
    "() => { const a = document.getElementById('voice-player'); return !!a && a.currentTime > 0 && a.duration > 1; }"
)
# However slow the machine is, the reply still plays when somebody interrupts it: it begins again at its end.
GOES_ON = """
new MutationObserver(() => { const a = document.getElementById('voice-player'); if (a) a.loop = true; })
  .observe(document, { childList: true, subtree: true });
"""


def test_speak_correct_send_and_hear_the_reply(talking_app: App, page_with: Any, spoken: Any) -> None:
    sound = np.concatenate([pause(1.0), spoken("First I clarify who uses the recommendations."), pause(60)])
    page = page_with(talking_app, sound, script=GOES_ON)
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
        [pause(1.5), spoken(question), pause(12), *[spoken("Wait, one more thing about the data.")] * 30]
    )  # the pause is long, as a slow machine hears late; the reply goes on until it is interrupted
    page = page_with(talking_app, sound, script=GOES_ON)
    page.click("#voice-options > button")
    page.check("#voice-hands-free input")
    page.wait_for_function("() => document.querySelectorAll('#room-chat .bot-row').length >= 2")
    assert "users" in page.locator("#room-chat .user-row").last.inner_text()
    page.wait_for_function("() => interviewerVoiceStats.played > 0")
    print("end of turn to first audio, ms:", page.evaluate("() => interviewerVoiceStats.firstAudio"))
    page.wait_for_function("() => interviewerVoiceStats.stopped.some(one => one.why === 'barge-in')")
    assert page.locator("#voice-player").count() == 0
    page.wait_for_function("() => /data/i.test(document.querySelector('#room-box textarea').value)")


def test_hands_free_goes_on_without_replies_aloud(talking_app: App, page_with: Any, spoken: Any) -> None:
    sound = np.concatenate([pause(4), *[spoken("How many users are there?"), pause(12)] * 5])
    page = page_with(talking_app, sound)
    page.click("#voice-options > button")
    page.check("#voice-hands-free input")
    page.uncheck("#voice-aloud input")
    page.wait_for_function("() => document.querySelectorAll('#room-chat .user-row').length >= 2")
    assert page.evaluate("() => interviewerVoiceStats.played") == 0


def test_a_lost_connection_in_mid_sentence_loses_nothing(talking_app: App, page_with: Any, spoken: Any) -> None:
    sound = np.concatenate([pause(1.0), spoken("First I clarify who uses the recommendations."), pause(60)])
    page = page_with(talking_app, sound)
    page.click("#voice-talk")
    page.wait_for_function("() => /Listening/.test(document.querySelector('#voice-word').innerText)")
    page.context.set_offline(True)
    page.wait_for_function("() => /kept here/.test(document.querySelector('#voice-word').innerText)")
    page.wait_for_function("() => interviewerVoiceStats.samples > 6 * 16000")  # the whole sentence was spoken
    page.context.set_offline(False)
    # Gradio loads the page again once the connection is back; the words come from what the browser kept.
    page.wait_for_function("() => /recommendations/i.test(document.querySelector('#room-box textarea')?.value)")
    page.wait_for_function("() => /Correct it/.test(document.querySelector('#voice-word')?.innerText)")
    assert "clarify who uses" in page.input_value("#room-box textarea")
