"""Talk as text: lines with who said them and when, out of captions and of transcripts with names, times, headings."""

import html
import re
from dataclasses import dataclass, field
from itertools import pairwise

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

    @classmethod
    def of(cls, words: str, at: float | None) -> "Line":
        """Words that the format gives to no speaker, with what may be the speaker's name before them."""
        name = proposed(words)
        return cls(words, at, None, name[0], name[1]) if name else cls(words, at)


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


_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def unescaped(text: str) -> str:
    """The text with HTML entities as the characters they stand for, also where they were escaped twice.

    Only what ends in a semicolon is an entity: "R&D" and "a &lt b" stay. Lone surrogates, which no encoding can write,
    are replaced.
    """
    for _ in range(2):
        if "&" not in text:
            break
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", text).replace("\u00a0", " "))


# -- written ---------------------------------------------------------------------------------------------
# Talk as text: captions (WebVTT, SubRip, SubViewer) and transcripts with names, times, headings, or nothing.
#
# 00:00:02.120 --> 00:00:06.480        VTT, SRT; Teams' documents write 0:0:2.120
# 0:00:02.120,0:00:06.480              SBV (Google Meet, YouTube)
# <v Hannah Whitlock>words</v>         Teams; Zoom and WhisperX write "Name: words" and "[SPEAKER_00]: words"


_CUE = re.compile(rf"^\s*(?P<at>{CLOCK})\s*(?:-{{1,2}}>|,)\s*(?P<end>{CLOCK})(?:\s.*)?$")
_BLOCK = re.compile(r"^(?:WEBVTT|NOTE|STYLE|REGION|Kind:|Language:|X-TIMESTAMP-MAP)\b")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]{1,200})>")
_TAG = re.compile(
    r"</?(?:c|b|i|u|v|lang|ruby|rt|font|span|p|br)(?:[.\s/][^<>]{0,200})?>|<\d[\d:.]{3,14}>|\{\\an?\d\}", re.I
)
_SOUND = re.compile(
    r"^\s*(?:>>\s*)?[\[(♪](?:music|applause|laughter|laughs|silence|inaudible|crosstalk|noise|blank_audio|no speech)"
    r"[^\])]{0,30}[\])♪]?\s*$",
    re.I,
)
_LEAST_ROLLING = 0.4
"""Share of cues that repeat the end of the cue before from which captions roll, as YouTube's own do."""


@dataclass
class Cue:
    """One caption as it stands in the file."""

    at: float | None
    lines: list[str] = field(default_factory=list)


def are_captions(text: str) -> bool:
    """Whether a text holds captions: it says so, or the first lines have a cue's times."""
    head = text.lstrip()[:6]
    return head == "WEBVTT" or sum(bool(_CUE.match(line)) for line in text[:20_000].split("\n")[:400]) > 0


def read_captions(text: str) -> Talk:
    """The lines of captions."""
    cues = _cues(narrowed(text))
    if _roll(cues):
        cues = _unrolled(cues)
    lines: list[Line] = []
    for cue in cues:
        lines += _lines_of(cue)
    kind = "VTT captions" if text.lstrip().startswith("WEBVTT") else "captions"
    return Talk(kind, lines)


def _cues(text: str) -> list[Cue]:
    cues: list[Cue] = []
    aside = True
    """Inside a header, a note or a style."""
    pending: str | None = None
    alone = False
    """The pending line has an empty line or nothing before it: before a cue's times it is the cue's name."""
    blank = True
    for line in text.split("\n"):
        match = _CUE.match(line)
        if pending is not None and not aside and not (match and (alone or pending.strip().isdigit())):
            cues[-1].lines.append(pending)
        pending = None
        if match:
            cues.append(Cue(seconds(match["at"])))
            aside = blank = False
        elif not line.strip():
            blank = True
        else:
            aside = aside or (blank and _BLOCK.match(line) is not None)
            pending, alone, blank = line, blank, False
    if pending is not None and not aside:
        cues[-1].lines.append(pending)
    return cues


def _plain(line: str) -> str:
    return unescaped(_TAG.sub("", line)).strip()


def _lines_of(cue: Cue) -> list[Line]:
    """A cue's lines; a line that opens with a voice or a name begins anew, others go on."""
    found: list[Line] = []
    voice = None
    for number, raw in enumerate(cue.lines):
        if _SOUND.match(raw):
            continue
        pieces = _VOICE.split(raw)
        for index in range(0, len(pieces), 2):
            if index:
                voice = unescaped(pieces[index - 1]).strip()
            words = _plain(pieces[index])
            if not words:
                continue
            if voice:
                found.append(Line(words, cue.at, speaker=voice))
                continue
            found.append(_line(words, cue, number))
    return found


