"""The room: the conversation, the answer, the clock with its plan, the brief, notes and the whiteboard's place."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import gradio as gr

from interviewer import BadInput, InterviewerError
from interviewer.storage import Header, editable
from interviewer.storage.store import MovedOnError, OverError
from interviewer.transcript import Transcript, Turn
from interviewer.web import needs_answer
from interviewer.web.afterwards import RetakePanel, choices_html
from interviewer.web.conversation import (
    badge_html,
    brief_html,
    build_board,
    build_sketch,
    clock_html,
    conversation_html,
    heading_html,
    speaking_html,
    steps_html,
)
from interviewer.web.service import Room, Words
from interviewer.web.session import QUIET, Page, Session, Updates, line, status

if TYPE_CHECKING:
    from interviewer.web.voice import VoicePanel

log = logging.getLogger(__name__)
ANSWERS = 128
"""Turns that one process speaks at once: with an endpoint each of them waits for most of its time."""
_FRAME = 0.08
"""Seconds between two pictures of a turn that is being spoken."""
TOO_LATE = "The interview is over. Your last words were not sent; they are kept in your notes."
_READ = "Take your time to read. The clock starts when you begin to answer."
_PAUSED = "The clock stands still. Sending an answer starts it again."
_END = "<p>End the interview and see its report?</p>"
_BACK = "Your words are back in the box."
_PACKETS = 20
"""Answers that may be under way at once."""
_ANSWER = (
    "<label class='sr-only' for='answer'>Your answer</label>"
    "<textarea id='answer' rows='2' dir='auto' "
    "placeholder='Your answer. Enter sends, Shift+Enter starts a new line.'></textarea>"
)
_PANELS = (("plan", "Plan"), ("brief", "Brief"), ("notes", "Notes"), ("board", "Whiteboard"))


class RoomPage(Page):
    """The page."""

    def __init__(self, session: Session):
        self.session = session
        self.service = session.service
        self.voice: VoicePanel | None = None
        with gr.Column(elem_id="room-view", visible=False) as self.view:
            with gr.Row(elem_id="room-top"):
                self.heading = gr.HTML("", elem_id="room-heading")
                self.clock = gr.HTML("", elem_id="room-clock")
            with gr.Row(elem_id="room-columns"):
                with gr.Column(elem_id="room-talk", scale=3, min_width=300):
                    self._build_talk()
                with gr.Column(elem_id="room-side", scale=2, min_width=280):
                    self._build_side()
            self.pulse = gr.Timer(20, active=False)
        self.stands = [self.paused, self.paused_word, self.resume]
        self.acknowledged = gr.Textbox(visible=False)
        """What became of the answers that the page sent."""
        self.packed = gr.Textbox(visible=False)
        self.held = gr.Textbox(visible=False)
        """The turn for whose edit the server says that it waits."""
        self.outputs = [
            self.heading, self.clock, self.conversation, self.speaking, self.status, self.again, self.write, self.over,
            self.steps, self.brief, self.badge, self.ending, *self.stands, self.pulse, *self.retake.outputs,
        ]  # fmt: skip

    def _build_talk(self) -> None:
        with gr.Column(elem_id="room-chat"):
            self.conversation = gr.HTML("", elem_id="room-said", container=False)
            self.speaking = gr.HTML("", elem_id="room-speaking")
            gr.HTML("<div id='outbox' role='status'></div>", elem_id="room-outbox")
        self.status = gr.HTML("", elem_id="room-status", elem_classes="status")
        self.again = gr.Button("Try again", size="sm", visible=False, elem_id="room-again")
        gr.HTML("<div id='answer-word' role='status'></div>", elem_id="room-word", elem_classes="status")
        self.resend = gr.Button("", elem_id="room-resend", elem_classes="voice-hidden")
        self.holds = gr.Button("", elem_id="room-hold", elem_classes="voice-hidden")
        with gr.Row(visible=False, elem_id="room-paused", elem_classes="confirm") as self.paused:
            self.paused_word = gr.HTML("")
            self.resume = gr.Button("Go on", variant="primary", size="sm", elem_id="room-resume", scale=0)
        with gr.Column(elem_id="room-write") as self.write:
            with gr.Row(elem_id="room-entry"):
                gr.HTML(_ANSWER, elem_id="room-box")
                self.voice_place = gr.Column(visible=False, elem_id="voice-panel", scale=0, min_width=80)
                self.send = gr.Button("Send", variant="primary", elem_id="room-send", scale=0, min_width=84)
            with gr.Row(elem_id="room-buttons"):
                self.hint = gr.Button("Hint", size="sm", min_width=60, elem_id="room-hint")
                self.moment = gr.Button("Let me think", size="sm", min_width=90, elem_id="room-moment")
                self.skip = gr.Button("Move on", size="sm", min_width=80, elem_id="room-skip")
                self.pause = gr.Button("Pause the clock", size="sm", min_width=110, elem_id="room-pause")
                gr.HTML("<button type='button' class='small' id='room-end'>End interview</button>", elem_id="end-place")
            with gr.Row(elem_id="room-confirm", elem_classes="confirm"):
                self.ending = gr.HTML(_END)
                self.end = gr.Button(
                    "End and see report", variant="primary", size="sm", elem_id="room-end-yes", scale=0
                )
                gr.HTML("<button type='button' class='small' id='room-end-no'>Keep going</button>")
            self.voice_more = gr.Column(elem_id="voice-more")
        with gr.Row(visible=False, elem_id="room-over", elem_classes="confirm") as self.over:
            gr.HTML("<p>The interview is over.</p>")
            self.to_report = gr.Button("See the report", variant="primary", elem_id="room-report", scale=0)

    def _build_side(self) -> None:
        tabs = "".join(
            f"<button type='button' role='tab' id='tab-{name}' data-panel='{name}' aria-controls='panel-{name}' "
            f"aria-selected='{str(not number).lower()}' tabindex='{-1 if number else 0}'>{title}</button>"
            for number, (name, title) in enumerate(_PANELS)
        )
        gr.HTML(f"<div role='tablist' aria-label='Beside the talk'>{tabs}</div>", elem_id="room-tabs")
        with gr.Column(elem_id="panel-plan"):
            self.steps = gr.HTML("", elem_id="room-steps")
            self.badge = gr.HTML("", elem_id="room-badge")
            self.retake = RetakePanel(self.session, "room", opinions=False)
        with gr.Column(elem_id="panel-brief"):
            self.brief = gr.HTML("", elem_id="room-brief")
        with gr.Column(elem_id="panel-notes"):
            gr.HTML(
                "<div class='card'><label for='notes'>Your own notes</label><textarea id='notes' rows='10' dir='auto'>"
                "</textarea><p class='quiet'>They stay in this browser; neither the interviewer nor the report "
                "reads them.</p></div>"
            )
        with gr.Column(elem_id="panel-board") as self.board:
            build_board()
            build_sketch()

    # -- showing ---------------------------------------------------------------------------------------------

    def show(self, owner: str, id_: str) -> Updates:
        """Updates that show the room. Raises BadInput when it is not the owner's."""
        room = self.service.room(owner, id_)
        return {
            **self._shown(room),
            self.status: "",
            self.again: gr.update(visible=False),
            **self.retake.folded(),
        }

    def _shown(self, room: Room) -> Updates:
        knowledge = self.service.knowledge
        return {
            self.heading: heading_html(knowledge, room),
            self.conversation: conversation_html(room.transcript, room.editable, over=room.over),
            self.speaking: _speaking(room.transcript, room.over),
            self.retake.turn: choices_html(room.transcript, "room"),
            self.clock: clock_html(room.header, room.over),
            self.steps: steps_html(knowledge, room),
            self.brief: brief_html(knowledge, room),
            self.badge: badge_html(room.backend, room.best_backend, room.spent),
            self.ending: f"{_END}<p class='quiet'>{room.wait}</p>" if room.wait else _END,
            self.write: gr.update(visible="hidden" if room.over else True),
            self.over: gr.update(visible=room.over),
            **self._stands(room.header, room.over),
            self.pulse: gr.Timer(active=not room.over),
        }

    def _stands(self, header: Header, over: bool) -> Updates:
        """Updates that say that the clock stands still, where it does."""
        word, button = (_READ, "Start the clock") if header.waiting else (_PAUSED, "Go on")
        return {
            self.paused: gr.update(visible=header.paused and not over),
            self.paused_word: f"<p>{word}</p>",
            self.resume: button,
        }

    # -- handling --------------------------------------------------------------------------------------------

    def say(self, packed: str, id_: str, key: str, request: gr.Request) -> Updates:
        """Stores what the page has not had acknowledged yet, each with its key, and says what became of it."""
        news: list[dict[str, str]] = []
        try:
            owner = self.session.owner(key, request)
            for one in _unpacked(packed):
                news.append(self._store(owner, one))
            room = self.service.store.transcript(owner, id_) if id_ else None
        except Exception as error:
            if not isinstance(error, InterviewerError):
                log.exception("a turn was not stored")
            return {self.acknowledged: json.dumps({"news": news, "word": f"Not sent: {line(error)}"})}
        said = {self.acknowledged: json.dumps({"news": news, "word": "", "at": time.time_ns()})}
        if room is None:
            return said
        return {**said, **self._heard(room)}

    def _heard(self, transcript: Transcript) -> Updates:
        """Updates after something was stored: it is shown before it is answered."""
        shown = conversation_html(transcript, editable(transcript.turns), over=False)
        speaking = _speaking(transcript)
        return {
            self.conversation: shown,
            self.speaking: speaking,
            self.status: "",
            self.paused: gr.update(visible=False),
        }

    def _store(self, owner: str, one: dict[str, Any]) -> dict[str, str]:
        """One answer: stored (or known already), or why not. What is refused goes back to the person."""
        done = {"key": one["key"], "state": "stored", "word": ""}
        try:
            if one["edits"] is not None:
                self.service.edit(owner, one["id"], one["edits"], one["text"])
            else:
                turn = Turn(speaker="candidate", text=one["text"], mode=one["mode"])
                self.service.say(owner, one["id"], turn, one["key"])
        except OverError:
            return {**done, "state": "over", "word": TOO_LATE}
        except MovedOnError:
            return {**done, "state": "refused", "word": f"Too late to edit: it was answered already. {_BACK}"}
        except BadInput as error:
            return {**done, "state": "refused", "word": f"Not sent: {line(error).rstrip('.')}. {_BACK}"}
        return done

    def press(self, event: str) -> Callable[..., Updates]:
        """A handler that stores a button's turn."""

        def pressed(id_: str, key: str, request: gr.Request) -> Updates:
            try:
                owner = self.session.owner(key, request)
                turn = Turn.model_validate({"speaker": "candidate", "text": "", "event": event})
                self.service.say(owner, id_, turn)
                transcript = self.service.store.transcript(owner, id_)
            except InterviewerError as error:
                raise gr.Error(line(error)) from error
            return self._heard(transcript)

        return pressed

    def answer(
        self, id_: str, key: str, request: gr.Request, listen: Callable[[str], None] | None = None
    ) -> Iterator[Updates]:
        """The interviewer's turn, as its words come, if it is its turn; ``listen`` is told the words so far."""
        if not id_:
            yield gr.skip()  # no interview is open: another view
            return
        room, warnings, shown = None, [], 0.0
        try:
            owner = self.session.owner(key, request)
            for news in self.service.answer(owner, id_):
                if not isinstance(news, Words):
                    room, warnings = news.room, news.warnings
                    continue
                if listen:
                    listen(news.text)
                if time.monotonic() - shown > _FRAME:
                    shown = time.monotonic()
                    yield {self.speaking: speaking_html(news.text)}
            room = room or self.service.room(owner, id_)
        except Exception as error:
            log.warning("a turn was not answered: %s", line(error), exc_info=not isinstance(error, InterviewerError))
            text = f"The interviewer could not answer: {line(error).rstrip('.')}. Everything you said is kept."
            yield {self.status: status(text, "bad"), self.again: gr.update(visible=True), self.speaking: ""}
            return
        yield {
            **self._shown(room),
            self.status: status(" ".join(warnings), "warn"),
            self.again: gr.update(visible=False),
        }

    def hold(self, turn: str, id_: str, key: str, request: gr.Request) -> str:
        """The last answer is being edited, or no longer: the interviewer waits, or goes on. Returns what it heard."""
        with suppress(InterviewerError):  # it was deleted or is somebody else's: there is nobody to wait
            self.service.hold(self.session.owner(key, request), id_, int(turn) if str(turn).isdecimal() else None)
        return str(turn)[:9]

    def stop(self, paused: bool) -> Callable[..., Updates]:
        """A handler that stops the clock or lets it go on."""

        def stopped(id_: str, key: str, request: gr.Request) -> Updates:
            try:
                owner = self.session.owner(key, request)
                self.service.pause(owner, id_, paused)
                header = self.service.store.header(owner, id_)
            except InterviewerError as error:
                raise gr.Error(line(error)) from error
            over = header.ended is not None
            return {self.clock: clock_html(header, over), **self._stands(header, over)}

        return stopped

    def beat(self, id_: str, key: str, request: gr.Request) -> Updates:
        """A sign of life from an open room: the clock goes on."""
        if not id_:
            return {self.status: ""}
        try:
            header = self.service.clock(self.session.owner(key, request), id_)
        except InterviewerError as error:
            return {self.status: status(line(error), "bad"), self.pulse: gr.Timer(active=False)}
        over = header.ended is not None
        return {self.clock: clock_html(header, over), **self._stands(header, over)}

    # -- wiring ----------------------------------------------------------------------------------------------

    def wire(self) -> None:
        """Which event leads to which handler."""
        place = [self.session.interview, self.session.key]
        stored = [self.acknowledged, self.conversation, self.speaking, self.status, self.paused]
        # The page keeps what is under way and sends it until it is acknowledged: sent twice it is one turn.
        for button in (self.send, self.resend):
            sent = button.click(
                self.say, [self.packed, *place], stored,
                js="(_, ...place) => [interviewer.send(), ...place]",
                trigger_mode="multiple", concurrency_limit=16, **QUIET,
            )  # fmt: skip
            sent.failure(None, None, None, js="() => interviewer.unsent()", **QUIET)
            sent.success(None, [self.acknowledged], None, js="news => interviewer.acknowledged(news)", **QUIET)
            self.answered(sent)
        for button, event in ((self.hint, "hint"), (self.moment, "pause"), (self.skip, "skip"), (self.end, "end")):
            pressed = button.click(self.press(event), place, stored[1:], trigger_mode="once", **QUIET)
            went = self.answered(pressed)
            if event == "end":
                self.session.leads(went.success, self.report, place)
        held = self.holds.click(
            self.hold, [self.packed, *place], [self.held],
            js="(_, ...place) => [interviewer.edited(), ...place]", **QUIET,
        )  # fmt: skip
        held.success(None, [self.held], None, js="turn => interviewer.held(turn)", **QUIET)
        for button, paused in ((self.pause, True), (self.resume, False)):
            button.click(self.stop(paused), place, [self.clock, *self.stands], trigger_mode="once", **QUIET)
        self.session.leads(self.to_report.click, self.report, place)
        self.answered(self.again.click(None, None, None, js="() => {}", **QUIET), also=True)
        self.pulse.tick(self.beat, place, [self.clock, *self.stands, self.status, self.pulse], **QUIET)
        self.retake.wire()

    def report(self, id_: str, key: str, request: gr.Request) -> Updates:
        """To the report page; grading follows."""
        return self.session.go("report", id_, self.session.owner(key, request))

    def follow(self, event: Any) -> Any:
        """After any change of place drafts come back and the interviewer goes on."""
        drafts = event.success(None, [self.session.interview], None, js="id => interviewer.entered(id)", **QUIET)
        return self.answered(drafts)

    def answered(self, event: Any, also: bool = False) -> Any:
        """After the event the interviewer speaks, if it is its turn; aloud as well, if that is wanted."""
        answer: Any = self.answer
        inputs = [self.session.interview, self.session.key]
        outputs = [*self.outputs]
        if self.voice:
            answer, inputs = self.voice.answer, [*inputs, self.voice.aloud, self.voice.speed]
            outputs.append(self.voice.clips)
        follow = event.then if also else event.success
        return follow(answer, inputs, outputs, concurrency_limit=ANSWERS, **QUIET)


def _speaking(transcript: Transcript, over: bool = False) -> str:
    """What stands where the interviewer's next words come: that it thinks, where it is its turn."""
    return speaking_html("", bool(transcript.turns) and needs_answer(transcript) and not over)


def _unpacked(packed: str) -> list[dict[str, Any]]:
    """The answers that the page sent, checked. Raises BadInput."""
    wrong = BadInput("the page sent something that is not an answer; reload it")
    try:
        entries = json.loads(packed or "[]")
    except (ValueError, RecursionError) as error:
        raise wrong from error
    if not isinstance(entries, list) or len(entries) > _PACKETS:
        raise wrong
    found = []
    for entry in entries:
        if not (isinstance(entry, dict) and all(isinstance(entry.get(name), str) for name in ("id", "key", "text"))):
            raise wrong
        mode, edits = entry.get("mode"), entry.get("edits")
        found.append(
            {
                "id": entry["id"][:64],
                "key": entry["key"][:64],
                "text": entry["text"].encode("utf-8", "replace").decode().strip(),
                "mode": mode if mode in ("typed", "spoken", "drawn") else "typed",
                "edits": edits if isinstance(edits, int) and not isinstance(edits, bool) else None,
            }
        )
    return [one for one in found if one["text"]]
