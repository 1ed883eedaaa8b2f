"""The coach's page: a recorded interview from whatever file there is, its speakers, its report, in three steps."""

import json
import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from interviewer import BadInput, InterviewerError, Level
from interviewer.imports import UNKNOWN_CASE, Imported, Speaker, SpeakersUnclear, read_any
from interviewer.knowledge import Knowledge
from interviewer.transcript import MAX_TURNS, Transcript, transcript_from
from interviewer.web import VoiceParts, slug
from interviewer.web.service import LONGEST_PROBLEM
from interviewer.web.session import (
    QUIET,
    Page,
    Session,
    Updates,
    bar_html,
    choice_html,
    for_html,
    levels_html,
    line,
    status,
)

_ROLES = {"interviewer": "Interviewer", "candidate": "Candidate", "nobody": "Leave out"}
_MOST = 6_000_000
"""Characters of a whole interview as the page sends it."""


@dataclass(frozen=True)
class EditorLine:
    """A piece of talk; ``role`` is the speaker as far as it is known."""

    role: str
    text: str
    at: float | None = None


def speakers_html(speakers: Sequence[Speaker], chosen: str) -> str:
    """Who of those in the file is the candidate."""
    said = "<bdi>{}</bdi> <span class='quiet'>{:,} words</span>"
    options = [(one.name, said.format(for_html(one.name), one.words)) for one in speakers[:40]]
    return choice_html("candidate", "Who is the candidate?", options, chosen, "coach-who")


def editor_html(
    knowledge: Knowledge,
    lines: Sequence[EditorLine],
    case: str = UNKNOWN_CASE,
    level: Level = Level.SENIOR,
    problem: str = "",
) -> str:
    """The lines to check, and what the interview was about, as far as that is known."""
    rows = "".join(_row(number, one) for number, one in enumerate(lines))
    cases = sorted((knowledge.cases[slug].title, slug) for slug in knowledge.cases)
    options = "".join(
        f"<option value='{slug}'{' selected' if slug == case else ''}>{for_html(title)}</option>"
        for title, slug in [("Not in this list", UNKNOWN_CASE), *cases]
    )
    said = sum(len(one.text.split()) for one in lines if one.role == "candidate")
    return (
        "<form id='coach-form' onsubmit='return false'><div class='card terms'>"
        f"<label class='field'>Problem<select name='case'>{options}</select></label>"
        "<label class='field' id='coach-problem'>Or what the problem was<input name='problem' maxlength='300' "
        f"autocomplete='off' placeholder='Design a system that …' value='{for_html(problem)}'></label>"
        f"{levels_html('level', 'Grade at level', level, 'coach-level')}"
        "<button type='button' class='primary' id='coach-grade' data-act='grade'>Grade it</button></div>"
        f"<div class='card'><h2>Who says what</h2><p class='quiet'>{_counted(len(lines))}; the candidate says {said:,} "
        "words. Click a speaker to change it, with Shift also all that follow; click into the words to mend what was "
        f"misheard.</p><ol class='lines' tabindex='0' aria-label='Who says what'>{rows}</ol></div></form>"
    )


def _counted(pieces: int) -> str:
    return f"{pieces:,} piece{'' if pieces == 1 else 's'}"


def _row(number: int, one: EditorLine) -> str:
    clock = "" if one.at is None else f"{int(one.at // 60)}:{int(one.at % 60):02d}"
    role = one.role if one.role in _ROLES else "candidate"
    return (
        f"<li data-role='{role}' data-at='{'' if one.at is None else one.at}'>"
        f"<button type='button' class='small' data-turn-role>{_ROLES[role]}</button>"
        f"<span class='quiet'>{clock}</span><p contenteditable='plaintext-only' role='textbox' dir='auto' "
        f"aria-label='Words of piece {number + 1}'>{for_html(one.text)}</p></li>"
    )


@dataclass(frozen=True)
class Edited:
    """What the editor holds, as its page sent it."""

    lines: list[EditorLine]
    case: str
    level: Level
    problem: str


def unpacked_editor(packed: Any) -> Edited:
    """What the page sent of its editor. Raises BadInput."""
    if not isinstance(packed, str) or len(packed) > _MOST:
        raise BadInput("The interview is too long to be graded here; use `interviewer grade` on the command line.")
    try:
        form = json.loads(packed)
        lines = [EditorLine(str(role), str(text).strip(), _seconds(at)) for role, text, at in form["lines"]]
        problem = " ".join(str(form.get("problem", "")).split())[:LONGEST_PROBLEM]
        return Edited(lines[: MAX_TURNS + 1], str(form["case"]), Level(form["level"]), problem)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInput("The page sent something that is no interview; reload it.") from error


def _seconds(at: object) -> float | None:
    return float(at) if isinstance(at, int | float) and 0 <= at < 1e6 else None


def edited(packed: Any, knowledge: Knowledge) -> Transcript:
    """The transcript that the editor holds. Raises BadInput."""
    held = unpacked_editor(packed)
    turns: list[dict[str, Any]] = []
    for one in held.lines:
        if one.role in ("interviewer", "candidate") and one.text:
            turns.append({"speaker": one.role, "text": one.text, "at": one.at})
            if one.role == "candidate":
                turns[-1]["mode"] = "spoken"
    if not any(turn["speaker"] == "candidate" for turn in turns):
        raise BadInput("Nobody is marked as the candidate: click a speaker to change it.")
    read: dict[str, Any] = {"case": held.case, "level": held.level.value, "turns": turns}
    if held.case not in knowledge.cases:
        read |= {"case": slug(held.problem) if held.problem else UNKNOWN_CASE, "problem": held.problem or None}
    last = max((turn["at"] or 0.0 for turn in turns), default=0.0)
    read["minutes"] = min(240.0, max(45.0, round(last / 60)))
    return transcript_from(read, "the recording")


