"""Exports with a structure of their own: JSON of many recorders, Word documents, caption XML, tables.

JSON: Whisper, WhisperX, whisper.cpp, Fireflies, YouTube json3, AssemblyAI, Deepgram, Rev, AWS Transcribe, chats. They
differ in the names of three things, who, when and what, which ``data/exports.yaml`` lists; the longest list of objects
with words in it is the talk.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from xml.parsers import expat

from interviewer import BadInput
from interviewer.config import data_beside
from interviewer.imports.written import CLOCK, Line, Talk, seconds, unescaped
from interviewer.transcript import json_value

MAX_XML = 40_000_000
"""Bytes of a document's text once unpacked."""
MAX_DEPTH = 64
_UNPACKING = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError,
    ValueError,
)  # fmt: skip
"""What a damaged, encrypted or foreign archive raises."""
_SLOWEST = 20.0
"""Seconds a word that nobody takes: times that would say so are milliseconds."""


@cache
def _fields() -> dict[str, list[str]]:
    return data_beside(__file__, "exports.yaml")


def read_json(text: str, name: str) -> Talk | dict[str, Any]:
    """The talk in an export; or the object itself when it is a transcript of ours. Raises BadInput."""
    data = _parsed(text, name)
    if isinstance(data, dict) and ("case" in data or "level" in data) and ("turns" in data or len(data) < 4):
        return data
    if isinstance(data, dict) and isinstance(data.get("events"), list):
        return Talk("YouTube json3", list(_youtube(data["events"])))
    lists = sorted(_lists(data), key=lambda one: -one[0])
    if not lists:
        raise BadInput(
            f"{name}: must be a JSON object with case, level and turns, or a recorder's JSON with words in segments"
        )
    rows = lists[0][1]
    lines = list(_rows(rows))
    if not lines:
        raise BadInput(f"{name}: the JSON's segments hold no words")
    return Talk("a recorder's JSON", lines)


def _parsed(text: str, name: str) -> Any:
    """The JSON value; a list of them where each line is one."""
    rows = [line for line in text.split("\n") if line.strip()]
    if len(rows) > 1 and all(line.lstrip().startswith("{") and line.rstrip().endswith("}") for line in rows[:50]):
        return [json_value(line, name) for line in rows]
    return json_value(text, name)


def _lists(data: Any) -> Iterator[tuple[float, list[dict[str, Any]]]]:
    """The lists of objects that hold words, each with its worth: words, and more when speakers are named."""
    stack: list[tuple[Any, int]] = [(data, 0)]
    while stack:
        value, depth = stack.pop()
        if depth > MAX_DEPTH:
            continue
        if isinstance(value, dict):
            stack += [(one, depth + 1) for one in value.values() if isinstance(one, (dict, list))]
        elif isinstance(value, list):
            rows = [one for one in value if isinstance(one, dict)]
            texts = [text for row in rows if (text := _text(row))]
            if texts and len(texts) >= 0.5 * len(value):
                named = sum(_speaker(one) is not None for one in rows) >= 0.5 * len(rows)
                long = sum(len(text.split()) for text in texts) / len(texts)
                yield sum(map(len, texts)) * (2.0 if named else 1.0) * (1.0 if long > 1.5 else 0.5), rows
            stack += [(one, depth + 1) for one in value[:5_000] if isinstance(one, (dict, list))]


def _text(row: Mapping[str, Any]) -> str:
    for key in _fields()["text"]:
        value = row.get(key)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, list):  # Rev's elements, a chat's parts
            joined = "".join(
                one if isinstance(one, str) else str(one.get("value") or one.get("text") or one.get("content") or "")
                for one in value
                if isinstance(one, (str, dict))
            )
            if joined.strip():
                return joined
    return ""


def _speaker(row: Mapping[str, Any]) -> str | None:
    for key in _fields()["speaker"]:
        value = row.get(key)
        if isinstance(value, dict):
            value = next((value[one] for one in ("name", "displayName", "label", "id") if value.get(one)), None)
        if isinstance(value, bool) or value is None:
            continue
        if isinstance(value, int):
            return f"Speaker {value}"
        if isinstance(value, str) and value.strip():
            return f"Speaker {value.strip()}" if re.fullmatch(r"\d{1,3}|[A-Z]", value.strip()) else value.strip()
    return None


def _at(row: Mapping[str, Any]) -> float | None:
    """When a row begins, in the file's own unit; negative times are none."""
    for key in _fields()["at"]:
        value = row.get(key)
        if isinstance(value, (list, tuple)) and value:
            value = value[0]
        if isinstance(value, dict):
            value = value.get("from", value.get("start"))
        at = _number(value)
        if at is not None:
            return at / 1000 if key in _fields()["milliseconds"] else at
    return None


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value) if 0 <= value < 1e12 else None
    if isinstance(value, str):
        text = value.strip().removesuffix("s").removeprefix("PT")
        if re.fullmatch(CLOCK, text):
            return seconds(text)
        if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text):
            return float(text)
    return None


