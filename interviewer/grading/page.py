"""The report as one page of HTML, with its charts. What a candidate said is escaped."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from interviewer import Step
from interviewer.drawing.renderings import shown
from interviewer.grading.render import (
    CRITERION,
    EVENTS,
    HELP,
    clock,
    ended_early,
    excerpt,
    figures_line,
    graded_by,
    headline,
    mark,
    shortened,
    standing,
    time_of,
    title,
)
from interviewer.grading.report import (
    WORDS,
    Criterion,
    Evidence,
    FlagReport,
    Missing,
    Moment,
    Nearest,
    Remark,
    Report,
    StepTime,
    StudyItem,
)
from interviewer.interview import scope
from interviewer.transcript import Transcript, Turn

_LEFT, _WIDE, _ROW = 158, 150, 30
_LOW, _HIGH = 1.0, 4.0


def _x(score: float) -> float:
    return _LEFT + (score - _LOW) / (_HIGH - _LOW) * _WIDE


def _svg(height: int, title: str, body: list[str]) -> str:
    return (
        f'<svg viewBox="0 0 {_LEFT + _WIDE + 92} {height}" role="img" aria-label="{escape(title, quote=True)}">'
        f"<title>{escape(title)}</title>{''.join(body)}</svg>"
    )


def profile_chart(report: Report) -> str:
    """Each step's score against the cut-offs of the level."""
    bottom = _ROW * len(Step) + 34
    body, lines = [], []
    for name, cut in report.bar.items():
        if _LOW <= cut <= _HIGH:
            kind = "bar" if name == "hire" else "cut"
            lines.append(f'<line class="{kind}" x1="{_x(cut):.1f}" x2="{_x(cut):.1f}" y1="22" y2="{bottom - 8}"/>')
            if name == "hire":
                body.append(f'<text class="axis" text-anchor="middle" x="{_x(cut):.1f}" y="14">hire {cut:.2f}</text>')
    for number in range(1, 5):
        body.append(f'<text class="axis" text-anchor="middle" x="{_x(number):.1f}" y="{bottom + 6}">{number}</text>')
    for row, step in enumerate(Step):
        y = 28 + row * _ROW
        body.append(f'<text x="{_LEFT - 10}" y="{y + 15}" text-anchor="end">{escape(_short(step))}</text>')
        body.append(f'<rect class="track" x="{_LEFT}" y="{y + 4}" width="{_WIDE}" height="14" rx="3"/>')
        score = report.steps[step].score
        if score is None:
            words = standing(report.steps[step], judged=True)
            body.append(f'<text class="axis" x="{_LEFT + 6}" y="{y + 15}">{words}</text>')
            continue
        good = "good" if score >= report.bar.get("hire", _HIGH) else "short"
        width = max(3.0, _x(score) - _LEFT)
        body.append(f'<rect class="{good}" x="{_LEFT}" y="{y + 4}" width="{width:.1f}" height="14" rx="3"/>')
        body.append(f'<text class="value" x="{_LEFT + _WIDE + 10}" y="{y + 16}">{mark(score)}</text>')
    return _svg(bottom + 14, "Score of each step against the bar for a hire", [*body, *lines])


def order_chart(report: Report) -> str:
    """Where there are no marks: the steps that were spoken about, most shown first, with how many quotes each has."""
    steps = [step for step in report.order if report.steps[step].evidence]
    if not steps:
        return ""
    most = max(len(report.steps[step].evidence) for step in steps)
    body = []
    for row, step in enumerate(steps):
        y, count = 8 + row * _ROW, len(report.steps[step].evidence)
        body.append(f'<text x="{_LEFT - 10}" y="{y + 15}" text-anchor="end">{escape(_short(step))}</text>')
        width = count / most * _WIDE
        body.append(f'<rect class="spent" x="{_LEFT}" y="{y + 4}" width="{width:.1f}" height="14" rx="3"/>')
        said = f"{count} quote" + ("s" if count > 1 else "")
        body.append(f'<text class="value" x="{_LEFT + width + 8:.1f}" y="{y + 16}">{said}</text>')
    return _svg(_ROW * len(steps) + 14, "Points that could be quoted in each step", body)


