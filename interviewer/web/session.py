"""What happens on a visit: every handler behind the pages. State comes in from the browser and from the database.

Handlers return updates by component. None of them keeps anything in memory, so a restart does not disturb a page.
"""

import logging
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import gradio as gr

from interviewer.domain import Level, Manner
from interviewer.errors import BadInput, InterviewerError
from interviewer.grading.report import Report
from interviewer.interview.modes import Kind, known_mode, parse_mode
from interviewer.practice.retake import difference
from interviewer.storage import new_key, owner_of_key, owner_of_user
from interviewer.transcript import Turn
from interviewer.web.components.retakes import difference_html, folded
from interviewer.web.escape import for_html, for_markdown, mermaid_block
from interviewer.web.pages.progress import ProgressPage, progress_body
from interviewer.web.pages.report import ReportPage, download, framed, level_of, progress_html
from interviewer.web.pages.room import RoomPage, chat_messages, clock_html, show_room
from interviewer.web.pages.setup import (
    LENGTHS,
    Setup,
    case_summary,
    case_title,
    known_mode_kind,
    mode_name,
    show_mine,
    show_mode,
)
from interviewer.web.service import Choice, Service, Words

if TYPE_CHECKING:
    from interviewer.web.components.voice import VoiceVisits

log = logging.getLogger(__name__)
Updates = dict[Any, Any]
Browser = dict[str, str] | None
_KEY = re.compile(r"[0-9a-f]{32}\Z")
_FRAME = 0.08
"""Seconds between two pictures of a turn that is being spoken."""
LOST = "Something went wrong on the server."


@dataclass(frozen=True)
class Pages:
    """The components of all pages, and the hidden ones that the browser keeps for us."""

    setup: Setup
    room: RoomPage
    report: ReportPage
    progress: ProgressPage
    browser: gr.BrowserState
    place: gr.Textbox
    """View and interview, as in the address: ``room/<id>``."""
    interview: gr.Textbox
    file: gr.JSON


def line(error: Exception) -> str:
    """An error as one line for a person."""
    return str(error).strip().split("\n")[0] if isinstance(error, InterviewerError) else LOST


def status(text: str, kind: str = "note") -> str:
    """One line under the conversation."""
    return f"<p class='{kind}'>{for_html(text)}</p>" if text else ""


