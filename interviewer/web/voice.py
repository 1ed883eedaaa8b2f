"""The voice panel: speak instead of type, hear the replies. The same box, the same turn, the same interview as text.

The page sends sound in packets that say where they begin; what has no answer is sent again, so a lost connection
loses nothing. Words appear in the text box, where they can be corrected before they count.
"""

import base64
import binascii
import json
import logging
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from interviewer import BadInput, InterviewerError
from interviewer.speech.audio import RATE, KeptSound, from_pcm, read_upload
from interviewer.speech.recording import Progress, Recording
from interviewer.speech.stt import vocabulary_of
from interviewer.speech.tts import Speaking
from interviewer.web import VoiceParts
from interviewer.web.session import QUIET, for_html, line

if TYPE_CHECKING:
    from interviewer.web.pages.room import RoomPage


log = logging.getLogger(__name__)
_PACKET = 130 * RATE * 2 * 4 // 3
"""Characters of the largest packet: two minutes, after a long outage."""
_NAME = re.compile(r"[0-9-]{1,64}\Z")
_IDLE = 300.0
_MOST = 32
BEGAN_ANEW = "The server was started again. What you had said is in the box; go on."


@dataclass
class _Open:
    """A recording that is coming in."""

    recording: Recording
    base: int
    """Samples that another process of ours took in before this one."""
    used: float = field(default_factory=time.monotonic)
    last: Progress | None = None
    """What was answered when it was over."""


