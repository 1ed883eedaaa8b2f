"""Blind preference: positions by rule, options once, sheets that hide the sources, rankings read back."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evals.preference import interviews, options, positions, rankings, sheets
from evals.preference.options import Option
from evals.recorded import Recorded, read_folder
from interviewer import BadInput, ModelError
from interviewer.knowledge import Knowledge
from interviewer.transcript import Transcript, read_transcript
from tests.evals.fake_world import FakeWorld

LONG = "We wait for the labels because they come late and we log what we serve."


def recording(name: str, questions: int = 6, case: str = "fraud-detection") -> dict[str, Any]:
    turns: list[dict[str, Any]] = [{"speaker": "interviewer", "text": "Design how we find stolen cards.", "at": 0}]
    for number in range(questions):
        turns.append({"speaker": "candidate", "text": f"{LONG} Part {number}.", "at": 60 + 100 * number})
        turns.append({"speaker": "interviewer", "text": f"What would break first in part {number}?"})
    return {"id": name, "case": case, "level": "senior", "turns": turns}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    where = tmp_path / "recordings"
    where.mkdir()
    for name in ("a", "b", "c"):
        (where / f"{name}.json").write_text(json.dumps(recording(name)))
    return where


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge.load()


def chosen(folder: Path) -> list[positions.Position]:
    return positions.choose("written", read_folder(folder), 2)


def test_positions_are_spread_and_the_same_every_time(folder: Path) -> None:
    found = chosen(folder)
    assert found == chosen(folder)
    assert [one.transcript for one in found] == ["a", "a", "b", "b", "c", "c"]
    assert len({one.turn for one in found}) > 2, "the spread begins elsewhere in every recording"
    assert all(one.turn > 0 for one in found)


def test_a_fresh_test_takes_none_of_an_earlier_rounds_moments(folder: Path) -> None:
    first = positions.choose("written", read_folder(folder), 1)
    fresh = positions.choose("written", read_folder(folder), 1, used=first)
    assert len(fresh) == len(first)
    assert not {(one.transcript, one.turn) for one in first} & {(one.transcript, one.turn) for one in fresh}


def test_the_words_stay_in_the_recording(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "positions.jsonl"
    positions.write(path, chosen(folder))
    assert "labels" not in path.read_text()
    assert positions.read(path) == chosen(folder)


@pytest.mark.parametrize("text", ["So,", "word " * 201])
def test_a_garbled_turn_is_no_reference(text: str) -> None:
    body = recording("a", 1)
    body["turns"][2]["text"] = text
    assert positions.choose("real", [Recorded("a", body, {})], 3) == []


def test_spoken_twins_are_left_out() -> None:
    assert positions.choose("written", [Recorded("a", recording("a"), {"twin_of": "b"})], 3) == []


def test_a_recording_that_changed_is_refused(folder: Path) -> None:
    found = chosen(folder)
    body = recording("a")
    body["turns"][1]["text"] = "Other words than those that were judged."
    (folder / "a.json").write_text(json.dumps(body))
    with pytest.raises(BadInput, match="changed"):
        positions.moments(found, [folder])


def test_an_unknown_problem_is_not_given_its_case(folder: Path) -> None:
    from dataclasses import replace

    known, unknown = positions.moments([one := chosen(folder)[0], replace(one, unknown=True)], [folder])
    assert known.transcript.case == "fraud-detection"
    assert unknown.transcript.case == positions.UNKNOWN


def test_a_prompt_sees_the_problem_and_the_talk_and_notes_only_when_asked(folder: Path, knowledge: Knowledge) -> None:
    (moment,) = positions.moments(chosen(folder)[:1], [folder])
    plain = options.prompt_messages("Be brief.", moment, knowledge)
    assert [message["role"] for message in plain[1:3]] == ["assistant", "user"]
    assert len(plain) == moment.position.turn + 1
    case = knowledge.case("fraud-detection")
    assert case
    assert case.brief in plain[0]["content"]
    assert case.facts[0].answer not in plain[0]["content"]
    assert case.facts[0].answer in options.prompt_messages("Be brief.", moment, knowledge, notes=True)[0]["content"]


def test_hidden_notes_of_a_prompt_are_cut_off() -> None:
    answer = SimpleNamespace(choices=[SimpleNamespace(message=SimpleNamespace(content="Why? #NOTES# weak"))])
    client = SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=lambda **ignored: answer)))
    assert options.complete(client, "m", []) == "Why?"


def test_what_was_answered_is_not_asked_again_and_a_failure_stops_nothing(folder: Path, tmp_path: Path) -> None:
    moments = positions.moments(chosen(folder), [folder])
    asked: list[str] = []

    def say(moment: positions.Moment) -> Option:
        asked.append(moment.position.id)
        if len(asked) == 2:
            raise ModelError("busy")
        return Option(moment.position.id, "x", "Why?")

    path = tmp_path / "options.jsonl"
    first = list(options.collect(say, moments, path))
    assert sum(isinstance(one, str) for one in first) == 1
    list(options.collect(say, moments, path))
    assert len(asked) == len(moments) + 1
    assert len(options.read(path)) == len(moments)


@pytest.fixture
def judged(folder: Path, tmp_path: Path, knowledge: Knowledge) -> Path:
    """A working folder whose two judges prefer the source that says the longer word."""
    work = tmp_path / "work"
    found = chosen(folder)
    positions.write(work / "positions.jsonl", found)
    moments = positions.moments(found, [folder])
    said = {"ours": "Splendidly?", "peer": "Why?"}
    by_source = {source: {one.id: Option(one.id, source, text) for one in found} for source, text in said.items()}
    for judge in ("one", "two"):
        for page in sheets.write(work, "t", judge, moments, by_source, knowledge, batch=4):
            form = page.with_suffix(".answers.json")
            key = json.loads((work / "keys" / f"t.{judge}.json").read_text())
            rows = json.loads(form.read_text())
            for row in rows:
                letters = key[row["position"]]
                row["rank"] = sorted(letters, key=lambda letter: -len(said[letters[letter]]))
                row["usable"] = {letter: source == "ours" for letter, source in letters.items()}
                row["tags"] = {letter: ["opaque"] for letter, source in letters.items() if source == "peer"}
            form.write_text(json.dumps(rows))
    return work


def test_a_sheet_does_not_say_whose_an_option_is(judged: Path) -> None:
    pages = [path.read_text() for path in (judged / "sheets").rglob("*.md")]
    assert not [page for page in pages if "ours" in page.split("---", 1)[1] or "peer" in page.split("---", 1)[1]]
    keys = [json.loads(path.read_text()) for path in sorted((judged / "keys").glob("*.json"))]
    assert keys[0] != keys[1], "every judge has an order of their own"


def test_rankings_come_back_as_sources(judged: Path) -> None:
    found, waiting = rankings.collect(judged, "t")
    assert not waiting
    assert all(each.rank == ["ours", "peer"] for each in found)
    body = rankings.summary(found, positions.read(judged / "positions.jsonl"))
    assert body["all"]["preferred"]["ours > peer"]["value"] == 1.0
    assert body["all"]["sources"]["peer"]["usable"]["value"] == 0.0
    assert body["all"]["sources"]["peer"]["tags"] == {"opaque": 12}
    assert body["all"]["agreement"] == 1.0
    assert body["all"]["preferred"]["ours > peer"]["clusters"] == 3


def test_what_is_not_judged_yet_is_counted(judged: Path) -> None:
    form = next((judged / "sheets").rglob("*.answers.json"))
    rows = json.loads(form.read_text())
    rows[0]["rank"] = []
    form.write_text(json.dumps(rows))
    assert len(rankings.collect(judged, "t")[1]) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rank": ["A", "A"]}, "rank must hold"),
        ({"usable": {"A": "yes"}}, "usable must be"),
        ({"position": "z"}, "no such"),
    ],
)
def test_a_form_filled_in_wrongly_names_file_and_position(judged: Path, change: dict[str, Any], message: str) -> None:
    form = next((judged / "sheets").rglob("*.answers.json"))
    rows = json.loads(form.read_text())
    form.write_text(json.dumps([{**rows[0], **change}, *rows[1:]]))
    with pytest.raises(BadInput, match=message):
        rankings.collect(judged, "t")


def test_kept_rankings_hold_no_free_words_and_a_judge_once(judged: Path, tmp_path: Path) -> None:
    found, _ = rankings.collect(judged, "t")
    path = tmp_path / "kept.jsonl"
    assert rankings.keep([rankings.Ranking(**{**vars(each), "why": "said gizmo"}) for each in found], path) == 12
    assert rankings.keep(found, path) == 12
    assert "gizmo" not in path.read_text()


def test_a_newer_turn_of_ours_replaces_the_kept_one(tmp_path: Path) -> None:
    path = tmp_path / "options.jsonl"
    options.keep([Option("w1", "ours:scripted", "Go on."), Option("w1", "ours:openai", "Why?")], path)
    assert options.keep([Option("w1", "ours:scripted", "And then?")], path) == 2
    assert options.read(path)["w1"].text == "And then?"


BEGUN = Transcript.model_validate({"case": "fraud-detection", "level": "senior", "minutes": 45, "turns": []})


def speaking(text: str = LONG * 12) -> Any:
    """A client whose model always says the same; ``asked`` holds what it was given."""
    asked: list[Any] = []

    def create(**given: Any) -> Any:
        asked.append(given["messages"])
        return SimpleNamespace(choices=[SimpleNamespace(message=SimpleNamespace(content=text))])

    return SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)), asked=asked)


def test_an_interview_is_held_to_its_close_on_a_simulated_clock(tmp_path: Path) -> None:
    client = speaking()
    save = tmp_path / "ours--strong--fraud.json"
    talk = interviews.hold(interviews.by_product(FakeWorld()), "strong", client, "m", BEGUN, save)
    assert talk.turns[-1].move
    assert talk.turns[-1].move.kind == "close"
    times = [turn.at or 0 for turn in talk.turns]
    assert times == sorted(times)
    assert read_transcript(save) == talk
    assert "The clock stands at minute 0" in client.asked[0][0]["content"]
    assert [message["role"] for message in client.asked[1][1:]] == ["user", "assistant", "user"]
    assert interviews.figures(talk)["talk_share"] < 0.2


def test_an_interview_that_was_stopped_goes_on(tmp_path: Path) -> None:
    save = tmp_path / "a.json"
    whole = interviews.hold(interviews.by_product(FakeWorld()), "terse", speaking(), "m", BEGUN, save)
    save.write_text(whole.model_copy(update={"turns": whole.turns[:4]}).to_json())
    client = speaking()
    assert len(interviews.hold(interviews.by_product(FakeWorld()), "terse", client, "m", BEGUN, save).turns) == len(
        whole.turns
    )
    assert len(client.asked) == sum(turn.speaker == "candidate" for turn in whole.turns[4:])


def test_a_plain_prompt_is_broken_off_when_the_time_is_up(tmp_path: Path, knowledge: Knowledge) -> None:
    ask = interviews.by_prompt("Be brief.", speaking("Why?"), "m", knowledge, "Design it.")
    talk = interviews.hold(ask, "strong", speaking(), "m", BEGUN, tmp_path / "p.json")
    assert talk.turns[0].text == "Design it."
    assert talk.turns[-1].speaker == "candidate"
    assert 45 <= interviews.figures(talk)["minutes"] < 47


def test_readers_compare_without_knowing_whose_an_interview_is(tmp_path: Path, knowledge: Knowledge) -> None:
    files = []
    for source in ("ours", "peer"):
        files.append(tmp_path / "interviews" / f"{source}--strong--x.json")
        interviews.hold(interviews.by_product(FakeWorld()), "strong", speaking(), "m", BEGUN, files[-1])
    for reader in ("one", "two", "three"):
        page = interviews.compare(tmp_path, "pair", reader, files[0], files[1])
        assert "ours" not in page.read_text()
        key = json.loads((tmp_path / "interviews" / "keys" / f"pair.{reader}.json").read_text())
        ours = next(letter for letter, name in key.items() if name.startswith("ours"))
        form = page.with_suffix(".answers.json")
        answers = json.loads(form.read_text())
        answers["interview"]["better"] = ours
        form.write_text(json.dumps(answers))
    assert interviews.read_comparisons(tmp_path) == {"interview": {"ours": 3}, "decision": {}}
