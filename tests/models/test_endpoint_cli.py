"""The backend ``openai`` end to end: the command line as a process, an endpoint over real HTTP."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.models.protocol_server import ProtocolServer, serving

pytestmark = pytest.mark.slow

QUOTE = "chargebacks that arrive sixty days later"
TALK = {
    "case": "fraud-detection",
    "level": "senior",
    "turns": [
        {"speaker": "interviewer", "text": "Let's design fraud detection for card payments.", "at": 0},
        {"speaker": "candidate", "text": f"My labels are {QUOTE}, so I train on ripe payments only.", "at": 90},
    ],
}
GRADED = json.dumps({"evidence": [], "score": None, "comment": ""})


WHOLE = (Path(__file__).parents[2] / "evals/transcripts/fraud-detection-01.json").read_bytes()
"""An interview with enough in it for the model to be asked."""


def call(
    home: Path, server: ProtocolServer, model: str, *words: str, talk: bytes = json.dumps(TALK).encode()
) -> subprocess.CompletedProcess[bytes]:
    environment = {
        **os.environ,
        "INTERVIEWER_HOME": str(home),
        "INTERVIEWER_MODEL": model,
        "OPENAI_BASE_URL": server.address,
        "OPENAI_API_KEY": server.key,
        "INTERVIEWER_TURN_TIMEOUT": "60",  # nothing here is about time
    }
    command = [sys.executable, "-m", "interviewer", *words]
    return subprocess.run(command, input=talk, capture_output=True, env=environment, timeout=170, check=False)


def value(done: subprocess.CompletedProcess[bytes]) -> Any:
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


@pytest.mark.timeout(200)
def test_an_endpoint_words_the_turn(home: Path) -> None:
    with serving("And how do you know when one is ripe?") as server:
        reply = value(call(home, server, "openai:test-model", "reply", "-", "--json"))
    assert reply["backend"] == "openai"
    assert reply["text"] == "And how do you know when one is ripe?"
    assert reply["warnings"] == []
    assert server.asked


@pytest.mark.timeout(200)
def test_what_breaks_the_rules_is_not_said(home: Path) -> None:
    with serving("Great answer! Have you thought of it? And of that?") as server:
        reply = value(call(home, server, "openai:test-model", "reply", "-", "--json"))
    assert reply["text"] == "Have you thought of it?"
    assert [one["rule"] for one in reply["rejected"]] == ["praise", "questions"]
    assert len(server.asked) == 1  # what can be left out costs no second try


@pytest.mark.timeout(200)
def test_a_turn_that_cannot_be_mended_is_asked_for_again(home: Path) -> None:
    with serving("You should use a time split. Why?", "When is one ripe?") as server:
        reply = value(call(home, server, "openai:test-model", "reply", "-", "--json"))
    assert (reply["text"], reply["policy"]) == ("When is one ripe?", "llm")
    assert "turned down" in server.asked[1]["messages"][-1]["content"]


@pytest.mark.timeout(200)
def test_auto_falls_to_the_next_backend_in_the_middle_of_a_turn_and_says_so(home: Path) -> None:
    with serving("cut stream") as server:
        reply = value(call(home, server, "auto", "reply", "-", "--json"))
    assert reply["backend"] == "scripted"
    assert "Half" not in reply["text"]
    assert any("did not answer" in warning for warning in reply["warnings"])


@pytest.mark.timeout(200)
def test_an_endpoint_grades_from_start_to_end(home: Path) -> None:
    with serving(GRADED) as server:
        report = value(call(home, server, "openai:test-model", "grade", "-", "--json"))
    assert report["graded_by"]["backend"] == "openai"


@pytest.mark.timeout(200)
@pytest.mark.parametrize("command", ["reply", "grade"])
def test_a_named_endpoint_that_refuses_is_one_line_and_exit_3(home: Path, command: str) -> None:
    with serving("401") as server:
        done = call(home, server, "openai:test-model", command, "-", "--json", talk=WHOLE)
    assert done.returncode == 3
    assert done.stdout == b""
    assert len(done.stderr.decode().strip().splitlines()) == 1
    assert server.key not in done.stderr.decode()
