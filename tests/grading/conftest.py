"""A grader whose vectors are kept for the session, and a report as a capable model's would be."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from interviewer import Help, Level, Step, Verdict
from interviewer.grading.grade import grade
from interviewer.grading.report import (
    Criterion,
    Evidence,
    FlagReport,
    GradedBy,
    Missing,
    Moment,
    Remark,
    Report,
    StepReport,
    StepTime,
    StudyItem,
)
from interviewer.knowledge import Knowledge
from interviewer.models.base import ModelChain
from interviewer.transcript import Transcript


@pytest.fixture(scope="session")
def graded(knowledge: Knowledge, home: Path) -> Callable[..., Report]:
    """Grades a transcript; without a chain, without a language model."""

    def run(
        transcript: Transcript, level: Level | None = None, chain: ModelChain | None = None, early: Any = None
    ) -> Report:
        return grade(transcript, knowledge, chain or ModelChain(), level, vectors=home / "vectors", early=early)

    return run


@pytest.fixture
def judged() -> Callable[..., Report]:
    """A report with everything in it, its quotes out of a transcript's candidate turns."""

    def make(transcript: Transcript, **changes: object) -> Report:
        turn, spoken = transcript.candidate_turns()[0]
        quote = " ".join(spoken.text.split()[4:16])
        evidence = Evidence(
            signal="a", quote=quote, turn=turn, help=Help.PROBED, sign="+", about="how the labels come about"
        )
        step = StepReport(
            status="assessed",
            score=2.5,
            comment="You said why.",
            criteria=[Criterion(signal="a", status="shown", about="labels"), Criterion(signal="b", status="absent")],
            evidence=[evidence],
            missing=[Missing(signal="b", text="Says when the outcome is known.", study=["label-delay"])],
        )
        left = {Step.SERVE: StepReport(status="not_reached"), Step.MONITOR: StepReport(status="evaded", score=1)}
        report = Report(
            case=transcript.case,
            title="Video recommendation",
            level=transcript.level,
            status="assessed",
            verdict=Verdict.HIRE,
            confidence=0.7,
            p_hire=0.62,
            score=2.9,
            steps={**dict.fromkeys(Step, step), **left},
            red_flags=[
                FlagReport(id="f", text="Trains on tomorrow.", turn=turn, quote=quote, corrected=True, step=Step.DATA)
            ],
            trade_offs=[Remark(id="t", text="Fresh or cheap.", turn=turn, quote=quote)],
            time={one: StepTime(used=300, budget=380) for one in Step},
            summary="Led well. Thin on serving.",
            decisive=[Moment(text="The goal came first.", turn=turn, quote=quote)],
            pacing="Half the time went to data.",
            communication="Clear and brisk.",
            work_on_first="Say how it is served.",
            next_level="Staff asks for the cost.",
            strong={Step.DATA: "Names the label."},
            study_plan=[StudyItem(step=Step.DATA, text="Label delay.", notes=["label-delay"])],
            bar={"no_hire": 1.6, "hire": 2.85, "strong_hire": 3.55},
            warnings=["The clock is estimated."],
            graded_by=GradedBy(backend="openai", model="strong-1", rubric="2"),
        )
        return report.model_copy(update=changes)

    return make
