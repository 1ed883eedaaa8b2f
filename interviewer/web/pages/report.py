"""The report page: the graded interview, at any level, to read and to take away."""

import re
from dataclasses import dataclass
from typing import Any

import gradio as gr

from interviewer.domain import Level
from interviewer.grading.report import Report
from interviewer.transcript import Transcript
from interviewer.web.components.retakes import SharePanel, TakesPanel, build_share, build_takes
from interviewer.web.escape import for_html
from interviewer.web.pages.setup import LEVEL_NAMES
from interviewer.web.service import Grading


@dataclass(frozen=True)
class ReportPage:
    """The page's components."""

    view: gr.Column
    heading: gr.HTML
    level: gr.Radio
    status: gr.HTML
    frame: gr.HTML
    html: gr.Button
    markdown: gr.Button
    json: gr.Button
    transcript: gr.Button
    to_room: gr.Button
    downloads: gr.Row
    difference: gr.HTML
    takes: TakesPanel
    share: SharePanel


def build_report() -> ReportPage:
    """Lays the page out."""
    with gr.Column(elem_id="report-view", visible=False) as view:
        heading = gr.HTML("", elem_id="report-heading")
        with gr.Row(elem_id="report-bar"):
            level = gr.Radio(
                [(name, key.value) for key, name in LEVEL_NAMES.items()],
                label="Graded for level",
                elem_id="report-level",
                scale=1,
                min_width=260,
            )
            with gr.Row(elem_id="report-downloads", scale=2) as downloads:
                html = gr.Button("HTML", size="sm", min_width=70, elem_id="report-html")
                markdown = gr.Button("Markdown", size="sm", min_width=80, elem_id="report-markdown")
                json = gr.Button("JSON", size="sm", min_width=70, elem_id="report-json")
                transcript = gr.Button("Transcript", size="sm", min_width=90, elem_id="report-transcript")
                to_room = gr.Button("Conversation", size="sm", min_width=100, elem_id="report-room")
        status = gr.HTML("", elem_id="report-status", elem_classes="status")
        takes = build_takes("report", opinions=True)
        share = build_share()
        difference = gr.HTML("", elem_id="report-difference")
        frame = gr.HTML("", elem_id="report-frame")
    return ReportPage(
        view=view,
        heading=heading,
        level=level,
        status=status,
        frame=frame,
        html=html,
        markdown=markdown,
        json=json,
        transcript=transcript,
        to_room=to_room,
        downloads=downloads,
        difference=difference,
        takes=takes,
        share=share,
    )


def progress_html(news: Grading) -> str:
    """How far grading is."""
    value = f" value='{news.fraction:.3f}'" if news.fraction is not None else ""
    return (
        f"<div class='card grading' role='status'><p>{for_html(news.text)}…</p>"
        f"<progress max='1' aria-label='Grading'{value}></progress></div>"
    )


def framed(report: Report, transcript: Transcript) -> str:
    """The report's own page in a frame that runs no script. (Same origin, so that the frame can be made to fit.)"""
    from interviewer.grading.render import to_html

    page = for_html(to_html(report, transcript))
    return (
        "<iframe title='Report' sandbox='allow-same-origin allow-popups' referrerpolicy='no-referrer' "
        f"srcdoc='{page}'></iframe>"
    )


def download(kind: str, report: Report | None, transcript: Transcript) -> dict[str, Any]:
    """A file for the page's script to hand to the person: name, type, text."""
    from interviewer.grading.render import to_html, to_markdown

    stem = re.sub(r"[^a-z0-9]+", "-", transcript.case.lower()).strip("-")[:60] or "interview"
    if report is None or kind == "transcript":
        return {"name": f"{stem}-transcript.json", "type": "application/json", "text": transcript.to_json()}
    stem = f"{stem}-{report.level.value}-report"
    if kind == "html":
        return {"name": f"{stem}.html", "type": "text/html", "text": to_html(report, transcript)}
    if kind == "markdown":
        return {"name": f"{stem}.md", "type": "text/markdown", "text": to_markdown(report, transcript)}
    return {"name": f"{stem}.json", "type": "application/json", "text": report.model_dump_json(indent=1)}


def level_of(value: str | None, default: Level) -> Level:
    """The level that a page sent."""
    return Level(value) if value in set(Level) else default
