"""Readings are data: verbatim, judged, never drawn twice."""

import json
import subprocess
import sys

from evals.readings import claims, drawn, quotes, readings
from evals.recorded import OWN, read_folder

REPORT = {
    "steps": {
        "evaluation": {
            "evidence": [{"turn": 3, "signal": "split", "sign": "+", "quote": "by time", "help": "probed"}],
            "missing": [{"signal": "guardrails", "text": "…"}],
        }
    }
}


def test_what_is_drawn_was_not_read_before() -> None:
    every = [line | {"turn": turn} for turn in range(9) for line in quotes("one", REPORT)]
    read = drawn(every, [], 5, seed=1)
    rest = drawn(every, read, 9, seed=1)
    assert len(read) == 5
    assert len(rest) == 4
    assert not [line for line in rest if line in read]
    assert claims("one", REPORT) == [{"transcript": "one", "step": "evaluation", "signal": "guardrails"}]


def test_every_reading_is_judged_and_of_our_own_transcripts_verbatim() -> None:
    turns = {one.id: one.body["turns"] for one in read_folder(OWN)}
    for line in readings("quotes"):
        assert isinstance(line["supports"], bool)
        assert line["by"]
        assert line["transcript"] not in turns or line["quote"] in turns[line["transcript"]][line["turn"]]["text"]
    assert all(isinstance(line["missing"], bool) and line["by"] for line in readings("claims"))


def test_positions_are_given_to_a_second_labeller_by_the_same_command() -> None:
    done = subprocess.run([sys.executable, "-m", "evals.readings", "blind"], capture_output=True, text=True, check=True)
    first = json.loads(done.stdout.splitlines()[0])
    assert first["id"]
    assert "accept" not in first
