"""The report as a page that stands alone: no script, nothing fetched, every quote leads to its words at the end.

Why comes first: the verdict, the moments that carried it, one thing to work on. Then the steps. What a candidate said
is escaped.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TypeAlias

from interviewer import Step
from interviewer.drawing.renderings import shown
from interviewer.grading.render import (
    CRITERION,
    EVENTS,
    MARKS,
    claimed,
    clock,
    ended_early,
    excerpt,
    figures_line,
    headline,
    helped,
    minutes_of,
    on_the_way,
    order_chart,
    planned,
    profile_chart,
    quoted_places,
    shortened,
    standing,
    starts,
    time_chart,
    title,
)
from interviewer.grading.report import (
    WORDS,
    Evidence,
    FlagReport,
    Missing,
    Moment,
    Nearest,
    Remark,
    Report,
    StepReport,
    StudyItem,
    graded_by,
    near_the_line,
    strong_title,
    why_none,
)
from interviewer.interview import scope
from interviewer.text import first_words
from interviewer.transcript import Transcript, Turn

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_Part: TypeAlias = tuple[str, str]
"""A part of the page: its heading, empty where the contents do not name it, and its HTML, empty where there is none."""
_MINUTE = 60
"""Seconds that a step was spoken about for a chart of the time to show something."""
_AGAIN = 8
"""Words of a quote that stood further up."""
_CODE = re.compile(r"`([^`<>]+)`")
_ADDRESS = re.compile(r"(https?://[^\s<>\"')]+)")


def to_html(report: Report, transcript: Transcript, *, headed: bool = True) -> str:
    """The page. ``headed`` is false inside a page that has its heading already: then only paper shows it."""
    style = (Path(__file__).parent / "data" / "report.css").read_text(encoding="utf-8")
    heading = f"{title(report)}, {report.level.value}: {headline(report, transcript)}"
    steps, plan, quote = scope(transcript.mode), planned(report, transcript), _Quotes(transcript, linked=not headed)
    parts = [
        ("", _head(report, transcript, headed)),
        *_why(report, quote),
        *_better(report, quote),
        ("", _at_a_glance(report, steps, plan)),
        ("", "<h2>Step by step</h2>"),
        *[(step.label, _step(step, report, quote, plan)) for step in steps],
        ("Mistakes", _remarks("Mistakes", report.red_flags, quote, "against")),
        *_moments("Said differently in two places", report.contradictions, quote),
        ("Trade-offs raised", _remarks("Trade-offs raised", report.trade_offs, quote, "for")),
        ("Hints and edits", _way(report, transcript)),
        *_next(report),
        ("About this report", _notes_on_the_report(report)),
        ("Transcript", _conversation(report, quote, opened=headed)),
    ]
    parts.insert(1, ("", _contents([name for name, part in parts if name and part], transcript)))
    body = "".join(part for _, part in parts)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(heading)}</title><style>{style}</style></head><body><main>{body}</main></body></html>"
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


def _section(heading: str, body: str) -> str:
    return f'<section id="{_id(heading)}"><h2>{escape(heading)}</h2>{body}</section>' if body else ""


def _id(heading: str) -> str:
    """Where the contents lead."""
    return heading.lower().replace(" ", "-")


def _contents(headings: Sequence[str], transcript: Transcript) -> str:
    """Every part that is there; and the drawings, which stand in the transcript."""
    turns = enumerate(transcript.turns)
    drawn = [(f"turn-{at}", f"Drawing in turn {at}") for at, turn in turns if turn.mode == "drawn"]
    links = [*((_id(one), one) for one in headings), *drawn]
    items = [f'<li><a href="#{anchor}">{escape(name)}</a></li>' for anchor, name in links]
    return f'<details class="contents" id="contents"><summary>Contents</summary>{_list(items)}</details>'


# Top -----------------------------------------------------------------------------------------------------------------


def _head(report: Report, transcript: Transcript, headed: bool) -> str:
    said = headline(report, transcript)
    kind = report.verdict.value if report.verdict and said == WORDS[report.verdict] else "none"
    reasons = _list([f"<li>{escape(one)}</li>" for one in report.reasons], "reasons")
    why_not = "".join(_p(reason) for reason in why_none(report)[0])
    close = "<small>close to the line</small>" if kind != "none" and near_the_line(report) else ""
    level = f'<p class="kicker">{escape(report.level.value.capitalize())} level · mock interview</p>'
    return (
        f"<header{'' if headed else ' class=paper'}>{level}<h1>{escape(title(report))}</h1></header>"
        f'<div class="verdict {kind}"><strong>{escape(said)}</strong>{close}{_p(report.summary)}{why_not}'
        f"{_p(ended_early(transcript), 'soft')}{_p(figures_line(report), 'soft')}{reasons}</div>"
    )


def _why(report: Report, quote: "_Quotes") -> list[_Part]:
    heading = "Work on this first"
    first = f'<div class="first" id="{_id(heading)}"><h3>{heading}</h3>{_p(report.work_on_first)}</div>'
    carried = _moments("What carried the result", report.decisive, quote)
    return [*carried, (heading, first if report.work_on_first else "")]


def _better(report: Report, quote: "_Quotes") -> list[_Part]:
    """The answers that cost the most, as they could have been given."""
    items = [
        f'<li class="against">{_p(one.text)}{quote(one.quote, one.turn)}{_p("You could have said", "meta")}'
        f"{_p(one.say, 'say')}{_p(one.then and f'What comes next: {one.then}', 'meta')}</li>"
        for one in report.better
    ]
    return [("Answers to give differently", _section("Answers to give differently", _list(items, "quotes")))]


def _at_a_glance(report: Report, about: Sequence[Step], plan: Mapping[Step, int]) -> str:
    """Charts where there is something to see in them: not in those of a single step."""
    if len(about) == 1:
        return _section("Pacing", _p(report.pacing))
    marked = report.score is not None
    profile = profile_chart(report) if marked else order_chart(report)
    spent = time_chart(report, plan) if any(one.used >= _MINUTE for one in report.time.values()) else ""
    heading = "Steps against the bar" if marked else "Where most could be heard"
    said = "The line is the bar for a hire; dotted, the other verdicts." if marked else ""
    body = _figure(heading, profile, said) + _figure("Time on each part", spent, report.pacing)
    return f'<div class="glance">{body}</div>' if body else ""


def _figure(heading: str, picture: str, caption: str = "") -> str:
    return f"<figure><h2>{escape(heading)}</h2>{picture}{_p(caption, 'soft')}</figure>" if picture else ""


# Quotes --------------------------------------------------------------------------------------------------------------


class _Quotes:
    """The candidate's words as the page shows them, leading to their turn: where they come first amid the words around
    them, and after that by how they begin. ``linked``: in the app there is a stronger answer to each turn."""

    def __init__(self, transcript: Transcript, *, linked: bool):
        self.transcript, self.linked = transcript, linked
        self._told: dict[int, list[str]] = {}

    def __call__(self, quote: str, turn: int, *, better: bool = False) -> str:
        """One quote; with ``better`` a way to a stronger answer."""
        at = self.transcript.turns[turn].at if turn < len(self.transcript.turns) else None
        where = f"turn {turn}" + (f", {clock(at)}" if at is not None else "")
        begins = starts(quote, turn, self.transcript)
        place = f"turn-{turn}" if begins is None else f"said-{turn}-{begins}"
        way = self.stronger(turn) if better else ""
        told = self._told.setdefault(turn, [])
        again = any(quote in known for known in told)
        told.append(quote)
        words = f"<q>{escape(first_words(quote, _AGAIN))}</q>" if again else self._amid(quote, turn)
        kind = ' class="again"' if again else ""
        return f'<blockquote{kind}>{words} <a class="jump" href="#{place}">{where}</a>{way}</blockquote>'

    def _amid(self, quote: str, turn: int) -> str:
        before, after = excerpt(quote, turn, self.transcript)
        lead = f"<span>{escape(before)}</span> " if before else ""
        gap = "" if after[:1] in tuple(",.;:!?)") else " "
        tail = f"{gap}<span>{escape(after)}</span>" if after else ""
        return f"{lead}<q>{escape(shortened(quote))}</q>{tail}"

    def stronger(self, turn: int) -> str:
        """The way to a stronger answer than a turn's; empty for a file."""
        return f' <a class="stronger" href="#stronger-{turn}">a stronger answer</a>' if self.linked else ""