def time_chart(report: Report) -> str:
    """Minutes used by each step against its budget."""
    most = max([one.used for one in report.time.values()] + [one.budget for one in report.time.values()] + [60.0])

    def wide(seconds: float) -> float:
        return seconds / most * _WIDE

    body = []
    for row, (step, spent) in enumerate(_ordered(report.time)):
        y = 8 + row * _ROW
        over = "short" if spent.budget and spent.used > 1.5 * spent.budget else "spent"
        body.append(f'<text x="{_LEFT - 10}" y="{y + 15}" text-anchor="end">{escape(_short(step))}</text>')
        body.append(f'<rect class="track" x="{_LEFT}" y="{y + 4}" width="{_WIDE}" height="14" rx="3"/>')
        body.append(f'<rect class="{over}" x="{_LEFT}" y="{y + 4}" width="{wide(spent.used):.1f}" height="14" rx="3"/>')
        at = _LEFT + wide(round(spent.budget / 60) * 60)  # where its label says
        body.append(f'<line class="bar" x1="{at:.1f}" x2="{at:.1f}" y1="{y}" y2="{y + 22}"/>')
        text = " / ".join(_minutes(spent))
        body.append(f'<text class="value" x="{_LEFT + _WIDE + 8}" y="{y + 16}">{text}</text>')
    return _svg(_ROW * len(report.time) + 14, "Minutes used by each step; the line is the budget", body)


def _minutes(spent: StepTime) -> tuple[str, str]:
    """The time of a step and its budget; seconds would claim more than is known of which words were about what."""
    used, budget = time_of(spent.used, spent.budget)
    return ("under 1" if used.endswith(" s") else used), budget


def _ordered(spent: Mapping[Step, StepTime]) -> list[tuple[Step, StepTime]]:
    return [(step, spent[step]) for step in Step if step in spent]


def _short(step: Step) -> str:
    return step.label.replace(" and infrastructure", "").replace(" and serving", "")


# -- page ------------------------------------------------------------------------------------------------
# The report as a page that stands alone: no script, nothing fetched, every quote leads to its turn at the end.
#
# Why comes first: the verdict, the moments that carried it, one thing to work on. Then the steps.


_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_MARKS = {"shown": "✓", "partly": "◐", "wrong": "✗", "absent": "○", "not_applicable": "–"}
_CODE = re.compile(r"`([^`<>]+)`")
_ADDRESS = re.compile(r"(https?://[^\s<>\"')]+)")


def to_html(report: Report, transcript: Transcript, *, headed: bool = True) -> str:
    """The page. ``headed`` is false inside a page that has its heading already: then only paper shows it."""
    style = (Path(__file__).parent / "data" / "report.css").read_text(encoding="utf-8")
    heading = f"{title(report)}, {report.level.value}: {headline(report, transcript)}"
    parts = [
        _head(report, transcript, headed),
        _why(report, transcript),
        _at_a_glance(report, scope(transcript.mode)),
        "<h2>Step by step</h2>",
        *[_step(step, report, transcript) for step in scope(transcript.mode)],
        _remarks("Mistakes", report.red_flags, transcript, "against"),
        _moments("Said differently in two places", report.contradictions, transcript),
        _remarks("Trade-offs raised", report.trade_offs, transcript, "for"),
        _next(report),
        _notes_on_the_report(report),
        _conversation(transcript, opened=headed),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(heading)}</title><style>{style}</style></head><body><main>{''.join(parts)}</main></body></html>"
    )


def _p(text: str, kind: str = "") -> str:
    if not text:
        return ""
    said = _CODE.sub(r"<code>\1</code>", escape(text))
    return f'<p class="{kind}">{said}</p>' if kind else f"<p>{said}</p>"


def _list(items: list[str], kind: str = "") -> str:
    return f'<ul class="{kind}">{"".join(items)}</ul>' if items else ""


def _linked(text: str) -> str:
    """The knowledge base's words with its sources' addresses as links."""
    return "".join(
        f'<a href="{escape(part)}" rel="noreferrer" target="_blank">{escape(part)}</a>' if index % 2 else escape(part)
        for index, part in enumerate(_ADDRESS.split(text))
    )


def _section(heading: str, body: str, kind: str = "") -> str:
    return f'<section class="{kind}"><h2>{escape(heading)}</h2>{body}</section>' if body else ""


# Top -----------------------------------------------------------------------------------------------------------------


def _head(report: Report, transcript: Transcript, headed: bool) -> str:
    said = headline(report, transcript)
    where = "" if headed else ' class="paper"'
    judged = report.verdict is not None and said == WORDS[report.verdict]
    kind = report.verdict.value if judged and report.verdict else "none"
    reasons = _list([f"<li>{escape(one)}</li>" for one in report.reasons], "reasons")
    why_not = "".join(_p(one) for one in report.warnings[:2]) if report.status == "not_judged" else ""
    return (
        f'<header{where}><p class="kicker">{escape(report.level.value.capitalize())} level · mock interview</p>'
        f"<h1>{escape(title(report))}</h1></header>"
        f'<div class="verdict {kind}"><strong>{escape(said)}</strong>{_p(report.summary)}{why_not}'
        f"{_p(ended_early(transcript), 'soft')}"
        f"{_p(figures_line(report), 'soft')}{reasons}</div>"
    )


