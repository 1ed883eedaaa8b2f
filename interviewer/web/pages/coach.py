"""The coach's page: a recorded interview from whatever file there is, its speakers, its report, in three steps."""

import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import gradio as gr

from interviewer.errors import BadInput, InterviewerError
from interviewer.imports import UNKNOWN_CASE, Imported, SpeakersUnclear, read_any
from interviewer.speech.parts import VoiceParts
from interviewer.web.components.editor import EditorLine, edited, editor_html, speakers_html
from interviewer.web.escape import for_html
from interviewer.web.service import Grading
from interviewer.web.session import QUIET, Session, Updates, line, status

log = logging.getLogger(__name__)
_MOST = 60_000_000
"""Bytes of a file."""
_GRADE = (
    "element.addEventListener('click', (event) => { if (event.target.closest('[data-act=grade]'))"
    " trigger('grade', { packed: interviewer.coached() }); });"
)
_WHO = "element.addEventListener('change', (event) => trigger('who', { name: event.target.value }));"
_FORMATS = (
    "Transcripts of Zoom, Teams, Meet, Otter, Whisper, YouTube and others (VTT, SRT, TXT, MD, JSON, CSV, DOCX), "
    "or sound (WAV, MP3, M4A, OGG, FLAC, WebM)."
)


class CoachPage:
    """Lays the page out, handles it, and wires the two."""

    def __init__(self, session: Session, voice: VoiceParts | None = None):
        self.session, self.service, self.voice = session, session.service, voice
        self._busy = threading.Semaphore(1)
        """One recording is written down at a time: it takes a whole core."""
        with gr.Column(elem_id="coach-view", visible=False) as self.view:
            gr.HTML(
                "<h1>Grade a recorded interview</h1><p class='lead'>Upload a transcript or a recording, check who says "
                f"what, choose a level.</p><p class='quiet'>{_FORMATS}</p>"
            )
            with gr.Row(elem_id="coach-files"):
                self.upload = gr.UploadButton(
                    "Choose a file", variant="primary", type="filepath", elem_id="coach-upload", scale=0, min_width=140
                )
            self.status = gr.HTML("", elem_id="coach-status", elem_classes="status")
            self.who = gr.HTML("", elem_id="coach-speakers", js_on_load=_WHO)
            self.editor = gr.HTML("", elem_id="coach-editor", js_on_load=_GRADE)
        self.outputs: list[Any] = [self.status, self.who, self.editor]

    def show(self, owner: str, id_: str = "") -> Updates:
        """Updates that show the page: nothing is chosen yet."""
        return {self.status: "", self.who: "", self.editor: ""}

    # -- handling --------------------------------------------------------------------------------------------

    def take(self, path: str | None, request: gr.Request) -> Iterator[Updates]:
        """A file was uploaded: a transcript is read, sound is written down with its progress."""
        try:
            name, raw = _read(path)
            if _is_sound(raw):
                yield from self._write_down(raw)
            else:
                yield self._read_transcript(raw, name)
        except InterviewerError as error:
            yield {**self.show(""), self.status: status(line(error), "bad")}
        except Exception:
            log.exception("a file could not be read")
            yield {**self.show(""), self.status: status("This file could not be read.", "bad")}

    def recast(self, path: str | None, event: gr.EventData, request: gr.Request) -> Updates:
        """Somebody else is the candidate: the file is read again."""
        try:
            name, raw = _read(path)
            return self._read_transcript(raw, name, str(getattr(event, "name", ""))[:200])
        except InterviewerError as error:
            return {self.status: status(line(error), "bad")}

    def grade(self, key: str, event: gr.EventData, request: gr.Request) -> Updates:
        """Keeps the interview among the coach's own and leads to its report."""
        owner = self.session.owner(key, request)
        try:
            packed = event._data.get("packed") if isinstance(event._data, dict) else None
            id_ = self.service.keep(owner, edited(packed, self.service.knowledge))
            return self.session.go("report", id_, owner)
        except InterviewerError as error:
            return {self.status: status(line(error), "bad")}

    def _read_transcript(self, raw: bytes, name: str, candidate: str = "") -> Updates:
        try:
            read = read_any(raw, name, candidate=[candidate] if candidate else ())
            chosen = next((one.name for one in read.speakers if one.role == "candidate"), "")
        except SpeakersUnclear as unclear:
            chosen = max(unclear.speakers, key=lambda one: one.words).name
            read = read_any(raw, name, candidate=[chosen])
        lines = [EditorLine(turn.speaker, turn.text, turn.at) for turn in read.transcript.turns if turn.text.strip()]
        case, said = self._problem(lines, read.transcript.case)
        return {
            self.status: _notes(read, name, len(lines), *said),
            self.who: speakers_html(read.speakers, chosen) if len(read.speakers) > 1 else "",
            self.editor: editor_html(self.service.knowledge, lines, read.transcript, case),
        }

    def _problem(self, lines: Sequence[EditorLine], case: str = UNKNOWN_CASE) -> tuple[str, list[str]]:
        """Which problem is chosen at first, and what is said about it; ``case`` is what the file says."""
        from interviewer.knowledge.embeddings import shared_embedder
        from interviewer.listening.problem import nearest_problem

        knowledge = self.service.knowledge
        if case in knowledge.cases:
            return case, []
        guess = nearest_problem(" ".join(one.text for one in lines), knowledge, shared_embedder())
        if guess is None:
            return UNKNOWN_CASE, []
        title = knowledge.cases[guess.case].title
        if guess.near:
            return guess.case, [f"By how it begins, the problem is taken to be “{title}”. Choose another if it is not."]
        return UNKNOWN_CASE, [f"Which problem it is could not be told; the nearest of ours is “{title}”."]

    def _write_down(self, raw: bytes) -> Iterator[Updates]:
        if self.voice is None:
            raise BadInput("Voice is switched off here (INTERVIEWER_VOICE), so sound cannot be written down.")
        if not self._busy.acquire(blocking=False):
            raise BadInput("Another recording is being written down. Try again in a few minutes.")
        try:
            yield from self._heard(raw)
        finally:
            self._busy.release()

    def _heard(self, raw: bytes) -> Iterator[Updates]:
        from interviewer.speech.audio import RATE, read_upload
        from interviewer.speech.transcription import LONGEST, written_down

        assert self.voice
        yield {self.editor: _progress(Grading(None, "Loading what listens")), self.who: "", self.status: ""}
        samples, ears = read_upload(raw, LONGEST), self.voice.ears()
        minutes = len(samples) / RATE / 60
        done = [0.0]
        with ThreadPoolExecutor(1, thread_name_prefix="writes-down") as pool:
            work = pool.submit(
                written_down, samples, ears.recogniser, ears.vad, lambda share: done.__setitem__(0, share)
            )
            while not wait([work], 1.0).done:
                yield {self.editor: _progress(Grading(done[0], f"Writing down {minutes:.0f} minutes of sound"))}
        pieces = work.result()
        if not pieces:
            raise BadInput("No speech was understood in this recording (only English is).")
        lines = [
            EditorLine("interviewer" if _asks(piece.text) else "candidate", piece.text, piece.at) for piece in pieces
        ]
        doubtful = sum(piece.doubtful for piece in pieces)
        word = (
            "Who speaks cannot be told from the sound: short questions are taken for the interviewer's. Please check."
        )
        word += f" {doubtful} pieces were heard badly." if doubtful else ""
        case, said = self._problem(lines)
        editor = editor_html(self.service.knowledge, lines, chosen=case)
        yield {self.status: f"{status(word)}{_listed(said)}", self.editor: editor}

    # -- wiring ----------------------------------------------------------------------------------------------

    def wire(self) -> None:
        """Which event leads to which handler."""
        self.upload.upload(self.take, [self.upload], self.outputs, concurrency_limit=4, trigger_mode="once", **QUIET)
        self.who.who(self.recast, [self.upload], self.outputs, **QUIET)
        self.session.leads(self.editor.grade, self.grade, [self.session.key])

    def follow(self, event: Any) -> Any:
        """Nothing follows here."""
        return event