class Visits:
    """The handlers."""

    def __init__(self, service: Service, pages: Pages):
        self.service = service
        self.pages = pages
        self.voice: VoiceVisits | None = None

    def owner(self, browser: Browser, request: gr.Request) -> str:
        """Whose interviews these are: the signed-in user's, else the browser's."""
        if request.username:
            return owner_of_user(request.username)
        key = (browser or {}).get("key", "")
        if not isinstance(key, str) or not _KEY.match(key):
            raise BadInput("This browser has no key yet. Reload the page.")
        return owner_of_key(key)

    # -- going somewhere -------------------------------------------------------------------------------------

    def arrive(self, browser: Browser, search: str, request: gr.Request) -> Updates:
        """A page load: the view that the address names, as the database has it."""
        key = (browser or {}).get("key", "")
        if not isinstance(key, str) or not _KEY.match(key):
            key = new_key()
        browser = {"key": key}
        query = parse_qs(search.lstrip("?"))
        view, id_ = query.get("view", ["setup"])[0], query.get("interview", [""])[0]
        updates = self.go(view, id_[:64], self.owner(browser, request))
        hidden = bool(request.username)
        return {
            **updates,
            self.pages.browser: browser,
            self.pages.setup.key: key,
            self.pages.setup.elsewhere: gr.update(visible=not hidden),
        }

    def go(self, view: str, id_: str, owner: str) -> Updates:
        """Updates that lead to a view; to the set-up page when there is nothing to see at the other one."""
        try:
            if view == "room":
                return self._room(owner, id_)
            if view == "report":
                return self._report(owner, id_)
            if view == "progress":
                body = progress_body(self.service.knowledge, self.service.store.progress(owner))
                return {**self._views("progress"), self.pages.progress.body: body}
            return self._setup(owner)
        except InterviewerError as error:
            return {**self._setup(owner), self.pages.setup.status: status(line(error), "bad")}

    def _views(self, shown: str, id_: str = "") -> Updates:
        pages = self.pages
        views = {"setup": pages.setup.view, "room": pages.room.view, "report": pages.report.view}
        views["progress"] = pages.progress.view
        return {
            **{view: gr.update(visible=name == shown) for name, view in views.items()},
            pages.place: f"{shown}/{id_}",
            pages.interview: id_,
            pages.room.pulse: gr.Timer(active=shown == "room"),
        }

    def _setup(self, owner: str, chosen: str | None = None) -> Updates:
        mine = show_mine(self.pages.setup, self.service.knowledge, self.service.store.mine(owner), chosen)
        return {**self._views("setup"), **mine, self.pages.setup.status: ""}

    def _room(self, owner: str, id_: str) -> Updates:
        room = self.service.room(owner, id_)
        page = self.pages.room
        return {
            **self._views("room", id_),
            **show_room(page, self.service.knowledge, room),
            page.status: "",
            page.again: gr.update(visible=False),
            page.confirm: gr.update(visible=False),
            **folded(page.takes),
        }

    def _report(self, owner: str, id_: str) -> Updates:
        header = self.service.store.header(owner, id_)
        page = self.pages.report
        parts = (case_title(self.service.knowledge, header.case), mode_name(self.service.knowledge, header.mode))
        take = "second take" if header.parent else ""
        title = for_html(" · ".join(part for part in (*parts, take) if part))
        return {
            **self._views("report", id_),
            page.heading: f"<h1>Report</h1><p class='quiet'>{title}</p>",
            page.level: header.level.value,
            page.frame: "",
            page.status: "",
            page.difference: "",
            **folded(page.takes),
            page.share.box: gr.update(open=False),
            page.share.consent: False,
        }

    def home(self, browser: Browser, request: gr.Request) -> Updates:
        """To the set-up page."""
        return self.go("setup", "", self.owner(browser, request))

    def show_progress(self, browser: Browser, request: gr.Request) -> Updates:
        """To the progress page."""
        return self.go("progress", "", self.owner(browser, request))

    def enter(self, id_: str, browser: Browser, request: gr.Request) -> Updates:
        """To the room."""
        return self.go("room", id_, self.owner(browser, request))

    def to_report(self, id_: str, browser: Browser, request: gr.Request) -> Updates:
        """To the report page; grading follows."""
        return self.go("report", id_, self.owner(browser, request))

    # -- the set-up page -------------------------------------------------------------------------------------

    def summary(self, case: str | None) -> str:
        """The chosen case in one sentence."""
        return case_summary(self.service.knowledge, case)

    def mode(self, mode: str) -> Updates:
        """A mode was chosen."""
        return show_mode(self.pages.setup, mode)

    def begin(
        self,
        case: str,
        level: str,
        minutes: float,
        manner: str,
        mode: str,
        step: str | None,
        topic: str | None,
        browser: Browser,
        request: gr.Request,
    ) -> Updates:
        """Starts an interview and enters its room."""
        owner = self.owner(browser, request)
        if case not in self.service.knowledge.cases or minutes not in LENGTHS:
            raise gr.Error("Choose a problem, a level and a length first.")
        kind = known_mode_kind(mode)
        subject = {Kind.STEP: f":{step or ''}", Kind.DRILL: f":{topic or ''}"}.get(kind, "")
        try:
            chosen = str(parse_mode(f"{kind}{subject}"))
        except BadInput as error:
            said = "Choose a topic first, of at most 54 characters." if kind is Kind.DRILL else line(error)
            raise gr.Error(said) from error
        id_ = self.service.begin(owner, Choice(case, Level(level), float(minutes), Manner(manner), chosen))
        return self.go("room", id_, owner)

    def choose(self, id_: str | None) -> Updates:
        """One of my interviews was clicked."""
        setup = self.pages.setup
        return {setup.actions: gr.update(visible=bool(id_)), setup.confirm: gr.update(visible=False)}

    def delete(self, id_: str | None, browser: Browser, request: gr.Request) -> Updates:
        """Deletes an interview for good."""
        owner = self.owner(browser, request)
        if id_:
            try:
                self.service.delete(owner, id_)
                if self.voice:
                    self.voice.kept.forget(id_)
            except InterviewerError as error:
                return {**self._setup(owner), self.pages.setup.status: status(line(error), "bad")}
        return {**self._setup(owner), self.pages.setup.status: status("Deleted." if id_ else "")}

    def use_key(self, key: str, request: gr.Request) -> Updates:
        """Takes over another browser's key."""
        key = key.strip().lower()
        if not _KEY.match(key):
            raise gr.Error("A key is 32 characters, 0 to 9 and a to f.")
        browser = {"key": key}
        return {self.pages.browser: browser, **self._setup(self.owner(browser, request))}

    # -- the room --------------------------------------------------------------------------------------------

    def say(self, text: str, id_: str, nonce: str, spoken: str, browser: Browser, request: gr.Request) -> Updates:
        """Stores what was typed, or spoken and perhaps corrected, before anything else happens with it."""
        turn = Turn(speaker="candidate", text=text.strip(), mode="spoken" if spoken else "typed")
        return self._store(turn, id_, nonce, browser, request)

    def draw(self, text: str, id_: str, nonce: str, browser: Browser, request: gr.Request) -> Updates:
        """Stores a sketch."""
        return self._store(Turn(speaker="candidate", text=text.strip(), mode="drawn"), id_, nonce, browser, request)

    def press(self, event: str) -> Callable[..., Updates]:
        """A handler that stores a button's turn."""

        def pressed(id_: str, browser: Browser, request: gr.Request) -> Updates:
            turn = Turn.model_validate({"speaker": "candidate", "text": "", "event": event})
            return self._store(turn, id_, None, browser, request)

        return pressed

    def _store(self, turn: Turn, id_: str, nonce: str | None, browser: Browser, request: gr.Request) -> Updates:
        page = self.pages.room
        if not turn.text and not turn.event:
            return {page.status: ""}
        try:
            owner = self.owner(browser, request)
            self.service.say(owner, id_, turn, nonce)
            transcript = self.service.store.transcript(owner, id_)
        except Exception as error:
            if not isinstance(error, InterviewerError):
                log.exception("a turn was not stored")
            kept = " Your words are still in the box." if turn.text else ""
            raise gr.Error(f"Not sent: {line(error)}{kept}", duration=None) from error
        updates: Updates = {page.chat: chat_messages(transcript), page.status: "", page.again: gr.update(visible=False)}
        if turn.mode in ("typed", "spoken"):
            updates[page.box] = ""
        if turn.mode == "drawn":
            updates |= {page.sketch: "", page.preview: ""}
        if turn.event == "end":
            updates[page.confirm] = gr.update(visible=False)
        return updates

    def answer(
        self, id_: str, browser: Browser, request: gr.Request, listen: Callable[[str], None] | None = None
    ) -> Iterator[Updates]:
        """The interviewer's turn, word by word, if it is its turn; ``listen`` is told the words so far."""
        page = self.pages.room
        if not id_:
            yield gr.skip()  # no interview is open: another view
            return
        warnings: list[str] = []
        try:
            owner = self.owner(browser, request)
            shown = 0.0
            for news in self.service.answer(owner, id_):
                if listen and isinstance(news, Words):
                    listen(news.text)
                if not isinstance(news, Words):
                    warnings = news.warnings
                elif time.monotonic() - shown > _FRAME:
                    shown = time.monotonic()
                    yield {page.chat: chat_messages(news.transcript, news.text)}
            room = self.service.room(owner, id_)
        except Exception as error:
            log.exception("a turn was not answered")
            text = f"The interviewer could not answer: {line(error).rstrip('.')}. Everything you said is kept."
            yield {page.status: status(text, "bad"), page.again: gr.update(visible=True)}
            return
        yield {
            **show_room(page, self.service.knowledge, room),
            page.status: status(" ".join(warnings)),
            page.again: gr.update(visible=False),
        }

    def pulse(self, id_: str, browser: Browser, request: gr.Request) -> Updates:
        """A sign of life from an open room: the clock goes on."""
        if not id_:
            return {self.pages.room.status: ""}
        try:
            room = self.service.room(self.owner(browser, request), id_)
        except InterviewerError as error:
            gone = status(line(error), "bad")
            return {self.pages.room.status: gone, self.pages.room.pulse: gr.Timer(active=False)}
        return {self.pages.room.clock: clock_html(room, room.header.ended is not None)}

    def preview(self, source: str) -> str:
        """The sketch as a diagram."""
        return mermaid_block(source) if source.strip() else for_markdown("Nothing sketched yet.")

    # -- the report ------------------------------------------------------------------------------------------

    def grade(self, id_: str, level: str | None, browser: Browser, request: gr.Request) -> Iterator[Updates]:
        """The report on that level, with the grading's progress."""
        page = self.pages.report
        if not id_:
            yield gr.skip()
            return
        try:
            owner = self.owner(browser, request)
            wanted = level_of(level, self.service.store.header(owner, id_).level)
            for news in self.service.grade(owner, id_, wanted):
                if isinstance(news, Report):
                    frame = framed(news, self.service.store.transcript(owner, id_))
                    yield {page.frame: frame, page.status: "", page.difference: ""}
                    if first := self.service.first_take(owner, id_, wanted):
                        only = known_mode(self.service.store.header(owner, id_).mode).step
                        yield {page.difference: difference_html(difference(first, news), only)}
                else:
                    yield {page.frame: progress_html(news), page.status: "", page.difference: ""}
        except Exception as error:
            log.exception("no report")
            text = f"No report yet: {line(error).rstrip('.')}. Choose a level to try once more."
            yield {page.frame: "", page.status: status(text, "bad")}

    def grade_if_there(self, place: str, level: str | None, browser: Browser, request: gr.Request) -> Iterator[Updates]:
        """Grades when the place is a report: after a reload of its page."""
        view, _, id_ = place.partition("/")
        yield from self.grade(id_ if view == "report" else "", level, browser, request)

    def take(self, kind: str) -> Callable[..., Any]:
        """A handler that hands out a file to download."""

        def taken(id_: str, level: str | None, browser: Browser, request: gr.Request) -> Any:
            try:
                owner = self.owner(browser, request)
                transcript = self.service.store.transcript(owner, id_)
                reports = self.service.store.reports(owner, id_) if kind != "transcript" else {}
            except InterviewerError as error:
                raise gr.Error(line(error)) from error
            report = reports.get(level_of(level, transcript.level))
            if kind != "transcript" and report is None:
                raise gr.Error("There is no report on that level yet.")
            return download(kind, report, transcript)

        return taken
