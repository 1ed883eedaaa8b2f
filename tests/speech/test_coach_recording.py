"""A coach's recording in a real browser: written down with its progress, speakers set by hand, words mended, graded."""

from typing import Any

import pytest

from interviewer.speech.audio import to_wav
from tests.speech.conftest import RATE, np, pause
from tests.web.conftest import App

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TALK = (
    "Please design video recommendation. Where would you begin?",
    "First I clarify who watches the videos and how often.",
    "How do you get your labels?",
    "From the watch logs, and they arrive late.",
)


def test_a_recording_is_written_down_and_its_speakers_set_by_hand(
    talking_app: App, page_with: Any, spoken: Any
) -> None:
    sound = np.concatenate([part for text in TALK for part in (spoken(text), pause(1.6))])
    page = page_with(talking_app)
    page.click("#nav-coach")
    page.wait_for_selector("#coach-upload")
    page.evaluate(
        "() => { window.shares = []; new MutationObserver(() => { const at = document.querySelector('#coach-editor progress');"
        " if (at) shares.push(at.value); }).observe(document.body, { childList: true, subtree: true }); }"
    )
    file = {"name": "mock.wav", "mimeType": "audio/wav", "buffer": to_wav(sound, RATE)}
    page.set_input_files("#coach-view input[type=file]", file)
    page.wait_for_selector("#coach-editor .grading")
    page.wait_for_selector("#coach-form")
    assert page.evaluate("() => shares.length") > 0, "how far it is was shown"
    assert "Who speaks cannot be told from the sound" in page.inner_text("#coach-status")
    lines = page.locator(".lines > li")
    words = " ".join(page.locator(".lines p").all_inner_texts()).lower()
    assert "clarify who watches the videos" in words
    assert "watch logs" in words
    assert lines.first.get_attribute("data-role") == "interviewer", "a short question is taken for the interviewer's"
    count = lines.count()
    for role in ("candidate", "nobody", "interviewer"):
        page.locator(".lines button").first.click(modifiers=["Shift"])
        assert page.locator(f".lines > li[data-role={role}]").count() == count, "with Shift all that follow"
    page.locator(".lines > li:has-text('watches') button").first.click()
    page.locator(".lines > li:has-text('watches') p").first.fill("First I clarify who watches, and what they lose.")
    page.click("#coach-grade")
    page.wait_for_selector("#report-frame iframe")
    report = page.frame_locator("#report-frame iframe").locator("body").text_content()
    assert "First I clarify who watches, and what they lose." in report


def test_k_begins_and_ends_speaking(talking_app: App, page_with: Any) -> None:
    page = page_with(talking_app)
    page.focus("#answer")
    page.keyboard.press("k")
    assert page.input_value("#answer") == "k", "in the box it is a letter"
    speaks = "() => document.querySelector('#voice-talk').innerText === 'Done'"
    page.keyboard.press("Alt+k")
    page.wait_for_function(speaks)
    page.focus("#tab-plan")
    page.keyboard.press("k")
    page.wait_for_function("() => document.querySelector('#voice-talk').innerText === 'Speak'")
    page.keyboard.press("k")
    page.wait_for_function(speaks)