def _rows(rows: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
    times = [_at(row) for row in rows]
    words = sum(len(_text(row).split()) for row in rows)
    known = [at for at in times if at is not None]
    unit = 1000.0 if known and words > 3 and (max(known) - min(known)) / words > _SLOWEST else 1.0
    for row, at in zip(rows, times, strict=True):
        yield from _of_row(row, None if at is None else round(at / unit, 3))


def _of_row(row: Mapping[str, Any], at: float | None) -> Iterator[Line]:
    speaker = _speaker(row)
    speaker = unescaped(speaker).strip() if speaker else None
    text = unescaped(_text(row)).strip()
    heard = row.get("words")
    if speaker is None and isinstance(heard, list) and any(isinstance(one, dict) and _speaker(one) for one in heard):
        for one in heard:  # WhisperX names the speaker of each word where a segment has several
            if isinstance(one, dict) and (word := _text(one)):
                yield Line(unescaped(word).strip(), _at(one), speaker=_speaker(one) or None)
        return
    if not text:
        return
    yield Line.of(text, at) if speaker is None else Line(text, at, speaker=speaker)


def _youtube(events: Sequence[Any]) -> Iterator[Line]:
    for event in events:
        if not isinstance(event, dict) or not isinstance(event.get("segs"), list):
            continue
        words = "".join(str(one.get("utf8") or "") for one in event["segs"] if isinstance(one, dict))
        words = " ".join(unescaped(words).split())
        at = _number(event.get("tStartMs"))
        if not words or re.fullmatch(r"\[[^\]]{1,30}\]", words):
            continue
        yield Line.of(re.sub(r"^>>+\s*", "", words), None if at is None else at / 1000)


class _Document:
    """Collects the text of a document's XML; a document type, with which entities come, is refused."""

    def __init__(self, name: str):
        self.name = name
        self.lines: list[tuple[str, float | None]] = []
        self._words: list[str] = []
        self._at: float | None = None
        self._inside = False
        self._deep = 0

    def read(self, data: bytes) -> list[tuple[str, float | None]]:
        """The paragraphs or captions, each with its time where it has one."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            raise BadInput(f"{self.name}: the document is damaged ({error})") from error
        self._flush()
        return self.lines

    def _refuse(self, *_: object) -> None:
        raise BadInput(f"{self.name}: a document type declaration is not accepted in a transcript")

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._deep += 1
        if self._deep > 500:
            raise BadInput(f"{self.name}: the document is nested too deeply")
        kind = tag.rpartition(" ")[2]
        if kind == "p" and (self._at is None or self._words):
            self._flush()
        if kind in ("p", "text"):
            self._inside = self._inside or not tag.startswith("http") or kind == "text" or "begin" in attributes
            self._at = _start_of(attributes)
        elif kind == "t":
            self._inside = True
        elif kind in ("br", "cr"):
            self._words.append("\n")
        elif kind == "tab":
            self._words.append("\t")

    def _end(self, tag: str) -> None:
        self._deep -= 1
        kind = tag.rpartition(" ")[2]
        if kind in ("p", "text"):
            self._flush()
            self._inside = False
        elif kind == "t":
            self._inside = False

    def _characters(self, words: str) -> None:
        if self._inside:
            self._words.append(words)

    def _flush(self) -> None:
        text = "".join(self._words)
        self._words = []
        if text.strip():
            self.lines.append((text, self._at))
        elif self.lines and self.lines[-1][0]:
            self.lines.append(("", None))
        self._at = None


def _start_of(attributes: Mapping[str, str]) -> float | None:
    if "t" in attributes and (at := _number(attributes["t"])) is not None:
        return at / 1000
    return _number(attributes.get("begin") or attributes.get("start"))


def document_text(data: bytes, name: str) -> str:
    """The text of a Word document, a paragraph a line. Raises BadInput; nothing is unpacked beyond ``MAX_XML``."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = set(archive.namelist())
            if "word/document.xml" not in inside:
                raise BadInput(f"{name}: this archive is no Word document: export the transcript as text, VTT or DOCX")
            with archive.open("word/document.xml") as file:
                xml = file.read(MAX_XML + 1)
    except _UNPACKING as error:
        raise BadInput(f"{name}: the document cannot be unpacked: it is damaged or cut off") from error
    if len(xml) > MAX_XML:
        raise BadInput(f"{name}: the document's text is larger than {MAX_XML:,} bytes")
    return "\n".join(text for text, _ in _Document(name).read(xml))


def read_xml(text: str, name: str) -> Talk:
    """Caption XML: YouTube's ``<text start="1.2">`` and ``<p t="1200">``, TTML's ``<p begin="00:00:01.200">``."""
    lines = []
    for words, at in _Document(name).read(text.encode("utf-8")):
        words = " ".join(unescaped(words).split())
        if not words:
            continue
        lines.append(Line.of(words, at))
    if not lines:
        raise BadInput(f"{name}: this XML holds no captions")
    return Talk("caption XML", lines)


def read_table(text: str) -> Talk | None:
    """A table with a heading for the words, as Whisper's .tsv and Fireflies' .csv; None when it is none."""
    head = text.lstrip().split("\n", 1)[0]
    delimiter = max("\t,;", key=head.count)
    if delimiter not in head:
        return None
    named = [cell.strip().strip('"').casefold().replace(" ", "_") for cell in head.split(delimiter)]
    lower = {kind: [key.casefold() for key in keys] for kind, keys in _fields().items()}
    if not any(cell in lower["text"] for cell in named) or not any(
        cell in lower["speaker"] or cell in lower["at"] for cell in named
    ):
        return None
    try:
        table = list(csv.reader(io.StringIO(text.lstrip()), delimiter=delimiter))
    except csv.Error:
        return None
    keys = {one.casefold(): one for own in _fields().values() for one in own}
    rows = [{keys.get(cell, cell): value for cell, value in zip(named, row, strict=False)} for row in table[1:] if row]
    lines = list(_rows(rows))
    return Talk("a table", lines) if lines else None
