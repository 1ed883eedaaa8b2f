"""The words and charts that every rendering of a report shares, and the report as Markdown and as JSON."""

import json
import re
from collections.abc import Mapping, Sequence
from html import escape

from interviewer import Help, Step
from interviewer.grading import thresholds
from interviewer.grading.report import (
    WORDS,
    Criterion,
    Evidence,
    FlagReport,
    Moment,
    Nearest,
    Remark,
    Report,
    StepReport,
    graded_by,
    near_the_line,
    strong_title,
    unreached,
    why_none,
)
from interviewer.interview import known_mode, scope, whole_minutes
from interviewer.text import first_words
from interviewer.transcript import Transcript

_AT = thresholds().page

HELP = {Help.UNPROMPTED: "unprompted", Help.PROBED: "when asked about it", Help.HINTED: "once it had been named"}
STATUS = {
    "evaded": "asked, not answered",
    "not_reached": "not reached",
    "not_applicable": "does not apply",
    "insufficient_evidence": "too little to mark",
}
CRITERION = {
    "shown": "shown",
    "partly": "partly",
    "wrong": "wrong",
    "touched": "touched, not shown",
    "absent": "not shown",
    "not_applicable": "does not apply",
}
MARKS = {"shown": "✓", "partly": "◐", "wrong": "✗", "touched": "◔", "absent": "○", "not_applicable": "–"}
EVENTS = {
    "hint": "Asked for a hint",
    "pause": "Asked for a moment to think",
    "skip": "Asked to move on",
    "end": "Ended the interview",
    "silence": "Said nothing",
}
"""What a candidate's button says in a conversation."""


def helped(one: Evidence, report: Report) -> str:
    """How much help came before a quote; empty where nobody judged, for then nobody can tell."""
    return "" if report.status == "not_judged" else HELP[one.help]


def claimed(one: Evidence, own: StepReport) -> str:
    """How much of its criterion a quote is said to show, where that is not all: ``partly; the gap: no reason``."""
    marks = {criterion.signal: criterion.status for criterion in own.criteria}
    status = one.status or ("partly" if marks.get(one.signal) == "partly" and one.sign == "+" else "shown")
    if status == "shown":
        return ""
    told = "; the gap: " if status == "partly" else ": "
    return CRITERION[status] + (told + one.gap if one.gap else "")


def shortened(text: str) -> str:
    """A quote on one line, its end cut when it is long."""
    return first_words(text, _AT.longest_quote)


def starts(quote: str, turn: int, transcript: Transcript) -> int | None:
    """Where in its turn a quote begins, in characters; None where it is not there."""
    at = transcript.turns[turn].text.find(quote) if turn < len(transcript.turns) else -1
    return at if at >= 0 else None


def quoted_places(report: Report, transcript: Transcript) -> dict[int, list[tuple[int, int]]]:
    """The places that the report quotes, by turn: where each begins and ends, in characters, in order."""
    own = [report.steps[step] for step in Step]
    evidence = [one for each in own for one in each.evidence]
    nearest = [criterion.nearest for each in own for criterion in each.criteria if criterion.nearest]
    moments = [*report.decisive, *report.contradictions]
    quotes: list[Moment | Remark | Evidence | Nearest] = [*moments, *report.red_flags, *report.trade_offs]
    found: dict[int, set[tuple[int, int]]] = {}
    for quote in [*quotes, *evidence, *nearest]:
        at = starts(quote.quote, quote.turn, transcript)
        if at is not None:
            found.setdefault(quote.turn, set()).add((at, at + len(quote.quote)))
    return {turn: sorted(places) for turn, places in found.items()}


def excerpt(quote: str, turn: int, transcript: Transcript) -> tuple[str, str]:
    """The words of the turn before and after a quote, a line each; empty where the turn begins or ends there."""
    at = starts(quote, turn, transcript)
    if at is None:
        return "", ""
    text = transcript.turns[turn].text
    before = text[:at].split()
    lead = ("… " if len(before) > _AT.around else "") + " ".join(before[-_AT.around :])
    return lead, first_words(text[at + len(quote) :], _AT.around)


