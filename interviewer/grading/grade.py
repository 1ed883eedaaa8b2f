"""Grades an interview.

    grade(transcript, Knowledge.load(), ModelChain())  ->  Report

One backend grades from start to end. If it fails and was not named by the user, the next one starts again.
"""

from pathlib import Path

from interviewer.domain import Level
from interviewer.errors import ModelError
from interviewer.grading import feedback
from interviewer.grading.assessor import Assessor, Material, Progress
from interviewer.grading.coverage_assessor import CoverageAssessor
from interviewer.grading.filters import words_of_their_own
from interviewer.grading.llm_assessor import LlmAssessor
from interviewer.grading.report import Report
from interviewer.grading.rubric import rubric_in_use
from interviewer.grading.strong import Retrieve
from interviewer.knowledge.load import Knowledge
from interviewer.listening.readability import Hearing, hearing, plain
from interviewer.models.base import LanguageModel, ModelChain
from interviewer.transcript import Transcript, with_clock

FAILED = "The backend '"
"""How a report's warning begins that says why a backend did not grade."""


def grade(
    transcript: Transcript,
    knowledge: Knowledge,
    chain: ModelChain,
    level: Level | None = None,
    progress: Progress | None = None,
    *,
    retrieve: Retrieve | None = None,
    vectors: Path | None = None,
) -> Report:
    """The report, at the transcript's level or another. ``vectors`` is a folder that keeps the case's vectors;
    ``retrieve`` looks up what a strong answer has. Raises ModelError when a named backend fails."""
    tell: Progress = progress or (lambda share, what: None)
    clocked, warnings = with_clock(transcript.model_copy(update={"level": level or transcript.level}))
    if knowledge.case(transcript.case) is None:
        said = (
            "This problem is your own" if transcript.problem else f"The knowledge base has no case '{transcript.case}'"
        )
        warnings.append(f"{said}: the general criteria were used, and the problem was taken from the talk itself.")
    case = knowledge.case(transcript.case)
    heard = hearing(clocked, plain(case.model_dump_json()) if case else ())
    if heard.level == "unreadable":
        unheard = CoverageAssessor(None, vectors, retrieve, feedback.badly_heard(heard.share))
        return unheard.assess(Material(clocked, knowledge, tuple(warnings)), tell)
    failed = False
    for model in chain.models:
        try:
            report = _assessor(clocked, model, vectors, retrieve, failed).assess(
                Material(clocked, knowledge, tuple(warnings)), tell
            )
            return _no_surer_than_heard(report, heard)
        except ModelError as error:
            if chain.named:
                raise
            failed = failed or model.capable
            warnings.append(f"{FAILED}{model.backend}' failed ({error}); the report was started again on the next one.")
    report = CoverageAssessor(None, vectors, retrieve, failed=failed).assess(
        Material(clocked, knowledge, tuple(warnings)), tell
    )
    return _no_surer_than_heard(report, heard)


def _no_surer_than_heard(report: Report, heard: Hearing) -> Report:
    """The report, less sure where the candidate was heard badly; never surer, and no mark is changed."""
    if heard.level == "clear":
        return report
    told = [*report.warnings, feedback.doubtfully_heard(heard.share)]
    return report.model_copy(update={"confidence": round(report.confidence * heard.share, 2), "warnings": told})


def _assessor(
    transcript: Transcript, model: LanguageModel, vectors: Path | None, retrieve: Retrieve | None, failed: bool
) -> Assessor:
    """A capable model judges; where hardly anything was said there is nothing to ask it."""
    enough = words_of_their_own(transcript) >= int(rubric_in_use()["evidence"]["least_words"])
    if model.capable and enough:
        return LlmAssessor(model, vectors, retrieve)
    return CoverageAssessor(model, vectors, retrieve, failed=failed)