def _read(path: str | None) -> tuple[str, bytes]:
    """An uploaded file's name and bytes. Raises BadInput."""
    file = Path(path or "")
    if not path or not file.is_file():
        raise BadInput("The file is not here any more. Choose it again.")
    if file.stat().st_size > _MOST:
        raise BadInput(f"{file.name}: larger than {_MOST // 1_000_000} MB. Cut it, or save it as MP3.")
    return file.name, file.read_bytes()


def _is_sound(raw: bytes) -> bool:
    from interviewer.speech.audio import kind_of

    try:
        kind_of(raw)
    except BadInput:
        return False
    return not raw.startswith(b"FORM ")  # a text may begin so


def _asks(text: str) -> bool:
    """A guess to start from: somebody who says little and asks is the interviewer."""
    return "?" in text and len(text.split()) <= 30


def _notes(read: Imported, name: str, pieces: int, *said: str) -> str:
    asked = ("No level was given", "No case was given")  # the page asks for them
    warnings = [one.partition(" Say --")[0] for one in read.warnings if not one.startswith(asked)]
    return f"{status(f'{name} was read as {read.format}: {pieces} pieces of talk.')}{_listed([*warnings, *said])}"


def _listed(said: Sequence[str]) -> str:
    items = "".join(f"<li dir='auto'>{for_html(one)}</li>" for one in said[-12:])
    return f"<ul class='plain quiet'>{items}</ul>" if said else ""


def _progress(news: Grading) -> str:
    value = f" value='{news.fraction:.3f}'" if news.fraction is not None else ""
    return (
        f"<div class='card grading' role='status'><p>{for_html(news.text)} …</p>"
        f"<progress max='1' aria-label='Progress'{value}></progress></div>"
    )