def clock(seconds: float | None) -> str:
    """Seconds as minutes and seconds, ``12:05``; empty for None."""
    return "" if seconds is None else f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def time_of(used: float, budget: float) -> tuple[str, str]:
    """Time used beside its budget, both given in seconds: ``("2", "5 min")``, below a minute ``("28 s", "5 min")``."""
    return f"{used:.0f} s" if 0.5 <= used < 59.5 else f"{used / 60:.0f}", f"{budget / 60:.0f} min"


def planned(report: Report, transcript: Transcript) -> dict[Step, int]:
    """The plan of the parts that the interview is about, as the room showed it."""
    about = [step for step in scope(transcript.mode) if step in report.time]
    return whole_minutes({step: report.time[step].budget for step in about}, transcript.minutes)


def minutes_of(used: float) -> str:
    """Whole minutes of a part, given in seconds: seconds would claim to know which words were about what."""
    return "under 1" if used < 59.5 else f"{used / 60:.0f}"


def on_the_way(report: Report, transcript: Transcript) -> list[tuple[str, list[int]]]:
    """Help that was asked for and answers that were edited, in a sentence each, with the turns that it is about."""
    hints = [at for at, turn in enumerate(transcript.turns) if turn.event == "hint"]
    edits = [at for at, turn in enumerate(transcript.turns) if turn.edited]
    said = []
    if hints:
        many = f"{len(hints)} hints" if len(hints) > 1 else "a hint"
        told = f"You asked for {many}."
        if report.status != "not_judged":
            told += f" “{HELP[Help.HINTED]}” beside a quote: the point had been named, here or in a question."
        said.append((told, hints))
    if edits:
        many = f"{len(edits)} answers" if len(edits) > 1 else "One answer"
        said.append((f"{many} you changed before anything was built on it: only the last words count.", edits))
    return said


def ended_early(transcript: Transcript) -> str:
    """That the interview was ended before two thirds of its time; nothing where its end or its times are not known."""
    ended = any(turn.event == "end" or turn.closes for turn in transcript.turns)
    last = max((turn.at for turn in transcript.turns if turn.at is not None), default=None)
    whole = transcript.minutes * 60
    if not ended or last is None or last * 3 >= whole * 2:
        return ""
    used, budget = time_of(last, whole)
    return f"The interview ended early, after {used} of {budget}."


def title(report: Report) -> str:
    """The problem in words."""
    return report.title or report.case.replace("-", " ").capitalize()


def headline(report: Report, transcript: Transcript | None = None) -> str:
    """What stands above the report: the verdict, or why there is none; for practice of one step its score."""
    if report.status == "not_judged":
        return "Not judged"
    step = known_mode(transcript.mode).step if transcript else None
    if step and report.steps[step].score is not None:
        return f"{step.label}: {mark(report.steps[step].score)} of 4"
    if step or report.status == "insufficient_evidence" or report.verdict is None:
        return "Not enough evidence"
    return WORDS[report.verdict]


def mark(score: float | None) -> str:
    """A mark as people write it: ``3``, ``2.5``, ``2.25`` (the mean of two readings), ``–``."""
    return "–" if score is None else f"{score:.2f}".rstrip("0").removesuffix(".")


def standing(step: Step, report: Report) -> str:
    """A step's mark, or in words why it has none. Where nothing was judged the words say only that, and never that too
    little was said: what was not understood may have been said."""
    own = report.steps[step]
    if own.score is not None:
        return mark(own.score)
    if report.status == "not_judged" and own.status == "insufficient_evidence":
        if own.evidence:
            return "heard, not marked"
        return "spoken about, not marked" if step in report.order else "nothing heard for certain"
    return STATUS.get(own.status, own.status.replace("_", " "))


