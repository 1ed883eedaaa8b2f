"""Marks that a person corrected: what a transcript holds of them, and how exports show them. Pure.

They lie among a transcript's extra keys and never reach a prompt or a score.
"""

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from interviewer.domain import Level, Step
from interviewer.grading.report import Report
from interviewer.transcript import Transcript

NAME = "corrections"
"""The name among a transcript's extra keys."""
MARKS = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)


def corrections_of(transcript: Transcript, level: Level | None = None) -> list[dict[str, Any]]:
    """The corrections, the newest for each step; on one level, or on all. What is no correction is left out."""
    kept = (transcript.model_extra or {}).get(NAME)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in kept if isinstance(kept, list) else []:
        fits = isinstance(one, dict) and one.get("step") in set(Step) and one.get("mark") in MARKS
        if fits and level in (None, one.get("level")):
            found[str(one.get("level")), one["step"]] = one
    return list(found.values())


def corrections_html(transcript: Transcript, level: Level) -> str:
    """The corrected marks beside the machine's, for the page."""
    found = corrections_of(transcript, level)
    if not found:
        return ""
    rows = "".join(
        f"<tr><th scope='row'>{escape(Step(one['step']).label)}</th><td>{_mark(one.get('machine'))}</td>"
        f"<td>{_mark(one['mark'])}</td><td dir='auto'>{escape(str(one.get('reason', '')))}</td></tr>"
        for one in found
    )
    return (
        "<div class='card difference'><h2>Marks corrected by a person</h2><div class='scroll' tabindex='0' "
        "role='region' aria-label='Marks corrected by a person'><table><thead><tr><th scope='col'>Step</th>"
        "<th scope='col'>Machine</th><th scope='col'>Person</th><th scope='col'>Reason</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div></div>"
    )


def with_corrections(kind: str, text: str, transcript: Transcript, report: Report) -> str:
    """An exported report with the corrected marks beside it: ``json``, ``markdown`` or ``html``."""
    found = corrections_of(transcript, report.level)
    if not found:
        return text
    if kind == "json":
        return json.dumps({**json.loads(text), NAME: found}, indent=1, ensure_ascii=False)
    if kind == "markdown":
        return f"{text.rstrip()}\n\n## Marks corrected by a person\n\n{_lines(found)}\n"
    table = corrections_html(transcript, report.level)
    return (
        text.replace("</main>", f"{table}</main>") if "</main>" in text else text.replace("</body>", f"{table}</body>")
    )


def _lines(found: Sequence[dict[str, Any]]) -> str:
    escaped = {ord(sign): f"\\{sign}" for sign in "\\`*_{}[]<>#|!~$&"}
    return "\n".join(
        f"- {Step(one['step']).label}: machine {_mark(one.get('machine'))}, person {_mark(one['mark'])}. "
        f"{' '.join(str(one.get('reason', '')).split()).translate(escaped)}"
        for one in found
    )


def _mark(score: Any) -> str:
    return f"{score:.1f}" if isinstance(score, int | float) else "–"
