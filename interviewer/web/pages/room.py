"""The room: the conversation, the whiteboard, the seven steps, the clock."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from interviewer.interview.modes import scope
from interviewer.knowledge.load import Knowledge
from interviewer.transcript import Transcript, Turn
from interviewer.web.components.retakes import TakesPanel, build_takes
from interviewer.web.escape import for_html, for_markdown, mermaid_block
from interviewer.web.pages.setup import LEVEL_NAMES, case_title, mode_name
from interviewer.web.service import Room, is_over

EVENTS = {
    "hint": "Asked for a hint",
    "pause": "Asked for a moment",
    "skip": "Asked to move on",
    "end": "Ended the interview",
    "silence": "Said nothing",
}
BACKENDS = {
    "openai": ("Language model", "A language model behind an OpenAI-compatible endpoint words the questions."),
    "local": ("Embedded model", "A small model on this machine listens; the case file words the questions."),
    "scripted": ("Scripted", "No language model: the questions are the case file's own words."),
}
SKETCH = "flowchart LR\n  events[Events] --> features[Features] --> model[Model] --> ranking[Ranking]"


@dataclass(frozen=True)
class RoomPage:
    """The page's components."""

    view: gr.Column
    heading: gr.HTML
    chat: gr.Chatbot
    status: gr.HTML
    box: gr.Textbox
    send: gr.Button
    voice: gr.Column
    """Empty: the voice panel's place, next to the text box."""
    hint: gr.Button
    moment: gr.Button
    end: gr.Button
    confirm: gr.Row
    end_yes: gr.Button
    end_no: gr.Button
    again: gr.Button
    write: gr.Column
    over: gr.Column
    to_report: gr.Button
    clock: gr.HTML
    steps: gr.HTML
    badge: gr.HTML
    sketch: gr.Textbox
    preview: gr.Markdown
    show_sketch: gr.Button
    send_sketch: gr.Button
    pulse: gr.Timer
    takes: TakesPanel


def build_room() -> RoomPage:
    """Lays the page out."""
    with gr.Column(elem_id="room-view", visible=False) as view:
        heading = gr.HTML("", elem_id="room-heading")
        with gr.Row(elem_id="room-columns"):
            with gr.Column(scale=3, min_width=300, elem_id="room-talk"):
                chat = gr.Chatbot(
                    label="Conversation",
                    show_label=False,
                    elem_id="room-chat",
                    height="100%",
                    layout="bubble",
                    buttons=[],
                    latex_delimiters=[],
                    feedback_options=None,
                    allow_tags=False,
                    placeholder="The interviewer is getting ready; a problem takes longer the first time.",
                )
                status = gr.HTML("", elem_id="room-status", elem_classes="status")
                again = gr.Button("Try again", size="sm", visible=False, elem_id="room-again")
                with gr.Column(elem_id="room-write") as write:
                    with gr.Row(elem_id="room-entry"):
                        box = gr.Textbox(
                            label="Your answer",
                            show_label=False,
                            placeholder="Your answer. Enter sends, Shift+Enter starts a new line.",
                            lines=1,
                            max_lines=12,
                            max_length=20_000,
                            elem_id="room-box",
                            container=False,
                            scale=5,
                            min_width=200,
                        )
                        voice = gr.Column(visible=False, elem_id="voice-panel", scale=1, min_width=80)
                        send = gr.Button("Send", variant="primary", elem_id="room-send", scale=0, min_width=84)
                    with gr.Row(elem_id="room-buttons"):
                        hint = gr.Button("Hint", size="sm", min_width=70, elem_id="room-hint")
                        moment = gr.Button("I need a moment", size="sm", min_width=130, elem_id="room-moment")
                        end = gr.Button("End interview", size="sm", min_width=110, elem_id="room-end")
                    with gr.Row(visible=False, elem_id="room-confirm", elem_classes="confirm") as confirm:
                        gr.HTML("<p>End the interview and have it graded?</p>")
                        end_yes = gr.Button("End and grade", variant="primary", size="sm", elem_id="room-end-yes")
                        end_no = gr.Button("Keep going", size="sm", elem_id="room-end-no")
                    with gr.Accordion("Whiteboard", open=False, elem_id="whiteboard"):
                        sketch = gr.Textbox(
                            label="Sketch in Mermaid",
                            placeholder=SKETCH,
                            lines=6,
                            max_lines=20,
                            max_length=10_000,
                            elem_id="sketch-box",
                        )
                        with gr.Row():
                            show = gr.Button("Preview", size="sm", min_width=90, elem_id="sketch-preview-button")
                            send_sketch = gr.Button("Show the interviewer", size="sm", elem_id="sketch-send")
                        preview = gr.Markdown("", elem_id="sketch-preview", latex_delimiters=[])
                with gr.Column(visible=False, elem_id="room-over", elem_classes="card") as over:
                    gr.HTML("<p>The interview is over.</p>")
                    to_report = gr.Button("See the report", variant="primary", elem_id="room-report")
                takes = build_takes("room", opinions=False)
            with gr.Column(scale=1, min_width=250, elem_id="room-side"):
                clock = gr.HTML("", elem_id="room-clock")
                steps = gr.HTML("", elem_id="room-steps")
                badge = gr.HTML("", elem_id="room-badge")
        pulse = gr.Timer(20, active=False)
    return RoomPage(
        view=view,
        heading=heading,
        chat=chat,
        status=status,
        box=box,
        send=send,
        voice=voice,
        hint=hint,
        moment=moment,
        end=end,
        confirm=confirm,
        end_yes=end_yes,
        end_no=end_no,
        again=again,
        write=write,
        over=over,
        to_report=to_report,
        clock=clock,
        steps=steps,
        badge=badge,
        sketch=sketch,
        preview=preview,
        show_sketch=show,
        send_sketch=send_sketch,
        pulse=pulse,
        takes=takes,
    )


