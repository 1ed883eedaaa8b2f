"""Record and replay of model calls: what determines the answer is the key, and a miss is an error in CI."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from pydantic import BaseModel

from evals.cache import Usage
from evals.recorder import Recorder
from interviewer.errors import ModelError
from interviewer.models.base import Message


class Mark(BaseModel):
    mark: int


class Model:
    """Counts how often it is asked."""

    backend: Literal["openai", "local"] = "local"
    name = "small"
    sha256: str | None = "abc"

    def __init__(self) -> None:
        self.asked = 0

    def speak(self, messages: Sequence[Message], **parameters: Any) -> Iterator[str]:
        self.asked += 1
        yield from ("Why ", "that?")

    def extract(self, messages: Sequence[Message], schema: Any, *, max_tokens: int = 800) -> Any:
        self.asked += 1
        return schema(mark=3)

    def judge(self, messages: Sequence[Message]) -> float:
        self.asked += 1
        return 1.25

    def embed(self, parts: Sequence[str]) -> Any:
        self.asked += 1
        return np.full((len(parts), 4), 0.12345, np.float32)

    def close(self) -> None: ...


ASK = [Message("user", "Is it covered?")]


def recorder(model: Any, folder: Path, replay_only: bool = False) -> tuple[Recorder, Usage]:
    usage = Usage()
    return Recorder(model, [folder], usage, replay_only), usage


def test_an_answer_is_recorded_once_and_replayed_without_the_model(tmp_path: Path) -> None:
    model = Model()
    first, _ = recorder(model, tmp_path)
    answers = (first.judge(ASK), "".join(first.speak(ASK)), first.extract(ASK, Mark))
    assert answers == (1.25, "Why that?", Mark(mark=3))
    again, usage = recorder(Model(), tmp_path, replay_only=True)
    assert (again.judge(ASK), "".join(again.speak(ASK)), again.extract(ASK, Mark)) == answers
    assert model.asked == 3
    assert usage.take()["calls"] == 3
    assert usage.take() == {}


def test_states_are_recorded_too(tmp_path: Path) -> None:
    first, _ = recorder(Model(), tmp_path)
    states = first.embed(["Why?", " because"])
    again, _ = recorder(Model(), tmp_path, replay_only=True)
    assert np.array_equal(again.embed(["Why?", " because"]), states)
    assert states.shape == (2, 4)
    with pytest.raises(ModelError, match="not recorded"):
        again.embed(["Why?", " otherwise"])


def test_a_call_that_was_not_recorded_is_an_error_when_only_replaying(tmp_path: Path) -> None:
    only, _ = recorder(Model(), tmp_path, replay_only=True)
    with pytest.raises(ModelError, match="not recorded"):
        only.judge(ASK)


def test_whatever_determines_the_answer_is_in_the_key(tmp_path: Path) -> None:
    model = Model()
    one, _ = recorder(model, tmp_path)
    list(one.speak(ASK))
    list(one.speak(ASK, seed=8))
    list(one.speak(ASK, temperature=0.0))
    list(one.speak([Message("system", "Is it covered?")]))
    other = Model()
    other.sha256 = "def"
    list(recorder(other, tmp_path)[0].speak(ASK))
    assert (model.asked, other.asked) == (4, 1)


def test_a_line_that_was_cut_off_is_asked_again(tmp_path: Path) -> None:
    (tmp_path / "old.jsonl").write_text('{"key": "x", "answ')
    assert recorder(Model(), tmp_path)[0].judge(ASK) == 1.25
