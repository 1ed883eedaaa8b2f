"""What is done with a finished interview: marks corrected, what to practise next, files handed out and taken back.

Corrections lie among a transcript's extra keys and never reach a prompt or a score.
"""

import base64
import binascii
import hashlib
import io
import json
import re
import struct
import time
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from interviewer import BadInput, Level, Step
from interviewer.grading.render import mark
from interviewer.grading.report import Report
from interviewer.storage.store import Store
from interviewer.transcript import Transcript, Turn, parse_transcript

NAME = "corrections"
"""The name among a transcript's extra keys."""
_MOST_WEAK = 5
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
    title = "Marks corrected by a person"
    table = table_html(title, ("Step", "Machine", "Person", "Reason"), rows)
    return f"<div class='card difference'><h2>{title}</h2>{table}</div>"


def table_html(label: str, heads: Sequence[str], rows: str, id_: str = "") -> str:
    """A table that scrolls by itself where it is wider than the page; ``heads`` and ``rows`` are HTML."""
    top = "".join(f"<th scope='col'>{head}</th>" for head in heads)
    place = f" id='{id_}'" if id_ else ""
    return (
        f"<div class='scroll'{place} tabindex='0' role='region' aria-label='{label}'><table>"
        f"<thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table></div>"
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
    return mark(score if isinstance(score, int | float) else None)


# -- schedule --------------------------------------------------------------------------------------------
# What to practise next: spaced repetition over the steps. Pure.
#
# A step comes due after 1, 3, 7 or 16 days, the better it went the later, and twice as late each time it went well
# again (the intervals of common flashcard schedules, rounded; nothing here was fitted).


DAY = 86_400.0
_WELL = 3.0
"""A mark from which a step went well and is left alone for longer; the line of a hire is the report's own."""
_INTERVALS = ((2.0, 1), (2.5, 3), (_WELL, 7), (5.0, 16))
_LONGEST = 64


@dataclass(frozen=True)
class Held:
    """One graded interview."""

    case: str
    level: Level
    at: float
    """Seconds since the epoch."""
    report: Report


@dataclass(frozen=True)
class Due:
    """A step to practise, when, and why."""

    step: Step
    score: float
    """The last score."""
    due: float
    """Seconds since the epoch."""
    case: str
    """A problem that asks much of this step; empty when there is none."""


def due(held: Sequence[Held], trains: Mapping[str, Sequence[Step]]) -> list[Due]:
    """The steps with a score, the one that is due first ahead; each with the problem that was tried longest ago."""
    found = []
    tried = {one.case: one.at for one in held}
    for step in Step:
        scores = [(one.at, one.report.steps[step].score) for one in held if step in one.report.steps]
        known = [(at, score) for at, score in scores if score is not None]
        if known:
            at, last = known[-1]
            fits = [case for case, steps in trains.items() if step in steps]
            case = min(fits, key=lambda name: (tried.get(name, 0.0), name), default="")
            found.append(Due(step, last, at + _interval([score for _, score in known]) * DAY, case))
    return sorted(found, key=lambda one: (one.due, one.score))


def recommended(held: Sequence[Held], trains: Mapping[str, Sequence[Step]], easy: Iterable[str] = ()) -> str:
    """The problem to take next: one for the step that is due first, never tried before if there is one."""
    order = due(held, trains)
    if order and order[0].case:
        return order[0].case
    first = [case for case in easy if case in trains]
    return next(iter(first or sorted(trains)), "")


def weakest(held: Sequence[Held]) -> list[tuple[str, int]]:
    """The criteria that were missing most often over the last interviews, with how often."""
    counts: dict[str, int] = {}
    for one in held[-8:]:
        for step in one.report.steps.values():
            for gap in step.missing:
                counts[gap.text] = counts.get(gap.text, 0) + 1
    return sorted(counts.items(), key=lambda item: -item[1])[:_MOST_WEAK]


def _interval(scores: Sequence[float]) -> float:
    """Days until the step is due again."""
    days = next(days for limit, days in _INTERVALS if scores[-1] < limit)
    well = 0
    for score in reversed(scores[:-1]):
        if score < _WELL:
            break
        well += 1
    return min(_LONGEST, days * 2**well) if scores[-1] >= _WELL else days


# -- export ----------------------------------------------------------------------------------------------
# A finished interview as a transcript for the evals: with its owner's consent, and without names. Pure.
#
# What goes: ids, the names given, how people introduce themselves, e-mail addresses, telephone numbers, links,
# handles. What stays is the talk itself, its times and its moves. Nothing here can know every name: the person reads
# the file.


SHARED = {"case", "level", "minutes", "manner", "mode", "versions", "turns"}
_INTRODUCES = re.compile(
    r"(?P<lead>\b(?:[Mm]y name is|[Mm]y name's|[Tt]his is|[Cc]all me|I am|I'm|I’m)\s+)"
    r"(?P<name>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2})"
)
_NOT_NAMES = {"AI", "API", "ML", "A", "I", "OK", "Okay", "Python", "SQL"}
_PATTERNS = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    (re.compile(r"\b(?:https?://|www\.)\S+"), "[link]"),
    (re.compile(r"(?<![\w.])\+\d[\d ()/-]{7,}\d"), "[telephone]"),
    (re.compile(r"(?<!\w)@[A-Za-z_]\w{2,}"), "[handle]"),
)


