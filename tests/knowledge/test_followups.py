"""The bank of follow-ups: what is refused, and what of it fits after an answer."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from interviewer import BadInput, MoveKind
from interviewer.interview.words import followup_problems
from interviewer.knowledge import GENERAL, Knowledge, read_followups
from interviewer.knowledge.validate import check_file
from tests.interview.test_rules import Talk

ENTRY = {
    "step": "data_preparation",
    "said": ["Clicks are my positives.", "whatever they click is a one", "I'd label every click as good"],
    "ask": "Somebody clicks and leaves at once. What does that row teach the model?",
    "known": ["I only count clicks that last half a minute.", "Short clicks are dropped."],
}


def written(folder: Path, *entries: dict[str, Any], name: str = GENERAL) -> Path:
    path = folder / "followups" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(list(entries)), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"ask": "Who clicks? And who doesn't?"}, "asks 2 questions"),
        ({"ask": "Somebody clicks " + "and again " * 14 + "leaves: what then?"}, "words; at most 26"),
        ({"said": ENTRY["said"][:2]}, "said"),
        ({"step": "data"}, "step"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_the_check_names_the_file_the_entry_and_the_field(tmp_path: Path, change: dict[str, Any], what: str) -> None:
    path = written(tmp_path, ENTRY | change)
    found = check_file(path)
    assert len(found) == 1
    assert str(path) in found[0]
    assert "0." in found[0]
    assert what in found[0]


def test_the_same_question_or_statement_twice_is_found(tmp_path: Path) -> None:
    assert [one.rpartition(": ")[2] for one in check_file(written(tmp_path, ENTRY, ENTRY))] == [
        f"'{text}' stands 2 times" for text in (ENTRY["ask"], *ENTRY["said"])
    ]


def test_a_field_said_twice_is_refused_by_file_and_line(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text("- step: data\n  step: model\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"general\.yaml: line 2"):
        read_followups(path)


def test_words_that_the_guardrails_forbid_and_secrets_of_a_case_are_found(knowledge: Knowledge, tmp_path: Path) -> None:
    (tmp_path / "framework").symlink_to(knowledge.root / "framework")
    (tmp_path / "cases").symlink_to(knowledge.root / "cases")
    slug = "fraud-detection"
    praising = ENTRY | {"ask": "Good point. What does a click teach the model?"}
    written(tmp_path, praising)
    own = Knowledge.load(tmp_path)
    terms = [term for of_step in own.cases[slug].signals.values() for one in of_step for term in one.terms]
    secret = next(term for term in terms if len(term.split()) == 3)
    written(tmp_path, ENTRY | {"ask": f"What about the {secret}?"}, name=slug)
    found = followup_problems(Knowledge.load(tmp_path))
    assert [one.split(": ")[2].split(" (")[0] for one in found] == ["leak", "praise"], found


def test_our_cases_say_their_task_and_those_of_others_need_not(knowledge: Knowledge) -> None:
    assert all(case.task for case in knowledge.cases.values())
    one = next(iter(knowledge.cases.values()))
    assert type(one).model_validate(one.model_dump(exclude={"task"})).task is None


def test_every_case_and_every_problem_has_follow_ups(knowledge: Knowledge) -> None:
    assert {*knowledge.followups} == {GENERAL, *knowledge.cases}
    assert all(len(entries) >= 30 for entries in knowledge.followups.values())
    assert len(knowledge.followups[GENERAL]) >= 150


@pytest.fixture
def talk(interviewer: Any) -> Talk:
    return Talk(interviewer)


def entries(talk: Talk) -> list[Any]:
    return list(talk.knowledge.followups["fraud-detection"])


def test_what_was_said_is_followed_by_its_question_and_only_once(talk: Talk) -> None:
    talk.say("how many payments a day?")
    entry = entries(talk)[10]
    reply = talk.say(f"{entry.said[0]} {entry.said[1]}")
    assert (reply.move, talk.text, reply.step) == (MoveKind.PROBE, entry.ask, entry.step)
    talk.say(f"{entry.said[1]} {entry.said[2]}")
    assert entry.ask not in talk.text


def test_what_was_answered_before_is_not_asked(talk: Talk) -> None:
    entry = entries(talk)[10]
    talk.say("how many payments a day?")
    talk.say(f"{entry.known[0]} {entry.known[1]}")
    talk.say(f"{entry.said[0]} {entry.said[1]}")
    assert entry.ask not in talk.text


def test_an_answer_that_sounds_like_nothing_gets_no_question_of_the_bank(talk: Talk) -> None:
    """It is let go on, or asked in plain words what fits any answer in that part."""
    talk.say("how many payments a day?")
    reply = talk.say("Flurbs are snorkelled by the zib, and a zib is never far from the next gromble.")
    assert reply.move in (MoveKind.LET_GO_ON, MoveKind.PROBE)
    assert talk.text not in {entry.ask for entry in entries(talk)}


def test_say_that_again_repeats_the_whole_question_and_what_do_you_mean_says_what_it_hangs_on(talk: Talk) -> None:
    entry = next(one for one in entries(talk) if len(one.ask.split(". ")) > 1 and len(one.said[0].split()) < 20)
    talk.say("how many payments a day?")
    talk.say(entry.said[0])
    assert entry.ask in talk.text
    assert talk.say("sorry, can you say that again?").move is MoveKind.META
    assert entry.ask in talk.text, "the case that it makes up belongs to the question"
    assert talk.say("what do you mean?").move is MoveKind.META
    assert entry.said[0].rstrip(".") in talk.text
    assert entry.ask in talk.text
