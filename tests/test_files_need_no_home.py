"""``reply`` and ``grade`` of a file need no database and no folder of their own: without one they work, only slower."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import run_here

pytestmark = pytest.mark.slow

TALK = b"""WEBVTT

00:00:02.120 --> 00:00:06.480
Hannah Whitlock: Please design fraud detection for card payments.

00:00:20.000 --> 00:00:24.000
Daniel Ortiz: How many payments do you see per day?
"""


WORDS = ("-", "--candidate", "Daniel", "--case", "fraud-detection", "--json")


def run(command: str, home: Path | str, **settings: str) -> subprocess.CompletedProcess[bytes]:
    return run_here(command, *WORDS, stdin=TALK, settings={"INTERVIEWER_HOME": str(home), **settings})


def answered(done: subprocess.CompletedProcess[bytes]) -> dict[str, object]:
    error = done.stderr.decode()
    assert done.returncode == 0, error
    assert "Traceback" not in error
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


@pytest.mark.parametrize("command", ["reply", "grade"])
@pytest.mark.parametrize("where", ["/proc/nowhere", "under-a-file"])
def test_a_folder_that_cannot_be_made_is_gone_without(command: str, where: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = answered(run(command, tmp_path / "file" / "x" if where == "under-a-file" else where))
    assert answer.get("text") or answer["case"] == "fraud-detection"


def test_a_folder_that_is_a_file_is_one_line_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("reply", tmp_path / "file")
    assert done.returncode == 2
    assert "INTERVIEWER_HOME: must be a folder" in done.stderr.decode()


@pytest.mark.parametrize("command", ["reply", "grade"])
def test_a_full_disk_costs_time_and_nothing_else(command: str, tmp_path: Path) -> None:
    small = Path("/dev/full")
    if not small.exists():
        pytest.skip("!!! no /dev/full here")
    limit = "import resource, runpy, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); sys.argv = ['interviewer', *sys.argv[1:]]; runpy.run_module('interviewer', run_name='__main__')"
    environment = {**os.environ, "INTERVIEWER_HOME": str(tmp_path), "INTERVIEWER_MODEL": "scripted"}
    done = subprocess.run([sys.executable, "-c", limit, command, *WORDS], input=TALK, capture_output=True, env=environment, timeout=170, check=False)  # fmt: skip
    answered(done)
    assert not list((tmp_path / "vectors").glob("*"))


@pytest.mark.parametrize("command", ["reply", "grade"])
def test_damaged_caches_index_and_database_are_gone_without(
    command: str, home: Path, interviewer: object, tmp_path: Path
) -> None:
    interviewer.listener.sounds_of("fraud-detection")  # type: ignore[attr-defined]
    shutil.copytree(home / "vectors", tmp_path / "vectors")
    for number, file in enumerate(sorted((tmp_path / "vectors").glob("*.npy"))):
        file.write_bytes([b"", b"\x93NUMPY", file.read_bytes()[:200]][number % 3])
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "chroma.sqlite3").write_bytes(b"not a database" * 100)
    (tmp_path / "interviews.sqlite").write_bytes(b"not a database" * 100)
    answered(run(command, tmp_path))
    assert (tmp_path / "interviews.sqlite").read_bytes() == b"not a database" * 100


def test_a_database_that_is_nowhere_is_not_asked_for(tmp_path: Path) -> None:
    answered(run("reply", tmp_path, INTERVIEWER_DATABASE_URL="postgresql://127.0.0.1:1/none"))
