"""Grades an interview, also ahead of its end.

    grade(transcript, Knowledge.load(), ModelChain())  ->  Report

One backend grades from start to end. If it fails and was not named by the user, the next one starts again.
"""

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from interviewer import InterviewerError, Level, ModelError, MoveKind
from interviewer.background import Breathe, Job, aside
from interviewer.grading import rubric_in_use, thresholds
from interviewer.grading.assessor import Assessor, Early, Material, Progress, Retrieve
from interviewer.grading.coverage_assessor import CoverageAssessor
from interviewer.grading.evidence import words_of_their_own
from interviewer.grading.forms import PosedProblem
from interviewer.grading.judgement import short
from interviewer.grading.llm_assessor import LlmAssessor
from interviewer.grading.report import Report, StepReport, badly_heard, doubtfully_heard
from interviewer.interview import known_mode
from interviewer.knowledge import Knowledge
from interviewer.knowledge.embeddings import yielding
from interviewer.listening.utterance import Hearing, hearing, plain_words
from interviewer.models.base import LanguageModel, ModelChain, prompt, render
from interviewer.text import first_words
from interviewer.transcript import UNKNOWN_CASE, Transcript, Turn, with_clock

log = logging.getLogger(__name__)
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
    early: Early | None = None,
) -> Report:
    """The report, at the transcript's level or another. ``vectors`` is a folder that keeps the case's vectors;
    ``retrieve`` looks up what a strong answer has; ``early`` is told the report before its words are checked. Raises
    ModelError when a named backend fails."""
    tell: Progress = progress or (lambda share, what: None)
    clocked, warnings = with_clock(transcript.model_copy(update={"level": level or transcript.level}))
    if knowledge.case(transcript.case) is None:
        said = (
            "This problem is your own" if transcript.problem else f"The knowledge base has no case '{transcript.case}'"
        )
        warnings.append(f"{said}: the general criteria were used, and the problem was taken from the talk itself.")
    case = knowledge.case(transcript.case)
    heard = hearing(clocked, plain_words(case.model_dump_json()) if case else ())
    readable, failed, posed = heard.level != "unreadable", False, Posed()

    def finished(report: Report) -> Report:
        report = posed.told(report, clocked)
        return _of_its_step(_no_surer_than_heard(report, heard) if readable else report, clocked)

    def shown(report: Report) -> None:
        if early is not None:
            early(finished(report))

    for model in chain.models if readable else ():
        assessor = _assessor(clocked, model, vectors, retrieve, failed)
        if isinstance(assessor, LlmAssessor) and posed.case is None and case and posed_elsewhere(clocked):
            tell(0.02, "The model reads which problem is posed")
            posed = posed_problem(clocked, knowledge, model)
        try:
            report = assessor.assess(Material(posed.judged(clocked), knowledge, tuple(warnings), shown), tell)
            break
        except ModelError as error:
            if chain.named:
                raise
            failed = failed or model.capable
            warnings.append(f"{FAILED}{model.backend}' failed ({error}); the report was started again on the next one.")
    else:
        unheard = "" if readable else badly_heard(heard.share)
        covers = CoverageAssessor(None, vectors, retrieve, unheard, failed)
        report = covers.assess(Material(posed.judged(clocked), knowledge, tuple(warnings)), tell)
    return finished(report)


def _of_its_step(report: Report, transcript: Transcript) -> Report:
    """Of practice of one step the report is about that step, which had the whole time; else the report as it is."""
    step = known_mode(transcript.mode).step
    if step is None:
        return report
    other = StepReport(status="not_applicable", comment=f"This practice was about {step.label.lower()} alone.")
    spent = report.time.get(step)
    return report.model_copy(
        update={
            "steps": {one: own if one is step else other for one, own in report.steps.items()},
            "time": {step: spent.model_copy(update={"budget": transcript.minutes * 60})} if spent else {},
            "order": [one for one in report.order if one is step],
            "strong": {one: text for one, text in report.strong.items() if one is step},
            "questions": [question for question in report.questions if question.startswith(f"{step.label}:")],
            "study_plan": [one for one in report.study_plan if one.step is step],
        }
    )


def _no_surer_than_heard(report: Report, heard: Hearing) -> Report:
    """The report, less sure where the candidate was heard badly; never surer, and no mark is changed."""
    if heard.level == "clear":
        return report
    told = [*report.warnings, doubtfully_heard(heard.share)]
    return report.model_copy(update={"confidence": round(report.confidence * heard.share, 2), "warnings": told})


def _assessor(
    transcript: Transcript, model: LanguageModel, vectors: Path | None, retrieve: Retrieve | None, failed: bool
) -> Assessor:
    """A capable model judges; where hardly anything was said there is nothing to ask it."""
    enough = words_of_their_own(transcript) >= int(rubric_in_use()["evidence"]["least_words"])
    if model.capable and enough:
        return LlmAssessor(model, vectors, retrieve)
    return CoverageAssessor(model, vectors, retrieve, failed=failed)


# -- which problem ---------------------------------------------------------------------------------------
# A recording from elsewhere may pose another problem than the case that it is filed under. By criteria of a
# neighbouring problem a candidate would be asked for what nobody asked them, so a model that judges is first asked
# which problem it is. Everything in the report then follows from that one.


