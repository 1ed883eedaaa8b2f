"""What can be done with an interview that is over: marks corrected, another take, a stronger answer."""

import json
import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from interviewer import BadInput, InterviewerError, Level, Step
from interviewer.grading.render import mark
from interviewer.grading.report import WORDS
from interviewer.practice import MARKS, corrections_html, handed, names_in, table_html
from interviewer.practice.retake import Change, Difference, Opinion, answers
from interviewer.text import first_words
from interviewer.transcript import Transcript
from interviewer.web.session import QUIET, Session, Updates, for_html, line, status

LONGEST_REASON = 600
"""Characters."""
_SEND = (
    "element.addEventListener('click', (event) => { if (!event.target.closest('#correct-save')) return;"
    " const data = Object.fromEntries(new FormData(element.querySelector('form')));"
    " interviewer.stay(element, document.getElementById('report-corrected'));"
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
            return status(line(error), "bad"), gr.skip()
        return status("Kept, and shown above the report."), corrections_html(transcript, level)


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
    marks = "".join(f"<option value='{one:g}'{' selected' if one == 3 else ''}>{one:g}</option>" for one in MARKS)
    return (
        "<p class='quiet'>Your mark and its reason are kept beside the machine's, where it has one; that stays.</p>"
        "<form class='inline' onsubmit='return false'>"
        f"<label class='field'>Step<select name='step'>{steps}</select></label>"
        f"<label class='field'>Mark<select name='mark'>{marks}</select></label>"
        f"<label class='field wide'>Reason<input name='reason' maxlength='{LONGEST_REASON}' autocomplete='off'></label>"
        "<button type='button' class='small' id='correct-save'>Keep this mark</button></form>"
    )


# -- retakes ---------------------------------------------------------------------------------------------
# Second takes: go back to an answer, ask for a stronger one, hand the interview out for the evals.


_WORDS = 14
_CHOSEN = "(_, ...rest) => [interviewer.turn('{where}'), ...rest]"


class RetakePanel:
    """Choose an answer, and give it again or see a stronger one. In the room there are no stronger answers yet."""

    def __init__(self, session: Session, where: str, *, opinions: bool):
        self.session, self.service, self.where = session, session.service, where
        with gr.Accordion(
            "Answer a question again", open=False, elem_id=f"{where}-takes", elem_classes="folded"
        ) as self.box:
            gr.HTML(
                "<p class='quiet'>Answering again starts a second take from that question; the first one stays as it "
                "is. When both are graded, the report shows what the difference was worth.</p>"
            )
            self.turn = gr.HTML("", elem_id=f"{where}-turn")
            with gr.Row():
                self.again = gr.Button("Answer this again", size="sm", elem_id=f"{where}-retake")
                self.opinion = (
                    gr.Button("What a stronger answer has", size="sm", elem_id=f"{where}-opinion") if opinions else None
                )
            self.said = gr.HTML("", elem_id=f"{where}-said")
        self.chosen = gr.Textbox(visible=False)
        self.outputs = [self.box, self.turn, self.said]

    def folded(self) -> Updates:
        """Updates that fold the panel: what it offered was about another interview."""
        return {self.box: gr.update(open=False), self.turn: "", self.said: ""}

    def wire(self) -> None:
        """Which event leads to which handler."""
        place, js = [self.session.interview, self.session.key], _CHOSEN.format(where=self.where)
        self.box.expand(self.choices, place, [self.turn], **QUIET)
        self.session.leads(self.again.click, self.retake, [self.chosen, *place], js=js)
        if self.opinion:
            self.opinion.click(self.stronger, [self.chosen, *place], [self.said], js=js, **QUIET)

    def choices(self, id_: str, key: str, request: gr.Request) -> str:
        """The answers that can be given again, the last one chosen."""
        try:
            transcript = self.service.store.transcript(self.session.owner(key, request), id_)
        except InterviewerError:
            return ""
        return choices_html(transcript, self.where)

    def retake(self, turn: str, id_: str, key: str, request: gr.Request) -> Updates:
        """Starts a second take and enters its room."""
        owner = self.session.owner(key, request)
        try:
            return self.session.go("room", self.service.again(owner, id_, _number(turn)), owner)
        except InterviewerError as error:
            return {self.said: status(line(error), "bad")}

    def stronger(self, turn: str, id_: str, key: str, request: gr.Request) -> Iterator[str]:
        """The second opinion, as HTML; before it that it is being written."""
        yield status("A stronger answer is being written …", "quiet")
        try:
            yield opinion_html(self.service.opinion(self.session.owner(key, request), id_, _number(turn)))
        except InterviewerError as error:
            yield status(line(error), "bad")


class SharePanel:
    """Handing the interview out for the evals."""

    def __init__(self, session: Session):
        self.session, self.service = session, session.service
        with gr.Accordion(
            "Help to improve the interviewer", open=False, elem_id="report-share", elem_classes="folded"
        ) as self.box:
            gr.HTML(
                "<p class='quiet'>Downloads this interview as a file to give to the makers. Introductions, addresses "
                "and the names that you list are taken out; read it before you pass it on. Nothing is sent.</p>"
            )
            self.names = gr.Textbox(
                label="Names to take out",
                placeholder="Yours, your employer's, separated by commas",
                elem_id="share-names",
            )
            self.consent = gr.Checkbox(
                label="I agree that this interview may be used to test and improve the interviewer.",
                elem_id="share-consent",
            )
            self.give = gr.Button("Download", size="sm", elem_id="share-give")
        self.outputs = [self.box, self.consent]

    def folded(self) -> Updates:
        """Updates that fold the panel: a consent was for another interview."""
        return {self.box: gr.update(open=False), self.consent: False}

    def wire(self) -> None:
        """Which event leads to which handler."""
        inputs = [self.consent, self.names, self.session.interview, self.session.key]
        self.session.hands_out(self.give.click(self.share, inputs, [self.session.file], **QUIET))

    def share(self, consent: bool, names: str, id_: str, key: str, request: gr.Request) -> dict[str, Any]:
        """The file for the evals."""
        try:
            owner = self.session.owner(key, request)
            given = self.service.share(owner, id_, bool(consent), names_in(names or ""))
        except InterviewerError as error:
            raise gr.Error(line(error)) from error
        return handed(f"{given.case}-eval.json", "application/json", given.to_json())


def _number(turn: str) -> int:
    if not str(turn).isdigit():
        raise BadInput("Choose one of your answers first.")
    return int(turn)


def turn_choices(transcript: Transcript, *, counted: bool = False) -> list[tuple[str, int]]:
    """The answers to choose from: their first words and their turn, by which they are named as in reports; or they are
    ``counted`` from 1."""
    return [
        (f"{number if counted else index} · {first_words(text, _WORDS)}", index)
        for number, (index, text) in enumerate(answers(transcript), 1)
    ]


def choices_html(transcript: Transcript, where: str) -> str:
    """A list to choose from; the browser keeps what is chosen."""
    rows = turn_choices(transcript, counted=where == "room")
    if not rows:
        return "<p class='quiet'>There is no answer yet.</p>"
    options = "".join(
        f"<option value='{turn}'{' selected' if turn == rows[-1][1] else ''}>{for_html(text)}</option>"
        for text, turn in rows
    )
    return f"<label class='field'>Your answer<select id='{where}-turn-choice'>{options}</select></label>"


def opinion_html(opinion: Opinion) -> str:
    """What a stronger answer would have had, with where that is from."""
    points = "".join(
        f"<li>{for_html(point.text)}"
        + (f"<span class='source'>{for_html(point.source)}</span></li>" if point.source else "</li>")
        for point in opinion.points
    )
    if opinion.stronger:
        return (
            f"<div class='opinion'><p class='quiet'>{for_html(opinion.question)}</p><h3>A stronger answer</h3>"
            f"<p>{for_html(opinion.stronger)}</p><h3>What it has that yours had not</h3><ul>{points}</ul>"
            "<p class='quiet'>Written by the language model; one good answer of many.</p></div>"
        )
    study = f"<p class='quiet'>To study: {for_html(', '.join(opinion.study))}.</p>" if opinion.study else ""
    return (
        f"<div class='opinion'><p class='quiet'>{for_html(opinion.question)}</p>"
        f"<h3>A stronger answer would have had</h3><ul>{points}</ul>{study}</div>"
    )


def _unjudged(found: Difference, only: Step | None) -> str:
    """Why the takes are not compared, where one of them or both have no mark; empty where they have."""
    pair = found.steps.get(only, found.overall) if only else found.overall
    first, this = pair.before is not None, pair.after is not None
    if (first and this) or (found.steps and not first and not this):
        return ""  # without a verdict single steps may have marks
    which = "Only the first take" if first else "Only this take" if this else "Neither take"
    return (
        f"<div class='card difference'><h2>{which} was judged, so they are not compared</h2>"
        "<p class='quiet'>What each of them covered stands in its own report.</p></div>"
    )


def difference_html(found: Difference, only: Step | None = None) -> str:
    """What changed between the takes; of practice of one step only that step is shown, without a verdict."""
    if unjudged := _unjudged(found, only):
        return unjudged
    before, after = (WORDS[one] if one else "No verdict" for one in found.verdicts)
    verdict = f"{before} → {after}" if before != after else f"{after}, as before"
    rows = [] if only else [_row("Overall", found.overall)]
    changed = {step: change for step, change in found.steps.items() if only in (None, step)}
    rows += [_row(step.label, change) for step, change in changed.items()]
    if not changed and (only or (before == after and found.overall.before == found.overall.after)):
        return "<div class='card difference'><h2>The second take was worth as much as the first</h2></div>"
    lists = ""
    for which, evidence in (("this", found.gained), ("the first", found.lost)):
        items = "".join(
            f"<li>{for_html(one.about or one.signal)}: <q>{for_html(one.quote)}</q></li>" for one in evidence
        )
        title = f"Counted only in {which} take ({len(evidence)})"
        lists += f"<details><summary>{title}</summary><ul>{items}</ul></details>" if items else ""
    title, told = "What the second take changed", "" if only else f"<p>{verdict}</p>"
    table = table_html(title, ("Part", "First", "This", "Change"), "".join(rows))
    return f"<div class='card difference'><h2>{title}</h2>{told}{table}{lists}</div>"


def _row(name: str, change: Change) -> str:
    moved = round(change.gain or 0.0, 2)
    gain = "" if change.gain is None else f"{'+' if moved > 0 else '−'}{mark(abs(moved))}" if moved else "same"
    kind = "up" if moved > 0 else "down" if moved < 0 else "same"
    figures = "".join(f"<td>{mark(one)}</td>" for one in (change.before, change.after))
    return f"<tr><th scope='row'>{for_html(name)}</th>{figures}<td class='{kind}'>{gain}</td></tr>"
