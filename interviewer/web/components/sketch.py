"""The sketch in Mermaid: a diagram from the keyboard. The page's script draws and checks it before it is sent."""

from functools import cache
from pathlib import Path

import gradio as gr

SKETCH = "flowchart LR\n  events[Events] --> features[Features] --> model[Model] --> ranking[Ranking]"
LONGEST = 10_000
"""Characters of one sketch."""


def build_sketch() -> None:
    """Lays the panel out; its source is kept by the page's script and stays after sending."""
    gr.HTML(
        "<label for='sketch-source'>Diagram in Mermaid</label>"
        f"<textarea id='sketch-source' rows='7' maxlength='{LONGEST}' spellcheck='false' placeholder='{SKETCH}'>"
        "</textarea>"
        "<div class='row'><button type='button' class='small' id='sketch-preview-button'>Preview</button>"
        "<button type='button' class='small' id='sketch-send'>Show the interviewer</button></div>"
        "<p id='sketch-word' role='status'></p><div id='sketch-preview'></div>",
        elem_id="sketch-box",
    )


@cache
def mermaid_address() -> str:
    """Where Gradio's own copy of Mermaid is served from; empty when this version carries none."""
    import gradio

    assets = Path(gradio.__file__).parent / "templates" / "frontend" / "assets"
    found = sorted(assets.glob("mermaid.core-*.js"))
    return f"assets/{found[0].name}" if found else ""
