"""What the service asks: who interviews, who grades, and what that may cost."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from interviewer.background import Breathe
from interviewer.domain import Level
from interviewer.grading.report import Report
from interviewer.knowledge.load import Knowledge
from interviewer.models.base import ModelChain
from interviewer.models.prices import Budget
from interviewer.practice.retake import Search
from interviewer.transcript import Transcript


class Replier(Protocol):
    """What the service needs of the interviewer."""

    def warm(self, case: str) -> None:
        """Makes ready in the background what the first answers on a case need."""
        ...

    def reply(self, transcript: Transcript, at: float) -> Iterator[Any]:
        """Pieces of text, then one Reply."""
        ...

    def state(self, transcript: Transcript, at: float) -> Any:
        """The state of the interview."""
        ...


class Grader(Protocol):
    """What the service needs of the grader."""

    def __call__(
        self,
        transcript: Transcript,
        knowledge: Knowledge,
        chain: ModelChain,
        level: Level | None = None,
        progress: Callable[..., None] | None = None,
    ) -> Report: ...


@dataclass(frozen=True)
class Engine:
    """What answers and grades."""

    interviewer: Replier
    chain: ModelChain
    grade: Grader
    search: Search | None = None
    """Looks passages up; None without an index."""
    close: Callable[[], None] = lambda: None
    """Ends what it still does in the background."""
    observe: Callable[[Transcript, Breathe], Transcript] | None = None
    """Notes behind the turns what answers show; None where nothing does."""
    budget: Budget = field(default_factory=Budget)
    """What an interview may cost, and what it has cost."""
