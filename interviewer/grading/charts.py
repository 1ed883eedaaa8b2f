"""The charts of a report, as SVG: the steps' scores against the bar, what could be heard, the time that each took."""

from collections.abc import Mapping
from html import escape

from interviewer import Step
from interviewer.grading.render import mark, standing, time_of
from interviewer.grading.report import Report, StepTime

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
        text = " / ".join(minutes_of(spent)).replace("under ", "< ")
        body.append(f'<text class="value" x="{_LEFT + _WIDE + 8}" y="{y + 16}">{escape(text)}</text>')
    return _svg(_ROW * len(report.time) + 14, "Minutes used by each step; the line is the budget", body)


def minutes_of(spent: StepTime) -> tuple[str, str]:
    """The time of a step and its budget; seconds would claim more than is known of which words were about what."""
    used, budget = time_of(spent.used, spent.budget)
    return ("under 1" if used.endswith(" s") else used), budget


def _ordered(spent: Mapping[Step, StepTime]) -> list[tuple[Step, StepTime]]:
    return [(step, spent[step]) for step in Step if step in spent]


def _short(step: Step) -> str:
    return step.label.replace(" and infrastructure", "").replace(" and serving", "")
