"""The command line as a user runs it: real processes, exit codes, one line on standard error."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from interviewer import MoveKind, Step
from tests.command import run_here

pytestmark = pytest.mark.slow

TURNS = [
    {"speaker": "interviewer", "text": "Let's design fraud detection for card payments.", "at": 0},
    {"speaker": "candidate", "text": "How many payments do you see per day?", "at": 20},
]
GOOD = {"case": "fraud-detection", "level": "senior", "turns": TURNS}


@pytest.fixture(scope="session")
def run(home: Path):
    """Runs ``interviewer`` with the test session's data folder."""

    def call(*words: str, stdin: str | bytes = "", **settings: str) -> subprocess.CompletedProcess[bytes]:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        environment = {**os.environ, "INTERVIEWER_HOME": str(home), "INTERVIEWER_MODEL": "scripted", **settings}
        command = [sys.executable, "-m", "interviewer", *words]
        return subprocess.run(command, input=given, capture_output=True, env=environment, timeout=170, check=False)

    return call


def one_line(done: subprocess.CompletedProcess[bytes], code: int) -> str:
    error = done.stderr.decode()
    assert done.returncode == code, error
    assert "Traceback" not in error
    assert len(error.strip().splitlines()) == 1
    assert done.stdout == b""
    return error


def test_reply_is_one_json_value_of_the_contract(run):
    done = run("reply", "-", "--json", stdin=json.dumps(GOOD))
    reply = json.loads(done.stdout)
    assert set(reply) == {"text", "move", "state", "backend", "policy", "rejected", "warnings"}
    assert set(reply["move"]) == {"kind", "step", "signal"}
    assert set(reply["state"]) == {"step", "covered", "facts", "hints", "elapsed"}
    assert reply["move"]["kind"] in set(MoveKind)
    assert set(reply["state"]["covered"]) == set(Step)
    assert (reply["backend"], reply["policy"], reply["rejected"]) == ("scripted", "rules", [])
    assert reply["state"]["facts"] == ["transaction-volume"]


def test_an_empty_transcript_is_opened_and_a_closed_one_stays_closed(run):
    opened = run("reply", "-", "--json", stdin=json.dumps({**GOOD, "turns": []}))
    assert json.loads(opened.stdout)["move"]["kind"] == "open"
    over = [*TURNS, {"speaker": "interviewer", "text": "Bye.", "at": 60, "move": {"kind": "close"}}]
    closed = run("reply", "-", "--json", stdin=json.dumps({**GOOD, "turns": over}))
    assert json.loads(closed.stdout)["move"]["kind"] == "close"


def test_a_byte_order_mark_and_unknown_keys_do_no_harm(run):
    raw = b"\xef\xbb\xbf" + json.dumps({**GOOD, "camera": "off"}).encode()
    assert json.loads(run("reply", "-", "--json", stdin=raw).stdout)["move"]["kind"] == "answer"


def test_grade_is_one_json_value_of_the_contract(run):
    done = run("grade", "-", "--json", stdin=json.dumps(GOOD))
    report = json.loads(done.stdout)
    assert set(report["steps"]) == set(Step)
    assert report["status"] == "insufficient_evidence"
    assert (report["verdict"], report["confidence"] <= 0.3) == ("strong_no_hire", True)


VTT = """WEBVTT

1
00:00:02.120 --> 00:00:06.480
Hannah Whitlock: Hi María, please design fraud detection for card payments.

2
00:00:20.000 --> 00:00:24.000
María de la Cruz: How many payments do you see per day &amp; how many are bad?
"""


def test_the_problem_of_a_recording_is_guessed_from_how_it_begins_and_said() -> None:
    body = json.loads(Path("evals/transcripts/fraud-detection-01.json").read_text(encoding="utf-8"))
    talk = "\n".join(f"{turn['speaker'].title()}: {turn['text']}" for turn in body["turns"])
    done = run_here("import", "-", stdin=talk.encode())
    assert json.loads(done.stdout)["case"] == "fraud-detection"
    assert "the problem is taken to be 'fraud-detection'; --case says another" in done.stderr.decode()


