"""The commands behind docs/trust.md, in short: damaged input, strangers, kills; what operators see; what is shipped."""

import json
import logging
import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from evals.trust import fuzz, kills, strangers
from evals.trust.__main__ import TABLES
from interviewer import BadInput, telemetry
from interviewer.config import Settings, load, variable
from interviewer.knowledge import read_case, read_note
from interviewer.knowledge.schema import TopicNote
from tests.web.conftest import free_port

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
TRUST = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")


def test_damaged_input_of_every_kind_is_read_or_refused_in_a_line() -> None:
    _, *rows = fuzz.rows(60)
    assert len(rows) == 9
    assert [row for row in rows if row[4] != "0"] == []
    assert any(int(row[2]) for row in rows)


@pytest.mark.parametrize(
    ("read", "damage"),
    [
        (partial(read_note, TopicNote), ("---\n", "---\nodd: " + "9" * 5_000 + "\n")),
        (read_case, ("cues:\n", "cues:\n      - 'a{99999999999}'\n")),
    ],
)
def test_what_the_long_run_found_stays_mended(read, damage: tuple[str, str], tmp_path: Path) -> None:
    folder = ROOT / "knowledge" / ("cases" if read is read_case else "topics")
    source = next(path for path in sorted(folder.glob("*.md")) if damage[0] in path.read_text(encoding="utf-8"))
    file = tmp_path / source.name
    file.write_text(source.read_text(encoding="utf-8").replace(*damage, 1), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        read(file)
    assert len(str(caught.value).splitlines()) == 1
    assert ("regular expression" if read is read_case else "not valid YAML") in str(caught.value)


def test_the_home_of_nobody_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERVIEWER_HOME", "~nobody-is-called-so/data")
    with pytest.raises(BadInput, match="INTERVIEWER_HOME: names the home of somebody"):
        load()


@pytest.mark.slow
def test_a_stranger_gets_nothing_and_changes_nothing(tmp_path: Path) -> None:
    with strangers.app(tmp_path, ROOT / "tests" / "web" / "stand_in.py") as url:
        nobody, functions, pages, ann, after = strangers.visits(url, tmp_path, tries=1)
    assert int(nobody[2]) > 300
    assert (nobody[3], functions[3], pages[3], after[3]) == ("none", "none", "none", "as it was")
    assert int(functions[2]) > 50
    assert not ann[3].startswith("0 "), "the search would find nothing in any case"


def test_what_was_acknowledged_outlives_a_kill() -> None:
    _, (count, acknowledged, *bad) = kills.rows(2)
    assert count == "2"
    assert int(acknowledged) > 2
    assert bad == ["0", "0", "0"]


def test_a_log_line_names_interview_and_turn_and_is_json(caplog: pytest.LogCaptureFixture) -> None:
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Kept()
    handler.addFilter(telemetry._place)
    handler.setFormatter(telemetry._Json())
    log = logging.getLogger("interviewer.somewhere.deep")
    log.addHandler(handler)

    def steps():
        log.warning("the model was slow")
        yield 1
        try:
            raise ValueError("odd")
        except ValueError:
            log.exception("it failed")
        yield 2

    assert list(telemetry.at("abc", 7, steps())) == [1, 2]
    log.removeHandler(handler)
    first, second = (json.loads(line) for line in lines)
    assert (first["interview"], first["turn"], first["message"]) == ("abc", 7, "the model was slow")
    assert "ValueError: odd" in second["error"]


def test_numbers_for_prometheus_stand_at_an_address_of_their_own() -> None:
    pytest.importorskip("opentelemetry.exporter.prometheus")
    port = free_port()
    code = (
        "import sys, urllib.request; from interviewer.config import Settings, quieten; quieten();"
        "from interviewer import telemetry as t; t.start(Settings(_env_file=None));"
        "t.turn_answered('scripted', 0.1, 0.2); t.turn_failed(ValueError()); t.refused('wrong');"
        "print(urllib.request.urlopen('http://127.0.0.1:' + sys.argv[1] + '/metrics').read().decode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(port)], env={**os.environ, "INTERVIEWER_METRICS": f"127.0.0.1:{port}"},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    for name in ("interviewer_turn_seconds", "interviewer_turns_failed", "interviewer_sign_ins_refused", "process_cpu"):
        assert name in done.stdout, done.stdout[-500:]


def test_a_turn_is_a_span_that_names_interview_and_turn_and_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    sdk = pytest.importorskip("opentelemetry.sdk.trace")
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    monkeypatch.setenv("OTEL_SDK_DISABLED", "false")
    kept, provider = InMemorySpanExporter(), sdk.TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracer = provider.get_tracer("test")
    monkeypatch.setattr(telemetry, "_tracer", tracer)

    def turn(words: list[str]):
        with tracer.start_as_current_span("endpoint"):
            pass
        yield from words
        if not words:
            raise ValueError("about the candidate's secret")
        yield SimpleNamespace(backend="scripted")

    assert len(list(telemetry.at("abc", 7, turn(["Go on.", "Why?"])))) == 3
    next(left := telemetry.at("abc", 9, turn(["Go on."])))
    left.close()
    with pytest.raises(ValueError, match="secret"):
        list(telemetry.at("xyz", 3, turn([])))
    inner, whole, _, broken_off, _, failed = kept.get_finished_spans()
    assert inner.parent.span_id == whole.context.span_id, "what a turn asks for lies within it"
    assert dict(whole.attributes) == {"interview": "abc", "turn": 7, "backend": "scripted"}
    assert [event.name for event in whole.events] == ["words", "words"]
    assert dict(broken_off.attributes) == {"interview": "abc", "turn": 9}
    assert (failed.status.is_ok, failed.status.description) == (False, "ValueError")
    assert not any(word in span.to_json() for span in kept.get_finished_spans() for word in ("secret", "Why"))


def test_metrics_are_off_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "_count", lambda *_: pytest.fail("numbers without being asked"))
    telemetry.start(Settings(_env_file=None))


COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def test_compose_sets_what_the_app_knows_and_shows_nothing_but_nginx() -> None:
    known = {variable(field) for field in Settings.model_fields} | {"GRADIO_SERVER_NAME", "FORWARDED_ALLOW_IPS"}
    services = COMPOSE["services"]
    apps = [name for name in services if name.startswith("app-")]
    assert len(apps) == 2
    for name in apps:
        assert set(services[name]["environment"]) <= known
        assert services[name]["read_only"]
        assert "readyz" in " ".join(services[name]["healthcheck"]["test"])
    assert [name for name, one in services.items() if "ports" in one] == ["nginx"]
    for one in services.values():
        for volume in one.get("volumes", []):
            source = volume.split(":")[0]
            assert not source.startswith("./deploy/") or (ROOT / source).exists(), source
    upstream = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    assert set(re.findall(r"server (app-\d):7860", upstream)) == set(apps)
    assert "latest" not in (ROOT / "compose.yaml").read_text(encoding="utf-8"), "versions are said"


def test_the_image_holds_what_the_app_needs_and_runs_as_nobody_special() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [one for line in lines if line.startswith("COPY ") and "--from" not in line for one in line.split()[1:-1]]
    assert {"interviewer", "knowledge", "prompts", "requirements.lock", "pyproject.toml"} <= {
        one.rstrip("/") for one in copied
    }
    for one in copied:
        assert (ROOT / one).exists(), one
    assert any(line.startswith("USER ") and "root" not in line for line in lines)


def test_every_command_and_test_that_the_document_names_exists() -> None:
    assert set(re.findall(r"python -m evals\.trust ([a-z]+)", TRUST)) == set(TABLES)
    for path, name in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?", TRUST):
        assert (ROOT / path).exists(), path
        assert not name or f"def {name}" in (ROOT / path).read_text(encoding="utf-8"), name
