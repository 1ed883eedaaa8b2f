"""Damaged, spliced and hostile files for every parser: ``python -m tests.imports.fuzz 10000 [seed]``.

Each input must come out as a transcript that can be written and read again, or as one clear line, in bounded time.
"""

import json
import random
import sys
import time
from collections import Counter

from evals.trust.fuzz import damaged as wounded
from interviewer import BadInput
from interviewer.imports import read_any
from interviewer.transcript import parse_transcript
from tests.imports.recorders import ALL, docx, exports

SLOWEST = 5.0
"""Seconds that no input may take on a busy machine; the files here have at most some 200 kB."""
OURS = json.dumps(
    {
        "case": "fraud-detection",
        "level": "senior",
        "turns": [
            {"speaker": "interviewer", "text": "Design it.", "at": 0, "move": {"kind": "open"}, "facts": ["a"]},
            {"speaker": "candidate", "text": ALL, "at": 9, "heard": [{"kind": "signal", "id": "x", "quote": "y"}]},
        ],
        "extra": {"deep": [1, {"a": None}]},
    }
).encode()
TOKENS = [
    *(b"\0", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\n", b"\r", b"\n\n", b":", b": ", b"--> ", b"00:00:01.000 --> 00:00:02.000\n"),
    *(b"99:99:99,999", b"WEBVTT\n", b"NOTE ", b"<v ", b"<v A>", b">", b"&amp;", b"&#x110000;", b"&#0;", b"&#55296;", b"{", b"}", b"["),
    *(b"]", b'"', b"\\ud800", b"\\u0000", b"1e999", b"-1", b"NaN", b"null", b"true", b"[" * 500, b'{"a":' * 200, b"9" * 5000),
    *(b"**", b"###### ", b"> ", b">> ", b"Q: ", b"A: ", b"Interviewer: ", b"Candidate: ", b" " * 3000, b"a" * 3000, b"[0:01] " * 300),
    *("’".encode(), "\u202e".encode(), "🦊".encode(), "é".encode("cp1252"), b"PK\x03\x04", b"<!DOCTYPE x>", b"<p>" * 600, b"\x1b[31m"),
]  # fmt: skip


def seeds() -> list[tuple[str, bytes]]:
    """The files that are damaged."""
    return [(one.name, one.data) for one in exports()] + [("ours.json", OURS), ("a.docx", docx(["Anna: hi", ALL]))]


def damaged(rnd: random.Random, files: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    """A file with wounds, seldom bytes by chance instead, and now and then another name."""
    name, data = rnd.choice(files)
    raw = wounded(rnd, data, [other for _, other in files], TOKENS)
    if rnd.random() < 0.05:
        raw = bytearray(rnd.randbytes(rnd.randrange(2000)))
    if rnd.random() < 0.2:
        name = rnd.choice(["a.txt", "a.json", "a.vtt", "a.md", "a.docx", "a.xml", "", "a.csv", "\x1b.srt"])
    return name, bytes(raw[:300_000])


def tried(name: str, data: bytes, **options: object) -> tuple[str, float]:
    """What came of a file, and the seconds it took. Raises whatever is no BadInput."""
    begun = time.perf_counter()
    try:
        found = read_any(data, name, **options)
        again = parse_transcript(found.transcript.to_json())
        assert again.turns == found.transcript.turns, name
        came = found.format
    except BadInput as error:
        said = str(error)
        assert len(said.splitlines()) <= 1, said
        assert len(said) < 1500, said
        came = "refused"
    return came, time.perf_counter() - begun


def main(count: int, seed: int = 0) -> None:
    """Tries that many files and prints what came of them."""
    rnd = random.Random(seed)
    files = seeds()
    came: Counter[str] = Counter()
    slowest = 0.0
    for number in range(count):
        name, data = damaged(rnd, files)
        options = rnd.choice(
            [
                {},
                {},
                {"candidate": "maria"},
                {"candidate": ["María", "x"], "interviewer": "hannah"},
                {"case": "x", "level": "mid"},
            ]
        )
        try:
            kind, took = tried(name, data, **options)
        except BaseException:
            print(f"input {number} of seed {seed}: {name!r} {options} {data[:2000]!r}", file=sys.stderr)
            raise
        came[kind] += 1
        slowest = max(slowest, took)
        assert took < SLOWEST, (number, name, took)
    print(f"{count} inputs, seed {seed}: {dict(came)}; slowest {slowest:.2f} s; no traceback, no hang")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
