"""Progress over weeks: interviews and results, the trend per step, what to practise next, and a file of it all."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from interviewer import BadInput, InterviewerError, Step
from interviewer.grading.render import mark
from interviewer.grading.report import Report
from interviewer.interview import known_mode
from interviewer.knowledge import Knowledge
from interviewer.practice import (
    DAY,
    MOST_BYTES,
    Due,
    Held,
    archive,
    due,
    everything,
    table_html,
    take_in,
    unpacked,
    weakest,
)
from interviewer.storage import Header
from interviewer.web.service import Choice
from interviewer.web.session import (
    ACTIONS,
    LEVEL_NAMES,
    QUIET,
    Page,
    Session,
    Updates,
    asked,
    for_html,
    line,
    mode_name,
    status,
    title_of,
    verdict_of,
)

_WIDTH, _HEIGHT, _EDGE = 220, 56, 6
_FILTER = "interviewer.filter(element);"
Graded = Sequence[tuple[Header, Report]]


class ProgressPage(Page):
    """The page."""

    def __init__(self, session: Session):
        self.session, self.service = session, session.service
        with gr.Column(elem_id="progress-view", visible=False) as self.view:
            self.status = gr.HTML("", elem_id="progress-status", elem_classes="status")
            self.body = gr.HTML("", elem_id="progress-body", js_on_load=ACTIONS + _FILTER)
            with gr.Row(elem_id="progress-files"):
                self.export = gr.Button("Export everything", size="sm", elem_id="progress-export", scale=0)
                self.take_in = gr.UploadButton(
                    "Import an archive",
                    size="sm",
                    type="filepath",
                    file_types=[".zip"],
                    elem_id="progress-import",
                    scale=0,
                )
        self.outputs = [self.status, self.body, self.export]

    def show(self, owner: str, id_: str = "") -> Updates:
        """Updates that show the page."""
        knowledge = self.service.knowledge
        headers, graded = self.service.store.mine(owner), self.service.store.progress(owner)
        body = progress_html(knowledge, headers, graded, time.time())
        return {self.status: "", self.body: body, self.export: gr.update(visible=bool(headers))}

    # -- handling --------------------------------------------------------------------------------------------

    def act(self, key: str, event: gr.EventData, request: gr.Request) -> Updates:
        """A button of the list, or of what to practise next."""
        owner = self.session.owner(key, request)
        act, id_ = asked(event)
        try:
            if act in ("report", "room", "setup"):
                return self.session.go(act, id_, owner)
            if act == "practise":
                return self.session.go("room", self._practice(owner, id_), owner)
        except InterviewerError as error:
            return {self.status: status(line(error), "bad")}
        return {self.status: ""}

    def _practice(self, owner: str, name: str) -> str:
        """Starts the practice of one step; ``name`` is ``<step>/<case>``."""
        step, _, case = name.partition("/")
        if step not in set(Step) or case not in self.service.knowledge.cases:
            raise BadInput("That practice is not there any more. Reload the page.")
        last = self.service.store.mine(owner)[0]
        return self.service.begin(owner, Choice(case, last.level, 15.0, last.manner, f"step:{step}"))

    def everything(self, key: str, request: gr.Request) -> dict[str, Any]:
        """All interviews and reports as one archive."""
        try:
            return archive(everything(self.service.store, self.session.owner(key, request)))
        except InterviewerError as error:
            raise gr.Error(line(error)) from error

    def import_(self, path: str | None, key: str, request: gr.Request) -> Updates:
        """Takes an archive in; what was in it already is not taken twice."""
        try:
            owner = self.session.owner(key, request)
            file = Path(path or "")
            raw = file.read_bytes() if path and file.stat().st_size <= MOST_BYTES else b""
            if path:
                file.unlink(missing_ok=True)
            found, wrong = unpacked(raw)
            added = take_in(self.service.store, owner, found)
        except InterviewerError as error:
            return {self.status: status(line(error), "bad")}
        known = len(found) - added
        words = [f"{added} interview{'' if added == 1 else 's'} taken in."]
        words += [f"{known} had been here already."] if known else []
        words += [f"Left out: {'; '.join(wrong[:3])}."] if wrong else []
        return {**self.show(owner), self.status: status(" ".join(words), "bad" if wrong else "note")}

    # -- wiring ----------------------------------------------------------------------------------------------

    def wire(self) -> None:
        """Which event leads to which handler."""
        session = self.session
        session.leads(self.body.act, self.act, [session.key])
        session.hands_out(self.export.click(self.everything, [session.key], [session.file], **QUIET))
        self.take_in.upload(self.import_, [self.take_in, session.key], self.outputs, **QUIET)


# -- pieces of the page --------------------------------------------------------------------------------------


def progress_html(knowledge: Knowledge, headers: Sequence[Header], graded: Graded, now: float) -> str:
    """The page; ``graded`` from the oldest to the newest, ``headers`` the other way round."""
    head = "<h1>Progress</h1>"
    if not headers:
        return (
            f"{head}<p class='lead'>After your first graded interview its scores appear here, step by step.</p>"
            "<button type='button' class='small primary' data-act='setup'>Choose a first problem</button>"
        )
    held = [Held(header.case, header.level, header.created, report) for header, report in graded]
    # What was missing is told of whole interviews that were judged: elsewhere it may only not have been heard.
    whole = [
        one
        for one, (header, _) in zip(held, graded, strict=True)
        if one.report.status == "assessed" and not header.parent
    ]
    trains = {slug: case.trains for slug, case in knowledge.cases.items()}
    bar = next((report.bar["hire"] for _, report in reversed(graded) if "hire" in report.bar), None)
    overall = [None if known_mode(header.mode).step else report.score for header, report in graded]
    cards = [_card("Overall", overall, bar)]
    cards += [_card(step.label, [one.report.steps[step].score for one in held], bar) for step in Step]
    said = "Scores run from 1 to 4, relative to the level interviewed for. "
    if bar is not None:
        said += (
            f"The dashed line is the bar for a hire in your newest report, {bar:.2f}; a verdict weighs the whole talk. "
        )
    charts = (
        f"<h2>Trend per step</h2><p class='quiet'>{said}A gap is a step that was not assessed.</p>"
        f"<div class='sparks'>{''.join(cards)}</div>"
        if any(report.score is not None or any(own.score for own in report.steps.values()) for _, report in graded)
        else "<p class='quiet'>No interview has scores yet: they need a language model that can judge.</p>"
    )
    return "".join(
        [head, _next(knowledge, due(held, trains), now), charts, _weakest(whole), _list(knowledge, headers, graded)]
    )


def _next(knowledge: Knowledge, plan: Sequence[Due], now: float) -> str:
    rows = []
    for one in plan[:3]:
        days = round((one.due - now) / DAY)
        when = "due now" if days <= 0 else "due tomorrow" if days == 1 else f"due in {days} days"
        title = for_html(title_of(knowledge, one.case)) if one.case else ""
        button = (
            f"<button type='button' class='small' data-act='practise' data-id='{one.step}/{one.case}'>"
            f"Practise 15 minutes<span class='sr-only'>: {for_html(one.step.label)}</span></button>"
            if one.case
            else ""
        )
        rows.append(
            f"<li><div><b>{for_html(one.step.label)}</b> <span class='state'>{when}</span>"
            f"<span class='quiet'>last mark {mark(one.score)} of 4{f' · next: {title}' if title else ''}</span></div>"
            f"<div class='row'>{button}</div></li>"
        )
    if not rows:
        return ""
    rule = "A step comes due after one to sixteen days: the better it went the later, and later still if it did again."
    head = f"<h2>What to practise next</h2><p class='quiet'>{rule}</p>"
    return f"<div class='card mine'>{head}<ul>{''.join(rows)}</ul></div>"


def _weakest(held: Sequence[Held]) -> str:
    items = "".join(
        f"<li>{for_html(text)} <span class='quiet'>{count} of {min(8, len(held))}</span></li>"
        for text, count in weakest(held)
    )
    if not items:
        return ""
    return (
        f"<details class='card'><summary>What is missing most often</summary><ul class='plain'>{items}</ul></details>"
    )


def _list(knowledge: Knowledge, headers: Sequence[Header], graded: Graded) -> str:
    reports = {header.id: report for header, report in graded}
    rows = "".join(_row(knowledge, header, reports.get(header.id)) for header in headers)
    heads = ("When", "Problem", "Level", "Result", "Score", "<span class='sr-only'>Open</span>")
    return (
        "<div class='card'><div class='listhead'><h2>All interviews</h2>"
        "<label class='field'>Filter<input type='search' id='progress-filter' autocomplete='off' "
        "placeholder='Problem, level or result'></label></div>"
        f"{table_html('All interviews', heads, rows, 'interviews')}"
        "<p class='quiet' id='progress-none' hidden>Nothing fits.</p></div>"
    )


def _row(knowledge: Knowledge, header: Header, report: Report | None) -> str:
    when = time.strftime("%d %b %Y, %H:%M", time.localtime(header.created))
    step = known_mode(header.mode).step
    if report is None:
        result, score = ("Not graded" if header.ended else "Under way"), None
    else:
        result = "–" if step else verdict_of(report)
        score = report.steps[step].score if step else report.score
    about = (
        title_of(knowledge, header.case, header.problem),
        mode_name(knowledge, header.mode),
        "second take" if header.parent else "",
    )
    problem = " · ".join(part for part in about if part)
    act, name = ("report", "Report") if header.ended else ("room", "Go on")
    button = (
        f"<button type='button' class='small' data-act='{act}' data-id='{header.id}'>{name}"
        f"<span class='sr-only'>: {for_html(problem)}, {when}</span></button>"
    )
    cells = {
        "when": when,
        "problem": problem,
        "level": LEVEL_NAMES[header.level],
        "result": result,
        "score" if score is not None else "score none": mark(score),
    }
    row = "".join(f"<td class='{kind}' dir='auto'>{for_html(cell)}</td>" for kind, cell in cells.items())
    return f"<tr>{row}<td class='open'>{button}</td></tr>"


def _card(title: str, scores: Sequence[float | None], passes: float | None) -> str:
    last = next((score for score in reversed(scores) if score is not None), None)
    return (
        f"<figure class='card spark'><figcaption>{for_html(title)}<b>{mark(last)}</b></figcaption>"
        f"{_picture(title, scores, passes)}</figure>"
    )


def _picture(title: str, scores: Sequence[float | None], passes: float | None) -> str:
    """A line with a dot per interview, and the newest report's line of a hire, where there is one."""

    def height(score: float) -> float:
        return _HEIGHT - _EDGE - (score - 1) / 3 * (_HEIGHT - 2 * _EDGE)

    step = (_WIDTH - 2 * _EDGE) / max(1, len(scores) - 1)
    there = [(_EDGE + step * index, height(score)) for index, score in enumerate(scores) if score is not None]
    grid = "".join(
        f"<line class='{'hire' if score == passes else 'grid'}' x1='0' x2='{_WIDTH}' "
        f"y1='{height(score):.1f}' y2='{height(score):.1f}'/>"
        for score in (1, passes, 4)
        if score is not None
    )
    line_ = " ".join(f"{x:.1f},{y:.1f}" for x, y in there)
    dots = "".join(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3'/>" for x, y in there)
    said = ", ".join(mark(score) for score in scores)
    return (
        f"<svg viewBox='0 0 {_WIDTH} {_HEIGHT}' role='img' aria-label='{for_html(title)}: {said}'>"
        f"{grid}<polyline points='{line_}'/>{dots}</svg>"
    )