def _line(words: str, cue: Cue, number: int) -> Line:
    if name := proposed(words):
        return Line(words, cue.at, None, name[0], name[1], opens=number == 0)
    if number == 0 and len(cue.lines) > 1 and (alone := on_a_line(words)):
        return Line(words, cue.at, None, alone, "", header=True)
    return Line(re.sub(r"^>>+\s*", "", words), cue.at, opens=number == 0)


def _roll(cues: list[Cue]) -> bool:
    """Whether each caption shows the end of the one before again."""
    if len(cues) < 3:
        return False
    again = sum(_overlap(before, after) > 0 for before, after in pairwise(_words(cue) for cue in cues))
    return again >= _LEAST_ROLLING * (len(cues) - 1)


def _words(cue: Cue) -> list[str]:
    return " ".join(_plain(line) for line in cue.lines).split()


def _overlap(before: list[str], after: list[str]) -> int:
    """Words at the beginning of ``after`` that are the end of ``before``: at least two, or all of a cue."""
    for count in range(min(len(before), len(after), 60), 0, -1):
        if before[-count:] == after[:count]:
            return count if count >= 2 or count in (len(before), len(after)) else 0
    return 0


def _unrolled(cues: list[Cue]) -> list[Cue]:
    """Every word once."""
    found: list[Cue] = []
    shown: list[str] = []
    for cue in cues:
        words = _words(cue)
        if not words:
            continue
        new = words[_overlap(shown, words) :]
        shown = (shown + new)[-60:]
        if new:
            found.append(Cue(cue.at, [" ".join(new)]))
    return found


# -- talk ------------------------------------------------------------------------------------------------
# Written transcripts: text and Markdown, with names, times, headings, or nothing at all.
#
# Hannah Whitlock   0:02       Otter, Teams' copied text: a name and a time, then the words
# **Hannah:** words            Markdown; also ### Hannah, > **Hannah** (0:02): words
# [00:01:02] Hannah: words     a time before, behind or without a name
# Interviewer: words           roles, Q: and A:, Speaker 1:


_STAMP = rf"(?:[\[(]\s*{CLOCK}(?:\s*(?:-{{1,2}}>?|–|to)\s*{CLOCK})?\s*[\])]|{CLOCK}(?:\s*(?:-{{1,2}}>?|–)\s*{CLOCK})?)"
_CLOCK = re.compile(CLOCK)
_ONLY_TIME = re.compile(rf"^\s*{_STAMP}(?:\s*[AP]M)?\s*$", re.I)
_WORDED_TIME = re.compile(
    r"^(?P<name>.{0,80}?)\s*(?:(?P<h>\d{1,2}) hours? ?)?(?:(?P<m>\d{1,2}) minutes? ?)?(?:(?P<s>\d{1,2}) seconds?)"
    rf"(?:\s*{CLOCK})?\s*$",
    re.I,
)
_NAME_TIME = re.compile(rf"^(?P<name>\S.{{0,90}}?)[\s,|·•–-]+(?P<stamp>{_STAMP})(?:\s*[AP]M)?\s*[:：]?\s*$", re.I)
_TIME_NAME = re.compile(rf"^\s*(?P<stamp>{_STAMP})(?:\s*[AP]M)?[\s,|·•–-]+(?P<name>\S.{{0,90}}?)\s*[:：]?\s*$", re.I)
_NAME_TIME_WORDS = re.compile(
    rf"^(?P<name>\S.{{0,80}}?)(?:\s{{2,}}|\t|\s+)(?P<stamp>[\[(]?{CLOCK}[\])]?)(?:\s+)(?P<rest>\S.*)$"
)
_LEADING = re.compile(rf"^\s*(?P<stamp>{_STAMP})(?:\s*[AP]M)?(?P<gap>\s*[-–|:]?\s+|\t)", re.I)
_INLINE = re.compile(r"\[\s*((?:\d{1,3}:)?\d{1,3}:\d{2}(?:[.,]\d{1,9})?)\s*\]")
_HEADING = re.compile(r"^#{1,6}\s+(?P<name>.{1,80}?)\s*#*$")
_BOLD_ALONE = re.compile(
    r"^\s*(?:\*\*|__)(?P<name>[^*_]{1,80}?)(?:\*\*|__)\s*(?P<stamp>[\[(]?" + CLOCK + r"[\])]?)?\s*$"
)
_RULE = re.compile(r"^\s*(?:[-*_=~]\s?){3,}$")
_FOOT = re.compile(
    r"^\s*(?:transcribed by https?://\S+|this (?:editable )?transcript was computer[- ]generated.*|"
    r"(?:transcription|meeting|recording) ended (?:after|at) \S+.*|.{1,80} (?:started|stopped) transcription)\s*$",
    re.I,
)
_HEADER = 200
"""Characters of the longest line that may hold a name and a time alone."""
_LEAST_STAMPED = 0.25
"""Share of lines that begin with a time from which times without brackets are times and not words."""