def shared(transcript: Transcript, *, consent: bool, names: Iterable[str] = (), ended: bool = False) -> Transcript:
    """The transcript to give to the evals. Raises BadInput without consent and before the interview's end."""
    if not consent:
        raise BadInput("Without your consent the interview is not handed out for the evals.")
    if not (ended or transcript.is_over):
        raise BadInput("Only a finished interview can be handed out for the evals.")
    hidden = {name for turn in transcript.turns for name in _introduced(turn.text)} | {*names}
    turns = [_stripped(turn, hidden) for turn in transcript.turns]
    kept = transcript.model_dump(include=SHARED - {"turns"})
    return Transcript.model_validate({**kept, "turns": turns, "consent": {"evals": True}})


def names_in(text: str) -> list[str]:
    """The names that a person typed, separated by commas or lines."""
    return [name.strip() for name in re.split(r"[,;\n]", text) if name.strip()]


def _introduced(text: str) -> set[str]:
    found = {match["name"] for match in _INTRODUCES.finditer(text)}
    return {name for name in found if name not in _NOT_NAMES}


def _stripped(turn: Turn, names: set[str]) -> Turn:
    """The turn without names. What was heard in it is heard again by whoever replays it: its quotes held them too."""
    text = turn.text
    for pattern, word in _PATTERNS:
        text = pattern.sub(word, text)
    parts = {part for name in names for part in (name, *name.split()) if len(part) > 1}
    for part in sorted(parts, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "[name]", text, flags=re.IGNORECASE)
    kept = {"speaker": turn.speaker, "text": text, "at": turn.at, "mode": turn.mode, "event": turn.event}
    return Turn.model_validate({**kept, "move": turn.move, "facts": turn.facts, "backend": turn.backend})


# -- downloads -------------------------------------------------------------------------------------------
# Files to hand out: a report, a transcript, or everything that somebody has in one archive, and back in again.


MOST_BYTES = 20_000_000
"""Of an archive, packed."""
_MOST_UNPACKED = 200_000_000
_MOST_FILES = 2_000


@dataclass(frozen=True)
class Archived:
    """An interview in an archive."""

    name: str
    transcript: Transcript
    reports: Sequence[Report]
    ended: bool


def download(kind: str, report: Report | None, transcript: Transcript) -> dict[str, Any]:
    """A file for the page's script to hand to the person: name, type, text."""
    from interviewer.grading.page import to_html
    from interviewer.grading.render import to_json, to_markdown

    stem = re.sub(r"[^a-z0-9]+", "-", transcript.case.lower()).strip("-")[:60] or "interview"
    if report is None or kind == "transcript":
        return handed(f"{stem}-transcript.json", "application/json", transcript.to_json())
    stem = f"{stem}-{report.level.value}-report"
    match kind:
        case "html":
            ending, type_, text = "html", "text/html", to_html(report, transcript)
        case "markdown":
            ending, type_, text = "md", "text/markdown", to_markdown(report, transcript)
        case _:
            ending, type_, text = "json", "application/json", to_json(report)
    return handed(f"{stem}.{ending}", type_, with_corrections(kind, text, transcript, report))


