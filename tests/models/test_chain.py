"""The chain: which backends open, and that opening is light."""

import subprocess
import sys
from pathlib import Path

import pytest

from interviewer.config import Settings, variable
from interviewer.models import open_chain, weights
from interviewer.models.base import ModelChain
from interviewer.web.conversation import backend_html, badge_html
from tests.interview.models import MockModel


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)


def settings(home: Path, **given: object) -> Settings:
    return Settings(_env_file=None, home=home, **given)  # type: ignore[arg-type]


def lay_weights(home: Path) -> None:
    path = weights.default_path(home)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"GGUF")


def test_auto_takes_the_best_there_is_and_keeps_the_others_below(tmp_path: Path) -> None:
    assert open_chain(settings(tmp_path)).backend == "scripted"
    lay_weights(tmp_path)
    assert [model.backend for model in open_chain(settings(tmp_path)).models] == ["local"]
    both = open_chain(settings(tmp_path, openai_base_url="http://localhost:1/v1"))
    assert [model.backend for model in both.models] == ["openai", "local"]
    assert not both.named


def test_a_named_backend_stands_alone(tmp_path: Path) -> None:
    lay_weights(tmp_path)
    for name in ("openai:m", "local", "scripted"):
        chain = open_chain(settings(tmp_path, model=name, openai_base_url="http://localhost:1/v1"))
        assert chain.named
        assert chain.backend == name.split(":")[0]
        assert len(chain.models) <= 1
        chain.close()


def test_weights_that_cannot_be_weights_do_not_stop_auto(tmp_path: Path) -> None:
    lay_weights(tmp_path)
    weights.default_path(tmp_path).write_bytes(b"<html>")
    assert open_chain(settings(tmp_path)).backend == "scripted"


def test_opening_the_door_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from interviewer.models import open_chain;"
        "from interviewer.config import Settings;"
        f"open_chain(Settings(_env_file=None, openai_base_url='http://localhost:1/v1', home=Path({str(tmp_path)!r})));"
        "heavy = ('openai', 'langchain_openai', 'xllamacpp', 'tiktoken', 'gradio');"
        "print(*[name for name in heavy if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""


def test_what_conducts_is_told_by_what_it_can_do_and_not_by_its_name(tmp_path: Path) -> None:
    large = tmp_path / "large.gguf"
    with large.open("wb") as file:
        file.write(b"GGUF")
        file.truncate(4_000_000_000)  # sparse: it takes no room on the disk
    assert "No language model" in backend_html(settings(tmp_path))
    lay_weights(tmp_path)
    assert "too small to conduct or to judge" in backend_html(settings(tmp_path))
    here = "A language model on this machine</b> conducts and judges: large"
    assert here in backend_html(settings(tmp_path, model=f"local:{large}"))
    there = "at localhost:11434/v1. What you say is sent there"
    assert there in backend_html(settings(tmp_path, openai_base_url="http://localhost:11434/v1"))


def test_the_badge_names_a_better_one_only_where_one_was_stood_in_for() -> None:
    small, large = (ModelChain((MockModel(backend="local", capable=can),)) for can in (False, True))
    assert "stands in" not in badge_html("scripted", small.conducts)
    assert "stands in for a language model on this machine" in badge_html("scripted", large.conducts)
    assert "not there any more" in badge_html("openai", "scripted"), "rules stand in for a model, and not the other way"
