"""When a turn is over: thinking pauses are not ends."""

from typing import Any

import pytest

from interviewer.listening.utterance import ending
from interviewer.speech.audio import Detector
from interviewer.speech.recording import REMIND, TAKE_YOUR_TIME, Recording, judge_silence, patience
from interviewer.speech.stt import Recognised
from tests.speech.conftest import RATE, np, pause


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("", "nothing"),
        ("We store clicks. So.", "unfinished"),
        ("Um.", "unfinished"),
        ("I would use the", "unfinished"),
        ("Let me think.", "unfinished"),
        ("We store the clicks of a year.", "whole"),
        ("I would shard it. Does that make sense?", "handed_over"),
        ("How many users are there?", "handed_over"),
        ("That's it.", "handed_over"),
        ("It is fast, right?", "whole"),
    ],
)
def test_how_words_stop(text: str, how: str) -> None:
    assert ending(text) == how


def test_patience_grows_with_doubt_and_can_be_adjusted() -> None:
    asked, whole, half = (patience(text) for text in ("Is it global?", "We store clicks.", "We store clicks and"))
    assert asked < 1.5 < 4 < whole < half
    assert patience("We store clicks.", 2.0) == 2 * whole
    assert patience("", 0.5) == float("inf"), "nothing said is never a turn"


def test_a_silence_is_encouraged_before_anything_ends() -> None:
    assert not judge_silence("We store clicks and", 4.5).over
    assert judge_silence("We store clicks and", 4.5).word == TAKE_YOUR_TIME
    assert judge_silence("", 30.0).word == REMIND


class Told:
    """Hears what it is told."""

    name, remote = "told", ""

    def __init__(self, text: str):
        self.text = text

    def hear(self, samples: Any, prompt: str = "", quick: bool = False) -> Recognised:
        return Recognised(self.text)


def seconds_until_over(vad: Any, sound: Any, text: str, silence: float = 12.0) -> float:
    recording = Recording(Told(text), vad, hands_free=True)
    whole = np.concatenate([sound, pause(silence)])
    for start in range(0, len(whole), RATE // 5):
        if recording.feed(whole[start : start + RATE // 5]).over:
            return (start + RATE / 5 - len(sound)) / RATE
    return float("inf")


def test_a_question_is_answered_soon_and_half_a_sentence_is_waited_for(vad: Any, spoken: Any) -> None:
    sound = spoken("How many users are there?")
    assert seconds_until_over(vad, sound, "How many users are there?") < 1.6
    assert 4.0 < seconds_until_over(vad, sound, "There are many users.") < 5.2
    assert seconds_until_over(vad, sound, "There are many users and") > 6.5


def test_the_detector_says_the_same_in_pieces_as_at_once(vad: Any, spoken: Any) -> None:
    sound = np.concatenate([pause(0.5), spoken("How many users are there?"), pause(0.5)])
    at_once = Detector(vad).feed(sound)
    pieces = Detector(vad)
    in_pieces = [p for start in range(0, len(sound), 700) for p in pieces.feed(sound[start : start + 700])]
    assert in_pieces == pytest.approx(at_once, abs=1e-4)
    assert max(at_once[:12]) < 0.3 < 0.8 < max(at_once)
