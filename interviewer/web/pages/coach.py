"""The coach's page: a recorded interview from whatever file there is, its speakers, its report, marks corrected."""

from typing import Any

import gradio as gr

from interviewer.web.session import Session, Updates


class CoachPage:
    """Lays the page out, handles it, and wires the two."""

    def __init__(self, session: Session):
        self.session, self.service = session, session.service
        with gr.Column(elem_id="coach-view", visible=False) as self.view:
            self.status = gr.HTML("", elem_id="coach-status", elem_classes="status")
        self.outputs: list[Any] = [self.status]

    def show(self, owner: str, id_: str = "") -> Updates:
        """Updates that show the page."""
        return {self.status: ""}

    def wire(self) -> None:
        """Which event leads to which handler."""

    def follow(self, event: Any) -> Any:
        """Nothing follows here."""
        return event
