"""The report page: the graded interview at any level, to read, print and take away."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from interviewer import BadInput, InterviewerError, Level, Step
from interviewer.grading.report import CHECKING, Report
from interviewer.interview import known_mode
from interviewer.practice import corrections_html, download
from interviewer.practice.retake import difference
from interviewer.storage import Header
from interviewer.transcript import Transcript
from interviewer.web.afterwards import CorrectionPanel, RetakePanel, SharePanel, difference_html
from interviewer.web.service import Grading
from interviewer.web.session import (
    QUIET,
    Page,
    Session,
    Updates,
    bar_html,
    for_html,
    levels_html,
    line,
    mode_name,
    status,
    title_of,
)

log = logging.getLogger(__name__)
_KINDS = {"html": "Web page", "markdown": "Markdown", "json": "JSON", "transcript": "Transcript (JSON)"}
_LEVEL = "(_, ...rest) => [interviewer.level(), ...rest]"


_KEPT = "It is made and kept also when you leave this page; it stands under Progress then."
_NOW = "<p>A language model is there now, and can judge this interview.</p>"
_OTHER_LEVEL = "<p>There is no report for this level yet: the model would read the interview once more.</p>"
_PAGES = 1000
"""Open pages whose newest wish is remembered."""


class ReportPage(Page):
    """The page."""

    def __init__(self, session: Session):
        self.session, self.service = session, session.service
        with gr.Column(elem_id="report-view", visible=False) as self.view:
            self.heading = gr.HTML("", elem_id="report-heading")
            with gr.Row(elem_id="report-bar"):
                self.level = gr.HTML(
                    "",
                    elem_id="report-level",
                    js_on_load="element.addEventListener('change', () => trigger('change'));",
                )
                with gr.Row(elem_id="report-downloads"):
                    gr.HTML("<button type='button' class='small' id='report-print'>Print or PDF</button>")
                    self.buttons = {
                        kind: gr.Button(name, size="sm", min_width=60, elem_id=f"report-{kind}", scale=0)
                        for kind, name in _KINDS.items()
                    }
                    self.to_room = gr.Button("Conversation", size="sm", min_width=90, elem_id="report-room", scale=0)
            self.status = gr.HTML("", elem_id="report-status", elem_classes="status")
            with gr.Row(visible=False, elem_id="report-unjudged", elem_classes="confirm") as self.unjudged:
                self.offer = gr.HTML("")
                self.judge = gr.Button("Judge it now", variant="primary", size="sm", elem_id="report-judge", scale=0)
            self.difference = gr.HTML("", elem_id="report-difference")
            self.corrected = gr.HTML("", elem_id="report-corrected")
            self.frame = gr.HTML("", elem_id="report-frame")
            self.retake = RetakePanel(session, "report", opinions=True)
            self.corrections = CorrectionPanel(session)
            self.share = SharePanel(session)
        self.asked = gr.Textbox(visible=False)
        self.outputs = [
            self.heading, self.level, self.status, self.unjudged, self.offer, self.difference, self.frame,
            self.corrected,
            *self.retake.outputs,
            *self.corrections.outputs,
            *self.share.outputs,
        ]  # fmt: skip
        self._graded = [
            self.heading, self.frame, self.status, self.unjudged, self.offer, self.difference, self.corrected
        ]  # fmt: skip
        self._wanted: OrderedDict[str, object] = OrderedDict()
        """The newest wish of each open page: what was asked for before it is not shown any more."""

    # -- showing ---------------------------------------------------------------------------------------------

    def show(self, owner: str, id_: str) -> Updates:
        """Updates that show the page before its report is there. Raises BadInput when it is not the owner's."""
        header = self.service.store.header(owner, id_)
        return {
            self.heading: self._heading(header),
            self.level: levels_html("report-level", "Report for level", header.level, "report-levels"),
            self.frame: "",
            self.status: "",
            self.unjudged: gr.update(visible=False),
            self.difference: "",
            **self.retake.folded(),
            self.corrected: "",
            **self.corrections.folded(),
            **self.share.folded(),
        }

    def _heading(self, header: Header, report: Report | None = None) -> str:
        """The problem's name; where the report is on another problem than the recording is filed under, that one's."""
        title = title_of(self.service.knowledge, header.case, header.problem)
        title = report.title if report and report.judged_as else title
        mode = mode_name(self.service.knowledge, header.mode)
        about = " · ".join(part for part in ("Report", mode, "second take" if header.parent else "") if part)
        return f"<h1 dir='auto'>{for_html(title)}</h1><p class='quiet'>{for_html(about)}</p>"

    # -- handling --------------------------------------------------------------------------------------------

    def grade(self, level: str, id_: str, key: str, request: gr.Request, *, anew: bool = False) -> Iterator[Updates]:
        """The report on that level, with the grading's progress; ``anew``: one that judges, in the place of another."""
        if not id_:
            yield gr.skip()
            return
        wish = self._wish(request)
        try:
            owner = self.session.owner(key, request)
            header = self.service.store.header(owner, id_)
            wanted = level_of(level, header.level)
            known = wanted in (header.level, *self.service.store.reports(owner, id_))
            if not (anew or known) and self.service.judges():
                yield {**_cleared(self), self.unjudged: gr.update(visible=True), self.offer: _OTHER_LEVEL}
                return
            there = False
            for news in self.service.grade(owner, id_, wanted, anew=anew):
                if self._wanted.get(str(request.session_hash)) is not wish:
                    yield gr.skip()  # another level is looked at; this report is kept when it is there
                    return
                if isinstance(news, Grading):
                    if there:
                        continue  # only its words are checked
                    passed = self.service.waits.passed(f"{id_}/{wanted}")
                    bar = bar_html(news.fraction, news.text, f"{self.service.waits.told()} {_KEPT}", passed)
                    yield {**_cleared(self), self.frame: bar}
                    continue
                there, transcript = True, self.service.store.transcript(owner, id_)
                corrected = corrections_html(transcript, wanted)
                shown = {self.frame: framed(news, transcript), self.corrected: corrected}
                yield {**_cleared(self), **shown, self.heading: self._heading(header, news)}
                if CHECKING in news.warnings:
                    yield {self.status: status(CHECKING, "quiet")}
                    continue
                can = news.status == "not_judged" and self.service.judges()
                yield {self.unjudged: gr.update(visible=can), self.offer: _NOW}
                if first := self.service.first_take(owner, id_, wanted):
                    yield {self.difference: compared(first, news, known_mode(header.mode).step)}
        except Exception as error:
            log.warning("no report: %s", line(error), exc_info=not isinstance(error, InterviewerError))
            text = f"No report yet: {line(error).rstrip('.')}. Choose a level to try once more."
            yield {self.frame: "", self.status: status(text, "bad")}

    def _wish(self, request: gr.Request) -> object:
        """A wish of an open page, newer than all its others."""
        page, wish = str(request.session_hash), object()
        self._wanted[page] = wish
        self._wanted.move_to_end(page)
        while len(self._wanted) > _PAGES:
            self._wanted.popitem(last=False)
        return wish

    def judge_anew(self, level: str, id_: str, key: str, request: gr.Request) -> Iterator[Updates]:
        """A report that judges, where there was no model for it before."""
        yield from self.grade(level, id_, key, request, anew=True)

    def grade_if_there(self, place: str, level: str, key: str, request: gr.Request) -> Iterator[Updates]:
        """Grades when the place is a report."""
        view, _, id_ = place.partition("/")
        yield from self.grade(level, id_ if view == "report" else "", key, request)

    def take(self, kind: str) -> Callable[..., Any]:
        """A handler that hands out a file to download."""

        def taken(level: str, id_: str, key: str, request: gr.Request) -> Any:
            try:
                owner = self.session.owner(key, request)
                transcript = self.service.store.transcript(owner, id_)
                reports = self.service.store.reports(owner, id_) if kind != "transcript" else {}
            except InterviewerError as error:
                raise gr.Error(line(error)) from error
            report = reports.get(level_of(level, transcript.level))
            if kind != "transcript" and report is None:
                raise gr.Error("There is no report on that level yet.")
            return download(kind, report, transcript)

        return taken

    def room(self, id_: str, key: str, request: gr.Request) -> Updates:
        """Back to the conversation."""
        return self.session.go("room", id_, self.session.owner(key, request))

    # -- wiring ----------------------------------------------------------------------------------------------

    def wire(self) -> None:
        """Which event leads to which handler."""
        place = [self.session.interview, self.session.key]
        self.level.change(
            self.grade, [self.asked, *place], self._graded,
            js=_LEVEL, concurrency_limit=16, trigger_mode="multiple", **QUIET,
        )  # fmt: skip
        self.judge.click(
            self.judge_anew, [self.asked, *place], self._graded,
            js=_LEVEL, concurrency_limit=4, trigger_mode="once", **QUIET,
        )  # fmt: skip
        for kind, button in self.buttons.items():
            taken = button.click(self.take(kind), [self.asked, *place], [self.session.file], js=_LEVEL, **QUIET)
            self.session.hands_out(taken)
        self.session.leads(self.to_room.click, self.room, place)
        self.retake.wire()
        self.corrections.wire(self.corrected)
        self.share.wire()

    def follow(self, event: Any) -> Any:
        """After any change of place the report appears, if the place is a report."""
        return event.success(
            self.grade_if_there,
            [self.session.place, self.asked, self.session.key],
            self._graded,
            concurrency_limit=4,
            **QUIET,
        )


# -- pieces of the page --------------------------------------------------------------------------------------


def _cleared(page: ReportPage) -> Updates:
    """Updates that take away what was about another report."""
    gone = {page.frame: "", page.status: "", page.difference: "", page.corrected: ""}
    return {**gone, page.unjudged: gr.update(visible=False)}


def compared(first: Report, second: Report, only: Step | None) -> str:
    """What the second take changed, or why that cannot be told."""
    try:
        return difference_html(difference(first, second), only)
    except BadInput as error:
        return f"<div class='card difference'><p class='quiet'>{for_html(line(error))}</p></div>"


def framed(report: Report, transcript: Transcript) -> str:
    """The report's own page in a frame that runs no script; the page around it lets its links jump.

    Same origin, so that the frame can be made to fit and be printed alone.
    """
    from interviewer.grading.page import to_html

    page = for_html(to_html(report, transcript, headed=False))
    return (
        "<iframe title='Report' sandbox='allow-same-origin allow-popups allow-modals' referrerpolicy='no-referrer' "
        f"srcdoc='{page}'></iframe>"
    )


def level_of(value: str | None, default: Level) -> Level:
    """The level that a page sent."""
    return Level(value) if value in set(Level) else default
