"""An interview in the terminal. Every turn is on disk before it is answered."""

import sys
import time
import uuid
from pathlib import Path

from interviewer.context import AppContext
from interviewer.errors import BadInput
from interviewer.interview.interviewer import closes
from interviewer.transcript import Transcript, Turn

_EVENTS = {"/hint": "hint", "/pause": "pause", "/skip": "skip", "/end": "end"}


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
        if not lines and line.strip() in _EVENTS:
            return "", _EVENTS[line.strip()]
        if not line.strip() and lines:
            return "\n".join(lines).strip(), None
        if line.strip():
            lines.append(line)


def _keep(transcript: Transcript, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".tmp")
    aside.touch(mode=0o600)  # what somebody said is theirs alone
    aside.write_text(transcript.to_json(), encoding="utf-8")
    aside.replace(path)


def hold(parts: AppContext, transcript: Transcript, save: Path | None) -> None:
    """Holds the interview and says where its transcript lies."""
    if transcript.case not in parts.knowledge.cases:
        raise BadInput(f"--case {transcript.case}: no such case; there are {', '.join(parts.knowledge.cases)}")
    name = f"{transcript.case}-{uuid.uuid4().hex[:8]}"
    path = save or parts.settings.home / "practice" / f"{name}.json"
    transcript = transcript.model_copy(update={"id": name})
    interviewer = parts.interviewer()
    interviewer.keep_going = True  # who is in the middle of an interview gets a turn
    interviewer.warm(transcript.case)
    start = time.monotonic()
    while True:
        reply = interviewer.next_turn(transcript, time.monotonic() - start if transcript.turns else 0.0)
        transcript = reply.transcript
        _keep(transcript, path)
        left = max(0, round(reply.state.left / 60))
        sys.stdout.write(f"\n[{left} min left, {reply.backend}] {reply.turn.text}\n")
        for warning in reply.warnings:
            sys.stderr.write(f"{warning}\n")
        if closes(reply.turn):
            break
        words, event = _read()
        at = time.monotonic() - start
        transcript = transcript.with_turn(
            Turn.model_validate({"speaker": "candidate", "text": words, "at": at, "mode": "typed", "event": event})
        )
        _keep(transcript, path)
    sys.stdout.write(f"\nThe transcript: {path}\nThe report: interviewer grade {path}\n")