class VoicePanel:
    """Lays the panel out in the room, handles it, and wires the two."""

    def __init__(self, room: "RoomPage", parts: VoiceParts):
        self.room, self.session, self.service = room, room.session, room.service
        self.parts = parts
        self.kept = KeptSound(parts.settings.home)
        self.kept.sweep()
        self._open: dict[tuple[str, str, str], _Open] = {}
        self._lock = threading.Lock()

    def build(self) -> bool:
        """Puts the panel into the room; when a package is missing, one line that says which, and False."""
        missing = self.parts.missing()
        if missing:
            with self.room.voice_more:
                gr.HTML(f"<p id='voice-word' class='quiet'>{for_html(missing)}</p>")
            return False
        self.room.voice_place.visible = True
        with self.room.voice_place:
            self.talk = gr.Button("Speak", elem_id="voice-talk", min_width=80)
        with self.room.voice_more:
            gr.HTML("<p id='voice-word' aria-live='polite'></p>", elem_id="voice-line")
            with gr.Accordion("Voice", open=False, elem_id="voice-options"):
                self._build_options()
            self.packet = gr.Button("", elem_id="voice-packet", elem_classes="voice-hidden")
        self.packed, self.heard = gr.Textbox(visible=False), gr.Textbox(visible=False)
        self.clips = gr.Textbox(visible=False, elem_id="voice-clips")
        return True

    def _build_options(self) -> None:
        away = self.parts.remote()
        where = f"Your voice is sent to {for_html(away)}." if away else "Your voice stays on this machine."
        with gr.Row():
            self.aloud = gr.Checkbox(False, label="Replies aloud", elem_id="voice-aloud", min_width=140)
            self.hands_free = gr.Checkbox(False, label="Hands-free", elem_id="voice-hands-free", min_width=140)
            self.send = gr.Checkbox(False, label="Send without correcting", elem_id="voice-send", min_width=180)
        with gr.Row():
            self.patience = gr.Slider(0.5, 2, 1, step=0.1, label="Patience with pauses", elem_id="voice-patience")
            self.speed = gr.Slider(0.7, 1.6, 1, step=0.1, label="Speed of the voice", elem_id="voice-speed")
        with gr.Row():
            self.keep = gr.Checkbox(False, label="Keep my recordings until the interview is over", elem_id="voice-keep")
            self.listen_again = gr.Button("Hear my last answer", size="sm", min_width=140, elem_id="voice-listen")
            self.forget_all = gr.Button("Delete my recordings", size="sm", min_width=140, elem_id="voice-forget")
            self.uploaded = gr.UploadButton(
                "Upload a recording", size="sm", min_width=140, type="filepath", elem_id="voice-upload"
            )
        gr.HTML(
            f"<p class='quiet'>{where} Nothing of it is stored unless you tick the box above. "
            "K begins and ends speaking; while you write, Alt+K.</p>"
        )

    def warm(self, place: str) -> None:
        """Loads recogniser and voice when somebody enters the room, so that the first word is heard at once."""
        if place.startswith("room/"):
            self.parts.warm()

    # -- hearing ---------------------------------------------------------------------------------------------

    def hear(
        self, packed: str, id_: str, hands_free: bool, patience: float, keep: bool, key: str, request: gr.Request
    ) -> str:
        """Takes in a packet of sound; what is heard so far, as JSON for the page."""
        name, said = "", ""
        try:
            owner = self.session.owner(key, request)
            name, at, pcm, final = _unpacked(packed)
            header = self.service.store.header(owner, id_)
            found, anew = self._recording((owner, id_, name), at, header.case, hands_free, patience)
            with found.recording.lock, self.service.behind.first():
                said = found.recording.text
                progress = self._take(found, at, pcm, final, (id_, name) if keep else None)
            have = found.base + found.recording.received
            fell = self.parts.hearing().recogniser.fell
            return _reply(name, have, progress, (BEGAN_ANEW if anew else "") or progress.word or fell, anew)
        except Exception as error:
            if not isinstance(error, InterviewerError):
                log.exception("a packet was not heard")
            why = str(error).split("\n")[0] if isinstance(error, InterviewerError) else "Something went wrong"
            word = f"I could not listen: {why.rstrip('.')}. Typing works."
            return json.dumps({"recording": name, "have": 0, "text": said, "word": word, "over": True, "bad": True})

    def _take(self, found: _Open, at: int, pcm: bytes, final: bool, keep: tuple[str, str] | None) -> Progress:
        found.used = time.monotonic()
        if found.last:
            return found.last
        known = found.base + found.recording.received - at  # sent twice: taken once
        samples = from_pcm(pcm)[max(0, known) :]
        if keep and len(samples):
            self.kept.add(*keep, samples)
        progress = found.recording.feed(samples)
        if final and not progress.over:
            progress = found.recording.finish()
        if progress.over:
            found.last = progress
        return progress

    def _recording(
        self, key: tuple[str, str, str], at: int, case: str, hands_free: bool, patience: float
    ) -> tuple[_Open, bool]:
        hearing = self.parts.hearing()
        with self._lock:
            now = time.monotonic()
            for old in [name for name, one in self._open.items() if now - one.used > _IDLE]:
                del self._open[old]
            found = self._open.get(key)
            if found:
                return found, False
            if len(self._open) >= _MOST:
                raise BadInput("Too many people are speaking at once")
            vocabulary = vocabulary_of(self.service.knowledge, case)
            factor = min(2.0, max(0.5, float(patience or 1)))
            peeks = not hearing.recogniser.remote  # an endpoint is asked at pauses only
            made = Recording(hearing.recogniser, hearing.vad, vocabulary, factor, bool(hands_free), peeks)
            self._open[key] = _Open(made, at)
            return self._open[key], at > 0

    def upload(self, path: str | None, id_: str, key: str, request: gr.Request) -> str:
        """Hears an uploaded recording of an answer; the file is gone afterwards, also when it is of no use."""
        file = Path(path) if path else None
        try:
            owner = self.session.owner(key, request)
            case = self.service.store.header(owner, id_).case
            if file is None or not file.is_file():
                raise BadInput("Nothing was uploaded.")
            samples = read_upload(file.read_bytes())
            hearing = self.parts.hearing()
            recording = Recording(
                hearing.recogniser, hearing.vad, vocabulary_of(self.service.knowledge, case), peeks=False
            )
            progress = recording.feed(samples)
            progress = progress if progress.over else recording.finish()
            return json.dumps({"recording": "", "text": progress.text, "word": progress.word})
        except InterviewerError as error:
            return json.dumps({"recording": "", "text": "", "word": str(error)})
        finally:
            if file is not None:
                file.unlink(missing_ok=True)

    # -- saying ----------------------------------------------------------------------------------------------

    def answer(self, id_: str, key: str, aloud: bool, speed: float, request: gr.Request) -> Iterator[Any]:
        """The interviewer's turn, and, if wanted, its sound, sentence by sentence."""
        if not id_ or not aloud:
            yield from self.room.answer(id_, key, request)
            if id_:  # a page without sound must know as well that it is the candidate's turn: hands-free goes on
                yield {self.clips: json.dumps({"reply": f"{id_}/{time.time_ns()}", "audio": [], "done": True})}
            self._forget_when_over(id_, key, request)
            return
        reply, text = f"{id_}/{time.time_ns()}", ""
        rate = min(1.6, max(0.7, float(speed or 1)))
        speaking = Speaking(lambda sentence: self.parts.saying().say(sentence, rate))
        sent = 0

        def listen(words: str) -> None:
            nonlocal text
            text = words
            speaking.feed(words)

        try:
            for updates in self.room.answer(id_, key, request, listen):
                sent = len(speaking.clips)
                yield {**updates, self.clips: _clips(reply, speaking)}
            speaking.feed(text, whole=True)
            done = not text
            while not done:
                done = speaking.wait()
                if len(speaking.clips) > sent or done:
                    sent = len(speaking.clips)
                    yield {self.clips: _clips(reply, speaking, done, self._fell() if done and text else "")}
        finally:
            speaking.stop()
        self._forget_when_over(id_, key, request)

    def _fell(self) -> str:
        """Why another voice speaks than the one that was asked for."""
        try:
            return self.parts.saying().fell
        except InterviewerError:
            return ""  # the reply says so itself

    def _forget_when_over(self, id_: str, key: str, request: gr.Request) -> None:
        try:
            if id_ and self.service.store.transcript(self.session.owner(key, request), id_).is_over:
                self.kept.forget(id_)
        except InterviewerError:
            return

    # -- what is kept ----------------------------------------------------------------------------------------

    def listen(self, id_: str, key: str, request: gr.Request) -> str:
        """The sound of the last answer, when it was kept."""
        word = "No recording is kept."
        try:
            self.service.store.header(self.session.owner(key, request), id_)
            if wav := self.kept.last(id_):
                return json.dumps({"reply": f"own/{time.time_ns()}", "audio": [_url(wav)]})
        except InterviewerError as error:  # deleted in another tab, say
            word = line(error)
        return json.dumps({"reply": f"own/{time.time_ns()}", "audio": [], "word": word})

    def forget(self, id_: str, key: str, request: gr.Request) -> str:
        """Deletes what is kept."""
        try:
            self.service.store.header(self.session.owner(key, request), id_)
            count = self.kept.forget(id_)
            word = f"Deleted: {count} recording{'' if count == 1 else 's'}." if count else "No recording was kept."
        except InterviewerError as error:
            word = line(error)
        return json.dumps({"recording": "", "word": word})

    # -- which event leads where -----------------------------------------------------------------------------

    def wire(self) -> None:
        """Connects the panel."""
        interview, key, place = self.session.interview, self.session.key, self.session.place
        self.talk.click(
            None, [self.aloud], [self.aloud],
            js="on => { interviewerVoice.talk(); return interviewerVoice.first(on); }", **QUIET,
        )  # fmt: skip
        self.hands_free.input(
            None, [self.hands_free, self.aloud], [self.aloud],
            js="(on, aloud) => interviewerVoice.handsFree(on, aloud)", **QUIET,
        )  # fmt: skip
        options = [self.hands_free, self.patience, self.keep]
        heard = self.packet.click(
            self.hear, [self.packed, interview, *options, key], [self.heard],
            js="(_, ...rest) => [interviewerVoice.packet(), ...rest]",
            trigger_mode="multiple", concurrency_limit=8, **QUIET,
        )  # fmt: skip
        uploaded = self.uploaded.upload(self.upload, [self.uploaded, interview, key], [self.heard], **QUIET)
        forgotten = self.forget_all.click(self.forget, [interview, key], [self.heard], **QUIET)
        for event in (heard, uploaded, forgotten):
            event.success(None, [self.heard], None, js="news => interviewerVoice.answered(news)", **QUIET)
        self.listen_again.click(self.listen, [interview, key], [self.clips], **QUIET)
        self.clips.change(None, [self.clips], None, js="value => interviewerVoice.clips(value)", **QUIET)
        place.change(None, [place], None, js="place => interviewerVoice.went(place)", **QUIET)
        place.change(self.warm, [place], None, **QUIET)


