"""Brings a recording into the transcript format: plain text, SRT or WebVTT with speaker names.

    Anna: Design a news feed.            text, "Name: words"; "[00:01:05] Name: words" keeps the time
    00:00:01,000 --> 00:00:04,000        SRT and VTT cues; <v Anna>words in VTT; "Anna: words" or ">> Anna: words"

Cues of one speaker in a row become one turn; a cue without a name goes on with the speaker before it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from interviewer.errors import BadInput
from interviewer.transcript import Transcript, transcript_from

ROLES = {"interviewer", "candidate"}
_TIMES = re.compile(r"^\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})\s*-->")
_STAMP = re.compile(r"^\s*[\[(]?((?:\d+:)?\d{1,2}:\d{2}(?:[.,]\d+)?)[\])]?\s*[-–]?\s*")
_NAME = re.compile(
    r"^\s*(?:>>\s*)?\*{0,2}([A-Z][\w.'’-]*(?: [A-Z0-9][\w.'’-]*){0,3}|[A-Z]{2,}(?: [A-Z0-9]+)*)"
    r"\*{0,2}\s*:\*{0,2}\s+(?=\S)"
)
_VOICE = re.compile(r"^\s*<v(?:\.[^ >]+)?\s+([^>]+)>")
_TAG = re.compile(r"</?(?:[biuc]|v|lang|ruby|rt|font)[^>]*>|\{\\an?\d+\}")


@dataclass(frozen=True)
class Cue:
    """Words, who said them where it is known, and when, in seconds."""

    speaker: str | None
    text: str
    at: float | None


def import_recording(
    text: str,
    suffix: str,
    case: str,
    level: str,
    roles: Mapping[str, str],
    name: str = "recording",
    keep_names: bool = False,
) -> Transcript:
    """The transcript of a recording. ``roles`` maps names to interviewer or candidate. Raises BadInput."""
    for speaker, role in roles.items():
        if role not in ROLES:
            raise BadInput(f"'{speaker}' cannot be '{role}': interviewer or candidate")
    turns: list[dict[str, object]] = []
    origin = None
    for cue in _named(list(_cues(text, suffix)), name):
        if cue.speaker is None or cue.speaker not in roles:
            raise BadInput(f"{name}: who is '{cue.speaker}'? Map the name to interviewer or candidate")
        role = roles[cue.speaker]
        words = cue.text if keep_names else _without(cue.text, roles)
        if origin is None:
            origin = cue.at
        if turns and turns[-1]["speaker"] == role:
            turns[-1]["text"] = f"{turns[-1]['text']} {words}"
            continue
        turn: dict[str, object] = {"speaker": role, "text": words}
        if cue.at is not None:
            turn["at"] = round(max(0.0, cue.at - (origin or 0.0)), 2)
        turns.append(turn)
    if not turns:
        raise BadInput(f"{name}: no words with a speaker's name found (expected lines such as 'Anna: …')")
    return transcript_from({"id": name, "case": case, "level": level, "turns": turns}, name)


def speakers_of(text: str, suffix: str) -> list[str]:
    """The names in a recording, in order of appearance."""
    return list(dict.fromkeys(cue.speaker for cue in _cues(text, suffix) if cue.speaker))


def _named(cues: list[Cue], name: str) -> Iterator[Cue]:
    """Cues without a name go on with the speaker before; a recording must begin with a name."""
    speaker = None
    for cue in cues:
        speaker = cue.speaker or speaker
        if speaker is None:
            raise BadInput(f"{name}: begins with words of nobody: '{cue.text[:40]}' (expected 'Name: …')")
        yield Cue(speaker, cue.text, cue.at)


def _cues(text: str, suffix: str) -> Iterator[Cue]:
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    kind = suffix.lower().lstrip(".")
    if kind in {"srt", "vtt"}:
        yield from _timed(text)
    elif kind in {"txt", "text", "md", ""}:
        yield from _plain(text)
    else:
        raise BadInput(f"cannot import '{suffix}': .txt, .srt or .vtt")


def _timed(text: str) -> Iterator[Cue]:
    for block in re.split(r"\n\s*\n", text):
        lines = block.strip().split("\n")
        start = next((index for index, line in enumerate(lines) if _TIMES.match(line)), None)
        if start is None:
            continue
        match = _TIMES.match(lines[start])
        at = _seconds(match[1]) if match else None
        said: list[tuple[str | None, str]] = []
        for line in lines[start + 1 :]:
            speaker, words = _speaker(line)
            if speaker or not said:
                said.append((speaker, words))
            else:
                said[-1] = (said[-1][0], f"{said[-1][1]} {words}")
        yield from (Cue(speaker, words.strip(), at) for speaker, words in said if words.strip())


def _plain(text: str) -> Iterator[Cue]:
    for line in text.split("\n"):
        if not line.strip():
            continue
        stamp = _STAMP.match(line)
        at = _seconds(stamp[1]) if stamp else None
        speaker, words = _speaker(line[stamp.end() :] if stamp else line)
        if not speaker and (
            behind := re.match(r"^([A-Z][\w.'’ -]{0,40}?)\s+[\[(]((?:\d+:)?\d{1,2}:\d{2})[\])]\s*:?\s*(.*)$", line)
        ):
            speaker, at, words = behind[1], _seconds(behind[2]), behind[3]
        if speaker or words.strip():
            yield Cue(speaker, words.strip(), at)


def _speaker(line: str) -> tuple[str | None, str]:
    if voice := _VOICE.match(line):
        return voice[1].strip(), _TAG.sub("", line[voice.end() :]).strip()
    line = _TAG.sub("", line)
    if name := _NAME.match(line):
        return name[1].strip(), line[name.end() :].strip()
    return None, line.strip()


def _seconds(stamp: str) -> float:
    parts = [float(part) for part in stamp.replace(",", ".").split(":")]
    seconds = 0.0
    for part in parts:
        seconds = seconds * 60 + part
    return seconds


def _without(text: str, roles: Mapping[str, str]) -> str:
    """The text with people's names replaced by their role."""
    for name, role in sorted(roles.items(), key=lambda item: -len(item[0])):
        for part in {name, *name.split()}:
            if len(part) > 1 and part.lower() not in ROLES:
                text = re.sub(rf"\b{re.escape(part)}\b", f"[{role}]", text)
    return text