# -- coach -----------------------------------------------------------------------------------------------
# The coach's page: a recorded interview from whatever file there is, its speakers, its report, in three steps.


log = logging.getLogger(__name__)
_MOST_FILE = 60_000_000
"""Bytes of a file."""
_GRADE = (
    "element.addEventListener('click', (event) => { if (event.target.closest('[data-act=grade]'))"
    " trigger('grade', { packed: interviewer.coached() }); });"
    " interviewer.coaching(element, (packed) => trigger('again', { packed }));"
)
_WHO = "element.addEventListener('change', (event) => trigger('who', { name: event.target.value }));"
_FORMATS = (
    "Transcripts of Zoom, Teams, Meet, Otter, Whisper, YouTube and others (VTT, SRT, TXT, MD, JSON, CSV, DOCX), "
    "or sound (WAV, MP3, M4A, OGG, FLAC, WebM)."
)


class CoachPage(Page):
    """The page."""

    def __init__(self, session: Session, voice: VoiceParts | None = None):
        self.session, self.service, self.voice = session, session.service, voice
        self._busy = threading.Semaphore(1)
        """One recording is written down at a time: it takes a whole core."""
        with gr.Column(elem_id="coach-view", visible=False) as self.view:
            gr.HTML(
                "<h1>Coach: grade a recorded interview</h1><p class='lead'>Upload a transcript or a recording, check "
                f"who says what, choose a level.</p><p class='quiet'>{_FORMATS}</p>"
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

    def again(self, event: gr.EventData) -> Updates:
        """After a reload: what the page had kept of its editor is laid out as it was."""
        try:
            held = unpacked_editor(event._data.get("packed") if isinstance(event._data, dict) else None)
        except BadInput:
            return {self.status: ""}  # what another revision kept is of no use
        editor = editor_html(self.service.knowledge, held.lines, held.case, held.level, held.problem)
        word = "The interview that you had here is still here. Choose another file to begin anew."
        return {self.status: status(word), self.editor: editor}

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
            chosen = next((speaker.name for speaker in read.speakers if speaker.role == "candidate"), "")
        except SpeakersUnclear as unclear:
            chosen = max(unclear.speakers, key=lambda one: one.words).name
            read = read_any(raw, name, candidate=[chosen])
        lines = [EditorLine(turn.speaker, turn.text, turn.at) for turn in read.transcript.turns if turn.text.strip()]
        case, said = self._problem(lines, read.transcript.case)
        return {
            self.status: _notes(read, name, len(lines), *said),
            self.who: speakers_html(read.speakers, chosen) if len(read.speakers) > 1 else "",
            self.editor: editor_html(
                self.service.knowledge, lines, case, read.transcript.level, read.transcript.problem or ""
            ),
        }

    def _problem(self, lines: Sequence[EditorLine], case: str = UNKNOWN_CASE) -> tuple[str, list[str]]:
        """Which problem is chosen at first, and what is said about it; ``case`` is what the file says."""
        from interviewer.knowledge.embeddings import shared_embedder
        from interviewer.listening.facts import nearest_problem

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
        from interviewer.speech.recording import LONGEST, written_down

        assert self.voice
        yield {self.editor: bar_html(None, "Loading what listens"), self.who: "", self.status: ""}
        samples, hearing = read_upload(raw, LONGEST), self.voice.hearing()
        whole = len(samples) / RATE
        length = f"{whole / 60:.0f} minutes" if whole >= 90 else f"{whole:.0f} seconds"
        done = [0.0]
        with ThreadPoolExecutor(1, thread_name_prefix="writes-down") as pool:
            work = pool.submit(
                written_down, samples, hearing.recogniser, hearing.vad, lambda share: done.__setitem__(0, share)
            )
            while not wait([work], 1.0).done:
                yield {self.editor: bar_html(done[0], f"Writing down {length} of sound")}
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
        word += f" Heard badly: {_counted(doubtful)}." if doubtful else ""
        case, said = self._problem(lines)
        editor = editor_html(self.service.knowledge, lines, case)
        yield {self.status: f"{status(word)}{_listed(said)}", self.editor: editor}

    # -- wiring ----------------------------------------------------------------------------------------------

    def wire(self) -> None:
        """Which event leads to which handler."""
        self.upload.upload(self.take, [self.upload], self.outputs, concurrency_limit=4, trigger_mode="once", **QUIET)
        self.who.who(self.recast, [self.upload], self.outputs, **QUIET)
        self.editor.again(self.again, None, [self.status, self.editor], trigger_mode="once", **QUIET)
        self.session.leads(self.editor.grade, self.grade, [self.session.key])


def _read(path: str | None) -> tuple[str, bytes]:
    """An uploaded file's name and bytes. Raises BadInput."""
    file = Path(path or "")
    if not path or not file.is_file():
        raise BadInput("The file is not here any more. Choose it again.")
    if file.stat().st_size > _MOST_FILE:
        raise BadInput(f"{file.name}: larger than {_MOST_FILE // 1_000_000} MB. Cut it, or save it as MP3.")
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
    warnings = [warning.partition(" Say --")[0] for warning in read.warnings if not warning.startswith(asked)]
    return f"{status(f'{name} was read as {read.format}: {_counted(pieces)} of talk.')}{_listed([*warnings, *said])}"


def _listed(said: Sequence[str]) -> str:
    items = "".join(f"<li dir='auto'>{for_html(one)}</li>" for one in said[-12:])
    return f"<ul class='plain quiet'>{items}</ul>" if said else ""