def _unpacked(packed: str) -> tuple[str, int, bytes, bool]:
    """A packet's recording, place, sound and whether it is the last. Size and form are checked first."""
    if not isinstance(packed, str) or len(packed) > _PACKET:
        raise BadInput("too much sound at once")
    try:
        data = json.loads(packed)
        name, at, final = data["recording"], data["at"], data["final"]
        pcm = base64.b64decode(data["pcm"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise BadInput("the page sent something that is not sound; reload it") from error
    if not (isinstance(name, str) and _NAME.match(name) and isinstance(at, int) and at >= 0):
        raise BadInput("the page sent something that is not sound; reload it")
    return name, at, pcm, bool(final)


def _reply(name: str, have: int, progress: Progress, word: str, anew: bool) -> str:
    return json.dumps(
        {
            "recording": name,
            "have": have,
            "text": progress.text,
            "word": word,
            "over": progress.over,
            "bad": progress.doubtful,
            "restart": anew,
        }
    )


def _url(wav: bytes) -> str:
    return f"data:audio/wav;base64,{base64.b64encode(wav).decode()}"


def _clips(reply: str, speaking: Speaking, done: bool = False, fell: str = "") -> str:
    word = f"No sound: {speaking.error.rstrip('.')}. The reply is above." if speaking.error else fell
    return json.dumps({"reply": reply, "audio": [_url(clip) for clip in speaking.clips], "done": done, "word": word})
