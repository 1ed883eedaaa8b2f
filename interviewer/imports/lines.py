"""From a file's bytes to lines of talk, with whatever is known about who said them and when."""

import codecs
import html
import re
from dataclasses import dataclass

from interviewer.errors import BadInput

MAX_LINES = 200_000
CLOCK = r"(?:\d{1,3}:)?\d{1,3}:\d{1,2}(?:[.,]\d{1,9})?"
"""1:02, 00:01:02, 0:00:02.120, 00:00:02,120"""


_SPACES = re.compile(r"[^\S\n]{9,}")


def narrowed(text: str) -> str:
    """The text without endless runs of spaces, which say nothing and cost time."""
    return _SPACES.sub(" " * 8, text)


@dataclass(frozen=True)
class Line:
    """Some words in the order of the recording."""

    text: str
    at: float | None = None
    """Seconds since the recording began; None where the file does not say."""
    speaker: str | None = None
    """Where the format itself names the speaker."""
    proposal: str | None = None
    """What stands where a speaker's name may stand; ``rest`` are the words after it."""
    rest: str = ""
    header: bool = False
    """The proposal stands alone with a time or as a heading: more likely a name than words before a colon."""
    opens: bool = True
    """The line begins a cue, a paragraph or a line of its own, so that a name may stand there."""


@dataclass(frozen=True)
class Talk:
    """A file as read: its format in words that a person knows, and its lines."""

    format: str
    lines: list[Line]
    spoken: bool = True
    """A recorder wrote it, so the words were spoken."""


def seconds(clock: str) -> float | None:
    """Seconds of a time such as 1:02:03.5; None when it is none."""
    total = 0.0
    parts = clock.replace(",", ".").split(":")
    try:
        for part in parts:
            total = total * 60 + float(part)
    except ValueError:
        return None
    return round(total, 3) if 0 <= total < 1e6 else None


_BRACKETS = {"[": "]", "(": ")", "<": ">"}
_LABEL = re.compile(
    r"^(?P<lead>(?:>>+\s*|[-–—•*+>]\s+|#{1,6}\s+|\d{1,3}[.)]\s+)*)(?P<marks>[*_`]{0,3})(?P<name>[^:：\n*`]{1,90}?)"
    rf"(?P<close>[*_`]{{0,3}})\s*(?P<stamp>[\[(]\s*{CLOCK}\s*[\])])?\s*[:：](?P<after>[*_`]{{0,3}})(?P<rest>.*)$",
    re.DOTALL,
)
_LETTER = re.compile(r"[^\W_]")


def proposed(text: str) -> tuple[str, str, float | None] | None:
    """(what may be a name, the words after it, a time beside it) of "Name: words"; None without an early colon."""
    head, tail = text[:200], text[200:]
    match = _LABEL.match(head)
    if not match:
        return None
    name, rest = match["name"].strip().strip("_").strip(), match["rest"]
    if name[:1] in _BRACKETS and name.endswith(_BRACKETS[name[:1]]):
        name = name[1:-1].strip()
    if not _LETTER.search(name) or rest.startswith("//") or re.fullmatch(r"[\d:.,\s]+", name):
        return None
    if re.search(r"\d$", name) and re.match(r"\d", rest):
        return None  # a time or a ratio, not a name
    at = seconds(match["stamp"].strip("[]() ")) if match["stamp"] else None
    return name, (rest + tail).strip(), at


def on_a_line(text: str) -> str | None:
    """What may be a name that stands alone on its line, without brackets; None when it cannot be one."""
    name = text.strip().strip("*_`# ").strip()
    if name[:1] in _BRACKETS and name.endswith(_BRACKETS[name[:1]]):
        name = name[1:-1].strip()
    short = 0 < len(name) <= 80 and len(name.split()) <= 8
    return name if short and _LETTER.search(name) and not re.search(r"[.?!,;:]$|[?!;]", name) else None


# -- encodings -------------------------------------------------------------------------------------------
# From a file's bytes to its text: UTF-8, UTF-16 and UTF-32 with or without a mark, Windows-1252.


MAX_BYTES = 20_000_000
"""Bytes of a transcript's file; a spoken hour is about 60,000."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_TRANSCRIPTS = (
    (b"%PDF", "a PDF: export the transcript as text, VTT or DOCX"),
    (b"{\\rtf", "an RTF document: save it as text or DOCX"),
    (b"\xd0\xcf\x11\xe0", "an old Word document: save it as DOCX or text"),
    (b"RIFF", "a sound or video file: import its transcript, or upload the recording where the page offers it"),
    (b"OggS", "a sound file: import its transcript"),
    (b"ID3", "a sound file: import its transcript"),
    (b"fLaC", "a sound file: import its transcript"),
    (b"\x1aE\xdf\xa3", "a video file: import its transcript"),
    (b"\x89PNG", "a picture: import the transcript's text"),
    (b"\x1f\x8b", "a compressed file: unpack it first"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_MOST_CONTROLS = 0.01
"""Share of control characters from which bytes are no text."""


def refuse_others(data: bytes, name: str) -> None:
    """Raises BadInput with the cure when the first bytes show a file that can hold no transcript that we read."""
    for mark, what in _NO_TRANSCRIPTS:
        if data.startswith(mark):
            raise BadInput(f"{name}: this is {what}")
    if data[4:8] == b"ftyp":
        raise BadInput(f"{name}: this is a sound or video file: import its transcript")


def decoded(data: bytes, name: str) -> tuple[str, list[str]]:
    """The text with ``\\n`` line ends and without control characters, and warnings about its encoding.

    Raises BadInput when the bytes are no text.
    """
    text, warnings = _text(data, name)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    if len(_CONTROLS.findall(text)) > max(4, _MOST_CONTROLS * len(text)):
        raise BadInput(f"{name}: this is not text: export the transcript as text, VTT, SRT, JSON or DOCX")
    return _CONTROLS.sub("", text.replace("\x0b", "\n").replace("\x0c", "\n")), warnings


def _text(data: bytes, name: str) -> tuple[str, list[str]]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _repaired(data[len(mark) :], encoding)
    if wide := _wide(data):
        return _repaired(data, wide)
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    foreign = sum(character > "\x7f" for character in text) - broken
    if foreign > 3 * broken:
        return text, [f"{broken} damaged characters were replaced."]
    return data.decode("cp1252", "replace"), ["The file is not UTF-8: it was read as Windows-1252."]


def _repaired(data: bytes, encoding: str) -> tuple[str, list[str]]:
    text = data.decode(encoding, "replace")
    broken = text.count("\ufffd")
    return text, [f"{broken} damaged characters were replaced."] if broken else []


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: in talk in a Latin script every other byte is zero."""
    head = data[:4096]
    if len(head) < 4:
        return None
    even, odd = head[0::2].count(0) / len(head[0::2]), head[1::2].count(0) / len(head[1::2])
    if odd > 0.4 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.1 else None


def unescaped(text: str) -> str:
    """The text with HTML entities as the characters they stand for, also where they were escaped twice.

    Only what ends in a semicolon is an entity: "R&D" and "a &lt b" stay.
    """
    for _ in range(2):
        if "&" not in text:
            break
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return _CONTROLS.sub("", text).replace("\u00a0", " ")


def without_surrogates(text: str) -> str:
    """The text with lone surrogates, which no encoding can write, replaced."""
    return _SURROGATE.sub("\ufffd", text)
