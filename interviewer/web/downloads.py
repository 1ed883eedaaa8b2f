"""Files to hand out: a report, a transcript, or everything that somebody has in one archive, and back in again."""

import base64
import binascii
import io
import json
import re
import struct
import time
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from interviewer.errors import BadInput
from interviewer.grading.report import Report
from interviewer.practice.afterwards import with_corrections
from interviewer.transcript import Transcript, parse_transcript

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
    from interviewer.grading.render import to_html, to_json, to_markdown

    stem = re.sub(r"[^a-z0-9]+", "-", transcript.case.lower()).strip("-")[:60] or "interview"
    if report is None or kind == "transcript":
        return handed(f"{stem}-transcript.json", "application/json", transcript.to_json())
    stem = f"{stem}-{report.level.value}-report"
    made = {"html": lambda: to_html(report, transcript), "markdown": lambda: to_markdown(report, transcript)}
    text = with_corrections(kind, made.get(kind, lambda: to_json(report))(), transcript, report)
    ending, type_ = {"html": ("html", "text/html"), "markdown": ("md", "text/markdown")}.get(
        kind, ("json", "application/json")
    )
    return handed(f"{stem}.{ending}", type_, text)


def handed(name: str, kind: str, text: str, binary: bool = False) -> dict[str, Any]:
    """A file as the page's script takes it; a binary one's text is base64."""
    return {"name": name, "type": kind, "text": text, "binary": binary, "nonce": time.time_ns()}


def archive(interviews: Sequence[Archived]) -> dict[str, Any]:
    """One ZIP with a JSON file per interview: its transcript, its reports, whether it has ended."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for one in interviews:
            data = {
                "transcript": one.transcript.model_dump(mode="json", exclude_none=True),
                "reports": [report.model_dump(mode="json") for report in one.reports],
                "ended": one.ended,
            }
            out.writestr(f"{one.name}.json", json.dumps(data, ensure_ascii=False, indent=1))
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
            for one in files:
                try:
                    found.append(_kept(one.filename, archive_.read(one)))
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
