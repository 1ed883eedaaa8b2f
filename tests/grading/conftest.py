"""A grader on the scripted backend whose vectors are kept for the session."""

from collections.abc import Callable
from pathlib import Path

import pytest

from interviewer.domain import Level
from interviewer.grading.grade import grade
from interviewer.grading.readout import Readout
from interviewer.grading.report import Report
from interviewer.knowledge.load import Knowledge
from interviewer.models.base import ModelChain
from interviewer.transcript import Transcript


@pytest.fixture(scope="session")
def graded(knowledge: Knowledge, home: Path) -> Callable[..., Report]:
    """Grades a transcript without a language model."""

    def run(
        transcript: Transcript,
        level: Level | None = None,
        chain: ModelChain | None = None,
        readout: Readout | None = None,
    ) -> Report:
        return grade(transcript, knowledge, chain or ModelChain(), level, vectors=home / "vectors", readout=readout)

    return run
