"""A run from end to end over the fake world: log, resume, workers, gates, files, exit codes."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from evals import log as logs
from evals.cli import app
from evals.runner import Order, run_suite
from evals.scoring import MAX_UNSCORED
from evals.types import Data
from interviewer import BadInput

FAKE = "tests.evals.fake_world:open_fake"
BROKEN = "tests.evals.fake_world:open_broken"


def order(folder: Path, tmp_path: Path, suite: str = "levels", **more: object) -> Order:
    return Order(suite, data=Data((str(folder),)), runs=tmp_path / "runs", world=FAKE, **more)  # type: ignore[arg-type]


def timeless(log: logs.Log) -> list[object]:
    return sorted((record.id, record.epoch, json.dumps(record.output)) for record in log.records)


def test_a_run_scores_every_sample_and_says_what_it_was(folder: Path, tmp_path: Path) -> None:
    done = run_suite(order(folder, tmp_path))
    assert done.scores["records"] == 12
    assert done.scores["figures"]["level_order"]["value"] == 1
    assert {"suite", "backend", "knowledge", "code", "revision", "started", "prompts"} <= set(done.log.run)


def test_an_interrupted_run_goes_on_where_it_stopped(folder: Path, tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop_after_five(count: int, total: int, record: object) -> None:
        if count == 5:
            raise StopError

    with pytest.raises(StopError):
        run_suite(order(folder, tmp_path), stop_after_five)
    (path,) = (tmp_path / "runs").glob("*.jsonl")
    with path.open("a") as file:
        file.write('{"kind": "record", "id": "cut o')
    ran: list[object] = []
    done = run_suite(order(folder, tmp_path), lambda count, total, record: ran.append(record) if record else None)
    assert done.log.path == path
    assert len(ran) == 7
    assert done.scores["records"] == 12


def test_a_finished_run_is_not_resumed(folder: Path, tmp_path: Path) -> None:
    first = run_suite(order(folder, tmp_path, epochs=2))
    assert first.scores["records"] == 24
    again: list[object] = []
    run_suite(order(folder, tmp_path, epochs=2), lambda count, total, record: again.append(record) if record else None)
    assert len(again) == 24


def test_processes_give_the_same_records_as_one_process(folder: Path, tmp_path: Path) -> None:
    one = run_suite(order(folder, tmp_path / "a"))
    two = run_suite(order(folder, tmp_path / "b", jobs=2))
    assert timeless(one.log) == timeless(two.log)
    assert one.scores["figures"] == two.scores["figures"]


def test_a_failing_model_is_unscored_and_fails_the_run(folder: Path, tmp_path: Path) -> None:
    done = run_suite(Order("levels", data=Data((str(folder),)), runs=tmp_path / "runs", world=BROKEN))
    assert len(done.scores["failed"]) == 4
    assert done.scores["unscored_share"] == pytest.approx(4 / 12)
    assert MAX_UNSCORED < 4 / 12
    assert done.scores["figures"]["level_order"]["unscored"] == 4
    assert not done.passed


def test_failed_samples_run_again_on_resume(folder: Path, tmp_path: Path) -> None:
    done = run_suite(Order("levels", data=Data((str(folder),)), runs=tmp_path / "runs", world=BROKEN))
    assert len(done.log.done) == 8


def test_a_stored_run_can_be_scored_again(folder: Path, tmp_path: Path) -> None:
    done = run_suite(order(folder, tmp_path))
    result = CliRunner().invoke(app, ["score", str(done.log.path), "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["scores"]["figures"] == done.scores["figures"]


def test_no_samples_and_unknown_suites_are_bad_input(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no samples"):
        run_suite(Order("levels", data=Data((str(folder),), match="nowhere"), runs=tmp_path, world=FAKE))
    with pytest.raises(BadInput, match=r"did you mean 'conduct'\? There are: fast, all, asked"):
        run_suite(Order("conducts", runs=tmp_path, world=FAKE))


def run_cli(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).resolve().parents[2]
    return subprocess.run(
        [sys.executable, "-m", "evals.cli", *arguments],
        cwd=cwd,
        env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin", "HOME": str(cwd)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_command_line_writes_its_files_and_one_json_value(folder: Path, tmp_path: Path) -> None:
    done = run_cli(
        "run", "grading-llm", "--data", str(folder), "--model", "scripted", "--world", FAKE, "--jobs", "1", "--json",
        "--html", "out.html", "--junit", "out.xml", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr  # the fake grader quotes nothing: the gate on quotes fails
    (body,) = json.loads(done.stdout)
    assert body["scores"]["figures"]["verdict_qwk"]["value"] == 1
    suite = ElementTree.parse(tmp_path / "out.xml").getroot()[0]
    assert suite.get("failures") == "1"
    page = (tmp_path / "out.html").read_text()
    assert "grading-llm on scripted" in page
    assert "http" not in page.replace("http-equiv", "")


def test_exit_codes_of_what_cannot_run(tmp_path: Path) -> None:
    wrong = run_cli("run", "nothing", cwd=tmp_path)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "no suite 'nothing'" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_a_run_whose_values_are_pairs_compares_with_its_own_log(folder: Path, tmp_path: Path) -> None:
    data = Data((str(folder),))
    first = run_suite(Order("grading-llm", data=data, runs=tmp_path / "runs", world=FAKE))
    again = run_suite(
        Order("grading-llm", data=data, runs=tmp_path / "runs", world=FAKE, reference=str(first.log.path), fresh=True)
    )
    assert again.changes["verdict_qwk"].value == 0
