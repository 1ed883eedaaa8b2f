"""A language model that remembers: every answer is stored under a key of all that determines it.

The key: backend, model name, hash of the weights, operation, messages, parameters and schema. Time-outs, addresses and
keys are not in it. Each process appends to a file of its own; a line that was cut off is ignored.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

import numpy as np
from pydantic import BaseModel

from evals.types import Json
from interviewer.errors import ModelError
from interviewer.models.base import LanguageModel, Message
from interviewer.models.states import Vectors

Schema = TypeVar("Schema", bound=BaseModel)


class Counter(Protocol):
    """What counts tokens."""

    def add(self, role: str, count: int) -> None: ...


class Recorder:
    """A ``LanguageModel`` in front of another one."""

    def __init__(self, model: LanguageModel, folders: Sequence[Path], usage: Counter, replay_only: bool = False):
        self.backend: Literal["openai", "local"] = model.backend
        self.name = model.name
        self.sha256 = model.sha256
        self._model = model
        self._usage = usage
        self._replay_only = replay_only
        self._known = _read(folders)
        self._file = folders[-1] / f"{os.getpid()}.jsonl"

    def __getattr__(self, name: str) -> Any:
        """What this model offers beyond the interface."""
        return getattr(self._model, name)

    def speak(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 120,
        temperature: float = 0.4,
        seed: int = 7,
        limit: float | None = None,
    ) -> Iterator[str]:
        parameters = {"max_tokens": max_tokens, "temperature": temperature, "seed": seed}

        def ask() -> str:
            return "".join(self._model.speak(messages, limit=limit, **parameters))  # type: ignore[arg-type]

        yield self._remembered("speak", messages, parameters, ask)

    def extract(self, messages: Sequence[Message], schema: type[Schema], *, max_tokens: int = 800) -> Schema:
        parameters = {"schema": schema.model_json_schema(), "max_tokens": max_tokens}
        answer = self._remembered(
            "extract",
            messages,
            parameters,
            lambda: self._model.extract(messages, schema, max_tokens=max_tokens).model_dump(mode="json"),
        )
        return schema.model_validate(answer)

    def judge(self, messages: Sequence[Message]) -> float:
        return float(self._remembered("judge", messages, {}, lambda: round(self._model.judge(messages), 5)))

    def embed(self, parts: Sequence[str]) -> Vectors:
        """Only asked for where the model behind it is the embedded one."""
        read: Any = self._model

        def ask() -> list[list[float]]:
            found: list[list[float]] = np.round(read.embed(parts).astype(float), 3).tolist()
            return found

        return np.array(self._remembered("embed", [Message("user", part) for part in parts], {}, ask), np.float32)

    def close(self) -> None:
        self._model.close()

    def _remembered(self, operation: str, messages: Sequence[Message], parameters: Json, ask: Callable[[], Any]) -> Any:
        key = self._key(operation, messages, parameters)
        if key not in self._known:
            if self._replay_only:
                raise ModelError(f"{self.name}: this {operation} call was not recorded (run once with --record)")
            self._known[key] = ask()
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "answer": self._known[key]}, ensure_ascii=False) + "\n")
        answer = self._known[key]
        self._usage.add("calls", 1)
        self._usage.add("prompt", sum(len(message.content) for message in messages) // 4)
        self._usage.add("completion", len(json.dumps(answer)) // 4)
        return answer

    def _key(self, operation: str, messages: Sequence[Message], parameters: Json) -> str:
        said = [[message.role, message.content] for message in messages]
        whole = [self.backend, self.name, self.sha256, operation, said, parameters]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:32]


def _read(folders: Sequence[Path]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    entry = json.loads(line)
                    known[entry["key"]] = entry["answer"]
                except (ValueError, KeyError, TypeError):
                    continue
    return known
