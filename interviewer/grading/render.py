"""The report as Markdown, as JSON and (``page``) as HTML. What a candidate said is escaped."""

import json
import re

from interviewer.domain import Step
from interviewer.grading.page import to_html
from interviewer.grading.presentation import (
    CRITERION,
    HELP,
    clock,
    ended_early,
    figures,
    graded_by,
    headline,
    shortened,
    standing,
    title,
)
from interviewer.grading.report import Criterion, Evidence, FlagReport, Moment, Remark, Report
from interviewer.transcript import Transcript

__all__ = ["to_html", "to_json", "to_markdown"]


def to_json(report: Report) -> str:
    """The report as indented JSON; numbers are finite."""
    return json.dumps(report.model_dump(mode="json"), indent=1, ensure_ascii=False, allow_nan=False)


_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!~$&])")


def _md(text: str) -> str:
    """One line of text with Markdown's and HTML's special characters escaped."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def to_markdown(report: Report, transcript: Transcript | None = None) -> str:
    """The report as Markdown."""
    lines = [f"# {_md(title(report))}: {headline(report, transcript)} at {report.level.value} level", ""]
    early = ended_early(transcript) if transcript else ""
    lines += [_md(text) + "\n" for text in (report.summary, early, figures(report)) if text]
    lines += [f"- {_md(reason)}" for reason in report.reasons]
    if report.status == "not_judged":
        lines += [*(_md(one) + "\n" for one in report.warnings[:2])]
    lines += _md_moments("What carried the result", report.decisive)
    lines += ["", "## Work on this first", "", _md(report.work_on_first)] if report.work_on_first else []
    lines += ["", *_md_table(report)]
    for step in Step:
        lines += _md_step(step, report)
    for heading, remarks in (("Mistakes", report.red_flags), ("Trade-offs raised", report.trade_offs)):
        lines += ["", f"## {heading}", "", *[_md_remark(one) for one in remarks]] if remarks else []
    lines += _md_moments("Said differently in two places", report.contradictions)
    lines += _md_rest(report)
    return "\n".join([*lines, "", _md(graded_by(report)), ""])


def _md_table(report: Report) -> list[str]:
    lines = ["| Step | Score | Used | Budget |", "|---|---|---|---|"]
    for step in Step:
        spent = report.time.get(step)
        used = f"{clock(spent.used)} | {clock(spent.budget)}" if spent else " | "
        lines.append(f"| {step.label} | {standing(report.steps[step], report.status == 'assessed')} | {used} |")
    return lines


def _md_step(step: Step, report: Report) -> list[str]:
    own = report.steps[step]
    lines = ["", f"## {step.label}", "", _md(own.comment)]
    lines += ["", *[f"- {_MD_CHECK[one.status]} {_md(_named(one))}" for one in own.criteria]] if own.criteria else []
    lines += ["", *[_md_evidence(one) for one in own.evidence]] if own.evidence else []
    if own.missing:
        said = "Not shown:" if report.status == "assessed" else "Not heard, as far as we could hear:"
        lines += ["", said, "", *[f"- {_md(gap.text)}{_md_notes(gap.study)}" for gap in own.missing]]
    return lines + (["", _md(report.strong[step])] if step in report.strong else [])


_MD_CHECK = {"shown": "✓", "partly": "◐", "wrong": "✗", "absent": "○", "not_applicable": "·"}


def _named(one: Criterion) -> str:
    return f"{one.about or one.signal} ({CRITERION[one.status]})"


def _md_evidence(one: Evidence) -> str:
    name = _md(one.about or one.signal)
    return f"- ({one.sign}) {name}, {HELP[one.help]}, turn {one.turn}: “{_md(shortened(one.quote))}”"


def _md_remark(one: Remark) -> str:
    put_right = " (put right later)" if isinstance(one, FlagReport) and one.corrected else ""
    return f"- {_md(one.text)}{put_right} Turn {one.turn}: “{_md(shortened(one.quote))}”"


def _md_moments(heading: str, moments: list[Moment]) -> list[str]:
    if not moments:
        return []
    said = [f"- {_md(one.text)} Turn {one.turn}: “{_md(shortened(one.quote))}”" for one in moments]
    return ["", f"## {heading}", "", *said]


def _md_rest(report: Report) -> list[str]:
    lines: list[str] = []
    for heading, text in (
        ("Pacing", report.pacing),
        ("Drive and communication", report.communication),
        ("The next level up", report.next_level),
    ):
        lines += ["", f"## {heading}", "", _md(text)] if text else []
    if report.questions:
        lines += ["", "## Ask yourself", "", *[f"- {_md(one)}" for one in report.questions]]
    if report.study_plan:
        plan = [
            f"{n}. {item.step.label}: {_md(item.text)}{_md_notes(item.notes)}"
            for n, item in enumerate(report.study_plan, 1)
        ]
        lines += ["", "## Study plan", "", *plan]
    return lines + (
        ["", "## Please note", "", *[f"- {_md(one)}" for one in report.warnings]] if report.warnings else []
    )


def _md_notes(notes: list[str]) -> str:
    return f" (study: {_md(', '.join(notes))})" if notes else ""