def chat_messages(transcript: Transcript, speaking: str = "") -> list[dict[str, str]]:
    """The conversation as the chat shows it; ``speaking`` are the interviewer's words that are still coming."""
    messages = [_message(turn) for turn in transcript.turns if turn.text.strip() or turn.event]
    if speaking:
        messages.append({"role": "assistant", "content": for_markdown(speaking)})
    return messages


def _message(turn: Turn) -> dict[str, str]:
    if turn.speaker == "interviewer":
        return {"role": "assistant", "content": for_markdown(turn.text)}
    if turn.mode == "drawn":
        return {"role": "user", "content": mermaid_block(turn.text)}
    said = for_markdown(turn.text.strip())
    event = f"*{EVENTS[turn.event]}*" if turn.event else ""
    return {"role": "user", "content": "\n\n".join(part for part in (said, event) if part)}


def show_room(page: RoomPage, knowledge: Knowledge, room: Room) -> dict[Any, Any]:
    """Updates that show the room as it is."""
    over = is_over(room.transcript) or room.header.ended is not None
    title = for_html(case_title(knowledge, room.transcript.case))
    about = [LEVEL_NAMES[room.transcript.level], f"{room.transcript.minutes:g} minutes"]
    about += [
        one for one in (mode_name(knowledge, room.transcript.mode), "second take" if room.header.parent else "") if one
    ]
    return {
        page.heading: f"<h1>{title}</h1><p class='quiet'>{for_html(' · '.join(about))}</p>",
        page.chat: chat_messages(room.transcript),
        page.clock: clock_html(room, over),
        page.steps: steps_html(knowledge, room),
        page.badge: badge_html(room.backend, room.best_backend),
        page.write: gr.update(visible=not over),
        page.over: gr.update(visible=over),
        page.pulse: gr.Timer(active=not over),
    }


def clock_html(room: Room, over: bool) -> str:
    """The clock. The page's script lets it tick; without one it shows the minutes left."""
    elapsed, minutes = room.state.elapsed, room.transcript.minutes
    left = max(0, round(minutes - elapsed / 60))
    what = "Time's up" if over else f"{left} min left"
    return (
        f"<div class='card clock' role='timer' aria-label='Time left' data-elapsed='{elapsed:.1f}' "
        f"data-minutes='{minutes:g}' data-running='{int(not over)}'><div class='left'>{what}</div>"
        "<div class='bar'><div></div></div></div>"
    )


def steps_html(knowledge: Knowledge, room: Room) -> str:
    """The seven steps with the subjects that came up. What did not come up is not named: it would give it away."""
    topics = {
        signal.id: signal.topic for signals in knowledge.signals(room.transcript.case).values() for signal in signals
    }
    rows = []
    for step in scope(room.transcript.mode):
        heard = dict.fromkeys(topics[signal] for signal in room.state.covered.get(step, ()) if signal in topics)
        current = step is room.state.step
        kind = "current" if current else "touched" if heard else "untouched"
        here = " aria-current='step'" if current else ""
        items = "".join(f"<li>{for_html(topic)}</li>" for topic in heard)
        rows.append(
            f"<li class='{kind}'{here} data-step='{step}'><span class='name'>{for_html(step.label)}</span>"
            f"{f'<ul>{items}</ul>' if items else ''}</li>"
        )
    return f"<div class='card steps'><h2>Covered so far</h2><ol>{''.join(rows)}</ol></div>"


def badge_html(backend: str, best: str) -> str:
    """Which backend is speaking, and whether it had to stand in for a better one."""
    if not backend:
        return ""
    name, meaning = BACKENDS.get(backend, (backend, ""))
    fell = (
        ""
        if backend == best
        else f"<span class='fell'>standing in for: {for_html(BACKENDS.get(best, (best,))[0])}</span>"
    )
    attributes = f"class='badge' data-backend='{for_html(backend)}' title='{for_html(meaning)}'"
    return f"<div {attributes}>{for_html(name)}{fell}</div>"
