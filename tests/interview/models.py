"""A model that says what a test wants: scripted answers in, a record of what was asked out."""

from collections.abc import Iterator, Sequence
from typing import Any

from interviewer import ModelError
from interviewer.models.base import Message


class MockModel:
    """Answers with the enqueued texts in order, word by word; an exception is raised; running out is an error."""

    def __init__(
        self,
        *answers: str | Exception,
        backend: str = "openai",
        name: str = "mock",
        window: int = 100_000,
        capable: bool = True,
    ):
        self.queue: list[str | Exception] = list(answers)
        self.history: list[list[Message]] = []
        self.backend: Any = backend
        self.name = name
        self.sha256 = None
        self.window = window
        self.capable = capable
        self.usage = {"input": 9, "cached": 0, "output": 2}
        self.read = 0
        """Pieces of the last answer that were taken."""

    def enqueue(self, *answers: str | Exception) -> None:
        self.queue += answers

    def speak(self, messages: Sequence[Message], **_: Any) -> Iterator[str]:
        self.history.append(list(messages))
        self.read = 0
        if not self.queue:
            raise AssertionError("the model was asked once more than the test foresaw")
        answer = self.queue.pop(0)
        if isinstance(answer, Exception):
            raise answer
        for piece in answer.replace(" ", " \0").split("\0"):
            self.read += 1
            if piece.strip() == "<break>":
                raise ModelError("the answer broke off in the middle")
            yield piece

    def extract(self, messages: Sequence[Message], schema: Any, **_: Any) -> Any:
        self.history.append(list(messages))
        answer = self.queue.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return schema.model_validate_json(answer)

    def warm(self, messages: Sequence[Message]) -> None: ...

    def close(self) -> None: ...
