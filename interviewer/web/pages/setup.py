"""The set-up page: what to practise, and the interviews so far."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from interviewer.domain import Level, Manner, Step
from interviewer.interview.modes import ABOUT, LABELS, MINUTES, Kind, known_mode
from interviewer.knowledge.load import Knowledge
from interviewer.storage import Header
from interviewer.web.escape import for_html

LENGTHS = (10, 15, 30, 45, 60)
LEVEL_NAMES = {Level.MID: "Mid", Level.SENIOR: "Senior", Level.STAFF: "Staff"}
MANNER_NAMES = {Manner.SUPPORTIVE: "Supportive", Manner.NEUTRAL: "Neutral", Manner.TOUGH: "Tough"}


@dataclass(frozen=True)
class Setup:
    """The page's components."""

    view: gr.Column
    case: gr.Dropdown
    summary: gr.HTML
    level: gr.Radio
    minutes: gr.Radio
    manner: gr.Radio
    mode: gr.Radio
    about: gr.HTML
    step: gr.Dropdown
    topic: gr.Dropdown
    start: gr.Button
    status: gr.HTML
    mine: gr.Radio
    nothing_yet: gr.HTML
    actions: gr.Row
    resume: gr.Button
    report: gr.Button
    export: gr.Button
    delete: gr.Button
    confirm: gr.Row
    delete_yes: gr.Button
    delete_no: gr.Button
    key: gr.Textbox
    use_key: gr.Button
    elsewhere: gr.Accordion


def build_setup(knowledge: Knowledge) -> Setup:
    """Lays the page out."""
    cases = sorted((knowledge.cases[slug].title, slug) for slug in knowledge.cases)
    first = cases[0][1] if cases else None
    with gr.Column(elem_id="setup-view", visible=False) as view:
        gr.HTML(
            "<h1>Practise an ML system design interview</h1>"
            "<p class='lead'>You lead, the interviewer listens, asks and pushes back. At the end you get a hire or "
            "no-hire report that quotes your own words.</p>",
            elem_id="welcome",
        )
        with gr.Row(elem_id="setup-columns"):
            with gr.Column(elem_id="setup-choice", elem_classes="card", scale=3, min_width=300):
                gr.HTML("<h2>New interview</h2>")
                case = gr.Dropdown(cases, value=first, label="Problem", elem_id="setup-case", filterable=len(cases) > 8)
                summary = gr.HTML(case_summary(knowledge, first), elem_id="setup-summary")
                mode = gr.Radio(
                    [(name, key.value) for key, name in LABELS.items()],
                    value=Kind.INTERVIEW.value,
                    label="Mode",
                    elem_id="setup-mode",
                )
                step = gr.Dropdown(
                    [(one.label, one.value) for one in Step],
                    value=Step.EVALUATE.value,
                    label="Step",
                    elem_id="setup-step",
                    visible=False,
                    filterable=False,
                )
                topic = gr.Dropdown(
                    sorted((knowledge.topics[slug].title, slug) for slug in knowledge.topics),
                    label="Topic",
                    info="Choose one or write your own, for example: trade-offs of serving.",
                    elem_id="setup-topic",
                    visible=False,
                    allow_custom_value=True,
                )
                about = gr.HTML(mode_about(Kind.INTERVIEW.value), elem_id="setup-about")
                level = gr.Radio(
                    [(name, key.value) for key, name in LEVEL_NAMES.items()],
                    value=Level.SENIOR.value,
                    label="Level you interview for",
                    elem_id="setup-level",
                )
                minutes = gr.Radio(
                    [(f"{length} min", length) for length in LENGTHS], value=45, label="Length", elem_id="setup-minutes"
                )
                manner = gr.Radio(
                    [(name, key.value) for key, name in MANNER_NAMES.items()],
                    value=Manner.NEUTRAL.value,
                    label="Interviewer's manner",
                    elem_id="setup-manner",
                )
                start = gr.Button("Start the interview", variant="primary", elem_id="setup-start")
                status = gr.HTML("", elem_id="setup-status", elem_classes="status")
            with gr.Column(elem_id="setup-mine", elem_classes="card", scale=2, min_width=300):
                gr.HTML("<h2>Your interviews</h2>")
                nothing = gr.HTML("<p class='quiet'>None yet. They are kept here, on this server.</p>")
                mine = gr.Radio(
                    [], label="Your interviews", show_label=False, elem_id="mine-list", visible=False, container=False
                )
                with gr.Row(visible=False, elem_id="mine-actions") as actions:
                    resume = gr.Button("Open", variant="primary", size="sm", min_width=80, elem_id="mine-resume")
                    report = gr.Button("Report", size="sm", min_width=80, elem_id="mine-report")
                    export = gr.Button("Export", size="sm", min_width=80, elem_id="mine-export")
                    delete = gr.Button("Delete", size="sm", min_width=80, elem_id="mine-delete")
                with gr.Row(visible=False, elem_id="mine-confirm", elem_classes="confirm") as confirm:
                    gr.HTML("<p>Delete this interview and its reports for good? This cannot be undone.</p>")
                    yes = gr.Button("Delete for good", variant="stop", size="sm", elem_id="mine-delete-yes")
                    no = gr.Button("Keep it", size="sm", elem_id="mine-delete-no")
                with gr.Accordion("In another browser", open=False, elem_id="elsewhere") as elsewhere:
                    gr.HTML(
                        "<p class='quiet'>Your interviews belong to this browser's key. Copy it into another browser "
                        "to see them there. Whoever has it can read them.</p>"
                    )
                    key = gr.Textbox(label="Key", type="password", elem_id="owner-key", max_length=64)
                    use = gr.Button("Use this key", size="sm", elem_id="owner-use")
    return Setup(
        view=view,
        case=case,
        summary=summary,
        level=level,
        minutes=minutes,
        manner=manner,
        mode=mode,
        about=about,
        step=step,
        topic=topic,
        start=start,
        status=status,
        mine=mine,
        nothing_yet=nothing,
        actions=actions,
        resume=resume,
        report=report,
        export=export,
        delete=delete,
        confirm=confirm,
        delete_yes=yes,
        delete_no=no,
        key=key,
        use_key=use,
        elsewhere=elsewhere,
    )