PROBLEM = "assess-problem"
"""The prompt."""
NONE = "none"
"""How a model says that a talk poses no problem of ours."""


@dataclass(frozen=True)
class Posed:
    """Which problem a recording poses, as far as that was asked and answered."""

    case: str | None = None
    """Of ours, or ``unknown`` for none of ours; None where it was not asked or not told."""
    title: str = ""
    """The problem in the model's words, where it is none of ours."""
    warning: str = ""

    def judged(self, transcript: Transcript) -> Transcript:
        """The transcript under the case by which it is to be judged."""
        return transcript.model_copy(update={"case": self.case}) if self.case else transcript

    def told(self, report: Report, transcript: Transcript) -> Report:
        """The report under the case that the ``transcript`` names, saying what it was judged by where that differs; as
        it is where nothing was asked."""
        if self == Posed():
            return report
        by, warnings = report.graded_by, [self.warning] if self.warning else []
        if self.case and by.prompts:
            by = by.model_copy(update={"prompts": {PROBLEM: prompt(PROBLEM).sha256, **by.prompts}})
        return report.model_copy(
            update={
                "case": transcript.case,
                "judged_as": self.case if self.case != transcript.case else None,
                "title": self.title or report.title,
                "warnings": [*warnings, *report.warnings],
                "graded_by": by,
            }
        )


def posed_elsewhere(transcript: Transcript) -> bool:
    """Whether another interviewer than ours posed the problem: in a recording, also where it is taken up again here."""
    first = next((turn for turn in transcript.turns if turn.speaker == "interviewer" and turn.text.strip()), None)
    return first is None or first.backend is None


def posed_problem(transcript: Transcript, knowledge: Knowledge, model: LanguageModel) -> Posed:
    """Which problem the talk poses, by a model. ``transcript`` names a case of ours, which holds where the model fails
    or its answer is odd."""
    named = knowledge.cases[transcript.case]
    listed = "\n".join(f"{slug}: {one.title}. {one.summary}" for slug, one in knowledge.cases.items())
    asked = render(PROBLEM, problems=listed, talk=beginning(transcript))
    try:
        found = model.extract(asked, PosedProblem, max_tokens=thresholds().posed.room)
        case = found.case.strip().lower()
        if case != NONE and knowledge.case(case) is None:
            raise ModelError(f"the model '{model.name}' named “{short(found.case)}”, which is no problem of ours")
    except ModelError as error:
        said = f"Whether this recording poses “{named.title}” could not be asked"
        log.info("which problem a recording poses could not be asked: %s", error)
        return Posed(warning=f"{said} ({error}); that problem's criteria were used.")
    if case == named.slug:
        return Posed(case)
    log.info("a recording filed under '%s' poses another problem: judged as '%s'", named.slug, case)
    filed = f"This recording is filed under “{named.title}”, but it poses another problem"
    if case != NONE:
        return Posed(case, warning=f"{filed}, “{knowledge.cases[case].title}”: that one's criteria were used.")
    title = first_words(short(found.problem).strip(" .\"'“”"), thresholds().posed.title)
    said = f", “{title}”" if title else ""
    taken = "which is none of ours: the general criteria were used, and the problem was taken from the talk."
    return Posed(UNKNOWN_CASE, title, f"{filed}{said}, {taken}")


def beginning(transcript: Transcript) -> str:
    """The words of a talk that tell which problem it poses, a turn a line. Long turns are cut in the middle, answers
    shorter than questions, so far that the words come from far enough: many a talk begins with something else."""
    at, turns = thresholds().posed, [turn for turn in transcript.turns if turn.text.strip()]
    whole = sum(turn.words for turn in turns)
    lines: list[str] = []
    for most in at.cuts:
        lines, left, reached = [], at.words, 0
        for turn in turns:
            room = min(left, max(most, at.asked) if turn.speaker == "interviewer" else most)
            if not room:
                break
            lines.append(f"{turn.speaker}: {_cut(turn.text.split(), room)}")
            left, reached = left - min(room, turn.words), reached + turn.words
        if reached >= min(at.reach, whole):
            break
    return "\n".join(lines)


def _cut(words: Sequence[str], most: int) -> str:
    """The words, of more than ``most`` the first three quarters of so many and the last quarter."""
    last = most // 4
    return " ".join(words if len(words) <= most else [*words[: most - last], "…", *words[len(words) - last :]])


# -- ahead -----------------------------------------------------------------------------------------------
# Grading ahead of the end, so that the report is there soon after it.
#
# Without a model that judges, the report so far is made behind every turn and thrown away; what it cost is
# remembered. Embeddings are remembered by what determines them, so at the end only what is new must be computed, and
# the report is the same as without this.
#
# A model that judges costs money for every reading. It reads once ahead, when the interviewer asks for last words
# (``LastWords``). If only a farewell follows, that report is the report; if anything else follows, the interview is
# graded anew, from the moment of the words or the button that end it, while the interviewer takes leave. So an
# interview pays for two reports at most.