def test_import_writes_our_json_and_says_what_was_assumed(run, tmp_path):
    done = run("import", "-", "--candidate", "maria", "--case", "fraud-detection", stdin=VTT)
    transcript = json.loads(done.stdout)
    assert (transcript["case"], transcript["level"]) == ("fraud-detection", "senior")
    assert [(turn["speaker"], turn["text"], turn["at"]) for turn in transcript["turns"]] == [
        ("interviewer", "Hi [candidate], please design fraud detection for card payments.", 2.12),
        ("candidate", "How many payments do you see per day & how many are bad?", 20.0),
    ]
    assert "'María' by [candidate] (1)" in done.stderr.decode()
    assert "senior is assumed" in done.stderr.decode()
    again = run("import", "-", "--json", stdin=done.stdout)
    assert (json.loads(again.stdout), again.stderr) == (transcript, b"")
    out = tmp_path / "t.json"
    run("import", "-", "--candidate", "maria", "--out", str(out), "--keep-names", stdin=VTT)
    assert json.loads(out.read_text())["turns"][0]["text"].startswith("Hi María,")


@pytest.mark.parametrize("command", ["import", "grade", "reply"])
def test_a_name_that_never_speaks_is_one_line_that_lists_those_who_do(run, command):
    line = one_line(run(command, "-", "--candidate", "Bob", stdin=VTT), 2)
    assert "'Bob' never speaks" in line
    assert "María de la Cruz" in line


def test_grade_and_reply_take_any_recorders_file(run, tmp_path):
    file = tmp_path / "talk.vtt"
    file.write_text(VTT, encoding="utf-16")
    options = (str(file), "--candidate", "María", "--case", "fraud-detection", "--level", "mid", "--json")
    report = json.loads(run("grade", *options).stdout)
    assert (report["case"], report["level"]) == ("fraud-detection", "mid")
    assert any("[candidate]" in warning for warning in report["warnings"])
    assert json.loads(run("reply", *options).stdout)["move"]["kind"] in set(MoveKind)
    unknown = json.loads(run("grade", str(file), "--candidate", "María", "--json").stdout)
    assert any("No case was given" in warning for warning in unknown["warnings"])


def test_what_was_assumed_is_said_and_what_the_talk_contradicts_too(run):
    bare = {key: value for key, value in GOOD.items() if key != "level"}
    report = json.loads(run("grade", "-", "--json", stdin=json.dumps(bare)).stdout)
    assert report["level"] == "senior"
    assert any("senior is assumed" in warning for warning in report["warnings"])
    begins = "Design fraud detection for card payments, please. Cards are stolen and payments are disputed weeks later."
    talk = f"Interviewer: {begins}\nCandidate: I would ask how many payments we get and how late disputes are."
    told = json.loads(run("grade", "-", "--case", "news-feed-ranking", "--json", stdin=talk).stdout)["warnings"]
    assert any("is about 'fraud-detection', and not 'news-feed-ranking'" in warning for warning in told)
    told = json.loads(run("grade", "-", "--case", "fraud-detection", "--json", stdin=talk).stdout)["warnings"]
    assert not any("as --case says" in warning for warning in told)


