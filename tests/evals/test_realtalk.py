"""An interview told as a talker would: long turns, restarts, drawing aloud, and nothing lost."""

from typing import Any

from evals.realtalk import LONGEST, real_talk


def _body(answers: int = 8) -> dict[str, Any]:
    turns: list[dict[str, Any]] = []
    for number in range(answers):
        turns.append({"speaker": "interviewer", "text": f"Question {number}?", "at": number * 60})
        said = f"Number {number} is about labels that arrive {number + 2} days late. I would wait for them before training."
        turns.append({"speaker": "candidate", "text": said, "at": number * 60 + 9})
    return {"case": "fraud-detection", "level": "senior", "turns": turns}


def _words(body: dict[str, Any]) -> list[int]:
    return [len(turn["text"].split()) for turn in body["turns"] if turn["speaker"] == "candidate"]


def test_it_reaches_the_length_in_few_long_turns() -> None:
    told = real_talk(_body(), words=1600)
    assert sum(_words(told)) >= 1500
    assert len(_words(told)) < len(_words(_body()))
    assert max(_words(told)) <= 2 * LONGEST


def test_every_sentence_is_still_said_and_in_its_order() -> None:
    whole = " ".join(turn["text"] for turn in real_talk(_body(), words=3000)["turns"])
    places = [whole.index(f"about labels that arrive {number + 2} days late") for number in range(8)]
    assert places == sorted(places)


def test_it_is_the_same_every_time() -> None:
    assert real_talk(_body(), words=3000) == real_talk(_body(), words=3000)


def test_captions_have_no_punctuation() -> None:
    told = real_talk(_body(), words=1000, captions=True)
    text = " ".join(turn["text"] for turn in told["turns"] if turn["speaker"] == "candidate")
    assert text == text.lower()
    assert "." not in text
    assert "," not in text


def test_nothing_said_stays_nothing() -> None:
    silent = {"case": "x", "level": "mid", "turns": [{"speaker": "interviewer", "text": "Hello?"}]}
    assert real_talk(silent) == silent
