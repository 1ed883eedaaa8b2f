"""The seam of the judgement: an assessor says what an interview showed; code makes the verdict and the report of it."""

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
    """What an assessor gets. The transcript has its clock set."""

    transcript: Transcript
    level: Level
    knowledge: Knowledge
    warnings: tuple[str, ...] = ()


class Assessor(Protocol):
    """Assesses an interview on one backend, from start to end."""

    backend: str

    def assess(self, material: Material, progress: Progress) -> Report:
        """The report. Raises ModelError when the backend cannot serve."""
        ...
