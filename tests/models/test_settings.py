"""Settings: where they come from, what is refused, and that secrets never show."""

import os
from pathlib import Path

import pytest

from interviewer import BadInput
from interviewer.config import QUIET, Settings, load, quieten, variable

EXAMPLE = Path(__file__).parents[2] / ".env.example"


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)


def test_they_come_from_the_environment_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("INTERVIEWER_MODEL=scripted\nOPENAI_BASE_URL=http://localhost:1/v1\nOTHER=1\n")
    monkeypatch.setenv("INTERVIEWER_MODEL", "local")
    settings = load()
    assert settings.backend == "local"
    assert settings.openai_base_url == "http://localhost:1/v1"


@pytest.mark.parametrize(
    ("model", "backend", "name"),
    [
        ("auto", "auto", None),
        ("openai", "openai", None),
        ("openai:gpt-4o", "openai", "gpt-4o"),
        ("openai:ft:gpt-4o:me", "openai", "ft:gpt-4o:me"),
        ("local:/a/b.gguf", "local", "/a/b.gguf"),
        ("scripted", "scripted", None),
    ],
)
def test_the_model_names_a_backend(monkeypatch: pytest.MonkeyPatch, model: str, backend: str, name: str | None) -> None:
    monkeypatch.setenv("INTERVIEWER_MODEL", model)
    assert (load().backend, load().model_name) == (backend, name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INTERVIEWER_MODEL", "gpt-4"),
        ("INTERVIEWER_MODEL", "scripted:x"),
        ("INTERVIEWER_MODEL", "local:"),
        ("OPENAI_API_KEY", "sk-secret with spaces"),
        ("OPENAI_API_KEY", "sk-sécret"),
        ("OPENAI_BASE_URL", "localhost"),
        ("OPENAI_BASE_URL", "http://localhost:port-secret"),
        ("INTERVIEWER_AUTH", "secret-without-colon"),
        ("INTERVIEWER_DATABASE_URL", "secret.sqlite"),
        ("INTERVIEWER_RETRIES", "-1"),
        ("INTERVIEWER_CONTEXT", "many-secret"),
        ("INTERVIEWER_HOME", str(EXAMPLE)),
    ],
)
def test_a_wrong_value_names_its_variable_and_does_not_show(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadInput) as refused:
        load()
    assert str(refused.value).startswith(f"{name}: ")
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_secrets_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "  sk-secret\n")
    monkeypatch.setenv("INTERVIEWER_AUTH", "ann:secret, bob:other")
    settings = load()
    assert "secret" not in repr(settings) + str(settings.model_dump()) + settings.model_dump_json()
    assert settings.openai_api_key
    assert settings.openai_api_key.get_secret_value() == "sk-secret"
    assert settings.sign_in == [("ann", "secret"), ("bob", "other")]


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.setenv(variable(field), "")
    assert load().openai_api_key is None
    assert load().model == "auto"


def test_the_example_names_every_setting_and_no_other() -> None:
    lines = [line.lstrip("# ") for line in EXAMPLE.read_text().splitlines()]
    named = [line.split("=")[0] for line in lines if "=" in line and line.split("=")[0].isupper()]
    assert sorted(named) == sorted(variable(field) for field in Settings.model_fields)


def test_the_example_is_a_file_that_works_and_shows_the_defaults(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(EXAMPLE.read_text())
    assert load() == Settings(_env_file=None)
    on = "\n".join(line.removeprefix("# ") if "=" in line else line for line in EXAMPLE.read_text().splitlines())
    (tmp_path / ".env").write_text(on)
    shown, default = load(), Settings(_env_file=None)
    for field in ("request_timeout", "total_timeout", "retries", "threads", "context", "voice", "model"):
        assert getattr(shown, field) == getattr(default, field), field


def test_telemetry_is_off_unless_the_user_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in QUIET:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    quieten()
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert os.environ["LANGSMITH_TRACING"] == "true"
    for name in QUIET:
        monkeypatch.delenv(name)
