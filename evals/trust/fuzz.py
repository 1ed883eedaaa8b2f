"""Every parser against damaged input: a result or one clear line, in bounded time, and never a traceback.

python -m evals.trust fuzz=10000        inputs for each parser
"""

import logging
import os
import random
import time
import wave
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from interviewer import InterviewerError
from interviewer.config import shipped

_SLOWEST = 5.0
"""Seconds that no input may take on a busy machine."""
_ROOT = Path(__file__).resolve().parents[2]
_TOKENS = (
    b"\0", b"\xff", b"\xfe\xff", b"\n", b"\n\n", b": ", b"- ", b"---\n", b"## ", b"{{", b"}}", b"{", b"}", b"[", b'"',
    b"&a ", b"*a", b"!!python/object/apply:os.system [id]", b"<<: *a", b"\\ud800", b"1e999", b"NaN", b"null",
    b"[" * 500, b'{"a":' * 200, b" " * 3000, b"a" * 3000, "\u202e".encode(), "🦊".encode(), b"\x1b[31m", b"%s%n",
    b"../" * 9, b"9" * 5000,    b"RIFF", b"\xff\xff\xff\x7f", b"\x00\x00\x00\x00", b"ftyp", b"OggS", b"fLaC", b"ID3",
)  # fmt: skip


@dataclass(frozen=True)
class Parser:
    """Something that reads what comes from outside, and sound examples of it."""

    name: str
    seeds: list[bytes]
    read: Callable[[bytes], object]


def damaged(
    chance: random.Random, data: bytes, others: Sequence[bytes], tokens: Sequence[bytes] = _TOKENS
) -> bytearray:
    """An example with one to six wounds: bytes changed, cut, doubled, inserted, another one's piece spliced in."""
    raw = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(raw) + 1)
        to = min(len(raw), at + chance.choice([1, 2, 8, 64, 512]))
        match chance.randrange(7):
            case 0 if raw:
                raw[min(at, len(raw) - 1)] = chance.randrange(256)
            case 1:
                del raw[at:to]
            case 2:
                raw[at:at] = raw[at:to] * chance.choice([1, 3, 50])
            case 3 | 4:
                raw[at:at] = chance.choice(tokens)
            case 5:
                other = chance.choice(others)
                start = chance.randrange(len(other))
                raw[at:to] = other[start : start + chance.choice([10, 200, 2000])]
            case _:
                del raw[at:]
    return raw


def parsers(folder: Path) -> list[Parser]:
    """All of them."""
    from interviewer.imports import read_any
    from interviewer.knowledge import read_case, read_note
    from interviewer.knowledge.schema import TopicNote
    from interviewer.models.base import read_prompt
    from interviewer.practice import unpacked
    from interviewer.speech.audio import read_upload
    from interviewer.transcript import parse_transcript

    def some(place: Path, pattern: str, most: int = 8) -> list[bytes]:
        return [path.read_bytes() for path in sorted(place.glob(pattern))[:most]]

    def of_file(name: str, place: str, read: Callable[[Path], object]) -> Parser:
        seed = sorted(shipped(place.partition("/")[0]).joinpath(*place.split("/")[1:]).glob("[a-z]*.md"))[0]

        def written(raw: bytes) -> object:
            file = folder / seed.name
            file.write_bytes(raw)
            return read(file)

        return Parser(name, [seed.read_bytes()], written)

    transcripts = some(_ROOT / "evals" / "transcripts", "*-01.json", 4)
    talk = [b"Ann Lee: Let us design it.\nBob: I ask about labels first.\n" * 3, *_captions()]
    return [
        Parser("transcripts", transcripts, parse_transcript),
        Parser("imports", [*talk, *transcripts[:1]], lambda raw: read_any(raw, "talk.txt")),
        of_file("cases", "knowledge/cases", read_case),
        of_file("topic notes", "knowledge/topics", partial(read_note, TopicNote)),
        of_file("prompts", "prompts", read_prompt),
        Parser("drawings", _drawings(), _drawing),
        Parser("audio headers", _sounds(), lambda raw: read_upload(raw, 5.0)),
        Parser("archives", [_archive()], unpacked),
        Parser("settings", [_every_setting()], _settings),
    ]


