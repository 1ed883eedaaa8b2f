"""One short talk as every recorder that we know would export it. The talk is ours; the formats are theirs."""

import html
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

ASKS, TELLS = "Hannah Whitlock", "María de la Cruz"
CUES = [
    (ASKS, 2.12, 6.48, "Hi María, thanks for joining. Today I'd like you to design fraud detection."),
    (TELLS, 7.01, 12.9, "Sure. Who loses the money & the goods, us or the shop?"),
    (ASKS, 13.4, 15.2, "We do, for now."),
    (TELLS, 16.0, 24.0, "Then I'd predict the chance of a chargeback within sixty days."),
    (TELLS, 24.0, 31.0, "Two things: labels, and time. At 10:30 traffic doubles."),
    (ASKS, 32.0, 34.0, "What would you train first?"),
    (TELLS, 35.0, 49.0, "Boosted trees on card and merchant counts, since they are quick to score."),
]
EXPECTED = [
    ("interviewer", "Hi [candidate], thanks for joining. Today I'd like you to design fraud detection."),
    ("candidate", CUES[1][3]),
    ("interviewer", CUES[2][3]),
    ("candidate", f"{CUES[3][3]} {CUES[4][3]}"),
    ("interviewer", CUES[5][3]),
    ("candidate", CUES[6][3]),
]
NAMELESS = [("interviewer", CUES[0][3]), *EXPECTED[1:]]
"""Where the file names nobody by name, nothing is replaced."""
STARTS = [2.12, 7.01, 13.4, 16.0, 32.0, 35.0]


@dataclass(frozen=True)
class Export:
    """A file, how its speakers are told, and what must come of it."""

    name: str
    data: bytes
    options: dict[str, object]
    turns: list[tuple[str, str]]
    clock: float | None = 1.0
    """Seconds by which its times may be off; None when it has none."""


