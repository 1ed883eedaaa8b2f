"""The editor of a recorded interview: every piece of talk with its speaker, to be changed before it is graded."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from interviewer.domain import Level
from interviewer.errors import BadInput
from interviewer.imports import UNKNOWN_CASE, Speaker
from interviewer.knowledge.load import Knowledge
from interviewer.transcript import MAX_TURNS, Transcript, transcript_from
from interviewer.web.components.wording import LEVEL_NAMES
from interviewer.web.escape import for_html
from interviewer.web.service import LONGEST_PROBLEM, slug

_ROLES = {"interviewer": "Interviewer", "candidate": "Candidate", "nobody": "Leave out"}
_MOST = 6_000_000
"""Characters of a whole interview as the page sends it."""


@dataclass(frozen=True)
class EditorLine:
    """A piece of talk; ``role`` is the speaker as far as it is known."""

    role: str
    text: str
    at: float | None = None


def speakers_html(speakers: Sequence[Speaker], chosen: str) -> str:
    """Who of those in the file is the candidate."""
    items = "".join(
        f"<label><input type='radio' name='candidate' value='{for_html(one.name)}'"
        f"{' checked' if one.name == chosen else ''}><span dir='auto'>{for_html(one.name)}</span> "
        f"<span class='quiet'>{one.words:,} words</span></label>"
        for one in speakers[:40]
    )
    return (
        f"<fieldset class='choice' id='coach-who'><legend>Who is the candidate?</legend><div>{items}</div></fieldset>"
    )


def editor_html(
    knowledge: Knowledge,
    lines: Sequence[EditorLine],
    transcript: Transcript | None = None,
    chosen: str = UNKNOWN_CASE,
) -> str:
    """The lines to check, and what the interview was about; ``chosen`` is the problem that is chosen at first."""
    rows = "".join(_row(number, one) for number, one in enumerate(lines))
    cases = sorted((knowledge.cases[slug].title, slug) for slug in knowledge.cases)
    options = "".join(
        f"<option value='{slug}'{' selected' if slug == chosen else ''}>{for_html(title)}</option>"
        for title, slug in [("Not in this list", UNKNOWN_CASE), *cases]
    )
    level = transcript.level if transcript else Level.SENIOR
    problem = for_html(transcript.problem or "") if transcript else ""
    levels = "".join(
        f"<label><input type='radio' name='level' value='{key.value}'{' checked' if key is level else ''}>"
        f"<span>{name}</span></label>"
        for key, name in LEVEL_NAMES.items()
    )
    said = sum(len(one.text.split()) for one in lines if one.role == "candidate")
    return (
        "<form id='coach-form' onsubmit='return false'><div class='card terms'>"
        f"<label class='field'>Problem<select name='case'>{options}</select></label>"
        "<label class='field' id='coach-problem'>Or what the problem was<input name='problem' maxlength='300' "
        f"autocomplete='off' placeholder='Design a system that …' value='{problem}'></label>"
        f"<fieldset class='choice' id='coach-level'><legend>Grade at level</legend><div>{levels}</div></fieldset>"
        "<button type='button' class='primary' id='coach-grade' data-act='grade'>Grade it</button></div>"
        f"<div class='card'><h2>Who says what</h2><p class='quiet'>{len(lines)} pieces; the candidate says {said:,} "
        "words. Click a speaker to change it, with Shift also all that follow; click into the words to mend what was "
        f"misheard.</p><ol class='lines' tabindex='0' aria-label='Who says what'>{rows}</ol></div></form>"
    )


def _row(number: int, one: EditorLine) -> str:
    clock = "" if one.at is None else f"{int(one.at // 60)}:{int(one.at % 60):02d}"
    role = one.role if one.role in _ROLES else "candidate"
    return (
        f"<li data-role='{role}' data-at='{'' if one.at is None else one.at}'>"
        f"<button type='button' class='small' data-turn-role>{_ROLES[role]}</button>"
        f"<span class='quiet'>{clock}</span><p contenteditable='plaintext-only' role='textbox' dir='auto' "
        f"aria-label='Words of piece {number + 1}'>{for_html(one.text)}</p></li>"
    )


def edited(packed: Any, knowledge: Knowledge) -> Transcript:
    """The transcript that the editor holds. Raises BadInput."""
    wrong = BadInput("The page sent something that is no interview; reload it.")
    if not isinstance(packed, str) or len(packed) > _MOST:
        raise BadInput("The interview is too long to be graded here; use `interviewer grade` on the command line.")
    try:
        form = json.loads(packed)
        rows = [(str(role), str(text).strip(), at) for role, text, at in form["lines"]]
        case, level, problem = str(form["case"]), str(form["level"]), str(form.get("problem", ""))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise wrong from error
    turns: list[dict[str, Any]] = []
    for role, text, at in rows[: MAX_TURNS + 1]:
        if role in ("interviewer", "candidate") and text:
            seconds = float(at) if isinstance(at, int | float) and 0 <= at < 1e6 else None
            turns.append({"speaker": role, "text": text, "at": seconds})
            if role == "candidate":
                turns[-1]["mode"] = "spoken"
    if not any(turn["speaker"] == "candidate" for turn in turns):
        raise BadInput("Nobody is marked as the candidate: click a speaker to change it.")
    read: dict[str, Any] = {"case": case, "level": level, "turns": turns}
    if case not in knowledge.cases:
        problem = " ".join(problem.split())[:LONGEST_PROBLEM]
        read |= {"case": slug(problem) if problem else UNKNOWN_CASE, "problem": problem or None}
    last = max((turn["at"] or 0.0 for turn in turns), default=0.0)
    read["minutes"] = min(240.0, max(45.0, round(last / 60)))
    return transcript_from(read, "the recording")