def figures_line(report: Report) -> str:
    """The numbers beside the verdict, in a sentence; empty where there are none."""
    if report.score is None or "hire" not in report.bar:
        return ""
    hire = report.bar["hire"]
    close = "close to the line: " if near_the_line(report) else ""
    less = ", what was not reached counted a little below the rest" if unreached(report.steps) else ""
    said = f"The steps average {report.score:.2f} of 4{less} ({close}a hire from {hire:.2f})"
    if report.p_hire is None:
        return f"{said}. Confidence in the verdict {report.confidence:.0%}."
    return f"{said}; the chance that human interviewers would hire is put at {report.p_hire:.0%}."


# -- render ----------------------------------------------------------------------------------------------
# The report as Markdown and as JSON; ``page`` is its HTML. What a candidate said is escaped.


def to_json(report: Report) -> str:
    """The report as indented JSON; numbers are finite."""
    return json.dumps(report.model_dump(mode="json"), indent=1, ensure_ascii=False, allow_nan=False)


_MARKDOWN = re.compile(r"((?<![a-zA-Z0-9])_|_(?![a-zA-Z0-9])|[\\`*{}\[\]<>#|!~$&])")


def _md(text: str) -> str:
    """One line of text with Markdown's and HTML's special characters escaped."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def to_markdown(report: Report, transcript: Transcript | None = None) -> str:
    """The report as Markdown."""
    lines = [f"# {_md(title(report))}: {headline(report, transcript)} at {report.level.value} level", ""]
    early = ended_early(transcript) if transcript else ""
    lines += [_md(text) + "\n" for text in (report.summary, early, figures_line(report)) if text]
    lines += [f"- {_md(reason)}" for reason in report.reasons]
    lines += [_md(reason) + "\n" for reason in why_none(report)[0]]
    lines += _md_section("What carried the result", [_md_remark(one) for one in report.decisive])
    lines += _md_section("Work on this first", [_md(report.work_on_first)] if report.work_on_first else [])
    lines += _md_section("Answers to give differently", [f"{_md_remark(x)} Say: {_md(x.say)}" for x in report.better])
    about = scope(transcript.mode) if transcript else tuple(Step)
    lines += ["", *_md_table(report, about)]
    for step in about:
        lines += _md_step(step, report)
    for heading, remarks in (("Mistakes", report.red_flags), ("Trade-offs raised", report.trade_offs)):
        lines += _md_section(heading, [_md_remark(remark) for remark in remarks])
    lines += _md_section("Said differently in two places", [_md_remark(one) for one in report.contradictions])
    way = on_the_way(report, transcript) if transcript else []
    lines += _md_section("Hints and edits", [f"- {_md(text)} Turn {', '.join(map(str, at))}." for text, at in way])
    lines += _md_rest(report)
    return "\n".join([*lines, "", _md(graded_by(report)), ""])


def _md_table(report: Report, about: Sequence[Step]) -> list[str]:
    lines = ["| Step | Score | Used | Budget |", "|---|---|---|---|"]
    for step in about:
        spent = report.time.get(step)
        used = f"{clock(spent.used)} | {clock(spent.budget)}" if spent else " | "
        lines.append(f"| {step.label} | {standing(step, report)} | {used} |")
    return lines


def _md_step(step: Step, report: Report) -> list[str]:
    own = report.steps[step]
    lines = ["", f"## {step.label}", "", _md(own.comment)]
    if own.criteria:
        lines += ["", *(f"- {MARKS[criterion.status]} {_md(_named(criterion))}" for criterion in own.criteria)]
    lines += ["", *[_md_evidence(one, step, report) for one in own.evidence]] if own.evidence else []
    if own.missing:
        said = "Not shown:" if report.status == "assessed" else "Not heard, as far as we could hear:"
        lines += ["", said, "", *[f"- {_md(gap.text)}{_md_notes(gap.study)}" for gap in own.missing]]
    strong = report.strong.get(step, "")
    return lines + (["", f"*{strong_title(report)}:* {_md(strong)}"] if strong else [])


def _named(one: Criterion) -> str:
    near = f"; nearest to it, turn {one.nearest.turn}: “{shortened(one.nearest.quote)}”" if one.nearest else ""
    return f"{one.about or one.signal} ({CRITERION[one.status]}{near})"


def _md_evidence(one: Evidence, step: Step, report: Report) -> str:
    about = ", ".join(part for part in (one.about or one.signal, helped(one, report)) if part)
    said = "; ".join(part for part in (about, claimed(one, report.steps[step])) if part)
    return f"- ({one.sign}) {_md(said)}, turn {one.turn}: “{_md(shortened(one.quote))}”"


def _md_remark(one: Remark | Moment) -> str:
    put_right = " (put right later)" if isinstance(one, FlagReport) and one.corrected else ""
    return f"- {_md(one.text)}{put_right} Turn {one.turn}: “{_md(shortened(one.quote))}”"


def _md_section(heading: str, said: list[str]) -> list[str]:
    return ["", f"## {heading}", "", *said] if said else []


def _md_rest(report: Report) -> list[str]:
    lines: list[str] = []
    for heading, text in (
        ("Pacing", report.pacing),
        ("Drive and communication", report.communication),
        ("The next level up", report.next_level),
    ):
        lines += _md_section(heading, [_md(text)] if text else [])
    lines += _md_section("Ask yourself", [f"- {_md(question)}" for question in report.questions])
    plan = [
        f"{number}. {item.step.label}: {_md(item.text)}{_md_notes(item.notes)}"
        for number, item in enumerate(report.study_plan, 1)
    ]
    lines += _md_section("Study plan", plan)
    return lines + _md_section("Please note", [f"- {_md(warning)}" for warning in why_none(report)[1]])


def _md_notes(notes: list[str]) -> str:
    return f" (study: {_md(', '.join(notes))})" if notes else ""


# -- charts ----------------------------------------------------------------------------------------------
# As SVG: the steps' scores against the bar, what could be heard, the time that each took.


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
            words = standing(step, report)
            lines.append(f'<text class="axis over" x="{_LEFT + 6}" y="{y + 15}">{words}</text>')
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


def time_chart(report: Report, plan: Mapping[Step, int]) -> str:
    """Minutes used by each step against its plan."""
    most = max([report.time[step].used for step in plan] + [60.0 * minutes for minutes in plan.values()] + [60.0])

    def wide(seconds: float) -> float:
        return seconds / most * _WIDE

    body = []
    for row, step in enumerate(plan):
        y, spent = 8 + row * _ROW, report.time[step]
        over = "short" if spent.budget and spent.used > 1.5 * spent.budget else "spent"
        body.append(f'<text x="{_LEFT - 10}" y="{y + 15}" text-anchor="end">{escape(_short(step))}</text>')
        body.append(f'<rect class="track" x="{_LEFT}" y="{y + 4}" width="{_WIDE}" height="14" rx="3"/>')
        body.append(f'<rect class="{over}" x="{_LEFT}" y="{y + 4}" width="{wide(spent.used):.1f}" height="14" rx="3"/>')
        at = _LEFT + wide(plan[step] * 60)  # where its label says
        body.append(f'<line class="bar" x1="{at:.1f}" x2="{at:.1f}" y1="{y}" y2="{y + 22}"/>')
        text = f"{minutes_of(spent.used).replace('under ', '< ')} / {plan[step]} min"
        body.append(f'<text class="value" x="{_LEFT + _WIDE + 8}" y="{y + 16}">{escape(text)}</text>')
    return _svg(_ROW * len(plan) + 14, "Minutes used by each step; the line is the plan", body)


def _short(step: Step) -> str:
    return step.label.replace(" and infrastructure", "").replace(" and serving", "")
