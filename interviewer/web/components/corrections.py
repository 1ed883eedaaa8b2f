"""Marks that a person corrected, with the reason, kept beside the machine's. They never reach a prompt or a score."""

import json
import time
from typing import Any

import gradio as gr

from interviewer.domain import Level, Step
from interviewer.errors import BadInput, InterviewerError
from interviewer.practice.corrections import MARKS, corrections_html
from interviewer.web.escape import for_html
from interviewer.web.session import QUIET, Session, Updates, line

LONGEST_REASON = 600
"""Characters."""
_SEND = (
    "element.addEventListener('click', (event) => { if (!event.target.closest('#correct-save')) return;"
    " const data = Object.fromEntries(new FormData(element.querySelector('form')));"
    " trigger('correct', { packed: JSON.stringify({ ...data, level: interviewer.level() }) }); });"
)


class CorrectionPanel:
    """Lays the panel out under the report, handles it, and wires the two."""

    def __init__(self, session: Session):
        self.session, self.service = session, session.service
        self.box = gr.Accordion("Correct a mark", open=False, elem_id="report-correct", elem_classes="folded")
        with self.box:
            self.form = gr.HTML(_form_html(), elem_id="correct-form", js_on_load=_SEND)
            self.said = gr.HTML("", elem_id="correct-said", elem_classes="status")
        self.outputs = [self.box, self.said]

    def folded(self) -> Updates:
        """Updates that fold the panel."""
        return {self.box: gr.update(open=False), self.said: ""}

    def wire(self, shown: gr.HTML) -> None:
        """Which event leads to which handler; ``shown`` is where the corrections of a report stand."""
        place = [self.session.interview, self.session.key]
        self.form.correct(self.correct, place, [self.said, shown], trigger_mode="once", **QUIET)

    def correct(self, id_: str, key: str, event: gr.EventData, request: gr.Request) -> tuple[str, Any]:
        """Keeps a correction beside the machine's mark."""
        try:
            owner = self.session.owner(key, request)
            level, step, mark, reason = _asked(event._data)
            report = self.service.store.reports(owner, id_).get(level)
            if report is None:
                raise BadInput("There is no report on that level yet.")
            machine = report.steps[step].score
            correction = {"level": level.value, "step": step.value, "machine": machine, "mark": mark, "reason": reason}
            self.service.store.correct(owner, id_, {**correction, "at": round(time.time())})
            transcript = self.service.store.transcript(owner, id_)
        except InterviewerError as error:
            return f"<p class='bad' role='status'>{for_html(line(error))}</p>", gr.skip()
        return "<p class='note' role='status'>Kept beside the machine's mark.</p>", corrections_html(transcript, level)


def _asked(data: Any) -> tuple[Level, Step, float, str]:
    """What the form sent. Raises BadInput."""
    try:
        form = json.loads(data["packed"])
        level, step, mark = Level(form["level"]), Step(form["step"]), float(form["mark"])
        reason = " ".join(str(form["reason"]).split())
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput("Choose a step and a mark first.") from error
    if mark not in MARKS:
        raise BadInput("A mark is 1 to 4, halves allowed.")
    if not reason or len(reason) > LONGEST_REASON:
        raise BadInput(f"Say why, in 1 to {LONGEST_REASON} characters: the reason is kept beside the mark.")
    return level, step, mark, reason


def _form_html() -> str:
    steps = "".join(f"<option value='{step.value}'>{for_html(step.label)}</option>" for step in Step)
    marks = "".join(f"<option value='{mark:g}'{' selected' if mark == 3 else ''}>{mark:g}</option>" for mark in MARKS)
    return (
        "<p class='quiet'>Your mark and the reason are kept beside the machine's, which stays as it is.</p>"
        "<form class='inline' onsubmit='return false'>"
        f"<label class='field'>Step<select name='step'>{steps}</select></label>"
        f"<label class='field'>Mark<select name='mark'>{marks}</select></label>"
        f"<label class='field wide'>Reason<input name='reason' maxlength='{LONGEST_REASON}' autocomplete='off'></label>"
        "<button type='button' class='small' id='correct-save'>Keep this mark</button></form>"
    )
