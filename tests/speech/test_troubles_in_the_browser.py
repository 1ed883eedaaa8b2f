"""What can go wrong with speech, in a real browser: a clear word on the page, typing goes on, nothing is lost."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from interviewer.speech.audio import read_upload
from interviewer.speech.recording import NO_SOUND, NO_SPEECH, TOO_LONG
from interviewer.speech.stt import MISSING
from interviewer.speech.tts import Espeak
from tests.nginx import serving_nginx
from tests.speech.conftest import ALLOWED, FAKE_DEVICE, RATE, np, pause
from tests.tools import nginx
from tests.web.conftest import App, free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOX = "#room-box textarea"


@pytest.fixture
def troubled(tmp_path: Path) -> Iterator[Any]:
    """Starts an app with a trouble."""
    made: list[App] = []

    def start(trouble: str) -> App:
        made.append(App(tmp_path, Path(__file__).with_name("troubled_app.py"), {"TROUBLE": trouble}))
        made[-1].start()
        return made[-1]

    yield start
    for app in made:
        app.stop()


def word(page: Any, part: str) -> None:
    """Waits until the page says it."""
    page.wait_for_function("part => (document.querySelector('#voice-word')?.innerText || '').includes(part)", arg=part)


def types_on(page: Any, more: str = "I type instead.") -> None:
    """What is in the box stays, can be added to and sent, and is answered."""
    before = page.locator("#room-chat .bot-row").count()
    kept = page.input_value(BOX)
    page.fill(BOX, f"{kept} {more}".strip())
    page.press(BOX, "Enter")
    page.wait_for_function("n => document.querySelectorAll('#room-chat .bot-row').length > n", arg=before)
    said = page.locator("#room-chat .user-row").last.inner_text()
    assert more in said
    assert kept in said


def test_without_a_microphone(talking_app: App, page_with: Any) -> None:
    page = page_with(talking_app, flags=tuple(ALLOWED))
    page.click("#voice-talk")
    word(page, "No microphone was found. Plug one in, or type.")
    assert page.inner_text("#voice-talk") == "Speak"
    types_on(page)


def test_without_permission(talking_app: App, page_with: Any) -> None:
    page = page_with(talking_app, flags=tuple(FAKE_DEVICE))
    page.click("#voice-talk")
    word(page, "does not let this page use the microphone. Allow it in the address bar, or type.")
    types_on(page)


def test_without_the_voice_package(troubled: Any, page_with: Any) -> None:
    page = page_with(troubled("package"))
    word(page, MISSING)
    assert not page.locator("#voice-talk").count()
    types_on(page)


def test_a_monologue_ends_with_a_word_and_its_text_stays(troubled: Any, page_with: Any, spoken: Any) -> None:
    sentence = np.concatenate([spoken("First I clarify who uses the recommendations."), pause(0.9)])
    page = page_with(troubled("short"), np.concatenate([sentence] * 12))
    page.click("#voice-talk")
    word(page, TOO_LONG)
    assert "recommendations" in page.input_value(BOX)
    assert page.inner_text("#voice-talk") == "Speak", "the next turn can begin"
    types_on(page)


def test_what_is_typed_while_words_are_still_heard_stays(talking_app: App, page_with: Any, spoken: Any) -> None:
    first, second = spoken("First I clarify who uses the recommendations."), spoken("Then I look at the data.")
    page = page_with(talking_app, np.concatenate([pause(1), first, pause(6), second, pause(90)]))
    page.click("#voice-talk")
    page.wait_for_function("box => /recommendation/.test(document.querySelector(box).value)", arg=BOX)
    page.fill(BOX, "I typed this instead.")
    page.wait_for_function("box => /data/.test(document.querySelector(box).value)", arg=BOX)
    page.click("#voice-talk")
    page.wait_for_function("() => document.querySelector('#voice-talk').innerText === 'Speak'")
    box = page.input_value(BOX)
    assert box.startswith("I typed this instead.")
    assert "recommendation" not in box


SMALL = """
server {{
    listen 127.0.0.1:{port}; client_max_body_size 80k;
    location / {{ proxy_pass http://127.0.0.1:{behind}; proxy_http_version 1.1; proxy_buffering off; }}
}}
"""


@pytest.mark.skipif(
    not nginx(), reason="!!! NO NGINX HERE: a refused packet was not tested (apt-get install nginx-light)"
)
def test_a_packet_that_a_proxy_refuses_is_halved_until_it_passes(
    talking_app: App, page_with: Any, spoken: Any, tmp_path: Path
) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with serving_nginx(tmp_path, SMALL.format(port=port, behind=talking_app.port), f"{address}/healthz"):
        page = page_with(
            SimpleNamespace(url=address),
            np.concatenate([pause(1), spoken("First I clarify who uses the recommendations."), pause(90)]),
        )
        refused: list[int] = []
        page.on("response", lambda answer: refused.append(answer.status) if answer.status == 413 else None)
        page.click("#voice-talk")
        page.wait_for_function("() => interviewerVoiceStats.samples > 16000")
        page.route("**/queue/join*", lambda route: None)  # held back: what is said meanwhile makes one large packet
        page.wait_for_function("() => interviewerVoiceStats.samples > 10 * 16000")
        page.unroute("**/queue/join*")
        page.click("#voice-talk")
        page.wait_for_function("() => document.querySelector('#voice-talk').innerText === 'Speak'", timeout=120_000)
        assert refused, "the first packets were too large"
        assert "recommendations" in page.input_value(BOX)


def test_a_muted_microphone(talking_app: App, page_with: Any) -> None:
    page = page_with(talking_app, np.zeros(90 * RATE, dtype=np.float32))
    page.fill(BOX, "Typed before.")
    page.click("#voice-talk")
    word(page, NO_SOUND)
    page.click("#voice-talk")
    page.wait_for_function("() => document.querySelector('#voice-talk').innerText === 'Speak'")
    assert page.input_value(BOX) == "Typed before."
    types_on(page)


def test_the_microphone_is_tried_before_the_interview(talking_app: App, page_with: Any) -> None:
    for samples, flags, said in (
        (np.sin(np.arange(60 * RATE) / 5).astype(np.float32) * 0.3, (*FAKE_DEVICE, *ALLOWED), "The microphone works."),
        (np.zeros(60 * RATE, dtype=np.float32), (*FAKE_DEVICE, *ALLOWED), "No sound comes from the microphone."),
        (None, tuple(FAKE_DEVICE), "does not let this page use the microphone."),
    ):
        page = page_with(talking_app, samples, flags)
        page.click("#nav-setup")
        page.click("#sound-check")
        page.wait_for_function("part => document.querySelector('#sound-word').innerText.includes(part)", arg=said)
        assert page.locator("#sound-word").get_attribute("class") == ("quiet" if "works" in said else "bad")


def test_music(talking_app: App, page_with: Any) -> None:
    beat = np.arange(90 * RATE) / RATE
    chord = sum(0.1 * np.sin(2 * np.pi * hertz * beat) * (1 + np.sin(4 * beat)) for hertz in (220, 277, 330))
    page = page_with(talking_app, chord.astype(np.float32))
    page.click("#voice-talk")
    word(page, NO_SPEECH)
    types_on(page)


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="!!! NO espeak-ng HERE: nothing speaks French")
def test_another_language(talking_app: App, page_with: Any) -> None:
    french = "Je voudrais d'abord savoir qui utilise les recommandations et combien d'utilisateurs il y a."
    page = page_with(talking_app, np.concatenate([pause(1), read_upload(Espeak("fr").say(french)), pause(90)]))
    page.click("#voice-options > button")
    page.check("#voice-send input")
    page.click("#voice-talk")
    page.wait_for_function("() => interviewerVoiceStats.samples > 7 * 16000")  # all of it was said
    page.click("#voice-talk")
    word(page, "(only English is understood)")
    assert page.locator("#room-chat .user-row").count() == 0, "what is doubted is never sent by itself"
    types_on(page)


def test_a_microphone_that_comes_only_at_its_own_rate(talking_app: App, page_with: Any, spoken: Any) -> None:
    own_rate = """const connect = AudioContext.prototype.createMediaStreamSource;
        AudioContext.prototype.createMediaStreamSource = function (stream) {
            if (this.sampleRate === 16000) throw new DOMException("another rate", "NotSupportedError");
            window.ownRate = this.sampleRate;
            return connect.call(this, stream); };"""
    sound = np.concatenate([pause(1.0), spoken("The labels arrive late, after several weeks."), pause(30)])
    page = page_with(talking_app, sound, script=own_rate)
    page.click("#voice-talk")
    page.wait_for_function("() => /weeks/.test(document.querySelector('#room-box textarea').value)")
    assert page.evaluate("window.ownRate") > 40_000
    page.click("#voice-talk")
    page.wait_for_function("() => document.querySelector('#voice-talk').innerText.trim() === 'Speak'")
    assert "labels" in page.input_value(BOX).lower()


def test_a_microphone_that_never_starts(talking_app: App, page_with: Any) -> None:
    silent = "navigator.mediaDevices.getUserMedia = () => new Promise(() => {});"
    page = page_with(talking_app, script=silent)
    page.click("#voice-talk")
    word(page, "The browser waits for your word")
    types_on(page)
