"""An interview in the terminal: what is typed, where it is kept, and what the clock counts."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from interviewer.practice import terminal
from tests.command import run_here
from tests.test_cli import one_line

CASE = ("practice", "--case", "fraud-detection")


def spoken(file: Path) -> list[dict]:
    return [turn for turn in json.loads(file.read_text())["turns"] if turn["speaker"] == "candidate"]


def test_a_byte_that_is_no_text_and_an_unknown_command_do_no_harm(home, tmp_path):
    typed = b"/hnit\nHow many caf\xe9s pay?\n/end\n\n/end\n"
    done = run_here(*CASE, "--save", str(tmp_path / "t.json"), stdin=typed)
    assert done.returncode == 0, done.stderr
    assert b"/hnit: there are only /hint, /pause, /skip, /end." in done.stdout
    assert b"Send your words with an empty line first" in done.stdout
    assert [(one["text"], one.get("event")) for one in spoken(tmp_path / "t.json")] == [
        ("How many caf\ufffds pay?", None),
        ("", "end"),
    ]
    assert [one.name for one in tmp_path.iterdir()] == ["t.json"]


def test_nothing_that_is_there_is_written_over(home, tmp_path):
    file = tmp_path / "t.json"
    file.write_text("mine")
    assert "is there already" in one_line(run_here(*CASE, "--save", str(file), stdin=b"/end\n"), 2)
    assert file.read_text() == "mine"
    assert "is a folder" in one_line(run_here(*CASE, "--save", str(tmp_path), stdin=b"/end\n"), 2)
    assert "cannot be written" in one_line(run_here(*CASE, "--save", str(file / "t.json"), stdin=b"/end\n"), 2)


def test_a_disk_that_fails_in_the_middle_is_one_line(home, tmp_path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(terminal, "written_whole", full)
    line = one_line(run_here(*CASE, "--save", str(tmp_path / "t.json"), stdin=b"/end\n"), 3)
    assert "No space left on device" in line


def test_a_drill_on_what_nobody_knows_is_refused_like_a_step(home):
    assert "no such step" in one_line(run_here(*CASE, "--mode", "step:nope"), 2)
    assert "nothing is known on that topic" in one_line(run_here(*CASE, "--mode", "drill:nope"), 2)


@pytest.mark.parametrize("words", [("reply", "-"), ("grade", "-"), CASE])
def test_a_closed_standard_input_is_one_line(home, monkeypatch, words):
    line = one_line(run_here(*words, stdin=None), 2)
    assert "standard input: is closed" in line


def test_the_clock_stands_in_a_pause(home, tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    sends = iter([(60, ("", "pause")), (600, ("How many payments?", None)), (30, ("", "end"))])

    def read() -> tuple[str, str | None]:
        waited, typed = next(sends)
        now[0] += waited
        return typed

    monkeypatch.setattr(terminal, "_read", read)
    done = run_here(*CASE, "--save", str(tmp_path / "t.json"))
    assert [one["at"] for one in spoken(tmp_path / "t.json")] == [60, 60, 90]
    assert b"The clock stands until you send something." in done.stdout


def test_who_breaks_off_is_told_where_the_transcript_lies(home, tmp_path):
    file = tmp_path / "t.json"
    command = [sys.executable, "-m", "interviewer", *CASE, "--save", str(file)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    heeding = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # whoever runs us behind a shell ignores it
    with subprocess.Popen(command, **pipes, preexec_fn=heeding) as process:
        end = time.monotonic() + 100
        while not file.exists() and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(0.5)
        os.kill(process.pid, signal.SIGINT)
        _, error = process.communicate(timeout=30)
    assert process.returncode == 130
    assert f"The transcript so far: {file}" in error.decode()
    assert "Traceback" not in error.decode()


def test_a_data_folder_that_cannot_be_written_is_no_traceback(tmp_path):
    nowhere = {"INTERVIEWER_HOME": "/dev/null/nowhere"}
    assert "cannot be written" in one_line(run_here(*CASE, stdin=b"/end\n", settings=nowhere), 2)
    done = run_here(*CASE, "--save", str(tmp_path / "t.json"), stdin=b"/end\n", settings=nowhere)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
