"""The report as a page, as Markdown and as JSON. Everything that a candidate said is escaped."""

import json
import re
from html import escape

from interviewer.domain import Help, Step
from interviewer.grading import charts
from interviewer.grading.feedback import WORDS
from interviewer.grading.parameters import DATA
from interviewer.grading.report import Evidence, Remark, Report
from interviewer.interview.modes import known_mode
from interviewer.transcript import Transcript

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_HELP = {Help.UNPROMPTED: "unprompted", Help.PROBED: "after a question", Help.HINTED: "after a hint"}
_LONG_QUOTE = 60


def to_json(report: Report) -> str:
    """The report as indented JSON; numbers are finite."""
    return json.dumps(report.model_dump(mode="json"), indent=1, ensure_ascii=False, allow_nan=False)


def _quote(text: str) -> str:
    words = text.split()
    return " ".join(words) if len(words) <= _LONG_QUOTE else " ".join(words[:_LONG_QUOTE]) + " …"


def _clock(seconds: float | None) -> str:
    return "" if seconds is None else f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def headline(report: Report, transcript: Transcript | None = None) -> str:
    """What stands above the report: the verdict; with too little evidence that; for practice of one step its score."""
    step = known_mode(transcript.mode).step if transcript else None
    if step and report.steps[step].score is not None:
        return f"{step.label}: {report.steps[step].score:.1f} of 4"
    return "Not enough evidence" if step or report.status == "insufficient_evidence" else WORDS[report.verdict]


# Markdown ------------------------------------------------------------------------------------------------------------

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!~$&])")


