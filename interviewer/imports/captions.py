"""Captions: WebVTT (Zoom, Teams, YouTube), SubRip (.srt), SubViewer (.sbv), and the cues in Teams' documents.

00:00:02.120 --> 00:00:06.480        VTT, SRT; Teams' documents write 0:0:2.120
0:00:02.120,0:00:06.480              SBV (Google Meet, YouTube)
<v Hannah Whitlock>words</v>         Teams; Zoom and WhisperX write "Name: words" and "[SPEAKER_00]: words"
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from interviewer.imports.encodings import unescaped
from interviewer.imports.lines import CLOCK, Line, Talk, narrowed, on_a_line, proposed, seconds

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