def clock(at: float, form: str = "{h:02}:{m:02}:{s:02}.{ms:03}") -> str:
    whole = int(at)
    return form.format(h=whole // 3600, m=whole // 60 % 60, s=whole % 60, ms=round((at - whole) * 1000), mm=whole // 60)


def _block(cue: Callable[[int, str, float, float, str], str], head: str = "", escape: bool = False) -> bytes:
    shown = [(who, at, end, html.escape(text, quote=False) if escape else text) for who, at, end, text in CUES]
    return (head + "\n\n".join(cue(i + 1, *one) for i, one in enumerate(shown)) + "\n").encode()


def _runs() -> list[tuple[str, float, str]]:
    """Cues of one speaker in a row as one paragraph, as most text exports write them."""
    found: list[tuple[str, float, str]] = []
    for who, at, _, text in CUES:
        if found and found[-1][0] == who:
            found[-1] = (who, found[-1][1], f"{found[-1][2]} {text}")
        else:
            found.append((who, at, text))
    return found


def _text(line: Callable[[str, float, str], str], head: str = "", foot: str = "", gap: str = "\n\n") -> bytes:
    return (head + gap.join(line(*run) for run in _runs()) + foot).encode()


def _short(at: float) -> str:
    return clock(at, "{mm}:{s:02}")


def docx(paragraphs: list[str], extra: str = "") -> bytes:
    """A Word document of plain paragraphs; a line end inside one becomes a break."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = "".join(
        "<w:p><w:pPr><w:rPr><w:b/></w:rPr></w:pPr>"
        + "<w:r><w:br/></w:r>".join(
            f'<w:r><w:t xml:space="preserve">{html.escape(one)}</w:t></w:r>' for one in p.split("\n")
        )
        + "</w:p>"
        for p in paragraphs
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f'<?xml version="1.0"?>{extra}<w:document {space}><w:body>{body}</w:body></w:document>'
        )
    return out.getvalue()


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode()


def _youtube_vtt() -> bytes:
    """Rolling captions: each cue shows the line before again, and every second one lasts ten milliseconds."""
    out = ["WEBVTT", "Kind: captions", "Language: en", ""]
    before = " "
    for _, at, end, text in CUES:
        first, *rest = text.split()
        timed = first + "".join(f"<{clock(at + 0.1 * i)}><c> {word}</c>" for i, word in enumerate(rest))
        out += [f"{clock(at)} --> {clock(end - 0.01)} align:start position:0%", before, timed, ""]
        out += [f"{clock(end - 0.01)} --> {clock(end)} align:start position:0%", text, " ", ""]
        before = text
    return "\n".join(out).encode()


ALL = " ".join(text for *_, text in CUES)
SPOKEN_BY = {ASKS: "SPEAKER_00", TELLS: "SPEAKER_01"}
LETTER = {ASKS: "A", TELLS: "B"}
BOTH = {"candidate": "Maria de la Cruz"}
SECOND = {"candidate": "SPEAKER_01"}


def exports() -> list[Export]:
    """Every format with the options that a person would give."""
    return [*_captions(), *_texts(), *_structured(), *_encoded()]


def _captions() -> list[Export]:
    def srt(index: int, who: str, at: float, end: float, text: str) -> str:
        comma = "{h:02}:{m:02}:{s:02},{ms:03}"
        return f"{index}\n{clock(at, comma)} --> {clock(end, comma)}\n{text}"

    return [
        Export("zoom.vtt", _block(lambda i, w, a, e, t: f"{i}\n{clock(a)} --> {clock(e)}\n{w}: {t}", "WEBVTT\n\n"), BOTH, EXPECTED),
        Export("zoom-cut-at-names.vtt", _block(lambda i, w, a, e, t: f"{i}\n{clock(a)} --> {clock(e)}\n{w}: {t}", "WEBVTT\n\n").replace(b"\n\n4\n", b"\n4\n"), {}, EXPECTED),
        Export("teams.vtt", _block(lambda i, w, a, e, t: f"3f2c-0d7e/{i}-0\n{clock(a)} --> {clock(e)}\n<v {w}>{t}</v>", "WEBVTT\n\n", escape=True), BOTH, EXPECTED),
        Export("teams-badges.vtt", _block(lambda i, w, a, e, t: f"{clock(a)} --> {clock(e)}\n<v {w} (Guest)>{t}</v>", "WEBVTT\n\n", escape=True), BOTH, EXPECTED),
        Export("teams-two-lines.vtt", _block(lambda i, w, a, e, t: f"{clock(a)} --> {clock(e)}\n<v {w}>" + t.replace(" ", "\n", 1) + "</v>", "WEBVTT\n\n", escape=True), BOTH, EXPECTED),
        Export("notes-and-styles.vtt", _block(lambda i, w, a, e, t: f"NOTE cue {i}\nby a machine\n\n{clock(a, '{mm:02}:{s:02}.{ms:03}')} --> {clock(e, '{mm:02}:{s:02}.{ms:03}')} align:start\n<v.loud {w}><i>{t}</i></v>", "WEBVTT - talk\n\nSTYLE\n::cue { color: red }\n\n"), BOTH, EXPECTED),
        Export("names-on-lines.vtt", _block(lambda i, w, a, e, t: f"{clock(a)} --> {clock(e)}\n({w})\n{t}", "WEBVTT\n\n"), BOTH, EXPECTED),
        Export("named.srt", _block(lambda i, w, a, e, t: srt(i, w, a, e, f"{w}: {t}")), BOTH, EXPECTED),
        Export("dos.srt", _block(lambda i, w, a, e, t: srt(i, w, a, e, f"{w}: {t}")).replace(b"\n", b"\r\n"), BOTH, EXPECTED),
        Export("bold.srt", _block(lambda i, w, a, e, t: srt(i, w, a, e, f"<b>{w}:</b> <i>{t}</i>"), escape=False), BOTH, EXPECTED),
        Export("whisperx.srt", _block(lambda i, w, a, e, t: srt(i, w, a, e, f"[{SPOKEN_BY[w]}]: {t}")), SECOND, NAMELESS),
        Export("whisperx.vtt", _block(lambda i, w, a, e, t: f"{clock(a)} --> {clock(e)}\n[{SPOKEN_BY[w]}]: {t}", "WEBVTT\n\n"), {}, NAMELESS),
        Export("hearing-impaired.srt", _block(lambda i, w, a, e, t: srt(i, w, a, e, f">> {w.upper()}: {t}")), BOTH, NAMELESS),
        Export("meet.sbv", _block(lambda i, w, a, e, t: f"{clock(a, '{h}:{m:02}:{s:02}.{ms:03}')},{clock(e, '{h}:{m:02}:{s:02}.{ms:03}')}\n{w}: {t}"), BOTH, EXPECTED),
        Export("no-names.srt", _block(lambda i, w, a, e, t: srt(i, w, a, e, t)), {}, [("candidate", ALL)], None),
        Export("youtube.en.vtt", _youtube_vtt(), {}, [("candidate", ALL)], None),
    ]  # fmt: skip


def _texts() -> list[Export]:
    meet = "Interview (2026-11-02 10:00 GMT+1) - Transcript\nAttendees\nHannah Whitlock, María de la Cruz\n\nTranscript\n\n"
    ended = "\n\nTranscription ended after 00:45:12\n\nThis editable transcript was computer generated and might contain errors. People can also change the text after it was created."
    worded = lambda w, a, t: f"{w}\n{int(a)} seconds\n{_short(a)}\n{w} {int(a)} seconds\n{t}"  # noqa: E731
    return [
        Export("otter.txt", _text(lambda w, a, t: f"{w}  {_short(a)}  \n{t}", foot="\n\nTranscribed by https://otter.ai\n"), BOTH, EXPECTED),
        Export("otter-head.txt", _text(lambda w, a, t: f"{w}  {_short(a)}  \n{t}", "Mock interview\nMon, Nov 02, 2026 10:00AM • 45:12\n\nSUMMARY KEYWORDS\nfraud, labels, payments\n\nSPEAKERS\nHannah Whitlock, María de la Cruz\n\n"), BOTH, EXPECTED),
        Export("otter-unknown.txt", _text(lambda w, a, t: f"{w if w == ASKS else 'Speaker 2'}  {_short(a)}  \n{t}"), {"candidate": "Speaker 2"}, NAMELESS),
        Export("teams-copied.txt", _text(lambda w, a, t: f"{w}   {_short(a)}\n{t}"), BOTH, EXPECTED),
        Export("teams-worded.txt", _text(worded), BOTH, EXPECTED),
        Export("teams-time-below.txt", _text(lambda w, a, t: f"{w}\n{_short(a)}\n{t}"), BOTH, EXPECTED),
        Export("meet.txt", _text(lambda w, a, t: f"{w}: {t}", meet, ended), BOTH, EXPECTED, None),
        Export("meet-stamped.txt", meet.encode() + _text(lambda w, a, t: f"{w}: {t}", "00:00:00\n\n", ended), BOTH, EXPECTED, None),
        Export("fireflies.txt", _text(lambda w, a, t: f"[{_short(a)}] {w}: {t}", gap="\n"), BOTH, EXPECTED),
        Export("fireflies-copied.txt", _text(lambda w, a, t: f"{w}\n{clock(a, '{mm:02}:{s:02}')}\n{t}"), BOTH, EXPECTED),
        Export("time-first.txt", _text(lambda w, a, t: f"{clock(a, '{h:02}:{m:02}:{s:02}')} {w}: {t}", gap="\n"), BOTH, EXPECTED),
        Export("time-dash-name.txt", _text(lambda w, a, t: f"{_short(a)} - {w}\n{t}"), BOTH, EXPECTED),
        Export("time-behind.txt", _text(lambda w, a, t: f"{w} ({clock(a, '{h:02}:{m:02}:{s:02}')}): {t}"), BOTH, EXPECTED),
        Export("rev.txt", _text(lambda w, a, t: f"{w} ({clock(a, '{mm:02}:{s:02}')}):\n{t}"), BOTH, EXPECTED),
        Export("zoom-saved-captions.txt", _text(lambda w, a, t: f"[{w}] {clock(a + 36000, '{h:02}:{m:02}:{s:02}')}\n{t}"), BOTH, EXPECTED, 3.0),
        Export("one-long-line.txt", _text(lambda w, a, t: f"[{clock(a, '{h:02}:{m:02}:{s:02}')}] {w}: {t}", gap=" "), BOTH, EXPECTED),
        Export("names.txt", _text(lambda w, a, t: f"{w}: {t}", gap="\n"), BOTH, EXPECTED, None),
        Export("wrapped.txt", _text(lambda w, a, t: f"{w}: " + t.replace(" ", "\n", 3).replace("\n", " ", 2)), BOTH, EXPECTED, None),
        Export("first-names.txt", _text(lambda w, a, t: f"{w.split()[0]}: {t}", gap="\n"), {"candidate": "maria"}, EXPECTED, None),
        Export("lower-case.txt", _text(lambda w, a, t: f"{w.split()[0].lower()}: {t}", gap="\n"), {"candidate": "María"}, NAMELESS, None),
        Export("roles.txt", _text(lambda w, a, t: f"{'Interviewer' if w == ASKS else 'Candidate'}: {t}", gap="\n"), {}, NAMELESS, None),
        Export("capital-roles.txt", _text(lambda w, a, t: f"{'INTERVIEWER' if w == ASKS else 'INTERVIEWEE'}: {t}"), {}, NAMELESS, None),
        Export("roles-in-badges.txt", _text(lambda w, a, t: f"{w} ({'Interviewer' if w == ASKS else 'Candidate'}): {t}"), {}, EXPECTED, None),
        Export("q-and-a.txt", _text(lambda w, a, t: f"{'Q' if w == ASKS else 'A'}: {t}", gap="\n"), {}, NAMELESS, None),
        Export("numbered.txt", _text(lambda w, a, t: f"Speaker {1 if w == ASKS else 2}: {t}", gap="\n"), {"candidate": "speaker 2"}, NAMELESS, None),
        Export("bold.md", _text(lambda w, a, t: f"**{w}:** {t}", "# Mock interview\n\n*Recorded in November*\n\n---\n\n"), BOTH, EXPECTED, None),
        Export("bold-before-colon.md", _text(lambda w, a, t: f"- **{w}**: {t}", gap="\n"), BOTH, EXPECTED, None),
        Export("bold-alone.md", _text(lambda w, a, t: f"**{w}** [{clock(a, '{h:02}:{m:02}:{s:02}')}]\n\n{t}"), BOTH, EXPECTED),
        Export("headings.md", _text(lambda w, a, t: f"### {w}\n\n{t}", "# Mock interview\n\n"), BOTH, EXPECTED, None),
        Export("quoted.md", _text(lambda w, a, t: f"> **{w}** ({_short(a)}): {t}"), BOTH, EXPECTED),
    ]  # fmt: skip


def _structured() -> list[Export]:
    segments = [
        {"id": i, "start": a, "end": e, "text": f" {t}", "speaker": SPOKEN_BY[w]} for i, (w, a, e, t) in enumerate(CUES)
    ]
    words = [
        {
            "start": a,
            "end": e,
            "text": t,
            "words": [{"word": one, "start": a, "speaker": SPOKEN_BY[w]} for one in t.split()],
        }
        for w, a, e, t in CUES
    ]
    bare = [{key: value for key, value in one.items() if key != "speaker"} for one in segments]
    sentences = [
        {"index": i, "speaker_name": w, "speaker_id": i, "raw_text": t, "text": t, "start_time": str(a)}
        for i, (w, a, _, t) in enumerate(CUES)
    ]
    shown = [{"sentence": t, "startTime": _short(a), "endTime": _short(e), "speaker_name": w} for w, a, e, t in CUES]
    events = [
        {"tStartMs": int(a * 1000), "dDurationMs": 10, "segs": [{"utf8": one + " "} for one in t.split()]}
        for _, a, _, t in CUES
    ]
    utterances = [
        {"speaker": LETTER[w], "start": int(a * 1000), "end": int(e * 1000), "text": t} for w, a, e, t in CUES
    ]
    deepgram = {
        "results": {
            "utterances": [{"speaker": int(w == TELLS), "start": a, "transcript": t} for w, a, _, t in CUES],
            "channels": [{"alternatives": [{"transcript": ALL[:40]}]}],
        }
    }
    rev = {
        "monologues": [
            {
                "speaker": int(w == TELLS),
                "elements": [{"type": "text", "value": one, "ts": a} for one in t.replace(" ", "| ").split("|")],
            }
            for w, a, _, t in CUES
        ]
    }
    cpp = {
        "transcription": [
            {
                "timestamps": {"from": clock(a), "to": clock(e)},
                "offsets": {"from": int(a * 1000), "to": 0},
                "text": f" {w}: {t}",
            }
            for w, a, e, t in CUES
        ]
    }
    chat = {"messages": [{"role": "assistant" if w == ASKS else "user", "content": t} for w, _, _, t in CUES]}
    teams = {
        "entries": [
            {"speakerDisplayName": w, "text": t, "startOffset": clock(a, "{h:02}:{m:02}:{s:02}.{ms:03}0000")}
            for w, a, _, t in CUES
        ]
    }
    xml = (
        "<?xml version='1.0'?><transcript>"
        + "".join(f'<text start="{a}" dur="3">{html.escape(html.escape(f"{w}: {t}"))}</text>' for w, a, _, t in CUES)
        + "</transcript>"
    )
    ttml = (
        '<tt xmlns="http://www.w3.org/ns/ttml"><head/><body><div>'
        + "".join(f'<p begin="{clock(a)}">{html.escape(f"{w}: {t}")}</p>' for w, a, _, t in CUES)
        + "</div></body></tt>"
    )
    paragraphs = [f"{w}   {_short(a)}\n{t}" for w, a, t in _runs()]
    table = "Speaker,Start,Text\n" + "\n".join(f'{w},{_short(a)},"{t}"' for w, a, _, t in CUES)
    return [
        Export("whisperx.json", _json({"segments": segments, "word_segments": [], "language": "en"}), SECOND, NAMELESS),
        Export("whisperx-words.json", _json({"segments": words}), SECOND, NAMELESS),
        Export("whisper.json", _json({"text": ALL, "segments": bare, "language": "en"}), {}, [("candidate", ALL)], None),
        Export("transformers.json", _json({"text": ALL, "chunks": [{"timestamp": [a, e], "text": t} for _, a, e, t in CUES]}), {}, [("candidate", ALL)], None),
        Export("whisper-cpp.json", _json(cpp), BOTH, EXPECTED),
        Export("fireflies-api.json", _json({"data": {"transcript": {"title": "x", "sentences": sentences}}}), BOTH, EXPECTED),
        Export("fireflies.json", _json(shown), BOTH, EXPECTED),
        Export("youtube.json3", _json({"wireMagic": "pb3", "events": [{"tStartMs": 0, "id": 1}, *events]}), {}, [("candidate", ALL)], None),
        Export("assemblyai.json", _json({"text": ALL, "utterances": utterances}), {"candidate": "Speaker B"}, NAMELESS),
        Export("deepgram.json", _json(deepgram), {"candidate": "Speaker 1"}, NAMELESS),
        Export("rev.json", _json(rev), {"candidate": "Speaker 1"}, NAMELESS, None),
        Export("teams.json", _json(teams), BOTH, EXPECTED),
        Export("chat.json", _json(chat), {}, NAMELESS, None),
        Export("lines.jsonl", "\n".join(json.dumps(one) for one in shown).encode(), BOTH, EXPECTED),
        Export("youtube.xml", xml.encode(), BOTH, EXPECTED),
        Export("captions.ttml", ttml.encode(), BOTH, EXPECTED),
        Export("table.csv", table.encode(), BOTH, EXPECTED),
        Export("teams.docx", docx(["Mock interview-20261102_100000-Meeting Recording", "November 2, 2026, 10:00AM", "45m 12s", "Hannah Whitlock started transcription", *paragraphs, "Hannah Whitlock stopped transcription"]), BOTH, EXPECTED),
        Export("teams-old.docx", docx([f"{clock(a, '{h}:{m}:{s}.{ms}')} --> {clock(e, '{h}:{m}:{s}.{ms}')}\n{w}\n{t}" for w, a, e, t in CUES]), BOTH, EXPECTED),
        Export("names.docx", docx([f"{w}: {t}" for w, _, t in _runs()]), BOTH, EXPECTED, None),
        Export("otter.docx", docx([one for w, a, t in _runs() for one in (f"{w}  {_short(a)}", t)]), BOTH, EXPECTED),
    ]  # fmt: skip


def _encoded() -> list[Export]:
    text = _text(lambda w, a, t: f"{w}: {t}", gap="\n").decode()
    return [
        Export(f"{encoding}.txt", mark + text.encode(encoding), BOTH, EXPECTED, None)
        for encoding, mark in [
            ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"), ("utf-16-le", b""),
            ("utf-16-be", b""), ("utf-32-le", b"\xff\xfe\x00\x00"), ("cp1252", b""),
        ]
    ]  # fmt: skip
