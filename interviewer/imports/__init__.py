"""Transcripts of any recorder become ours.

    read_any(data, "interview.vtt", candidate=["María"])  ->  Imported(transcript, speakers, replaced, warnings)

Steps: bytes to text (here), text to lines (``written``, ``exports``), lines to speakers and speakers to roles
(``speakers``), names out of the interviewer's words (``names``). The candidate's words stay as they are.
"""

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from interviewer import BadInput, Level
from interviewer.imports import exports, names, speakers, written
from interviewer.imports.names import Labelled, Replacer, Role
from interviewer.imports.speakers import Speaker, SpeakersUnclear
from interviewer.imports.written import MAX_LINES, Talk
from interviewer.transcript import MAX_TURNS, UNKNOWN_CASE, Transcript, transcript_from

LONG_TURN = 300
"""Words after which a speaker's turn is cut at the next cue, so that a turn's number and time still say where."""
_DAYTIME = 3 * 3600.0
"""A recording that begins later than this is stamped with the time of day."""
_MARKDOWN = (".md", ".markdown")
_CAPTIONS = (".vtt", ".srt", ".sbv")

__all__ = ["UNKNOWN_CASE", "Imported", "Speaker", "SpeakersUnclear", "read_any"]


NO_LEVEL = f"No level was given: {Level.SENIOR.value} is assumed."
NO_CASE = "No case was given: the talk itself must say what the problem is."


@dataclass(frozen=True)
class Imported:
    """A recording as a transcript of ours, and what was done to it."""

    transcript: Transcript
    format: str
    """In words that a person knows; ``our JSON`` when nothing was imported."""
    speakers: list[Speaker] = field(default_factory=list)
    replaced: dict[str, int] = field(default_factory=dict)
    """Names replaced in the interviewer's words, and how often."""
    warnings: list[str] = field(default_factory=list)


def read_any(
    data: bytes,
    filename: str,
    *,
    candidate: Sequence[str] | str = (),
    interviewer: Sequence[str] | str = (),
    case: str | None = None,
    level: Level | str | None = None,
    minutes: float | None = None,
    keep_names: bool = False,
) -> Imported:
    """A transcript from the bytes of any common format. ``case`` and ``level`` go before what the file says.

    The candidate's words are never changed; in the interviewer's, people's names become roles unless ``keep_names``.

    Raises BadInput naming the file and the cure; SpeakersUnclear, with the speakers found, when it cannot be told who
    the candidate is.
    """
    candidates = [one for one in ([candidate] if isinstance(candidate, str) else candidate) if one.strip()]
    interviewers = [one for one in ([interviewer] if isinstance(interviewer, str) else interviewer) if one.strip()]
    name = filename or "transcript"
    if len(data) > MAX_BYTES:
        raise BadInput(f"{name}: larger than {MAX_BYTES:,} bytes")
    said = {"case": case, "level": str(level) if level else None, "minutes": minutes}
    read, warnings = _read(data, name)
    if isinstance(read, dict):
        return _ours({**read, **{key: value for key, value in said.items() if value is not None}}, name, warnings)
    if len(read.lines) > MAX_LINES:
        raise BadInput(f"{name}: more than {MAX_LINES:,} lines of talk")
    pieces = speakers.joined(names.settled(read.lines, [*candidates, *interviewers]))
    if not pieces:
        raise BadInput(f"{name}: no words found")
    roles, found, doubts = speakers.cast(pieces, name, candidates, interviewers)
    warnings += doubts
    if not found:
        if PurePath(name).suffix.lower() in _CAPTIONS and all(line.at is None for line in read.lines):
            raise BadInput(
                f"{name}: no captions: it has neither times nor speakers. Export it again, or name it .txt if the "
                "words are all there is"
            )
        warnings.append(
            "The file names no speakers: the whole talk is read as the candidate's, also what an interviewer said."
        )
    if not level:
        warnings.append(NO_LEVEL)
    if not case:
        warnings.append(NO_CASE)
    replacer = Replacer({} if keep_names else roles, [piece.text for piece in pieces])
    turns, more = _turns(pieces, roles, replacer, read.spoken, bool(found))
    if not turns:
        raise BadInput(f"{name}: nobody who was chosen says a word")
    if len(turns) > MAX_TURNS:
        raise BadInput(f"{name}: more than {MAX_TURNS:,} turns")
    whole = {"case": case or UNKNOWN_CASE, "level": said["level"] or Level.SENIOR.value, "turns": turns}
    if minutes is not None:
        whole["minutes"] = minutes
    counts = {one: count for (one, _), count in replacer.replaced.items()}
    return Imported(transcript_from(whole, name), read.format, found, counts, warnings + more + replacer.warnings())