def _moments(heading: str, moments: list[Moment], quote: _Quotes) -> list[_Part]:
    items = [f"<li>{_p(one.text)}{quote(one.quote, one.turn, better=True)}</li>" for one in moments]
    return [(heading, _section(heading, _list(items, "moments")))]


def _remarks(heading: str, remarks: Sequence[Remark], quote: _Quotes, kind: str) -> str:
    items = []
    for remark in sorted(remarks, key=lambda each: isinstance(each, FlagReport) and each.corrected):
        put_right = isinstance(remark, FlagReport) and remark.corrected
        badge = '<span class="badge">put right later</span>' if put_right else ""
        sort = "neutral" if put_right else kind
        said = quote(remark.quote, remark.turn, better=sort == "against")
        text = f"What is wrong: {remark.text}" if isinstance(remark, FlagReport) else remark.text
        items.append(f'<li class="{sort}">{said}{_p(text)}{badge}</li>')
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


def _step(step: Step, report: Report, quote: _Quotes, plan: Mapping[Step, int]) -> str:
    own = report.steps[step]
    judged = report.status == "assessed"
    spent = report.time.get(step)
    minutes = f"{minutes_of(spent.used)} of {plan[step]} min" if spent and spent.used else ""
    state = "marked" if own.score is not None else "unmarked"
    strong = report.strong.get(step, "") if _wanting(step, report) else ""
    first = [next((at for at, one in enumerate(own.evidence) if one.sign == sign), 1) for sign in "+-"]
    gaps = "" if own.criteria else _missing(own.missing, judged)
    return (
        f'<article class="step {state}" id="{_id(step.label)}"><h3>{escape(step.label)}'
        f'<span class="score">{escape(standing(step, report))}</span></h3>'
        f"{_p(minutes, 'meta')}{_p(own.comment)}"
        f"{_folded([_evidence(one, step, report, quote) for one in own.evidence], 'quotes', first)}"
        f"{_checklist(own, quote)}{gaps}"
        + (f"<details><summary>{strong_title(report)}</summary><p>{_linked(strong)}</p></details>" if strong else "")
        + "</article>"
    )


