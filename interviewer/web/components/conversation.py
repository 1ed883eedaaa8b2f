"""The conversation as a page shows it: who said what, word for word, and the sketches as pictures."""

from interviewer.drawing import shown
from interviewer.grading.presentation import EVENTS
from interviewer.transcript import Transcript, Turn
from interviewer.web.escape import for_html

EMPTY = "<p class='waiting' role='status'>The interviewer is getting ready; a problem takes longer the first time.</p>"


def conversation_html(transcript: Transcript, editable: int | None = None) -> str:
    """Every turn that says or does something; the one that may still be edited has a button for it."""
    rows = [
        _row(number, turn, number == editable)
        for number, turn in enumerate(transcript.turns)
        if turn.text.strip() or turn.event
    ]
    return f"<ol class='talk'>{''.join(rows)}</ol>" if rows else EMPTY


def speaking_html(text: str) -> str:
    """The interviewer's words while they are coming."""
    return f"<div class='talk'>{_bubble('bot', for_html(text))}</div>" if text else ""


def sketch_html(source: str) -> str:
    """A sketch: its source, which the page's script draws."""
    return f"<figure class='sketch' data-mermaid><pre>{for_html(source.strip())}</pre></figure>"


def drawing_html(turn: Turn) -> str:
    """A drawing from the whiteboard or a photo of one: the picture, and the words that the interviewer got."""
    words = f"<details><summary>As the interviewer reads it</summary><pre>{for_html(turn.text)}</pre></details>"
    return f"<figure class='drawn'>{shown(turn.scene, turn.photo)}{words}</figure>"


def _drawn(turn: Turn) -> str:
    return sketch_html(turn.text) if turn.is_diagram else drawing_html(turn)


def _row(number: int, turn: Turn, editable: bool) -> str:
    if turn.speaker == "interviewer":
        return f"<li data-turn='{number}'>{_bubble('bot', for_html(turn.text.strip()))}</li>"
    said = _drawn(turn) if turn.mode == "drawn" else for_html(turn.text.strip())
    event = f"<em>{EVENTS[turn.event]}</em>" if turn.event else ""
    words = "<br>".join(part for part in (said, event) if part)
    edit = f"<button type='button' class='link' data-edit='{number}'>Edit</button>" if editable else ""
    return f"<li data-turn='{number}'>{_bubble('user', words, edit)}</li>"


def _bubble(who: str, words: str, more: str = "") -> str:
    name = "Interviewer" if who == "bot" else "You"
    return (
        f"<div class='message-row {who}-row'><span class='sr-only'>{name}:</span>"
        f"<div class='message {who}' dir='auto'>{words}</div>{more}</div>"
    )
