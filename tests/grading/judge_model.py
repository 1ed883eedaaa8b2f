"""A model for the tests of the judgement: it answers as it is told and keeps what it was asked."""

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from interviewer import ModelError, Step
from interviewer.grading.forms import Answer, PosedProblem
from interviewer.models.base import Message

QUOTE = "If it was below the fold it isn't a no, nobody saw it"
PANEL: dict[str, Any] = {
    "pattern": "You led and gave reasons. Serving stayed thin.",
    "marks": [{"step": step.value, "because": "Sound.", "mark": 3} for step in Step],
    "for_hire": "Reasons throughout.",
    "against_hire": "Thin on cost.",
    "p_hire": 0.8,
}
WHOLE: dict[str, Any] = {
    "decisive": [{"text": "You knew what a no is.", "place": "5", "quote": QUOTE}],
    "contradictions": [],
    "pacing": "Even.",
    "communication": "Clear.",
    "p_hire": 0.6,
    "work_on_first": "Practise cost.",
    "next_level": "Staff asks for more.",
}
CHECKED: dict[str, Any] = {"corrections": [], "better": []}


def step(name: str, **changes: Any) -> dict[str, Any]:
    """A judged step with one quote."""
    plain = {
        "step": name,
        "where": "5",
        "criteria": [],
        "flags": [],
        "trade_offs": [],
        "comment": "You gave a reason.",
        "study": {"criterion": "", "text": ""},
        "status": "assessed",
        "mark": 3,
    }
    return {**plain, **changes}


@dataclass
class JudgeModel:
    """A capable model. ``steps`` replaces the answers by step, ``panel``, ``whole`` and ``checked`` parts of those (an
    error: it fails with that); ``posed`` is the problem that it finds in a recording, as a form or as the error that it
    fails with."""

    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    panel: dict[str, Any] = field(default_factory=dict)
    whole: dict[str, Any] = field(default_factory=dict)
    checked: dict[str, Any] | ModelError = field(default_factory=dict)
    posed: dict[str, Any] | ModelError = field(default_factory=lambda: {"case": "video-recommendation"})
    quoting: Callable[[str], dict[str, Any]] | None = None
    fails: bool = False
    backend: str = "openai"
    name: str = "judge"
    sha256: str | None = None
    capable: bool = True
    window: int = 100_000
    asked: list[str] = field(default_factory=list)
    """What it was asked to judge."""
    asked_first: list[list[Message]] = field(default_factory=list)
    """What it was asked about the problem, before it was asked to judge anything."""
    rooms: list[int] = field(default_factory=list)
    only_read: list[str] = field(default_factory=list)
    _lock: Any = field(default_factory=threading.Lock)

    @property
    def usage(self) -> dict[str, int]:
        return {}

    def extract(
        self, messages: Sequence[Message], schema: type[BaseModel], *, max_tokens: int = 800, limit: float | None = None
    ) -> BaseModel:
        if self.fails:
            raise ModelError("the fake model has stopped")
        text = "\n".join(message.content for message in messages)
        if schema is PosedProblem:
            assert not self.asked
            self.asked_first.append(list(messages))
            if isinstance(self.posed, ModelError):
                raise self.posed
            return schema.model_validate(self.posed)
        with self._lock:
            self.asked.append(text)
            self.rooms.append(max_tokens)
        assert issubclass(schema, Answer)
        name = re.search(r"judge this step: (\w+)\.", text)
        if name:
            return schema.model_validate({"step": self._step(name[1], text)})
        if "as a member of the panel" in text:
            return schema.model_validate({"panel": PANEL | self.panel})
        if "check what is about to be told" in text:
            if isinstance(self.checked, ModelError):
                raise self.checked
            return schema.model_validate({"checked": CHECKED | self.checked})
        return schema.model_validate({"whole": WHOLE | self.whole})

    def read(self, messages: Sequence[Message], schema: type[BaseModel]) -> None:
        assert schema is Answer
        self.only_read.append("\n".join(message.content for message in messages))

    def _step(self, name: str, text: str) -> dict[str, Any]:
        if name in self.steps:
            return self.steps[name]
        first = re.search(rf"\({name}\)\..*\n([a-z]1)\+? ", text)
        assert first
        shown = {"id": first[1], "place": "5", "quote": QUOTE, "help": "unprompted", "gap": "", "status": "shown"}
        return step(name, criteria=[shown])

    def speak(self, *args: object, **more: object) -> Any:
        raise AssertionError("the grader never speaks")

    def warm(self, messages: Sequence[Message]) -> None:
        pass

    def close(self) -> None:
        pass


ALL = [step_.value for step_ in Step]