def handed(name: str, kind: str, text: str, binary: bool = False) -> dict[str, Any]:
    """A file as the page's script takes it; a binary one's text is base64."""
    return {"name": name, "type": kind, "text": text, "binary": binary, "nonce": time.time_ns()}


def everything(store: Store, owner: str) -> list[Archived]:
    """All interviews of somebody with their reports, oldest first."""
    found = []
    for number, header in enumerate(reversed(store.mine(owner)), 1):
        reports = store.reports(owner, header.id).values()
        transcript = store.transcript(owner, header.id)
        name = f"{number:03d}-{re.sub(r'[^a-z0-9-]+', '-', header.case.lower())[:60]}-{header.id[:8]}"
        found.append(Archived(name, transcript, tuple(reports), header.ended is not None))
    return found


def take_in(store: Store, owner: str, found: Sequence[Archived]) -> int:
    """Stores the interviews of an archive, each once, whoever takes it in again; how many were new."""
    known = {one.id for one in store.mine(owner)}
    known |= {str(store.transcript(owner, id_).versions.get("imported")) for id_ in known}
    added = 0
    for one in found:
        old = one.transcript.id or hashlib.sha256(one.transcript.to_json().encode()).hexdigest()[:32]
        if old in known:
            continue
        known.add(old)
        versions = {**one.transcript.versions, "imported": old}
        id_ = store.create(owner, one.transcript.model_copy(update={"versions": versions, "parent": None}))
        for report in one.reports:
            store.add_report(owner, id_, report, turns_graded=len(one.transcript.turns))
        if one.ended:
            store.end(owner, id_)
        added += 1
    return added


def archive(interviews: Sequence[Archived]) -> dict[str, Any]:
    """One ZIP with a JSON file per interview: its transcript, its reports, whether it has ended."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for interview in interviews:
            data = {
                "transcript": interview.transcript.model_dump(mode="json", exclude_none=True),
                "reports": [report.model_dump(mode="json") for report in interview.reports],
                "ended": interview.ended,
            }
            out.writestr(f"{interview.name}.json", json.dumps(data, ensure_ascii=False, indent=1))
    day = time.strftime("%Y-%m-%d")
    text = base64.b64encode(packed.getvalue()).decode()
    return handed(f"interviews-{day}.zip", "application/zip", text, binary=True)


_NO_ARCHIVE = (
    zipfile.BadZipFile, zlib.error, struct.error, binascii.Error, RuntimeError, ValueError, LookupError, EOFError,
    NotImplementedError, OSError,
)  # fmt: skip
"""What Python's own reader says to damaged archives."""


def unpacked(raw: bytes) -> tuple[list[Archived], list[str]]:
    """The interviews of an archive, and a line for each file that is none. Raises BadInput for what is no archive."""
    if len(raw) > MOST_BYTES:
        raise BadInput(f"The archive is larger than {MOST_BYTES:,} bytes.")
    found, wrong = [], []
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive_:
            files = [one for one in archive_.infolist() if not one.is_dir() and one.filename.endswith(".json")]
            if len(files) > _MOST_FILES or sum(one.file_size for one in files) > _MOST_UNPACKED:
                raise BadInput("The archive holds more than this app takes in at once.")
            for file in files:
                try:
                    with archive_.open(file) as inside:  # no more of it than it says, or memory is what a bomb wants
                        found.append(_kept(file.filename, inside.read(file.file_size)))
                except BadInput as error:
                    wrong.append(str(error))
    except _NO_ARCHIVE as error:
        raise BadInput("That is not an archive of interviews (a ZIP with JSON files).") from error
    if not found and not wrong:
        raise BadInput("There is no interview in that archive.")
    return found, wrong


def _kept(name: str, raw: bytes) -> Archived:
    """One file: what ``archive`` wrote, or a bare transcript. Raises BadInput naming the file."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{name}: not JSON") from error
    if not isinstance(data, dict):
        raise BadInput(f"{name}: not an interview")
    inner = data.get("transcript", data)
    transcript = parse_transcript(json.dumps(inner), name)
    reports = []
    for one in data.get("reports") or []:
        try:
            reports.append(Report.model_validate(one))
        except ValueError:
            continue  # graded anew when asked for
    return Archived(name, transcript, reports, bool(data.get("ended", True)))
