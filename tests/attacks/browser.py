"""Attacks on the words in the browser: a real Chromium, the real pages, the tests' own interviewer."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.attacks import attack
from tests.tools import chromium
from tests.web.conftest import CHROMIUM, ROOT, App
from tests.web.test_room import heard, start, talk

BOX = "#room-box textarea"


@contextmanager
def room(home: Path) -> Iterator[tuple[App, Any]]:
    """An interview that has begun."""
    from playwright.sync_api import sync_playwright

    app = App(home, ROOT / "tests" / "web" / "stand_in.py")
    app.start()
    try:
        with sync_playwright() as one:
            browser = one.chromium.launch(executable_path=chromium(), args=CHROMIUM)
            page = browser.new_context().new_page()
            page.set_default_timeout(25_000)
            page.goto(app.url)
            start(page)
            yield app, page
            browser.close()
    finally:
        app.stop()


def stored(app: App) -> list[str]:
    """What candidates said, as the database has it."""
    with closing(sqlite3.connect(app.home / "interviews.sqlite")) as db:
        turns = [json.loads(data) for (data,) in db.execute("select data from turns order by number")]
    return [turn["text"] for turn in turns if turn["speaker"] == "candidate"]


def until(app: App, *texts: str, seconds: float = 20.0) -> None:
    """Waits until exactly these are stored, and a moment for one too many."""
    ends = time.monotonic() + seconds
    while stored(app) != list(texts) and time.monotonic() < ends:
        time.sleep(0.2)
    time.sleep(1.5)
    assert stored(app) == list(texts), stored(app)


@attack(1, "Enter that closes a composition (Japanese, Chinese), then the end of it by a reload")
def composition(folder: Path) -> str:
    with room(folder) as (app, page):
        page.focus(BOX)
        line = page.context.new_cdp_session(page)
        line.send("Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3})
        line.send(
            "Input.dispatchKeyEvent",
            {"type": "keyDown", "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229},
        )
        line.send("Input.insertText", {"text": "日本"})
        time.sleep(1)
        assert stored(app) == [], "the composition's Enter sent it"
        page.reload()
        page.wait_for_function("() => document.querySelector('#room-box textarea')?.value === '日本'")
        page.press(BOX, "Enter")
        until(app, "日本")
        return "nothing is sent by it, the words are kept and then sent"


@attack(1, "text dragged into the box, then sent")
def dragged(folder: Path) -> str:
    with room(folder) as (app, page):
        at = page.locator(BOX).bounding_box()
        line = page.context.new_cdp_session(page)
        data = {"items": [{"mimeType": "text/plain", "data": "dragged from elsewhere"}], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            line.send("Input.dispatchDragEvent", {"type": kind, "x": at["x"] + 9, "y": at["y"] + 9, "data": data})
        page.wait_for_function("() => document.querySelector('#room-box textarea').value.includes('dragged')")
        page.reload()
        page.wait_for_function("() => document.querySelector('#room-box textarea')?.value === 'dragged from elsewhere'")
        page.click("#room-send")
        until(app, "dragged from elsewhere")
        return "kept over a reload, sent once"


@attack(1, "undo and redo after a send, and Enter held down")
def undone(folder: Path) -> str:
    with room(folder) as (app, page):
        page.locator(BOX).press_sequentially("said once")
        for _ in range(4):
            page.keyboard.down("Enter")
        page.keyboard.up("Enter")
        until(app, "said once")
        for keys in ("Control+z", "Control+z", "Control+Shift+z"):
            page.press(BOX, keys)
        left = page.input_value(BOX)
        page.wait_for_timeout(600)
        page.reload()
        page.wait_for_function("() => document.querySelector('#room-box textarea')?.dataset.interview")
        assert page.input_value(BOX) == left, "what undo brought back is no draft"
        until(app, "said once")
        return f"stored once; undo leaves {left!r} in the box, and a reload too"


@attack(1, "25,006 characters pasted twice: too many by 12")
def pasted(folder: Path) -> str:
    with room(folder) as (app, page):
        text = "word " * 5_001 + "!"
        for _ in range(2):
            page.locator(BOX).evaluate(
                "(at, text) => { at.focus(); document.execCommand('insertText', false, text); }", text
            )
        page.press(BOX, "Enter")
        page.wait_for_selector("#answer-word .bad:has-text('50,012')")
        assert page.input_value(BOX) == text * 2
        page.locator(BOX).evaluate("at => { at.focus(); at.setSelectionRange(0, 12); document.execCommand('delete'); }")
        page.press(BOX, "Enter")
        until(app, (text * 2)[12:].strip())
        return "refused aloud, nothing cut; 12 less are stored whole"


@attack(1, "four answers while the connection goes and comes")
def reconnecting(folder: Path) -> str:
    with room(folder) as (app, page):
        for number in range(4):
            page.context.set_offline(number % 2 == 0)
            page.fill(BOX, f"answer {number}")
            page.press(BOX, "Enter")
            page.wait_for_timeout(250)
        page.context.set_offline(False)
        until(app, *(f"answer {number}" for number in range(4)), seconds=40)
        return "stored once each, in order"


@attack(1, "two tabs of one interview send in the same moment, five times")
def two_tabs(folder: Path) -> str:
    with room(folder) as (app, page):
        other = page.context.new_page()
        other.goto(page.url)
        other.wait_for_selector("#room-badge .badge")
        for number in range(5):
            for tab, name in ((page, "one"), (other, "two")):
                tab.evaluate(
                    "text => { document.querySelector('#room-box textarea').value = text; }", f"{name} {number}"
                )
            for tab in (page, other):
                tab.evaluate("() => document.querySelector('#room-send').click()")
            other.wait_for_timeout(300)
        ends = time.monotonic() + 40
        while len(stored(app)) < 10 and time.monotonic() < ends:
            other.wait_for_timeout(300)
        other.wait_for_timeout(1500)
        found = stored(app)
        assert sorted(found) == sorted(f"{name} {number}" for name in ("one", "two") for number in range(5)), found
        return "ten answers, each once"


@attack(1, "the browser keeps nothing more: its storage is full")
def full_storage(folder: Path) -> str:
    with room(folder) as (app, page):
        page.evaluate(
            "() => { let size = 2 ** 22; while (size > 0) { try { localStorage.setItem('x' + Math.random(), 'x'.repeat(size)); }"
            " catch { size = Math.floor(size / 2); } } }"
        )
        page.locator(BOX).press_sequentially("said with a full storage")
        told = page.inner_text("#room-word")
        page.press(BOX, "Enter")
        until(app, "said with a full storage")
        assert "keeps nothing" in told, told
        return "said, and sent all the same"


@attack(1, "the tab is closed in the moment of the send, and opened again")
def closed(folder: Path) -> str:
    with room(folder) as (app, page):
        page.fill(BOX, "my last words here")
        page.press(BOX, "Enter")
        url, context = page.url, page.context
        page.close()
        again = context.new_page()
        again.goto(url)
        heard(again, 2)
        until(app, "my last words here")
        assert "my last words here" in talk(again)
        return "stored once and answered"


@attack(1, "half a character, a null and writing turned round, put in by a script")
def odd_words(folder: Path) -> str:
    with room(folder) as (app, page):
        page.evaluate(
            "() => { document.querySelector('#room-box textarea').value = 'so \\ud800 \\u0000 \\u202egnp.exe <b>x</b>'; }"
        )
        page.click("#room-send")
        heard(page, 2)
        (found,) = stored(app)
        assert "gnp.exe <b>x</b>" in found
        assert not page.locator("#room-chat .user-row b").count(), "shown as markup"
        return f"stored as {found!r}".replace("|", "/")


@attack(1, "back through the browser's history, twice, with a draft")
def history(folder: Path) -> str:
    with room(folder) as (app, page):
        page.locator(BOX).press_sequentially("a draft that stays")
        page.goto("about:blank")
        page.go_back()
        page.wait_for_function("() => document.querySelector('#room-box textarea')?.value === 'a draft that stays'")
        page.evaluate("() => history.pushState(null, '', location.href)")
        page.go_back()
        page.wait_for_function("() => document.querySelector('#room-box textarea')?.value === 'a draft that stays'")
        page.press(BOX, "Enter")
        until(app, "a draft that stays")
        return "there each time, sent once"


@attack(6, "the app is killed and started again while an answer is in the outbox")
def restarted(folder: Path) -> str:
    with room(folder) as (app, page):
        assert app.process
        app.process.kill()
        app.process.wait()
        page.fill(BOX, "said to nobody")
        page.press(BOX, "Enter")
        page.locator(BOX).press_sequentially("and typed on")
        app.start()
        until(app, "said to nobody", seconds=45)
        page.wait_for_function("() => document.querySelector('#room-box textarea')?.value === 'and typed on'")
        heard(page, 2)
        return "sent by itself, answered; the draft is still there"
