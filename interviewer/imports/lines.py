"""What every format is first read into: lines of talk, with whatever is known about who said them and when."""

import re
from dataclasses import dataclass

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