@pytest.mark.parametrize("suffix", [".html", ".md", ".json"])
def test_a_report_is_written_in_the_form_of_its_name(run, tmp_path, suffix):
    out = tmp_path / f"report{suffix}"
    assert run("grade", "-", "--out", str(out), stdin=json.dumps(GOOD)).returncode == 0
    assert out.stat().st_size > 200


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "empty"),
        (b"\x00\x01\x02\x03" * 40, "not text"),
        (b"[]", "must be a JSON object"),
        (b'{"case": "x", "level": "senior"}', "turns"),
        (b'{"case": "x", "level": "boss", "turns": []}', "level"),
        (b'{"case": "x", "level": "mid", "turns": [{"speaker": "dog", "text": "w"}]}', "turns.0.speaker"),
        (b'{"case": "x", "level": "mid", "turns": [{"speaker": "candidate", "text": 7}]}', "turns.0.text"),
        (b'{"case": "x", "level": "mid", "turns": [{"speaker": "candidate", "text": "a", "at": NaN}]}', "NaN"),
        (b'{"case": "x", "level": "mid", "turns": [{"speaker": "candidate", "text": "\\ud800"}]}', "unicode"),
        (b"[" * 100_000, "nested"),
    ],
)
@pytest.mark.parametrize("command", ["reply", "grade"])
def test_a_bad_transcript_is_one_clear_line(home, command, text, says):
    assert says in one_line(run_here(command, "-", stdin=text), 2)


@pytest.mark.parametrize("words", [("reply", "-"), ("grade", "-", "--json"), ("grade", "nowhere.json")])
def test_a_command_in_this_process_answers_as_in_its_own(run, words):
    here, there = run_here(*words, stdin=b"{"), run(*words, stdin=b"{")
    assert (here.returncode, here.stdout, here.stderr) == (there.returncode, there.stdout, there.stderr)


def test_a_missing_file_and_a_wrong_name_are_one_clear_line(run, tmp_path):
    assert "nowhere.json" in one_line(run("grade", str(tmp_path / "nowhere.json")), 2)
    assert ".pdf" in one_line(run("grade", "-", "--out", "report.pdf", stdin=json.dumps(GOOD)), 2)


def test_a_backend_that_was_named_and_is_not_there_is_exit_3(run, tmp_path):
    for command in ("reply", "grade"):
        one_line(run(command, "-", stdin=json.dumps(GOOD), INTERVIEWER_MODEL="local"), 3)
        missing = f"local:{tmp_path / 'none.gguf'}"
        one_line(run(command, "-", stdin=json.dumps(GOOD), INTERVIEWER_MODEL=missing), 3)


def test_a_wrong_setting_names_itself(run):
    assert "INTERVIEWER_MODEL" in one_line(run("reply", "-", stdin=json.dumps(GOOD), INTERVIEWER_MODEL="gpt"), 2)


def test_auto_takes_what_is_there_and_fetches_nothing(run):
    done = run("reply", "-", "--json", stdin=json.dumps(GOOD), INTERVIEWER_MODEL="auto")
    assert json.loads(done.stdout)["backend"] == "scripted"


def test_knowledge_is_checked_and_searched(run, tmp_path):
    assert run("knowledge", "check").returncode == 0
    assert run("knowledge", "check", str(tmp_path)).returncode == 2
    found = json.loads(run("knowledge", "search", "labels that arrive weeks late", "--json").stdout)
    assert any("label-delay" in row["id"] for row in found)


def test_practice_holds_an_interview_in_the_terminal(run, tmp_path):
    save = tmp_path / "t.json"
    typed = "How many payments a day?\n\n/hint\n/end\n"
    done = run("practice", "--case", "fraud-detection", "--save", str(save), stdin=typed)
    assert done.returncode == 0, done.stderr.decode()
    kinds = [turn["move"]["kind"] for turn in json.loads(save.read_text())["turns"] if turn.get("move")]
    assert (kinds[:2], kinds[-1]) == (["open", "answer"], "close")
    assert "hint" in kinds
    assert save.stat().st_mode & 0o077 == 0, "what somebody said is theirs alone"


def test_doctor_says_what_is_there_and_what_to_do(run):
    findings = {row["name"]: row for row in json.loads(run("doctor", "--json").stdout)}
    assert findings["knowledge"]["fine"]
    assert "interviewer model fetch" in findings["local backend"]["text"]
