"""Second takes: go back to an answer, ask for a second opinion on it, hand the interview out for the evals."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from interviewer.domain import Step, Verdict
from interviewer.errors import InterviewerError
from interviewer.grading.feedback import WORDS
from interviewer.practice.export import names_in
from interviewer.practice.retake import Change, Difference, answers
from interviewer.practice.second_opinion import Opinion
from interviewer.transcript import Transcript
from interviewer.web.escape import for_html

if TYPE_CHECKING:
    from interviewer.web.session import Visits

Browser = dict[str, str] | None
_WORDS = 14


@dataclass(frozen=True)
class TakesPanel:
    """The components: the same in the room and under the report, where there is more to ask."""

    box: gr.Accordion
    turn: gr.Dropdown
    again: gr.Button
    opinion: gr.Button | None
    said: gr.HTML


@dataclass(frozen=True)
class SharePanel:
    """Handing the interview out."""

    box: gr.Accordion
    consent: gr.Checkbox
    names: gr.Textbox
    give: gr.Button


def build_takes(where: str, *, opinions: bool) -> TakesPanel:
    """Lays the panel out, folded."""
    with gr.Accordion("Go back to an answer", open=False, elem_id=f"{where}-takes", elem_classes="folded") as box:
        gr.HTML(
            "<p class='quiet'>Answering again starts a second take from that question; the first one stays as it is. "
            "When both are graded, the report shows what the difference was worth.</p>"
        )
        turn = gr.Dropdown([], label="Your answer", elem_id=f"{where}-turn", interactive=True)
        with gr.Row():
            again = gr.Button("Answer this again", size="sm", elem_id=f"{where}-retake")
            opinion = gr.Button("Show a stronger answer", size="sm", elem_id=f"{where}-opinion") if opinions else None
        said = gr.HTML("", elem_id=f"{where}-said")
    return TakesPanel(box, turn, again, opinion, said)


def folded(panel: TakesPanel) -> dict[Any, Any]:
    """Updates that fold the panel: what it offered was about another interview."""
    return {panel.box: gr.update(open=False), panel.turn: gr.update(choices=[], value=None), panel.said: ""}


def build_share() -> SharePanel:
    """Lays the panel out, folded."""
    with gr.Accordion("Give it to the evals", open=False, elem_id="report-share", elem_classes="folded") as box:
        gr.HTML(
            "<p class='quiet'>Downloads this interview in the evals' format. Ids, introductions, addresses and the "
            "names "
            "that you list are taken out; read the file before you pass it on.</p>"
        )
        names = gr.Textbox(
            label="Names to take out", placeholder="Yours, your employer's, separated by commas", elem_id="share-names"
        )
        consent = gr.Checkbox(
            label="I agree that this interview may be used to test and improve the interviewer.",
            elem_id="share-consent",
        )
        give = gr.Button("Download", size="sm", elem_id="share-give")
    return SharePanel(box, consent, names, give)


def turn_choices(transcript: Transcript) -> list[tuple[str, int]]:
    """The answers to choose from: their first words and their turn."""
    rows = []
    for index, text in answers(transcript):
        words = text.split()
        short = " ".join(words[:_WORDS]) + (" …" if len(words) > _WORDS else "")
        rows.append((f"{index} · {short}", index))
    return rows


def opinion_html(opinion: Opinion) -> str:
    """What a stronger answer would have had, with where that is from."""
    points = "".join(
        f"<li>{for_html(point.text)}<span class='source'>{for_html(point.source)}</span></li>"
        for point in opinion.points
    )
    study = f"<p class='quiet'>To study: {for_html(', '.join(opinion.study))}.</p>" if opinion.study else ""
    return (
        f"<div class='opinion'><p class='quiet'>{for_html(opinion.question)}</p>"
        f"<h3>A stronger answer would have had</h3><ul>{points}</ul>{study}</div>"
    )


def difference_html(found: Difference, only: Step | None = None) -> str:
    """What the second take was worth; of practice of one step only that step is shown, without a verdict."""
    before, after = (_verdict(one) for one in found.verdicts)
    rows = [] if only else [_row("Overall", found.overall, f"{before} → {after}" if before != after else after)]
    rows += [_row(step.label, change) for step, change in found.steps.items() if only in (None, step)]
    if only and only not in found.steps:
        return "<div class='card difference'><h2>The second take was worth as much as the first</h2></div>"
    lists = ""
    for title, evidence in (("Heard only in this take", found.gained), ("Heard only in the first take", found.lost)):
        items = "".join(
            f"<li>{for_html(one.about or one.signal)}: <q>{for_html(one.quote)}</q></li>" for one in evidence
        )
        lists += f"<h3>{title}</h3><ul>{items}</ul>" if items else ""
    return (
        "<div class='card difference'><h2>What the second take was worth</h2><table><thead><tr><th scope='col'></th>"
        "<th scope='col'>First</th><th scope='col'>This</th><th scope='col'>Change</th><th></th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>{lists}</div>"
    )


def _verdict(verdict: Verdict | None) -> str:
    return WORDS[verdict] if verdict else "Not enough evidence"


def _row(name: str, change: Change, note: str = "") -> str:
    gain = "" if change.gain is None else f"{change.gain:+.1f}" if abs(change.gain) >= 0.05 else "same"
    kind = "up" if change.gain and change.gain > 0.05 else "down" if change.gain and change.gain < -0.05 else "same"
    figures = "".join(f"<td>{'–' if one is None else f'{one:.1f}'}</td>" for one in (change.before, change.after))
    return (
        f"<tr><th scope='row'>{for_html(name)}</th>{figures}"
        f"<td class='{kind}'>{gain}</td><td>{for_html(note)}</td></tr>"
    )


class TakeVisits:
    """The handlers."""

    def __init__(self, visits: "Visits"):
        self.visits = visits
        self.service = visits.service

    def choices(self, id_: str, browser: Browser, request: gr.Request) -> Any:
        """The answers that can be given again, the last one chosen."""
        try:
            transcript = self.service.store.transcript(self.visits.owner(browser, request), id_)
        except InterviewerError:
            return gr.update(choices=[], value=None)
        rows = turn_choices(transcript)
        return gr.update(choices=rows, value=rows[-1][1] if rows else None)

    def again(self, turn: int | None, id_: str, browser: Browser, request: gr.Request) -> dict[Any, Any]:
        """Starts a second take and enters its room."""
        owner = self.visits.owner(browser, request)
        if turn is None:
            raise gr.Error("Choose one of your answers first.")
        try:
            return self.visits.go("room", self.service.again(owner, id_, turn), owner)
        except InterviewerError as error:
            raise gr.Error(str(error)) from error

    def opinion(self, turn: int | None, id_: str, browser: Browser, request: gr.Request) -> str:
        """The second opinion, as HTML."""
        if turn is None:
            return "<p class='quiet'>Choose one of your answers first.</p>"
        try:
            return opinion_html(self.service.opinion(self.visits.owner(browser, request), id_, turn))
        except InterviewerError as error:
            return f"<p class='bad'>{for_html(error)}</p>"

    def share(self, consent: bool, names: str, id_: str, browser: Browser, request: gr.Request) -> dict[str, str]:
        """The file for the evals."""
        try:
            given = self.service.share(self.visits.owner(browser, request), id_, bool(consent), names_in(names or ""))
        except InterviewerError as error:
            raise gr.Error(str(error)) from error
        return {"name": f"{given.case}-eval.json", "type": "application/json", "text": given.to_json()}
