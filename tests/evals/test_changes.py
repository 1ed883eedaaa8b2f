"""Changes to transcripts keep what they promise to keep."""

from collections import Counter

import pytest

from evals.changes import LOWERING, STABLE, hand_waving, scrambled, stretched
from evals.tasks import read_lines
from evals.tasks.robustness import ATTACKS, attacked
from interviewer.transcript import transcript_from
from tests.evals.transcripts import transcript

LONG = "We log what we serve because joins afterwards see the future. Then labels wait three weeks. "


def body() -> dict[str, object]:
    made = transcript()
    made["turns"][1]["text"] = LONG * 4
    return made


def words(of: dict[str, object]) -> list[str]:
    return [word for turn in of["turns"] if turn["speaker"] == "candidate" for word in turn["text"].split()]  # type: ignore[attr-defined, index]


@pytest.mark.parametrize("name", [*STABLE, *LOWERING])
def test_a_changed_transcript_is_valid_differs_and_is_the_same_every_time(name: str) -> None:
    change = {**STABLE, **LOWERING}[name]
    assert change(body()) == change(body()) != body()
    transcript_from(change(body()))


@pytest.mark.parametrize("name", ["padding", "flattery", "self_praise", "irrelevant", "fillers", "names", "repetition"])
def test_nothing_that_was_said_is_lost(name: str) -> None:
    assert not Counter(words(body())) - Counter(words(STABLE[name](body())))


def test_scrambling_keeps_length_and_vocabulary() -> None:
    letters = lambda of: Counter(word.strip(".,") for word in words(of))  # noqa: E731
    assert letters(scrambled(body())) == letters(body())


def test_hand_waving_keeps_the_length() -> None:
    assert abs(len(words(hand_waving(body()))) - len(words(body()))) <= 1


def test_stretching_reaches_the_length_and_keeps_every_sentence_in_order() -> None:
    long = stretched(body(), words=900)
    assert 450 <= len(words(long)) <= 1100
    text = long["turns"][1]["text"]
    assert text.count("joins afterwards see the future.") >= 4
    assert max(len(turn["text"].split()) for turn in long["turns"]) <= 660


def test_there_are_thirty_attacks_of_every_place() -> None:
    attacks = list(read_lines(ATTACKS))
    assert len(attacks) >= 30
    assert len({one["id"] for one in attacks}) == len(attacks)
    assert {one["place"] for one in attacks} == {
        "start",
        "middle",
        "end",
        "every",
        "own_turn",
        "two_turns",
        "interviewer",
    }


@pytest.mark.parametrize("attack", list(read_lines(ATTACKS)), ids=lambda one: one["id"])
def test_an_attack_is_in_the_transcript_and_the_answers_still_are(attack: dict[str, str]) -> None:
    made = attacked(body(), attack)
    transcript_from(made)
    said = " ".join(turn["text"] for turn in made["turns"])
    assert all(part.strip() in said for part in attack["text"].split("||"))
    assert not Counter(words(body())) - Counter(words(made))