MOST_KEPT = 64
"""Reports that wait to be asked for; the oldest is forgotten first."""


def ahead(grade: Callable[..., Report], transcript: Transcript, knowledge: Knowledge, chain: ModelChain) -> list[Job]:
    """The job that prepares the report of an interview that goes on; none before the first answer, and none for a
    model that judges."""
    if chain.judges or not transcript.candidate_turns():
        return []
    only = ModelChain(chain.models[:1], named=True)

    def so_far(breathe: Breathe) -> None:
        with suppress(ModelError), yielding(breathe):  # at the end it is asked again, and the report says what failed
            grade(transcript, knowledge, only, transcript.level, lambda *_: breathe())

    return [so_far]


@dataclass
class _Begun:
    transcript: Transcript
    news: tuple[float, str] = (0.0, "Reading the interview")
    heard: Progress | None = None
    """Told of the progress: whoever waits for the report."""
    early: Report | None = None
    """The report before its words are checked, once it is there."""
    watched: Early | None = None
    """Told of it."""
    report: "Future[Report]" = field(default_factory=Future)

    def tell(self, share: float, what: str) -> None:
        """The progress."""
        self.news = share, what
        if self.heard is not None:
            self.heard(share, what)

    def show(self, report: Report) -> None:
        """The report before its words are checked."""
        self.early = report
        if self.watched is not None:
            self.watched(report)


class LastWords:
    """The reports that were begun when last words were asked for or said, one an interview. Safe from several
    threads."""

    def __init__(self) -> None:
        self._begun: OrderedDict[str, _Begun] = OrderedDict()
        self._lock = threading.Lock()

    def begin(
        self, name: str, grade: Callable[..., Report], transcript: Transcript, knowledge: Knowledge, chain: ModelChain
    ) -> bool:
        """Begins the report where the interviewer has just asked for last words, or the candidate has just ended the
        interview; only for a model that judges, and not where the one that was begun may still be the report. Whether
        it was begun now."""
        move = transcript.turns[-1].move if transcript.turns else None
        asked = move is not None and move.kind is MoveKind.WRAP_UP
        if not transcript.candidate_turns() or not (asked or is_over_with(transcript)) or not chain.judges:
            return False
        with self._lock:
            known = self._begun.get(name)
            if known is not None and (asked or _only_farewell(known.transcript, transcript)):
                return False
            begun = _Begun(transcript)
            given = (transcript, knowledge, chain, transcript.level, begun.tell)
            begun.report = aside("ahead", partial(grade, *given, early=begun.show))
            self._begun[name] = begun
            while len(self._begun) > MOST_KEPT:
                self._begun.popitem(last=False)
        return True

    def take(
        self,
        name: str,
        transcript: Transcript,
        level: Level,
        progress: Progress | None = None,
        early: Early | None = None,
    ) -> Report | None:
        """The report that was begun, waited for where it is not ready; None where it would not be the report: another
        level, something said since that is no farewell, or the model failed."""
        with self._lock:
            begun = self._begun.get(name)
        if begun is None or begun.transcript.level is not level or not _only_farewell(begun.transcript, transcript):
            return None
        try:
            begun.heard = progress
            if progress is not None:
                progress(*begun.news)
            begun.watched = early
            if early is not None and begun.early is not None and not begun.report.done():
                early(begun.early)
            return begun.report.result()
        except InterviewerError:  # it is asked again, and what it says then is told
            log.warning("grading ahead failed", exc_info=True)
            return None
        finally:
            self.drop(name)

    def drop(self, name: str) -> None:
        """Forgets an interview; calls that are under way end by themselves."""
        with self._lock:
            self._begun.pop(name, None)


def is_over_with(transcript: Transcript) -> bool:
    """Whether what the candidate has just said or pressed ends the interview: the button End, or last words that were
    asked for, after the time and without a question."""
    *before, last = transcript.turns
    if last.speaker != "candidate" or last.event == "end":
        return last.event == "end"
    move = before[-1].move if before else None
    over = last.at is not None and last.at >= transcript.minutes * 60
    return move is not None and move.kind is MoveKind.WRAP_UP and over and "?" not in last.text


def _only_farewell(before: Transcript, now: Transcript) -> bool:
    """Whether nothing has changed since but that the candidate said farewell."""
    kept = len(before.turns)
    return list(map(_said, before.turns)) == list(map(_said, now.turns[:kept])) and all(
        is_farewell(turn.text) for turn in now.turns[kept:] if turn.speaker == "candidate"
    )


def _said(turn: Turn) -> tuple[str, str]:
    return turn.speaker, turn.text


def is_farewell(text: str) -> bool:
    """Whether words are thanks, a yes or no to "anything to add?", a goodbye, and nothing about the design.

    >>> is_farewell("No, I think that's everything, thank you for your time.")
    True
    >>> is_farewell("One thing: I'd wait ninety days for the labels.")
    False
    """
    words: Sequence[str] = re.findall(r"[^\W_]+", re.sub(r"['’]", "", text.lower()))
    numbers = thresholds().ahead
    return len(words) <= numbers.most_words and set(words) <= set(numbers.farewell.split())
