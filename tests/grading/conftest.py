"""A grader on the scripted rung whose vectors are kept for the session."""

from collections.abc import Callable
from pathlib import Path

import pytest

from interviewer.casebook.library import Library
from interviewer.grading.grade import grade
from interviewer.grading.readout import Readout
from interviewer.grading.report import Report
from interviewer.models.door import Door
from interviewer.steps import Level
from interviewer.transcript import Transcript


@pytest.fixture(scope="session")
def graded(library: Library, home: Path) -> Callable[..., Report]:
    """Grades a transcript without a language model."""

    def run(
        transcript: Transcript, level: Level | None = None, door: Door | None = None, readout: Readout | None = None
    ) -> Report:
        return grade(transcript, library, door or Door(), level, vectors=home / "vectors", readout=readout)

    return run
