"""What the command line refuses before any work, and what it says about a backend that does not answer."""

import json
from pathlib import Path

import pytest

from interviewer.doctor import examine_all
from tests.command import run_here
from tests.models.protocol_server import serving
from tests.models.test_endpoint_cli import WHOLE
from tests.test_cli import GOOD, one_line

TALK = json.dumps(GOOD).encode()
DEAD = "http://127.0.0.1:9/v1"


@pytest.mark.parametrize("command", ["grade", "reply", "import"])
def test_a_case_that_is_none_of_ours_is_refused_with_the_nearest(home, command):
    line = one_line(run_here(command, "-", "--case", "news-feed", stdin=TALK), 2)
    assert line.startswith("interviewer: --case news-feed: no such case; the nearest: news-feed-ranking")
    assert "there are ad-click" in one_line(run_here(command, "-", "--case", "nope", stdin=TALK), 2)


def test_a_transcript_may_be_about_a_case_of_its_own(home):
    own = json.dumps({**GOOD, "case": "nope"}).encode()
    done = run_here("grade", "-", stdin=own)
    assert (done.returncode, b"has no case 'nope'" in done.stderr) == (0, True)
    said = json.dumps({**GOOD, "problem": "Design a chess tutor."}).encode()
    assert run_here("import", "-", "--case", "chess-tutor", stdin=said).returncode == 0
    assert run_here("import", "-", "--case", "unknown", stdin=TALK).returncode == 0


@pytest.mark.parametrize(
    "words", [("grade", "nowhere.json", "--out"), ("import", "nowhere.json", "--out"), ("backup",)]
)
def test_where_nothing_can_be_written_is_said_before_the_file_is_read(home, tmp_path, words):
    assert "there is no folder" in one_line(run_here(*words, str(tmp_path / "none" / "r.html")), 2)
    (tmp_path / "r.html").mkdir()
    assert "is a folder" in one_line(run_here(*words, str(tmp_path / "r.html")), 2)


def test_a_backup_says_that_terminal_interviews_are_not_in_it(tmp_path):
    (tmp_path / "practice").mkdir()
    (tmp_path / "practice" / "one.json").write_text("{}")
    file = tmp_path / "all.backup"
    done = run_here("backup", str(file), settings={"INTERVIEWER_HOME": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert f"not in it: 1 interviews held in the terminal; to keep them, copy the folder {tmp_path / 'practice'}" in (
        done.stderr.decode()
    )
    assert file.is_file()


@pytest.fixture
def only_the_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Doctor looks at the endpoint and at who speaks, and at nothing that takes longer."""
    from interviewer import doctor

    monkeypatch.setattr(doctor, "_LOOKS", [look for look in doctor._LOOKS if look[0] == "openai backend"])


@pytest.mark.usefixtures("only_the_backend")
@pytest.mark.parametrize(("model", "code"), [("auto", 0), ("openai", 3), ("local", 3), ("scripted", 0)])
def test_doctor_does_not_say_that_a_dead_endpoint_serves(tmp_path: Path, model: str, code: int):
    settings = {"INTERVIEWER_HOME": str(tmp_path), "INTERVIEWER_MODEL": model, "OPENAI_BASE_URL": DEAD}
    done = run_here("doctor", "--json", settings=settings)
    found = {one["name"]: one for one in json.loads(done.stdout)}
    assert (done.returncode, found["openai backend"]["fine"]) == (code, False)
    assert found["speaking now"]["fine"] is (code == 0)
    assert "served by openai" not in found["speaking now"]["text"]
    assert run_here("doctor", settings=settings).returncode == code


@pytest.mark.usefixtures("only_the_backend")
def test_doctor_says_that_an_endpoint_serves_which_answers(tmp_path: Path):
    from interviewer.config import Settings

    with serving("Hello", '{"colour": "red"}') as server:
        found = examine_all(
            Settings(openai_base_url=server.address, openai_api_key=server.key, model="auto", home=tmp_path)
        )
    assert found[-1].text.startswith("auto is served by openai: ")


def test_why_a_report_has_no_verdict_is_said_first_and_nothing_is_advised_that_is_set(home):
    done = run_here("grade", "-", stdin=WHOLE, settings={"INTERVIEWER_MODEL": "auto", "OPENAI_BASE_URL": DEAD})
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 0
    assert lines[0].startswith("The backend 'openai' failed")
    assert any("mend what the backend says" in line for line in lines)
    assert b"set OPENAI_API_KEY" not in done.stdout + done.stderr
    assert b"set OPENAI_API_KEY" in run_here("grade", "-", stdin=WHOLE).stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("grade", "-", "--level", "junior"), "'--level': 'junior' is not one of 'mid', 'senior', 'staff'."),
        (("grade", "-", "--zzz"), "No such option: --zzz"),
        (("grade",), "Missing argument 'file'."),
        (("greet",), "Did you mean 'grade'?"),
    ],
)
def test_a_wrong_word_is_one_line_without_a_box(words, said):
    line = one_line(run_here(*words), 2)
    assert line.startswith("interviewer: ")
    assert line.strip().endswith(said)


def test_a_cut_json_is_named_in_plain_words(home):
    line = one_line(run_here("grade", "-", stdin=b'{"case": "x'), 2)
    assert line.strip() == "interviewer: standard input: not JSON: cut off at line 1. Export or copy it again"


def test_the_version_is_one_line():
    done = run_here("--version")
    assert (done.returncode, done.stdout.split()[0], done.stderr) == (0, b"interviewer", b"")
    assert len(done.stdout.splitlines()) == 1


def test_a_talk_about_nobody_knows_what_is_opened_without_naming_it(home):
    nothing = json.dumps({"case": "unknown", "level": "senior", "turns": []}).encode()
    done = run_here("reply", "-", stdin=nothing, settings={"INTERVIEWER_MODEL": "scripted"})
    assert done.returncode == 0, done.stderr
    assert b"what the system is for" in done.stdout
    assert b"unknown" not in done.stdout
