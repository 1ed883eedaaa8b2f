"""Progress over time: the score of each step, interview after interview, as pictures that need no script."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from interviewer.domain import Step
from interviewer.grading.presentation import headline
from interviewer.grading.report import Report
from interviewer.interview.modes import known_mode
from interviewer.knowledge.load import Knowledge
from interviewer.storage import Header
from interviewer.web.escape import for_html
from interviewer.web.pages.setup import LEVEL_NAMES, case_title, mode_name

_WIDTH, _HEIGHT, _EDGE = 220, 56, 6


@dataclass(frozen=True)
class ProgressPage:
    """The page's components."""

    view: gr.Column
    body: gr.HTML


def build_progress() -> ProgressPage:
    """Lays the page out."""
    with gr.Column(elem_id="progress-view", visible=False) as view:
        body = gr.HTML("", elem_id="progress-body")
    return ProgressPage(view, body)


def progress_body(knowledge: Knowledge, graded: Sequence[tuple[Header, Report]]) -> str:
    """The page, from the oldest graded interview to the newest."""
    head = "<h1>Progress</h1>"
    if not graded:
        return f"{head}<p class='lead'>After your first graded interview its scores appear here, step by step.</p>"
    reports = [report for _, report in graded]
    cards = [_card("Overall", [_overall(header, report) for header, report in graded])]
    cards += [_card(step.label, [report.steps[step].score for report in reports]) for step in Step]
    rows = "".join(_row(knowledge, header, report) for header, report in reversed(graded))
    return (
        f"{head}<p class='lead'>{_count(len(graded))}. Scores run from 1 to 4, relative to the level "
        "that each interview was held for; a gap is a step that was not assessed.</p>"
        f"<div class='sparks'>{''.join(cards)}</div>"
        "<div class='card'><table><thead><tr><th scope='col'>When</th><th scope='col'>Problem</th>"
        "<th scope='col'>Level</th><th scope='col'>Verdict</th><th scope='col'>Score</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _count(number: int) -> str:
    return "One graded interview" if number == 1 else f"{number} graded interviews"


def _row(knowledge: Knowledge, header: Header, report: Report) -> str:
    day = time.strftime("%d %b %Y", time.localtime(header.created))
    one_step = known_mode(header.mode).step
    verdict = headline(report)
    score = report.steps[one_step].score if one_step else report.score
    problem = " · ".join(
        part for part in (case_title(knowledge, header.case), mode_name(knowledge, header.mode)) if part
    )
    cells = (day, problem, LEVEL_NAMES[header.level], "–" if one_step else verdict, _figure(score))
    return "<tr>" + "".join(f"<td>{for_html(cell)}</td>" for cell in cells) + "</tr>"


def _overall(header: Header, report: Report) -> float | None:
    """The interview's score; practice of one step has none."""
    return None if known_mode(header.mode).step else report.score


def _figure(score: float | None) -> str:
    return "–" if score is None else f"{score:.1f}"


def _card(title: str, scores: Sequence[float | None]) -> str:
    last = next((score for score in reversed(scores) if score is not None), None)
    return (
        f"<figure class='card spark'><figcaption>{for_html(title)}<b>{_figure(last)}</b></figcaption>"
        f"{_picture(title, scores)}</figure>"
    )


def _picture(title: str, scores: Sequence[float | None]) -> str:
    """A line with a dot per interview; lines of help at 1, 2, 3 and 4."""
    step = (_WIDTH - 2 * _EDGE) / max(1, len(scores) - 1)
    spots = [
        None if score is None else (_EDGE + step * index, _HEIGHT - _EDGE - (score - 1) / 3 * (_HEIGHT - 2 * _EDGE))
        for index, score in enumerate(scores)
    ]
    grid = "".join(
        f"<line class='grid' x1='0' x2='{_WIDTH}' y1='{y:.1f}' y2='{y:.1f}'/>"
        for y in (_HEIGHT - _EDGE - part / 3 * (_HEIGHT - 2 * _EDGE) for part in range(4))
    )
    there = [spot for spot in spots if spot]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in there)
    dots = "".join(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3'/>" for x, y in there)
    said = ", ".join(_figure(score) for score in scores)
    return (
        f"<svg viewBox='0 0 {_WIDTH} {_HEIGHT}' role='img' aria-label='{for_html(title)}: {said}'>"
        f"{grid}<polyline points='{line}'/>{dots}</svg>"
    )