def _wanting(step: Step, report: Report) -> bool:
    """Whether what a strong answer has is worth reading: not for a step that was as good as a hire asks."""
    own, bar = report.steps[step], report.bar.get("hire")
    return own.status != "not_applicable" and (own.score is None or bar is None or own.score < bar)


def _evidence(one: Evidence, step: Step, report: Report, quote: _Quotes) -> str:
    """A quote for or against a criterion, and how much of it the quote is said to show."""
    own = report.steps[step]
    kind = {"-": "against", "+": "half" if claimed(one, own).startswith(CRITERION["partly"]) else "for"}[one.sign]
    said = " · ".join(part for part in (one.about or one.signal, helped(one, report), claimed(one, own)) if part)
    words = quote(one.quote, one.turn, better=kind != "for")
    return f'<li class="{kind}"><span class="meta">{escape(said)}</span>{words}</li>'


def _checklist(own: StepReport, quote: _Quotes) -> str:
    """The criteria, quietly: a mark and a name each, and the nearest words to what was not shown; none of a step that
    was not reached, which holds nothing against anybody."""
    criteria = [] if own.status == "not_reached" else own.criteria
    items = [
        f'<li class="{criterion.status}"><i aria-hidden="true">{MARKS[criterion.status]}</i>'
        f"{escape(criterion.about or criterion.signal)}"
        f'<span class="sr"> ({CRITERION[criterion.status]})</span>'
        + (f'<span class="meta">{escape(criterion.text)}</span>' if criterion.text else "")
        + f"{_nearest(criterion.nearest, quote)}</li>"
        for criterion in criteria
    ]
    key = '<p class="key">✓ shown, ◐ partly, ✗ wrong, ◔ touched and not shown, ○ not shown, – does not apply</p>'
    return f"<details><summary>{len(items)} criteria</summary>{_list(items, 'check')}{key}</details>" if items else ""


def _nearest(said: Nearest | None, quote: _Quotes) -> str:
    if said is None:
        return ""
    words = quote(said.quote, said.turn, better=True)
    return f'<div class="near"><span class="meta">Nearest to it</span>{words}</div>'