def read_talk(text: str, markdown: bool = False) -> Talk:
    """The lines of a written transcript."""
    raw = [line.rstrip() for line in narrowed(unescaped(text)).split("\n")]
    filled = [line for line in raw if line.strip()]
    leading = sum(bool(_LEADING.match(line)) or bool(_ONLY_TIME.match(line)) for line in filled)
    stamped = bool(filled) and leading >= _LEAST_STAMPED * len(filled)
    lines: list[Line] = []
    timed = False
    blank = True
    for number, line in enumerate(raw):
        if not line.strip() or _RULE.match(line) or _FOOT.match(line):
            blank = True
            continue
        after = next((later for later in raw[number + 1 : number + 3] if later.strip()), "")
        new = _read(line, after, stamped, blank)
        timed = timed or any(one.at is not None for one in new)
        lines += new
        blank = False
    return Talk("Markdown" if markdown else "plain text", lines, spoken=timed)


def _read(line: str, after: str, stamped: bool, blank: bool) -> list[Line]:
    """The lines that one line of the file holds: more than one where times stand inside it."""
    if _ONLY_TIME.match(line):
        clock = _CLOCK.search(line)
        return [Line("", seconds(clock[0]) if clock else None)]
    if len(line) <= _HEADER and (head := _header(line, after)):
        return [head]
    found: list[Line] = []
    at = None
    parts = _INLINE.split(line)
    for index in range(0, len(parts), 2):
        if index:
            at = seconds(parts[index - 1])
        words = parts[index].strip()
        if not words:
            if index and at is not None:
                found.append(Line("", at))
            continue
        found.append(_plain_words(words, at, stamped, opens=blank or index > 0 or not found))
    return found


def _header(line: str, after: str) -> Line | None:
    """A line that holds a name alone: with a time, as a heading, in bold, or over a line that holds a time alone."""
    worded = _WORDED_TIME.match(line)
    if worded and (worded["m"] or worded["s"]):
        at = float(worded["h"] or 0) * 3600 + float(worded["m"] or 0) * 60 + float(worded["s"] or 0)
        name = on_a_line(worded["name"])
        return Line("", at, None, name, "", header=True) if name else Line("", at)
    for pattern in (_NAME_TIME, _TIME_NAME, _BOLD_ALONE, _HEADING):
        if not (match := pattern.match(line)):
            continue
        if match["name"].rstrip().endswith(":") and (not after or proposed(after)):
            continue  # the words are a time: "Ben: 10:30"
        name = on_a_line(match["name"].strip().rstrip(":"))
        clock = _CLOCK.search(match["stamp"] or "") if "stamp" in pattern.groupindex else None
        if name:
            when = seconds(clock[0]) if clock else None
            return Line(line.strip(), when, None, name, "", header=pattern is not _HEADING)
    below = _ONLY_TIME.match(after) or ((time := _WORDED_TIME.match(after)) and not time["name"])
    if below and not _LEADING.match(line) and (name := on_a_line(line)):
        return Line(line.strip(), None, None, name, "", header=True)
    return None


def _plain_words(words: str, at: float | None, stamped: bool, opens: bool) -> Line:
    match = _LEADING.match(words)
    if match:
        rest = words[match.end() :].strip()
        bracketed = match["stamp"].lstrip()[:1] in "[("
        name = proposed(rest)
        if rest and (bracketed or stamped or (name and "\t" in match["gap"])):
            clock = _CLOCK.search(match["stamp"])
            at = seconds(clock[0]) if clock else at
            words = rest
    if name := proposed(words):
        return Line(words, name[2] if name[2] is not None else at, None, name[0], name[1], opens=opens)
    if (match := _NAME_TIME_WORDS.match(words[:400])) and at is None:
        label = on_a_line(match["name"])
        if label and len(label.split()) <= 5:
            clock = _CLOCK.search(match["stamp"])
            rest = (match["rest"] + words[400:]).strip()
            return Line(words, seconds(clock[0]) if clock else None, None, label, rest, header=True, opens=opens)
    return Line(re.sub(r"^\s*>>+\s*", "", words), at, opens=opens)
