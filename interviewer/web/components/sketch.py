"""The whiteboard's panel: Excalidraw in a frame, and Mermaid as the keyboard's way; the page's scripts do the rest."""

from functools import cache
from pathlib import Path

import gradio as gr

from interviewer.web.board_files import HOW

SKETCH = "flowchart LR\n  events[Events] --> features[Features] --> model[Model] --> ranking[Ranking]"
_FIRST = (
    "Draw boxes and arrows, then show them. On the keyboard: 2 a box, 5 an arrow, 8 words, "
    "Enter writes into what is chosen."
)
LONGEST = 10_000
"""Characters of one sketch."""


def build_board() -> None:
    """The drawn whiteboard: the frame comes when the tab is opened first and the files are there."""
    gr.HTML(
        "<div id='board-box'><div id='board-here'></div><div class='row'>"
        "<button type='button' class='small primary' id='board-show'>Show the interviewer</button>"
        "<button type='button' class='small' id='board-wide' aria-pressed='false'>Wide</button>"
        f"<p id='board-word' role='status'>{_FIRST}</p></div></div>"
        "<div class='row' id='photo-row'><span id='photo-ask' hidden>"
        "<label id='photo-label' for='photo-file'>A photo of a drawing</label>"
        "<input type='file' id='photo-file' class='sr-only' accept='image/jpeg,image/png,image/webp'></span>"
        "<p id='photo-word' role='status'></p></div>"
        f"<p id='board-none' class='quiet' hidden>To draw by hand here, get the whiteboard once with "
        f"<code>{HOW}</code>. Until then diagrams are written in Mermaid.</p>",
        elem_id="board-place",
    )


def build_sketch() -> None:
    """Diagrams in Mermaid; the source is kept by the page's script and stays after sending."""
    gr.HTML(
        "<details><summary>From the keyboard, in Mermaid</summary>"
        "<label class='sr-only' for='sketch-source'>Diagram in Mermaid</label>"
        f"<textarea id='sketch-source' rows='7' maxlength='{LONGEST}' spellcheck='false' placeholder='{SKETCH}'>"
        "</textarea>"
        "<div class='row'><button type='button' class='small' id='sketch-preview-button'>Preview</button>"
        "<button type='button' class='small' id='sketch-send'>Show the interviewer</button></div>"
        "<p id='sketch-word' role='status'></p><div id='sketch-preview'></div></details>",
        elem_id="sketch-box",
    )


@cache
def mermaid_address() -> str:
    """Where Gradio's own copy of Mermaid is served from; empty when this version carries none."""
    import gradio

    assets = Path(gradio.__file__).parent / "templates" / "frontend" / "assets"
    found = sorted(assets.glob("mermaid.core-*.js"))
    return f"assets/{found[0].name}" if found else ""