def _md(text: str) -> str:
    """One line of text with Markdown's and HTML's special characters escaped."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def to_markdown(report: Report, transcript: Transcript | None = None) -> str:
    """The report as Markdown."""
    lines = [
        f"# {_md(report.case)}: {headline(report, transcript)} at {report.level.value} level",
        "",
        _md(_after_the_verdict(report)),
        "",
        *[f"- {_md(reason)}" for reason in report.reasons],
        "",
        "| Step | Score | Used | Budget |",
        "|---|---|---|---|",
    ]
    for step in Step:
        own, spent = report.steps[step], report.time.get(step)
        score = own.status.replace("_", " ") if own.score is None else f"{own.score:.2f}"
        clock = f"{_clock(spent.used)} | {_clock(spent.budget)}" if spent else " | "
        lines.append(f"| {step.label} | {score} | {clock} |")
    for step in Step:
        own = report.steps[step]
        lines += ["", f"## {step.label}", "", _md(own.comment)]
        lines += ["", *[_md_evidence(one) for one in own.evidence]] if own.evidence else []
        lines += (
            ["", "Not clearly heard:", *[f"- {_md(gap.text)}{_md_notes(gap.study)}" for gap in own.missing]]
            if own.missing
            else []
        )
        lines += ["", f"A strong answer: {_md(report.strong[step])}"] if step in report.strong else []
    for title, remarks in (("Red flags", report.red_flags), ("Trade-offs raised", report.trade_offs)):
        lines += ["", f"## {title}", "", *[_md_remark(one) for one in remarks]] if remarks else []
    if report.study_plan:
        lines += ["", "## Study plan", ""]
        lines += [
            f"{n}. {item.step.label}: {_md(item.text)}{_md_notes(item.notes)}"
            for n, item in enumerate(report.study_plan, 1)
        ]
    lines += ["", "## The next level up", "", _md(report.next_level)] if report.next_level else []
    lines += ["", "## Please note", "", *[f"- {_md(one)}" for one in report.warnings]] if report.warnings else []
    lines += ["", _md(_graded_by(report)), ""]
    return "\n".join(lines)


def _md_evidence(one: Evidence) -> str:
    name = _md(one.about or one.signal)
    return f"- ({one.sign}) {name}, {_HELP[one.help]}, turn {one.turn}: “{_md(_quote(one.quote))}”"


def _md_remark(one: Remark) -> str:
    return f"- {_md(one.text)} Turn {one.turn}: “{_md(_quote(one.quote))}”"


def _md_notes(notes: list[str]) -> str:
    return f" (study: {_md(', '.join(notes))})" if notes else ""


def _graded_by(report: Report) -> str:
    by = report.graded_by
    model = f", model {by.model}" if by.model else ""
    return f"Graded on the backend '{by.backend}'{model}; rubric {by.rubric}."


# HTML ----------------------------------------------------------------------------------------------------------------


def _p(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def _linked(text: str) -> str:
    """The knowledge base's words with its sources' addresses as links."""
    parts = re.split(r"(https?://[^\s<>\"')]+)", text)
    return "".join(
        f'<a href="{escape(part)}" rel="noreferrer" target="_blank">{escape(part)}</a>' if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )


def _list(items: list[str], kind: str = "") -> str:
    return f'<ul class="{kind}">{"".join(items)}</ul>' if items else ""


def _after_the_verdict(report: Report) -> str:
    return report.summary.removeprefix(f"{WORDS[report.verdict]}. ")


def _html_quote(quote: str, turn: int, transcript: Transcript) -> str:
    at = transcript.turns[turn].at if turn < len(transcript.turns) else None
    clock = f" at {_clock(at)}" if at is not None else ""
    return f'<a href="#turn-{turn}" title="turn {turn}{clock}"><q>{escape(_quote(quote))}</q></a>'


def _html_evidence(one: Evidence, transcript: Transcript) -> str:
    kind = "plus" if one.sign == "+" else "minus"
    said = f"{one.about or one.signal} · {_HELP[one.help]}" + (" · touched, not developed" if kind == "minus" else "")
    quote = _html_quote(one.quote, one.turn, transcript)
    return f'<li class="{kind}"><span class="meta">{escape(said)}</span><br>{quote}</li>'


def _html_step(step: Step, report: Report, transcript: Transcript) -> str:
    own = report.steps[step]
    score = "–" if own.score is None else f"{own.score:.1f}"
    missing = [f"<li>{escape(gap.text)}{_html_notes(gap.study)}</li>" for gap in own.missing]
    return "".join(
        [
            f'<h3 id="{step.value}"><span class="score">{score}</span>{escape(step.label)}</h3>',
            _p(own.comment),
            _list([_html_evidence(one, transcript) for one in own.evidence], "quotes"),
            f'<p class="meta">Not clearly heard</p>{_list(missing)}' if missing else "",
            f'<p class="strong"><b>A strong answer.</b> {_linked(report.strong[step])}</p>'
            if step in report.strong
            else "",
        ]
    )


def _html_notes(notes: list[str]) -> str:
    return (
        f' <span class="meta">Study: {escape(", ".join(note.replace("-", " ") for note in notes))}</span>'
        if notes
        else ""
    )


def _html_remarks(title: str, remarks: list[Remark], transcript: Transcript, kind: str) -> str:
    items = [
        f'<li class="{kind}">{escape(one.text)}<br>{_html_quote(one.quote, one.turn, transcript)}</li>'
        for one in remarks
    ]
    return f"<h2>{title}</h2>{_list(items, 'quotes')}" if items else ""


def _html_transcript(transcript: Transcript) -> str:
    turns = [
        f'<div class="turn {turn.speaker}" id="turn-{index}">'
        f"<b>{index} · {turn.speaker} {_clock(turn.at)}</b>{escape(turn.text)}</div>"
        for index, turn in enumerate(transcript.turns)
    ]
    return f"<h2>Transcript</h2>{''.join(turns)}"


def to_html(report: Report, transcript: Transcript) -> str:
    """A page that stands alone: no script, nothing fetched, quotes linked to the turns at its end."""
    style = (DATA / "report.css").read_text(encoding="utf-8")
    said = headline(report, transcript)
    title = f"{report.case}, {report.level.value}: {said}"
    kind = report.verdict.value if said == WORDS[report.verdict] else "none"
    plan = [
        f"<li><b>{escape(item.step.label)}.</b> {escape(item.text)}{_html_notes(item.notes)}</li>"
        for item in report.study_plan
    ]
    body = [
        f"<h1>{escape(report.case.replace('-', ' ').capitalize())}</h1>",
        _p(f"Interviewed for {report.level.value} level. {_graded_by(report)}", "soft"),
        f'<div class="verdict {kind}"><strong>{escape(said)}</strong>{_p(_after_the_verdict(report))}'
        f"{_list([f'<li>{escape(reason)}</li>' for reason in report.reasons])}</div>",
        f'<div class="warn">{_list([f"<li>{escape(one)}</li>" for one in report.warnings])}</div>'
        if report.warnings
        else "",
        "<h2>Steps against the bar</h2>",
        charts.profile(report),
        "<h2>Time</h2>" + charts.time(report) if report.time else "",
        "<h2>Step by step</h2>",
        *[_html_step(step, report, transcript) for step in Step],
        _html_remarks("Red flags", report.red_flags, transcript, "minus"),
        _html_remarks("Trade-offs raised", report.trade_offs, transcript, "plus"),
        f"<h2>What to study next</h2><ol>{''.join(plan)}</ol>" if plan else "",
        f"<h2>The next level up</h2>{_p(report.next_level)}" if report.next_level else "",
        _html_transcript(transcript),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body><main>{''.join(body)}</main></body></html>"
    )