def _why(report: Report, transcript: Transcript) -> str:
    first = f'<div class="first"><h3>Work on this first</h3>{_p(report.work_on_first)}</div>'
    return _moments("What carried the result", report.decisive, transcript) + (first if report.work_on_first else "")


def _at_a_glance(report: Report, about: Sequence[Step]) -> str:
    """Charts where there is something to see in them: not in those of a single step."""
    if len(about) == 1:
        return _section("Pacing", _p(report.pacing))
    profile = profile_chart(report) if report.score is not None else order_chart(report)
    spent = time_chart(report) if any(one.used for one in report.time.values()) else ""
    heading = "Steps against the bar" if report.score is not None else "Where most could be heard"
    said = "The line is the bar for a hire; dotted lines part the other verdicts." if report.score is not None else ""
    body = _figure(heading, profile, said) + _figure("Time that you spoke", spent, report.pacing)
    return f'<div class="glance">{body}</div>' if body else ""


def _figure(heading: str, picture: str, caption: str = "") -> str:
    return f"<figure><h2>{escape(heading)}</h2>{picture}{_p(caption, 'soft')}</figure>" if picture else ""


# Quotes --------------------------------------------------------------------------------------------------------------


def _quote(quote: str, turn: int, transcript: Transcript) -> str:
    """A quote amid the words around it, leading to its turn."""
    before, after = excerpt(quote, turn, transcript)
    at = transcript.turns[turn].at if turn < len(transcript.turns) else None
    where = f"turn {turn}" + (f", {clock(at)}" if at is not None else "")
    lead = f"<span>{escape(before)}</span> " if before else ""
    gap = "" if after[:1] in tuple(",.;:!?)") else " "
    tail = f"{gap}<span>{escape(after)}</span>" if after else ""
    return (
        f'<blockquote>{lead}<q>{escape(shortened(quote))}</q>{tail} <a class="jump" href="#turn-{turn}">{where}</a>'
        "</blockquote>"
    )


def _moments(heading: str, moments: list[Moment], transcript: Transcript) -> str:
    items = [f"<li>{_p(one.text)}{_quote(one.quote, one.turn, transcript)}</li>" for one in moments]
    return _section(heading, _list(items, "moments"))


def _remarks(heading: str, remarks: Sequence[Remark], transcript: Transcript, kind: str) -> str:
    items = []
    for one in sorted(remarks, key=lambda each: isinstance(each, FlagReport) and each.corrected):
        put_right = isinstance(one, FlagReport) and one.corrected
        badge = '<span class="badge">put right later</span>' if put_right else ""
        sort = "neutral" if put_right else kind
        items.append(f'<li class="{sort}">{_p(one.text)}{badge}{_quote(one.quote, one.turn, transcript)}</li>')
    return _section(heading, _folded(items, "remarks"))


def _folded(items: list[str], what: str, first: Sequence[int] = (0, 1)) -> str:
    """Quotes of which all but the ``first`` are folded: on a telephone a step must not be pages long."""
    shown = [one for index, one in enumerate(items) if index in first]
    rest = [one for index, one in enumerate(items) if index not in first]
    if len(rest) < 2:
        return _list(items, "quotes")
    return (
        f"{_list(shown, 'quotes')}<details><summary>{len(rest)} more {what}</summary>{_list(rest, 'quotes')}</details>"
    )


# Steps ---------------------------------------------------------------------------------------------------------------


def _step(step: Step, report: Report, transcript: Transcript) -> str:
    own = report.steps[step]
    judged = report.status == "assessed"
    spent = report.time.get(step)
    minutes = " of ".join(_minutes(spent)) if spent else ""
    state = "marked" if own.score is not None else "unmarked"
    strong = report.strong.get(step, "")
    half = {one.signal for one in own.criteria if one.status == "partly"}
    first = [next((at for at, one in enumerate(own.evidence) if one.sign == sign), 1) for sign in "+-"]
    gaps = "" if own.criteria else _missing(own.missing, judged)
    return (
        f'<article class="step {state}" id="{step.value}"><h3>{escape(step.label)}'
        f'<span class="score">{escape(standing(own, judged))}</span></h3>'
        f"{_p(minutes, 'meta')}{_p(own.comment)}"
        f"{_folded([_evidence(one, half, transcript) for one in own.evidence], 'quotes', first)}"
        f"{_checklist(own.criteria, transcript)}{gaps}"
        + (
            f"<details><summary>What a strong answer has</summary><p>{_linked(strong)}</p></details>"
            if strong and own.status != "not_applicable"
            else ""
        )
        + "</article>"
    )


