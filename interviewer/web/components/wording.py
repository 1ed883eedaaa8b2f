"""Words that several pages say: what an interview is called and how it went."""

from interviewer.domain import Level
from interviewer.grading.feedback import WORDS
from interviewer.grading.report import Report
from interviewer.imports import UNKNOWN_CASE
from interviewer.interview.modes import LABELS, ModeKind, known_mode
from interviewer.knowledge.load import Knowledge

LEVEL_NAMES = {Level.MID: "Mid", Level.SENIOR: "Senior", Level.STAFF: "Staff"}
OWN = "own"
"""The value of the card for a problem of one's own, and what the name of such a case begins with."""


def result_of(report: Report) -> str:
    """A report in a few words."""
    score = f", {report.score:.1f} of 4" if report.score is not None else ""
    return f"{verdict_of(report)}{score}"


def verdict_of(report: Report) -> str:
    """The verdict in words; without one, why."""
    if report.verdict is None:
        return "Not judged"
    return WORDS[report.verdict] if report.status == "assessed" else "Not enough evidence"


def mode_name(knowledge: Knowledge, mode: str) -> str:
    """A mode as a row or a heading says it; nothing for a full interview."""
    known = known_mode(mode)
    if known.kind is ModeKind.INTERVIEW:
        return ""
    title = knowledge.topics[known.topic].title if known.topic in knowledge.topics else known.topic
    return f"{LABELS[known.kind]}: {title}" if title else known.label


def title_of(knowledge: Knowledge, slug: str, problem: str | None = None) -> str:
    """The case's title; one's own problem by its first words; a case that is gone keeps its slug."""
    case = knowledge.case(slug)
    if case:
        return case.title
    if slug == UNKNOWN_CASE and not problem:
        return "A recorded interview"
    words = (problem or slug.removeprefix(f"{OWN}-").replace("-", " ")).split()
    short = " ".join(words[:9]) + (" …" if len(words) > 9 else "")
    return short[:1].upper() + short[1:]
