"""What goes out of the pages as a file comes back whole, and what somebody uploads is believed in nothing."""

import base64
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interviewer import BadInput, Level, Manner
from interviewer.models.base import ModelChain
from interviewer.practice import archive, everything, take_in, unpacked
from interviewer.storage import owner_of_user
from interviewer.storage.store import Store
from interviewer.transcript import Transcript, Turn
from interviewer.web import Engine, slug
from interviewer.web.pages.coach import EditorLine, edited, editor_html
from interviewer.web.service import Choice, Service
from tests.web.stand_in import StandIn, StandInLibrary, grade

ANN, BOB = owner_of_user("ann"), owner_of_user("bob")
LIBRARY: Any = StandInLibrary()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    store = Store.open(f"sqlite:///{tmp_path / 'interviews.sqlite'}")
    made = Service(store, LIBRARY, lambda: Engine(StandIn(), ModelChain(), grade))
    yield made
    made.close()
    store.close()


def held(service: Service, text: str, problem: str = "") -> str:
    id_ = service.begin(ANN, Choice("fraud-detection", Level.STAFF, 30, Manner.TOUGH, problem=problem))
    list(service.answer(ANN, id_))
    for said in (text, "end"):
        service.say(ANN, id_, Turn(speaker="candidate", text=said))
        list(service.answer(ANN, id_))
    return id_


def test_a_recording_that_ends_with_the_candidates_words_stays_as_it_is(service: Service) -> None:
    said = Transcript.model_validate(
        {"case": "fraud-detection", "level": "mid", "turns": [{"speaker": "candidate", "text": "That is all."}]}
    )
    id_ = service.keep(ANN, said)
    report = list(service.grade(ANN, id_, Level.MID))[-1]
    assert list(service.answer(ANN, id_)) == []
    assert service.store.reports(ANN, id_)[Level.MID] == report, "nothing was said since, so it still counts"


def packed(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive_:
        for name, text in files.items():
            archive_.writestr(f"{name}.json", text)
    return out.getvalue()


def test_everything_comes_back_once_with_its_reports_and_corrections(service: Service) -> None:
    first, second = held(service, "about the data"), held(service, "about the model", "Rank the flats of a site")
    list(service.grade(ANN, first, Level.STAFF))
    service.store.correct(ANN, first, {"level": "staff", "step": "evaluation", "mark": 3.0, "reason": "heard"})
    file = archive(everything(service.store, ANN))
    found, wrong = unpacked(base64.b64decode(file["text"]))
    assert (len(found), wrong) == (2, [])
    assert take_in(service.store, ANN, found) == 0, "they are here already"
    assert take_in(service.store, BOB, found) == 2
    assert take_in(service.store, BOB, found) == 0, "twice is once"
    theirs = {header.case: header for header in service.store.mine(BOB)}
    assert set(theirs) == {"fraud-detection", "own-rank-the-flats-of-a-site"}
    report = service.store.reports(BOB, theirs["fraud-detection"].id)[Level.STAFF]
    assert report == service.store.reports(ANN, first)[Level.STAFF]
    copy = service.store.transcript(BOB, theirs["fraud-detection"].id)
    assert copy.turns == service.store.transcript(ANN, first).turns
    assert (copy.model_extra or {})["corrections"][0]["mark"] == 3.0
    assert service.store.transcript(ANN, second).problem == "Rank the flats of a site"
    assert all(header.ended for header in theirs.values())


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04 no", b"\x00" * 300, packed()])
def test_what_is_no_archive_is_said(raw: bytes) -> None:
    with pytest.raises(BadInput):
        unpacked(raw)


def test_one_bad_file_in_an_archive_hurts_nobody() -> None:
    good = json.dumps({"case": "x", "level": "mid", "turns": []})
    found, wrong = unpacked(packed(good=good, bad="{", list_="[]", deep="[" * 5000, report='{"transcript": 3}'))
    assert [one.name for one in found] == ["good.json"]
    assert len(wrong) == 4
    assert all(".json" in one for one in wrong)


def test_an_archive_that_swells_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive_:
        archive_.writestr("bomb.json", b"0" * 201_000_000)
    with pytest.raises(BadInput, match="more than this app takes in"):
        unpacked(out.getvalue())


def test_an_archive_that_lies_about_its_size_does_not_get_the_memory_it_wants() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive_:
        archive_.writestr("bomb.json", b"0" * 101_000_000)
    lying = out.getvalue().replace((101_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    tracemalloc.start()
    with pytest.raises(BadInput):
        unpacked(lying)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize(
    ("problem", "name"),
    [("Rank  the Flats!", "own-rank-the-flats"), ("对话系统", "own"), ("a" * 300, "own-" + "a" * 56)],
)
def test_a_problem_of_ones_own_gets_a_name(problem: str, name: str) -> None:
    assert slug(problem) == name


def test_the_editors_lines_become_turns() -> None:
    page = editor_html(LIBRARY, [EditorLine("candidate", "<b>hello</b>", 65.0)])
    assert "&lt;b&gt;hello" in page
    assert "1:05" in page
    lines = [["interviewer", "Go.", 0], ["candidate", " I would. ", 65], ["nobody", "noise", 70], ["candidate", "", 71]]
    form = {"case": "unknown", "level": "mid", "problem": "Rank flats", "lines": lines}
    transcript = edited(json.dumps(form), LIBRARY)
    assert [(turn.speaker, turn.text, turn.at) for turn in transcript.turns] == [
        ("interviewer", "Go.", 0), ("candidate", "I would.", 65)
    ]  # fmt: skip
    assert (transcript.case, transcript.problem, transcript.level) == ("own-rank-flats", "Rank flats", Level.MID)
    assert edited(json.dumps({**form, "case": "fraud-detection"}), LIBRARY).problem is None


@pytest.mark.parametrize(
    "form",
    [None, "", "[]", "{", '{"case": 1}', '{"case": "x", "level": "mid", "lines": [["interviewer", "only me", 0]]}',
     '{"case": "x", "level": "boss", "lines": [["candidate", "me", 0]]}', '{"lines": [[]], "case": "", "level": ""}',
     "x" * 6_000_001],
)  # fmt: skip
def test_nonsense_from_the_editor_is_bad_input(form: Any) -> None:
    with pytest.raises(BadInput):
        edited(form, LIBRARY)
