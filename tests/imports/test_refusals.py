"""What cannot be read is one clear line that names the file and the cure; nothing is unpacked or expanded without bound."""

import io
import zipfile

import pytest

from interviewer import BadInput, imports
from interviewer.imports import exports, read_any
from tests.imports.recorders import docx


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n\t ", "empty"),
        ("a.txt", b"\xff\xfe", "empty"),
        ("a.txt", b"\xef\xbb\xbf\n", "empty"),
        ("a.pdf", b"%PDF-1.7 ...", "export the transcript"),
        ("a.rtf", b"{\\rtf1 Anna: hi}", "save it as"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "save it as DOCX"),
        ("a.mp4", b"\0\0\0\x20ftypisom" + b"\0" * 50, "import its transcript"),
        ("a.wav", b"RIFF\0\0\0\0WAVEfmt " + b"\0" * 50, "import its transcript"),
        ("a.html", b"<!DOCTYPE html><p>Anna: hi</p>", "web page"),
        ("a.bin", bytes(range(256)) * 8, "not text"),
        ("a.json", b"{", "not JSON"),
        ("a.json", b'{"turns": [', "cut off at line 1"),
        ("a.json", b"Anna: hi", "not JSON"),
        ("a.json", b"[]", "must be a JSON object"),
        ("a.json", b'{"a": 1}', "must be a JSON object"),
        ("a.json", b"[" * 100_000, "nested"),
        ("a.json", b'{"segments": [{"text": ""}]}', "must be a JSON object"),
        ("a.json", b'{"events": []}', "no words"),
        ("a.vtt", b"WEBVTT\n\n", "no words"),
        ("a.vtt", b"words and words\nand no more", "neither times nor speakers"),
        ("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\n\n", "no words"),
        ("a.docx", b"PK\x03\x04" + b"\0" * 80, "cannot be unpacked"),
        ("a.docx", docx(["Anna: hi"])[:-40], "cannot be unpacked"),
        ("a.docx", docx(["Anna: hi"], '<!DOCTYPE x [<!ENTITY a "b">]>'), "document type"),
        ("a.docx", docx([]), "no words"),
        ("a.xml", b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><transcript>&a;</transcript>", "document type"),
        ("a.xml", b"<transcript><text start='1'>hi", "damaged"),
        ("a.xml", b"<?xml version='1.0'?><other/>", "no captions"),
    ],
)  # fmt: skip
def test_bad_files_are_one_clear_line(name: str, data: bytes, says: str) -> None:
    with pytest.raises(BadInput) as error:
        read_any(data, name)
    assert says in str(error.value)
    assert str(error.value).startswith(name)
    assert len(str(error.value).splitlines()) == 1


def test_another_archive_is_no_document() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(BadInput, match="no Word document"):
        read_any(out.getvalue(), "a.xlsx")


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MAX_XML", 100_000)
    with pytest.raises(BadInput, match="larger than 100,000 bytes"):
        read_any(docx(["a" * 1_000_000]), "a.docx")
    monkeypatch.setattr(imports, "MAX_BYTES", 100)
    with pytest.raises(BadInput, match="larger than 100 bytes"):
        read_any(b"Anna: hi\n" * 50, "a.txt")


def test_half_characters_and_control_characters_of_an_export_do_no_harm() -> None:
    found = read_any(
        b'{"segments": [{"speaker": "Interviewer", "text": "Design."}, {"speaker": "Candidate", "text": "How \\ud800 big\\u0000?"}]}',
        "a.json",
    )
    assert found.transcript.turns[1].text == "How \ufffd big?"
    assert found.transcript.to_json()
