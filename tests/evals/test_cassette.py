"""Cassettes: an answer is recorded once and replayed over the protocol; a miss is an error that says what to do."""

import json
import os
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from evals.cassette import Cassette, Tape, key_of, load, playing, plugged_in, serving, shared_start
from evals.runner import Order, run_suite
from evals.types import Data
from interviewer import BadInput, CannotRun
from interviewer.models.base import A_WORD

pytestmark = pytest.mark.enable_socket
ASK = [{"role": "system", "content": "Be  brief."}, {"role": "user", "content": "Why?"}]


def asked(**more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": ASK, **more}


def post(base: str, body: dict[str, Any]) -> Any:
    sent = urllib.request.Request(f"{base}/chat/completions", json.dumps(body).encode())
    with urllib.request.urlopen(sent, timeout=10) as answer:
        raw = answer.read().decode()
    return raw if body.get("stream") else json.loads(raw)


def words(answer: Any) -> str:
    text: str = answer["choices"][0]["message"]["content"]
    return text


def test_the_key_is_made_of_what_determines_the_answer() -> None:
    assert key_of(asked()) == key_of(asked(model="other", temperature=0.3, stream=True, max_tokens=9))
    assert key_of(asked()) != key_of(asked(response_format={"type": "json_object"}))
    other = [ASK[0], {"role": "user", "content": "Why not?"}]
    assert key_of(asked()) != key_of({"messages": other})


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An endpoint that answers with a count; the address is in the environment."""
    counted: list[str] = []
    lock = threading.Lock()

    def answer(body: Any, authorization: str) -> Any:
        with lock:
            counted.append(authorization)
        if body.get("response_format"):
            return {"status": 400, "error": "no response_format here"}
        return {"content": f"answer {len(counted)}", "usage": {"prompt_tokens": 7}}

    with serving(Tape(Cassette(), answer)) as base:
        monkeypatch.setenv("OPENAI_BASE_URL", base)
        yield counted


def test_an_answer_is_recorded_once_and_replayed_without_the_endpoint(endpoint: list[str], tmp_path: Path) -> None:
    path = str(tmp_path / "tape.jsonl")
    with playing(path, record=True, answered_by="a test"):
        first = post(os.environ["OPENAI_BASE_URL"], asked())
        again = post(os.environ["OPENAI_BASE_URL"], asked(temperature=1))
    assert words(first) == words(again) == "answer 1"
    assert len(endpoint) == 1
    with playing(path) as tape:
        assert words(post(os.environ["OPENAI_BASE_URL"], asked())) == "answer 1"
        streamed = post(os.environ["OPENAI_BASE_URL"], asked(stream=True))
    assert "".join(_deltas(streamed)) == "answer 1"
    assert tape.usage["calls"] == 2
    assert len(endpoint) == 1
    assert load(Path(path)).about["answered_by"] == "a test"
    assert "brief" not in Path(path).read_text(), "prompts are not kept"


def _deltas(raw: str) -> list[str]:
    lines = [line.removeprefix("data: ") for line in raw.splitlines() if line.startswith("data: {")]
    return [json.loads(line)["choices"][0]["delta"].get("content", "") for line in lines]


def test_a_prompt_that_is_only_to_be_read_is_neither_asked_nor_kept(endpoint: list[str], tmp_path: Path) -> None:
    path = str(tmp_path / "tape.jsonl")
    with playing(path, record=True) as tape:
        assert tape.reply(asked(max_tokens=A_WORD)) == {"content": "", "usage": {}}
        assert not tape.cassette.answers
    assert not endpoint


def test_a_refusal_is_part_of_the_recording(endpoint: list[str], tmp_path: Path) -> None:
    path = str(tmp_path / "tape.jsonl")
    body = asked(response_format={"type": "json_schema"})
    for record in (True, False):
        with playing(path, record=record), pytest.raises(urllib.error.HTTPError, match="400"):
            post(os.environ["OPENAI_BASE_URL"], body)
    assert len(endpoint) == 1


def test_a_miss_is_an_error_that_says_how_to_record_again(endpoint: list[str], tmp_path: Path) -> None:
    path = str(tmp_path / "tape.jsonl")
    with playing(path, record=True):
        post(os.environ["OPENAI_BASE_URL"], asked())
    other = {"messages": [{"role": "user", "content": "Something else?"}]}
    with (
        pytest.raises(CannotRun, match=r"lacks 1 of 1 answers.*--record"),
        playing(path),
        pytest.raises(urllib.error.HTTPError, match="404"),
    ):
        post(os.environ["OPENAI_BASE_URL"], other)
    assert os.environ["OPENAI_BASE_URL"].startswith("http://127.0.0.1"), "the environment is as it was"


def test_no_cassette_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="--record"), playing(str(tmp_path / "none.jsonl")):
        pass


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tape.jsonl"
    path.write_text('{"cassette": {}}\n{"answer": 1}\n')
    with pytest.raises(BadInput, match="line 2"):
        load(path)


def test_the_part_of_a_prompt_that_a_provider_has_cached_is_counted() -> None:
    assert shared_start("abcdef", "abcxyz") == 3
    tape = Tape(Cassette())
    long = {"role": "system", "content": "x" * 4000}
    for question in ("first?", "second?"):
        body = {"messages": [long, {"role": "user", "content": question}]}
        tape.cassette.answers[key_of(body)] = {"content": "So."}
        tape.reply(body)
    assert tape.usage["cached"] / tape.usage["prompt"] == pytest.approx(0.5, abs=0.01)


def test_the_products_own_client_is_served_streamed_and_structured(monkeypatch: pytest.MonkeyPatch) -> None:
    from interviewer.config import Settings
    from interviewer.models import open_chain
    from interviewer.models.base import Message

    class Mark(BaseModel):
        mark: int

    def answer(body: Any, authorization: str) -> Any:
        return {"content": '{"mark": 3}' if body.get("response_format") else "Why that?"}

    with plugged_in(Tape(Cassette(), answer)):
        chain = open_chain(Settings(model="openai:cassette"))
        (model,) = chain.models
        assert "".join(model.speak([Message("user", "Go.")])) == "Why that?"
        assert model.extract([Message("user", "Mark it.")], Mark).mark == 3
        chain.close()


def test_the_recorded_judge_still_gets_its_prompts_and_judges_as_in_the_results(tmp_path: Path) -> None:
    """Four of the sixteen: a changed prompt misses, a changed rule of code moves a mark or a verdict."""
    with playing("grading-llm"):
        order = Order("grading-llm", "openai:cassette", Data(fast=True), runs=tmp_path, reference="main")
        done = run_suite(order)
    assert len(done.log.records) == 4
    assert [one.error for one in done.log.records] == [None] * 4
    for name in ("verdict_qwk", "step_qwk", "step_error", "quotes"):
        change = done.changes[name]
        assert change.points, name
        assert change.value == 0, f"{name} moved by {change.value}: renew evals/references/main"
