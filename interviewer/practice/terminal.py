"""An interview in the terminal. Every turn is on disk before it is answered."""

import io
import re
import sys
import tempfile
import time
import uuid
from difflib import get_close_matches
from pathlib import Path

from interviewer import BadInput, CannotRun
from interviewer.config import written_whole
from interviewer.context import AppContext
from interviewer.interview import ModeKind, known_mode
from interviewer.interview.interviewer import Interviewer
from interviewer.transcript import Transcript, Turn

_EVENTS = {"/hint": "hint", "/pause": "pause", "/skip": "skip", "/end": "end"}
_COMMAND = re.compile(r"/[A-Za-z_-]+\Z")


def _read() -> tuple[str, str | None]:
    """The candidate's words up to an empty line, or a button. The end of input ends the interview."""
    lines: list[str] = []
    while True:
        sys.stdout.write("> " if not lines else ". ")
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            return "\n".join(lines).strip(), None if lines else "end"
        line = line.rstrip("\r\n")
        word = line.strip()
        if not lines and word.lower() in _EVENTS:
            return "", _EVENTS[word.lower()]
        if _COMMAND.match(word):
            first = "Send your words with an empty line first; then there are" if lines else f"{word}: there are only"
            sys.stdout.write(f"{first} {', '.join(_EVENTS)}.\n")
        elif word:
            lines.append(line)
        elif lines:
            return "\n".join(lines).strip(), None


def _keep(transcript: Transcript, path: Path) -> None:
    """Writes the transcript, for its owner alone. Raises CannotRun."""
    try:
        with written_whole(path) as file:
            file.write(transcript.to_json().encode())
    except OSError as error:
        raise CannotRun(f"{path}: the transcript cannot be written ({error.strerror or error})") from error


def _place(save: Path | None, home: Path, name: str) -> Path:
    """Where the transcript will lie: a new file in a folder that can be written. Raises BadInput."""
    path = save or home / "practice" / f"{name}.json"
    said = f"--save {path}" if save else str(path)
    if path.is_dir():
        raise BadInput(f"{said}: is a folder; name a file")
    if path.exists():
        raise BadInput(f"{said}: is there already; choose another name")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            return path
    except OSError as error:
        raise BadInput(f"{said}: cannot be written ({error.strerror or error})") from error


def _listen() -> None:
    """Makes standard input fit for whatever is typed: a byte that is not text becomes a mark. Raises BadInput."""
    if sys.stdin is None:
        raise BadInput("standard input: is closed; an interview needs somebody who answers")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")


def _check_topic(interviewer: Interviewer, transcript: Transcript) -> None:
    """Raises BadInput for a drill on what the problem has nothing about."""
    mode = known_mode(transcript.mode)
    if mode.kind is ModeKind.DRILL and not interviewer.view(transcript)[0].agenda.drill:
        topics = interviewer.knowledge.topics
        near = get_close_matches(mode.topic.lower().replace(" ", "-"), topics, n=3, cutoff=0.4) or list(topics)
        raise BadInput(f"mode '{mode}': nothing is known on that topic; there are {', '.join(near)}")


def hold(parts: AppContext, transcript: Transcript, save: Path | None) -> None:
    """Holds the interview and says where its transcript lies."""
    if transcript.case not in parts.knowledge.cases:
        raise BadInput(f"--case {transcript.case}: {parts.knowledge.no_case(transcript.case)}")
    _listen()
    name = f"{transcript.case}-{uuid.uuid4().hex[:8]}"
    path = _place(save, parts.settings.home, name)
    interviewer = parts.interviewer
    if not parts.retriever.index.trouble:
        _check_topic(interviewer, transcript)
    interviewer.keep_going = True  # who is in the middle of an interview gets a turn
    interviewer.warm(transcript.case)
    try:
        _talk(interviewer, transcript.model_copy(update={"id": name}), path)
    except KeyboardInterrupt:
        if path.exists():
            sys.stderr.write(f"\nBroken off. The transcript so far: {path}\n")
        raise
    sys.stdout.write(f"\nThe transcript: {path}\nThe report: interviewer grade {path}\n")


def _talk(interviewer: Interviewer, transcript: Transcript, path: Path) -> None:
    """Turn by turn until the interviewer closes. The clock stands from ``/pause`` until the next words."""
    start = time.monotonic()
    event = None
    while True:
        reply = interviewer.next_turn(transcript, time.monotonic() - start if transcript.turns else 0.0)
        transcript = reply.transcript
        _keep(transcript, path)
        left = max(0, round(reply.state.left / 60))
        sys.stdout.write(f"\n[{left} min left, {reply.backend}] {reply.turn.text}\n")
        for warning in reply.warnings:
            sys.stderr.write(f"{warning}\n")
        if reply.turn.closes:
            return
        asked = time.monotonic()
        if event == "pause":
            sys.stdout.write("The clock stands until you send something.\n")
        words, told = _read()
        if event == "pause":
            start += time.monotonic() - asked
        event = told
        turn = {"speaker": "candidate", "text": words, "at": time.monotonic() - start, "mode": "typed", "event": event}
        transcript = transcript.with_turn(Turn.model_validate(turn))
        _keep(transcript, path)
