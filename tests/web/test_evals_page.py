"""The evals in the app: runs open with their report, two turns are chosen between blind, nothing is lost or leaked."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.log import read
from evals.preference import rankings
from evals.preference.rankings import RECORDED
from interviewer.web.pages.evals import EvalsPage, runs_here
from tests.web.conftest import App
from tests.web.test_board import serious

TURNS = [
    {"speaker": "interviewer", "text": "Design fraud detection.", "at": 0},
    {"speaker": "candidate", "text": "I train on <b>chargebacks</b>.", "at": 10},
    {"speaker": "interviewer", "text": "When does one arrive?", "at": 40},
    {"speaker": "candidate", "text": "Weeks later.", "at": 50},
]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A folder with one finished run of ``conduct``, one that is broken, and one of a suite that is gone."""
    folder = tmp_path / "runs"
    folder.mkdir()
    said = {"turn": 2, "text": "A card is stolen today: what is its label tonight?", "kind": "probe", "step": None}
    body = {"case": "fraud-detection", "level": "senior", "turns": TURNS}
    record = {"id": "talk-1", "case": "fraud-detection", "epoch": 0, "inputs": {"transcript": body}, "target": {}}
    lines = [
        {"kind": "run", "suite": "conduct", "backend": "scripted", "started": "2026-11-29T08:00:00", "samples": 1},
        {"kind": "record", **record, "output": {"positions": [said], "known": {}}, "error": None, "seconds": 1.0},
    ]
    (folder / "20261129-1-conduct-scripted-1.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    (folder / "20261129-2-broken.jsonl").write_text("no log")
    gone = {"kind": "run", "suite": "gone", "backend": "scripted"}
    (folder / "20261129-3-gone-scripted-1.jsonl").write_text(json.dumps(gone) + "\n")
    return folder


@pytest.fixture
def page(runs: Path, tmp_path: Path) -> EvalsPage:
    import gradio as gr

    from interviewer.web.session import Session

    with gr.Blocks():
        return EvalsPage(Session(None), tmp_path / "kept" / "rankings.jsonl", runs)  # type: ignore[arg-type]


class Clicked:
    """A button of a piece of HTML."""

    def __init__(self, act: str, id_: str):
        self._data = {"act": act, "id": id_}


def test_it_is_there_only_for_who_runs_the_evals(runs: Path, tmp_path: Path) -> None:
    assert runs_here(runs)
    assert not runs_here(tmp_path / "none")


def test_runs_are_listed_and_a_broken_log_hides_nothing(page: EvalsPage) -> None:
    listed = page.show("me")[page.list]
    assert "conduct" in listed
    assert "broken" not in listed


def test_a_run_opens_with_its_report_and_one_that_is_gone_says_so(page: EvalsPage) -> None:
    opened = page.open(Clicked("open", "20261129-1-conduct-scripted-1.jsonl"))  # type: ignore[arg-type]
    assert "srcdoc" in opened[page.frame], opened
    for name in ("20261129-3-gone-scripted-1.jsonl", "../../etc/passwd"):
        assert "not there any more" in page.open(Clicked("open", name))[page.status]  # type: ignore[arg-type]


def test_two_turns_are_shown_without_their_sources_and_a_choice_is_kept(page: EvalsPage, runs: Path) -> None:
    shown = page.show("me")[page.blind]
    assert "When does one arrive?" in shown
    assert "what is its label tonight?" in shown
    assert RECORDED not in shown
    assert "ours" not in shown
    assert "<b>chargebacks" not in shown
    (pair,) = rankings.pairs(read(runs / "20261129-1-conduct-scripted-1.jsonl"))
    for act in ("second", "second"):
        page.judge(Clicked(act, pair.mirrored().id))  # type: ignore[arg-type]
    (kept,) = rankings.read(page.kept)
    assert kept.rank == ["ours:scripted", RECORDED], "the second of the mirrored pair is ours"
    assert "1 of 1" in page.show("me")[page.blind] or "Nothing to judge" in page.show("me")[page.blind]


def test_a_choice_that_is_not_there_keeps_nothing(page: EvalsPage) -> None:
    assert "not there any more" in page.judge(Clicked("first", "x/1/r"))[page.status]  # type: ignore[arg-type]
    shutil.rmtree(page.runs)
    assert "Nothing to judge" in page.show("me")[page.blind]
    assert not page.kept.exists()


@pytest.mark.browser
def test_in_the_browser_a_run_opens_and_a_choice_is_kept(
    runs: Path, own_app: Callable[..., App], visit: Callable[..., Any], axe: str
) -> None:
    app = own_app()  # its working folder is where `runs` lies
    app.start()
    page = visit(app.url)
    page.click("#nav-evals")
    page.wait_for_selector("#evals-runs tbody tr:has-text('29 Nov 2026')")
    page.wait_for_selector("#nav-evals[aria-current=page]")
    page.click("#evals-runs tr:has-text('conduct') [data-act=open]")
    run = page.frame_locator("#evals-run iframe")
    run.locator("h1:has-text('conduct on scripted')").wait_for()
    latest = "() => { const at = document.querySelector('#evals-blind .latest'); return Math.abs(at.scrollTop) < 2; }"
    assert page.evaluate(latest), "what is answered stands in view"
    asked = page.locator("#evals-blind .two p").all_inner_texts()
    assert sorted(asked) == ["A card is stolen today: what is its label tonight?", "When does one arrive?"]
    page.click("#evals-blind [data-act=first]")
    page.wait_for_selector("#evals-status :text('Kept. You preferred')")
    (kept,) = rankings.read(app.home / "rankings.jsonl")
    better = "A card is stolen" in asked[0]
    assert kept.rank[0] == ("ours:scripted" if better else RECORDED)
    page.wait_for_selector("#evals-blind :text('Nothing to judge')")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.reload()
        page.wait_for_selector("#evals-runs [data-act=open]")
        assert serious(page, axe) == [], scheme