def _every_setting() -> bytes:
    return (_ROOT / ".env.example").read_bytes().replace(b"# INTERVIEWER", b"INTERVIEWER")


def _captions() -> list[bytes]:
    vtt = b"WEBVTT\n\n1\n00:00:01.000 --> 00:00:04.000\n<v Ann Lee>Let us design it.</v>\n\n"
    return [vtt * 3, vtt.replace(b"WEBVTT\n\n", b"").replace(b".000", b",000")]


def _drawings() -> list[bytes]:
    return [
        b"flowchart LR\n  events[Events] --> features[Features] --> model[Model]\n  model -.-> store[(Store)]",
        b"sequenceDiagram\n  client->>api: score\n  api->>model: features\n  model-->>client: 0.7",
    ]


def _drawing(raw: bytes) -> object:
    """A drawing is an answer: shown on the page and listened to."""
    from interviewer import Level
    from interviewer.text import spans
    from interviewer.transcript import Transcript, Turn
    from interviewer.web.conversation import conversation_html, sketch_html

    text = raw.decode("utf-8", "replace")
    turn = Turn(speaker="candidate", text=text or " ", mode="drawn", at=1)
    talk = Transcript(case="fraud-detection", level=Level.SENIOR, turns=[turn])
    assert "<script" not in conversation_html(talk).lower()
    return spans(text), sketch_html(text), talk.to_json()


def _sounds() -> list[bytes]:
    import av
    import numpy as np

    def written(kind: str, codec: str) -> bytes:
        out = BytesIO()
        with av.open(out, "w", format=kind) as made:
            stream = made.add_stream(codec, rate=48_000, layout="mono")
            tone = np.sin(np.arange(24_000) / 20)[None].astype(np.float32)
            frame = av.AudioFrame.from_ndarray(tone, "fltp", "mono")
            frame.sample_rate = 48_000
            made.mux([*stream.encode(frame), *stream.encode(None)])  # type: ignore[union-attr, arg-type]
        return out.getvalue()

    plain = BytesIO()
    with wave.open(plain, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(bytes(16_000))
    found = [plain.getvalue()]
    for kind, codec in (("ogg", "libvorbis"), ("mp4", "aac"), ("flac", "flac"), ("matroska", "libopus")):
        with suppress(av.FFmpegError, ValueError):
            found.append(written(kind, codec))
    return found


def _archive() -> bytes:
    import zipfile

    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for number in range(3):
            made.writestr(f"00{number}/transcript.json", '{"case":"x","level":"mid","turns":[]}')
    return out.getvalue()


def _settings(raw: bytes) -> object:
    from interviewer.config import load

    Path(".env").write_bytes(raw)
    return load()


def rows(inputs: int = 1_000) -> Iterator[tuple[str, ...]]:
    """Parser, inputs, how many were read, how many refused in one line, tracebacks, the slowest."""
    yield "parser", "inputs", "read", "refused in a line", "tracebacks", "slowest s"
    before = Path.cwd()
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        logging.getLogger("dotenv").setLevel(logging.ERROR)
        try:
            for parser in parsers(Path(folder)):
                yield _tried(parser, inputs)
        finally:
            os.chdir(before)


def _tried(parser: Parser, inputs: int) -> tuple[str, ...]:
    chance, ends, slowest = random.Random(parser.name), Counter[str](), 0.0
    example = ""
    for _ in range(inputs):
        raw = bytes(damaged(chance, chance.choice(parser.seeds), parser.seeds))
        began = time.perf_counter()
        try:
            parser.read(raw)
            ends["read"] += 1
        except InterviewerError as error:
            ends["line" if len(str(error).splitlines()) == 1 else "lines"] += 1
        except Exception as error:  # noqa: BLE001 - what is looked for
            ends["traceback"] += 1
            example = example or f" ({type(error).__name__}: {str(error)[:80]})"
        slowest = max(slowest, time.perf_counter() - began)
    late = " (too slow)" if slowest > _SLOWEST else ""
    bad = f"{ends['traceback'] + ends['lines']}{example}"
    return parser.name, str(inputs), str(ends["read"]), str(ends["line"]), bad, f"{slowest:.1f}{late}"