def case_summary(knowledge: Knowledge, slug: str | None) -> str:
    """The case in one sentence, as HTML."""
    case = knowledge.case(slug) if slug else None
    return f"<p class='quiet'>{for_html(case.summary)}</p>" if case else ""


def mode_about(mode: str) -> str:
    """The mode in a sentence, as HTML."""
    return f"<p class='quiet'>{for_html(ABOUT[known_mode_kind(mode)])}</p>"


def known_mode_kind(mode: str) -> Kind:
    """The kind that the radio sent."""
    return Kind(mode) if mode in set(Kind) else Kind.INTERVIEW


def show_mode(setup: Setup, mode: str) -> dict[Any, Any]:
    """Updates that show what a mode needs: its subject and its usual length."""
    kind = known_mode_kind(mode)
    return {
        setup.about: mode_about(mode),
        setup.step: gr.update(visible=kind is Kind.STEP),
        setup.topic: gr.update(visible=kind is Kind.DRILL),
        setup.minutes: MINUTES[kind],
    }


def mode_name(knowledge: Knowledge, mode: str) -> str:
    """A mode as a row or a heading says it; nothing for a full interview."""
    known = known_mode(mode)
    if known.kind is Kind.INTERVIEW:
        return ""
    title = knowledge.topics[known.topic].title if known.topic in knowledge.topics else known.topic
    return f"{LABELS[known.kind]}: {title}" if title else known.label


def case_title(knowledge: Knowledge, slug: str) -> str:
    """The case's title; a case that is gone keeps its slug."""
    case = knowledge.case(slug)
    return case.title if case else slug


def interview_choices(knowledge: Knowledge, headers: Sequence[Header]) -> list[tuple[str, str]]:
    """The rows of the list: label and id."""
    return [(_row(knowledge, header), header.id) for header in headers]


def _row(knowledge: Knowledge, header: Header) -> str:
    day = time.strftime("%d %b %Y, %H:%M", time.localtime(header.created))
    if header.ended is None:
        where = f"{int(header.elapsed // 60)} of {header.minutes:g} min"
    else:
        where = "graded" if header.reports else "finished"
    take = "second take" if header.parent else ""
    parts = (
        case_title(knowledge, header.case),
        mode_name(knowledge, header.mode),
        LEVEL_NAMES[header.level],
        take,
        day,
        where,
    )
    return " · ".join(part for part in parts if part)


def show_mine(
    setup: Setup, knowledge: Knowledge, headers: Sequence[Header], chosen: str | None = None
) -> dict[Any, Any]:
    """Updates that show the list."""
    choices = interview_choices(knowledge, headers)
    value = chosen if chosen in {id_ for _, id_ in choices} else None
    return {
        setup.mine: gr.update(choices=choices, value=value, visible=bool(choices)),
        setup.nothing_yet: gr.update(visible=not choices),
        setup.actions: gr.update(visible=value is not None),
        setup.confirm: gr.update(visible=False),
    }