def _ours(given: Mapping[str, object], name: str, warnings: list[str]) -> Imported:
    """A transcript in our form, at senior level where it names none."""
    if "level" not in given and "turns" in given:
        given, warnings = {**given, "level": Level.SENIOR.value}, [*warnings, NO_LEVEL]
    return Imported(transcript_from(given, name), "our JSON", warnings=warnings)


def _read(data: bytes, name: str) -> tuple[Talk | dict[str, object], list[str]]:
    """The file's talk, or the object that is a transcript of ours; the kind is told by the content, not the name."""
    if data.startswith(b"PK\x03\x04"):
        text = decoded(exports.document_text(data, name).encode("utf-8"), name)[0]
        read = written.read_captions(text) if written.are_captions(text) else written.read_talk(text)
        return Talk("a Word document", read.lines), []
    refuse_others(data, name)
    text, warnings = decoded(data, name)
    bare = text.lstrip()
    if not bare:
        raise BadInput(f"{name}: the file is empty: not JSON, no captions, no text")
    suffix = PurePath(name).suffix.lower()
    if _opens_json(bare) or (suffix in (".json", ".jsonl", ".json3") and not bare.startswith("<")):
        return exports.read_json(text, name), warnings
    if re.match(r"<\?xml|<(?:transcript|timedtext|tt)\b", bare):
        return exports.read_xml(bare, name), warnings
    if bare[:200].lower().startswith(("<!doctype html", "<html")):
        raise BadInput(f"{name}: this is a web page: export the transcript as text, VTT, SRT, JSON or DOCX")
    if written.are_captions(text):
        return written.read_captions(text), warnings
    if table := exports.read_table(text):
        return table, warnings
    return written.read_talk(text, markdown=suffix in _MARKDOWN), warnings


def _opens_json(bare: str) -> bool:
    """Whether a text is JSON by its beginning: "[00:01:02] Anna: …" and "[SPEAKER_00]: …" are not."""
    return bool(re.match(r"\{\s*(?:[\"}]|$)|\[\s*(?:[{\[\"]|\]\s*$|$)", bare[:200]))


def _turns(
    pieces: Sequence[Labelled], roles: dict[str, Role], replacer: Replacer, spoken: bool, named: bool
) -> tuple[list[dict[str, object]], list[str]]:
    """The turns, one for each run of one speaker's pieces; long ones are cut between pieces."""
    first = next((piece.at for piece in pieces if piece.at is not None), None)
    start = first if first is not None and first > _DAYTIME else 0.0
    warnings = ["Times of day were read as seconds since the first words."] if start else []
    turns: list[dict[str, object]] = []
    words: list[str] = []
    count, last, nobody = 0, None, 0

    def close() -> None:
        text = " ".join(words)
        if turns and words:
            turns[-1]["text"] = replacer(text) if turns[-1]["speaker"] == "interviewer" else text

    for piece in pieces:
        role = roles.get(piece.speaker) if piece.speaker else None if named else "candidate"
        if role is None:
            nobody += 0 if piece.speaker else len(piece.text.split())
            last = piece.speaker if piece.speaker else last
            continue
        size = len(piece.text.split())
        if not turns or last != (piece.speaker or role) or (piece.at is not None and count + size > LONG_TURN):
            close()
            turn: dict[str, object] = {"speaker": role, "text": ""}
            if piece.at is not None:
                turn["at"] = round(max(0.0, piece.at - start), 2)
            if spoken and role == "candidate":
                turn["mode"] = "spoken"
            turns.append(turn)
            words, count = [], 0
        words.append(piece.text)
        count += size
        last = piece.speaker or role
    close()
    if nobody:
        warnings.append(f"{nobody} words before the first name were left out.")
    return turns, warnings


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
