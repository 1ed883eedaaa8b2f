"""The seam of the judgement: an assessor says what an interview showed; code makes the verdict and the report of it.

    LlmAssessor        a capable model reads and judges           llm_assessor
    CoverageAssessor   what came up, as far as can be heard       coverage_assessor

Which one serves is the model's own attribute (``capable``); nothing that was chosen for one touches the other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from interviewer.domain import Level
from interviewer.grading.report import Report
from interviewer.knowledge.load import Knowledge
from interviewer.transcript import Transcript

Progress = Callable[[float, str], None]
"""Told the share done (0 to 1) and what is being done; may raise to cancel."""


@dataclass(frozen=True)
class Material:
    """What an assessor gets. The transcript has its clock set and stands at the level asked for."""

    transcript: Transcript
    knowledge: Knowledge
    warnings: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """The level asked for."""
        return self.transcript.level

    @property
    def case(self) -> str:
        """The case's slug, known or not."""
        return self.transcript.case

    @property
    def title(self) -> str:
        """The problem in words."""
        known = self.knowledge.case(self.case)
        words = (self.transcript.problem or self.case.replace("-", " ").capitalize()).split()
        return known.title if known else " ".join(words[:12]) + (" …" if len(words) > 12 else "")


class Assessor(Protocol):
    """Assesses an interview on one backend, from start to end."""

    @property
    def backend(self) -> str:
        """Which backend it is."""
        ...

    def assess(self, material: Material, progress: Progress) -> Report:
        """The report. Raises ModelError when the backend cannot serve."""
        ...
