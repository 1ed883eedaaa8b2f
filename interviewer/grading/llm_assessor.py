"""A capable model reads and judges (in the making)."""

from dataclasses import dataclass
from pathlib import Path

from interviewer.grading.assessor import Material, Progress
from interviewer.grading.report import Report
from interviewer.grading.strong import Retrieve
from interviewer.models.base import LanguageModel


@dataclass
class LlmAssessor:
    model: LanguageModel
    folder: Path | None = None
    retrieve: Retrieve | None = None

    @property
    def backend(self) -> str:
        return self.model.backend

    def assess(self, material: Material, progress: Progress) -> Report:
        raise NotImplementedError