def _missing(missing: list[Missing], judged: bool) -> str:
    heading = "Not shown" if judged else "Not heard, as far as we could hear"
    items = [f"<li>{escape(one.text)}{_studied(one.study)}</li>" for one in missing]
    return f'<p class="meta">{heading}</p>{_list(items)}' if items else ""


def _studied(notes: list[str]) -> str:
    names = ", ".join(note.replace("-", " ") for note in notes)
    return f' <span class="meta">Study: {escape(names)}</span>' if names else ""


# The rest ------------------------------------------------------------------------------------------------------------


def _way(report: Report, transcript: Transcript) -> str:
    items = [
        f"<li>{escape(text)} " + ", ".join(f'<a class="jump" href="#turn-{at}">turn {at}</a>' for at in turns) + "</li>"
        for text, turns in on_the_way(report, transcript)
    ]
    return _section("Hints and edits", _list(items))


def _next(report: Report) -> list[_Part]:
    def item(one: StudyItem) -> str:
        return f"<li><b>{escape(one.step.label)}.</b> {escape(one.text)}{_studied(one.notes)}</li>"

    plan = f"<ol>{''.join(item(one) for one in report.study_plan)}</ol>" if report.study_plan else ""
    ask = _list([f"<li>{escape(question)}</li>" for question in report.questions])
    parts = [
        ("Drive and communication", _p(report.communication)),
        ("What to study next", plan),
        ("Ask yourself", ask),
        ("The next level up", _p(report.next_level)),
    ]
    return [(heading, _section(heading, body)) for heading, body in parts]


def _notes_on_the_report(report: Report) -> str:
    notes = why_none(report)[1]
    items = _list([f"<li>{escape(note)}</li>" for note in notes])
    return _section("About this report", items + _p(graded_by(report), "soft"))


def _conversation(report: Report, quote: _Quotes, *, opened: bool) -> str:
    transcript = quote.transcript
    places, own = quoted_places(report, transcript), {index for index, _ in transcript.candidate_turns()}
    turns = [
        f'<div class="turn {turn.speaker}" id="turn-{index}"><b>{index} · {turn.speaker} {clock(turn.at)}'
        f"{' · edited' if turn.edited else ''}{quote.stronger(index) if index in own else ''}</b>"
        f"{_said(turn, _marked(turn.text, index, places.get(index, [])))}</div>"
        for index, turn in enumerate(transcript.turns)
    ]
    state = " open" if opened else ""
    summary = "<summary><h2>Transcript</h2></summary>"
    return f"<details class='whole' id='transcript'{state}>{summary}{''.join(turns)}</details>"


def _marked(text: str, turn: int, places: Sequence[tuple[int, int]]) -> str:
    """A turn's words; those that are quoted stand out once a quote was followed. Quotes that overlap are one."""
    said, at = "", 0
    groups: list[tuple[int, int, list[int]]] = []
    for begin, end in places:
        if groups and begin < groups[-1][1]:
            first, last, anchors = groups.pop()
            groups.append((first, max(last, end), [*anchors, begin]))
        else:
            groups.append((begin, end, [begin]))
    for begin, end, anchors in groups:
        names = "".join(f'<span id="said-{turn}-{one}"></span>' for one in dict.fromkeys(anchors))
        said += f"{escape(text[at:begin])}<mark>{names}{escape(text[begin:end])}</mark>"
        at = end
    return said + escape(text[at:])


def _said(turn: Turn, words: str) -> str:
    """What a turn says: its words, a drawing with its words, a diagram's source, or the button that was pressed."""
    event = f"<em>{EVENTS[turn.event]}</em>" if turn.event else ""
    if turn.is_diagram:
        source = f"<figcaption>Sketch in Mermaid</figcaption><pre>{words}</pre>"
        return f'<figure class="source">{source}</figure>{event}'
    return _drawing(turn) + words + ("\n" if words.strip() and event else "") + event


def _drawing(turn: Turn) -> str:
    """The picture of a drawn turn; on a telephone it scrolls rather than shrinks."""
    drawn = shown(turn.scene, turn.photo)
    return f'<div class="drawn" tabindex="0" role="group" aria-label="Drawing">{drawn}</div>' if drawn else ""