def _evidence(one: Evidence, half: set[str], transcript: Transcript) -> str:
    """A quote for or against a criterion; ``half`` are those that were partly shown."""
    partly = one.signal in half and one.sign == "+"
    kind = "against" if one.sign == "-" else "half" if partly else "for"
    said = f"{one.about or one.signal} · {HELP[one.help]}" + (" · partly" if partly else "")
    return f'<li class="{kind}"><span class="meta">{escape(said)}</span>{_quote(one.quote, one.turn, transcript)}</li>'


def _checklist(criteria: list[Criterion], transcript: Transcript) -> str:
    """The criteria, quietly: a mark and a name each, and the nearest words to what was not shown."""
    items = [
        f'<li class="{one.status}"><i aria-hidden="true">{_MARKS[one.status]}</i>{escape(one.about or one.signal)}'
        f'<span class="sr"> ({CRITERION[one.status]})</span>{_nearest(one.nearest, transcript)}</li>'
        for one in criteria
    ]
    key = '<p class="key">✓ shown, ◐ partly, ✗ wrong, ○ not shown, – does not apply</p>'
    return f"<details><summary>{len(items)} criteria</summary>{_list(items, 'check')}{key}</details>" if items else ""


def _nearest(said: Nearest | None, transcript: Transcript) -> str:
    if said is None:
        return ""
    return f'<div class="near"><span class="meta">Nearest to it</span>{_quote(said.quote, said.turn, transcript)}</div>'


def _missing(missing: list[Missing], judged: bool) -> str:
    heading = "Not shown" if judged else "Not heard, as far as we could hear"
    items = [f"<li>{escape(one.text)}{_studied(one.study)}</li>" for one in missing]
    return f'<p class="meta">{heading}</p>{_list(items)}' if items else ""


def _studied(notes: list[str]) -> str:
    names = ", ".join(note.replace("-", " ") for note in notes)
    return f' <span class="meta">Study: {escape(names)}</span>' if names else ""


# The rest ------------------------------------------------------------------------------------------------------------


def _next(report: Report) -> str:
    def item(one: StudyItem) -> str:
        return f"<li><b>{escape(one.step.label)}.</b> {escape(one.text)}{_studied(one.notes)}</li>"

    plan = f"<ol>{''.join(item(one) for one in report.study_plan)}</ol>" if report.study_plan else ""
    ask = _list([f"<li>{escape(one)}</li>" for one in report.questions])
    return (
        _section("Drive and communication", _p(report.communication))
        + _section("What to study next", plan)
        + _section("Ask yourself", ask)
        + _section("The next level up", _p(report.next_level))
    )


def _notes_on_the_report(report: Report) -> str:
    notes = report.warnings[2:] if report.status == "not_judged" else report.warnings
    items = _list([f"<li>{escape(one)}</li>" for one in notes])
    return _section("About this report", items + _p(graded_by(report), "soft"), "about")


def _conversation(transcript: Transcript, *, opened: bool) -> str:
    turns = [
        f'<div class="turn {turn.speaker}" id="turn-{index}">'
        f"<b>{index} · {turn.speaker} {clock(turn.at)}</b>{_said(turn)}</div>"
        for index, turn in enumerate(transcript.turns)
    ]
    state = " open" if opened else ""
    return f"<details class='whole'{state}><summary><h2>Transcript</h2></summary>{''.join(turns)}</details>"


def _said(turn: Turn) -> str:
    """What a turn says: its words, a drawing with its words, a diagram's source, or the button that was pressed."""
    event = f"<em>{EVENTS[turn.event]}</em>" if turn.event else ""
    if turn.is_diagram:
        source = f"<figcaption>Sketch in Mermaid</figcaption><pre>{escape(turn.text.strip())}</pre>"
        return f'<figure class="source">{source}</figure>{event}'
    words = escape(turn.text)
    return _drawing(turn) + words + ("\n" if words.strip() and event else "") + event


def _drawing(turn: Turn) -> str:
    """The picture of a drawn turn; on a telephone it scrolls rather than shrinks."""
    drawn = shown(turn.scene, turn.photo)
    return f'<div class="drawn" tabindex="0" role="group" aria-label="Drawing">{drawn}</div>' if drawn else ""
