"""The tour: pictures of every page for people who want to see before they install. ``python -m tests.tour``

It fills a data folder of its own (two of the interviews in ``evals/transcripts``; five more with the reports of the
cassette ``grading-llm``), starts the app on it, walks through the pages in Chromium and writes ``docs/tour/*.png``,
``docs/tour.md`` and ``docs/screenshot.png``. No key and no model is needed; npm brings the whiteboard's files. The
browser tests check the pages; these pictures are for looking at, all of them, whenever they were made again.
"""

import argparse
import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals.cassette import Tape, load, path_of, playing, serving
from interviewer import CannotRun
from interviewer.storage import owner_of_key
from interviewer.storage.database import interviews
from interviewer.storage.store import Store
from interviewer.transcript import Transcript, transcript_from
from tests.tools import chromium
from tests.web.conftest import CHROMIUM, ROOT, App

KEY = "70" * 16
"""The browser's key: whose interviews these are."""
DAY = 86_400
GRADED = (
    ("search-ranking-02", 34),
    ("ad-click-prediction-01", 23),
    ("video-recommendation-21", 15),
    ("fraud-detection-01", 8),
    ("harmful-content-detection-02", 1),
)
"""Interviews that the cassette holds the reports of, and how many days ago they were; the last one's report is shown."""
ROOM, TURNS = "held/openai-rambling-news-feed-ranking", 13
"""An interview that the conducting model led, up to a question of its own."""
COACHED = "fraud-detection-02"
SAID = "First in shadow. The same requests go to both heads, and I compare the sums before anybody sees a page."
"""What is spoken into the microphone."""
SPEECH = bool(find_spec("faster_whisper") and find_spec("piper"))
"""Whether the extra ``voice`` is there: without it that picture stays as it is."""
DOOR = {"INTERVIEWER_AUTH": "ann:nobody-needs-to-know"}
FIRST = "whiteboard.png"
"""The picture that the README shows."""
COLOURS = 128
MOST_BYTES = 150_000
LAPTOP, TELEPHONE = (1280, 800), (390, 844)
BOXES = (
    ("log", "Impression log", 0, 0),
    ("join", "Join by impression id", 0, 130),
    ("train", "Nightly training", 0, 260),
    ("gather", "Gather candidates", 320, 0),
    ("rank", "Ranker, eight heads", 320, 130),
    ("serve", "Page of the feed", 320, 260),
)
ARROWS = (("log", "join"), ("join", "train"), ("gather", "rank"), ("rank", "serve"), ("train", "rank"))


@dataclass(frozen=True)
class Stop:
    """A picture of the tour."""

    name: str
    line: str
    """What it shows, for ``docs/tour.md``."""
    show: Callable[["Walk"], None]
    size: tuple[int, int] = LAPTOP
    dark: bool = False


@dataclass
class Walk:
    """One page in the browser, on the app of the tour."""

    page: Any
    url: str
    ids: dict[str, str]
    """The interviews by the names of their files."""
    stop_model: Callable[[], None]
    others: dict[str, str]
    """The addresses of two more apps: ``door`` asks people to sign in, beside ``evals`` lies a run of the evals."""

    def go(self, view: str, name: str = "") -> None:
        """To a page by its address."""
        self.page.goto(f"{self.url}?view={view}&interview={self.ids.get(name, '')}")
        self.page.wait_for_function("view => document.body.dataset.view === view", arg=view)

    def room(self, panel: str = "plan") -> None:
        """Into the interview that is under way."""
        self.go("room", ROOM)
        self.page.wait_for_selector("#room-badge .badge", state="attached")
        if panel != "plan":
            self.page.click(f"#tab-{panel}")

    def board(self) -> None:
        """The whiteboard, once it is drawn."""
        self.room("board")
        frame = self.page.frame_locator("#board-frame")
        frame.locator(".excalidraw canvas").first.wait_for()
        self.page.wait_for_timeout(1500)

    def report(self) -> None:
        """The newest report."""
        self.go("report", GRADED[-1][0])
        self.page.frame_locator("#report-frame iframe").locator(".verdict").wait_for()

    def coach(self) -> None:
        """A transcript that was uploaded, its speakers told apart."""
        self.go("coach")
        body = json.loads((ROOT / "evals" / "transcripts" / f"{COACHED}.json").read_text(encoding="utf-8"))
        names = {"interviewer": "Priya", "candidate": "Jonas"}
        lines = "\n".join(f"{names[turn['speaker']]}: {turn['text']}" for turn in body["turns"])
        file = {"name": "interview.txt", "mimeType": "text/plain", "buffer": lines.encode()}
        self.page.set_input_files("#coach-view input[type=file]", file)
        self.page.wait_for_selector("#coach-form")

    def empty(self) -> None:
        """Progress of somebody who has none."""
        self.page.evaluate("localStorage.setItem('ml-design-interviewer:key', '71'.repeat(16))")
        self.go("progress")
        self.page.wait_for_selector("#progress-body h1")

    def down(self) -> None:
        """The endpoint is lost in the middle of an interview."""
        self.stop_model()
        self.room()
        self.page.fill("#answer", "First in shadow: the same requests, both heads, and I compare the sums.")
        self.page.press("#answer", "Enter")
        self.page.wait_for_selector("#room-badge .fell", timeout=90_000)

    def progress(self) -> None:
        """Five interviews over five weeks."""
        self.go("progress")
        self.page.wait_for_selector("#progress-body .spark")

    def voice(self) -> None:
        """Somebody speaks; the words come as they are understood."""
        self.room()
        self.page.click("#voice-talk")
        self.page.wait_for_function("() => document.getElementById('answer').value.split(' ').length > 8")

    def evals(self) -> None:
        """A run of the evals and two turns to choose between."""
        self.page.goto(f"{self.others['evals']}?view=evals")
        self.page.wait_for_selector("#evals-blind .two")

    def sign_in(self) -> None:
        """The door."""
        self.page.goto(self.others["door"])
        self.page.fill("#username", "ann")

    def set_up(self) -> None:
        """The first page."""
        self.go("setup")
        self.page.wait_for_selector("#mine-list li", state="attached")


STOPS = (
    Stop("set-up", "Choose a problem, a level and a length; two clicks lead into the room.", Walk.set_up),
    Stop("room", "You lead. Beside the talk: the plan with its clock, the brief, notes and a whiteboard.", Walk.room),
    Stop("room-dark", "The same room by night.", Walk.room, dark=True),
    Stop("whiteboard", "What you draw is told to the interviewer in words, and may be asked about.", Walk.board),
    Stop("report", "The report begins with the verdict and why; every claim quotes your own words.", Walk.report),
    Stop("progress", "What to practise next, the trend of every step, and all interviews.", Walk.progress),
    Stop("coach", "A transcript or a recording of somebody else's interview is graded as well.", Walk.coach),
    Stop("voice", "Speak instead: the words appear as you say them, and are yours to mend before they go.", Walk.voice),
    Stop("evals", "For who works on the product: the last runs, and two turns to choose between blind.", Walk.evals),
    Stop("sign-in", "Where it serves more than one person, everybody signs in.", Walk.sign_in),
    Stop("room-phone", "The room on a telephone.", Walk.room, TELEPHONE),
    Stop("report-phone", "The report on a telephone.", Walk.report, TELEPHONE),
    Stop("progress-empty", "Before the first interview.", Walk.empty),
    Stop("endpoint-down", "The endpoint is lost: the interview goes on by rules, and the page says so.", Walk.down),
)


def transcript(name: str) -> Transcript:
    """One of our own transcripts, without its labels."""
    body = json.loads((ROOT / "evals" / "transcripts" / f"{name}.json").read_text(encoding="utf-8"))
    body.pop("labels", None)
    return transcript_from(body, name)


def drawing() -> list[dict[str, Any]]:
    """Boxes with words and arrows between them, as the whiteboard keeps them."""
    at, found = {name: (x, y) for name, _, x, y in BOXES}, []
    for name, words, x, y in BOXES:
        shape = {"x": x, "y": y, "width": 220, "height": 70, "strokeColor": "#1e1e1e", "roundness": {"type": 3}}
        text = {"containerId": name, "fontSize": 16, "textAlign": "center", "verticalAlign": "middle", "text": words}
        found.append(
            {"id": name, "type": "rectangle", **shape, "boundElements": [{"id": f"{name}-words", "type": "text"}]}
        )
        found.append(
            {"id": f"{name}-words", "type": "text", "x": x + 10, "y": y + 25, "width": 200, "height": 20, **text}
        )
    for start, end in ARROWS:
        (x, y), (to_x, to_y) = at[start], at[end]
        beside = to_x != x
        begin = (x + 224, y + 35) if beside else (x + 110, y + 74)
        points = [[0, 0], [92, to_y - y] if beside else [0, to_y - y - 78]]
        bound = {"startBinding": _bound(start), "endBinding": _bound(end), "endArrowhead": "arrow"}
        size = {"x": begin[0], "y": begin[1], "width": abs(points[1][0]), "height": abs(points[1][1])}
        found.append({"id": f"{start}-{end}", "type": "arrow", **size, "points": points, **bound})
    return found


def _bound(name: str) -> dict[str, Any]:
    return {"elementId": name, "focus": 0, "gap": 4}


def fill(home: Path) -> dict[str, str]:
    """Puts the interviews and their reports into the data folder; their ids. Raises CannotRun for a stale cassette."""
    from evals.world import ProductWorld
    from interviewer.grading.report import Report

    owner, ids = owner_of_key(KEY), {}
    store = Store.open(f"sqlite:///{home / 'interviews.sqlite'}")
    with playing("grading-llm"):
        world = ProductWorld("openai:cassette")
        for name, days in GRADED:
            held = transcript(name)
            report = Report.model_validate(world.grade(held))
            ids[name] = store.create(owner, held)
            store.add_report(owner, ids[name], report, turns_graded=len(held.turns))
            store.end(owner, ids[name])
            earlier = interviews.update().where(interviews.c.id == ids[name]).values(created=time.time() - days * DAY)
            with store.engine.begin() as db:
                db.execute(earlier)
        world.close()
    under_way = transcript(ROOM)
    ids[ROOM] = store.create(owner, under_way.model_copy(update={"turns": under_way.turns[:TURNS]}))
    store.keep_board(owner, ids[ROOM], json.dumps(drawing()))
    store.close()
    return ids


def run_evals(home: Path) -> None:
    """A small run of the evals, where the app looks for one."""
    command = [sys.executable, "-m", "interviewer", "eval", "run", "conduct", "--limit", "2", "--jobs", "1"]
    own = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    own |= {"PYTHONPATH": str(ROOT), "INTERVIEWER_HOME": str(home), "INTERVIEWER_MODEL": "scripted"}
    subprocess.run(command, cwd=home, env=own, capture_output=True, check=False)  # a gate that fails is none of ours


def microphone(folder: Path) -> list[str]:
    """Arguments of a browser into whose microphone somebody speaks."""
    from tests.speech.conftest import Piper, microphone_file, np, pause, read_upload

    piper = Piper()
    try:
        sound = np.concatenate([pause(0.5), read_upload(piper.say(SAID)), pause(60)])
    finally:
        piper.close()
    file = microphone_file(folder / "said.wav", sound)
    allowed = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    return [*allowed, f"--use-file-for-fake-audio-capture={file}%noloop"]


def quantised(png: bytes) -> bytes:
    """The picture in few colours, so that it weighs little in the repository."""
    from PIL import Image

    few = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        few, "PNG", optimize=True
    )
    return few.getvalue()


def walk(
    browser: Any, stop: Stop, app: App, ids: dict[str, str], stop_model: Callable[[], None], others: dict[str, str]
) -> bytes:
    """Goes to one stop in a browser profile of its own; its picture."""
    size, scheme = {"width": stop.size[0], "height": stop.size[1]}, "dark" if stop.dark else "light"
    context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(app.url)
    page.evaluate("key => localStorage.setItem('ml-design-interviewer:key', key)", KEY)
    stop.show(Walk(page, app.url, ids, stop_model, others))
    page.wait_for_timeout(700)
    png: bytes = page.screenshot(animations="disabled")
    context.close()
    return quantised(png)


def written(stops: tuple[Stop, ...]) -> str:
    """``docs/tour.md``."""
    parts = ["# A tour in pictures\n", "Made by `python -m tests.tour`; the words are those of recorded interviews in"]
    parts[-1] += " `evals/transcripts`, and the report is a capable model's, replayed from a cassette.\n"
    return "\n".join(parts + [f"{stop.line}\n\n![{stop.line}](tour/{stop.name}.png)\n" for stop in stops])


def main() -> None:
    """Makes all pictures, or those that are named."""
    asked = argparse.ArgumentParser(description="Renews the pictures in docs/tour.")
    asked.add_argument("names", nargs="*", help="only these pictures", metavar="NAME")
    asked.add_argument("--out", type=Path, default=ROOT / "docs" / "tour")
    given = asked.parse_args()
    found = chromium()
    if not found:
        raise CannotRun("no Chromium here: apt-get install chromium, or playwright install chromium")
    from playwright.sync_api import sync_playwright

    from interviewer.web.board import fetch

    given.out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="tour-")))
        os.environ["INTERVIEWER_HOME"] = str(home)
        fetch(home, lambda line: None)
        ids = fill(home)
        endpoint = stack.enter_context(ExitStack())
        address = endpoint.enter_context(serving(Tape(load(path_of("grading-llm")))))
        model = {"OPENAI_BASE_URL": address.replace("127.0.0.1", "localhost"), "INTERVIEWER_MODEL": "openai:cassette"}
        app = App(home, ROOT / "app.py", {**model, "OPENAI_API_KEY": "none"})
        apps = {"main": app}
        for name, more in (("door", DOOR), ("evals", {})):
            folder = Path(stack.enter_context(TemporaryDirectory(prefix=f"{name}-")))
            apps[name] = App(folder, ROOT / "app.py", {"INTERVIEWER_VOICE": "false", **more})
        run_evals(apps["evals"].home)
        for one in apps.values():
            one.start()
            stack.callback(one.stop)
        speaks = microphone(home) if SPEECH else []
        play = stack.enter_context(sync_playwright())

        def browser(arguments: list[str]) -> Any:
            opened = play.chromium.launch(executable_path=found, args=[*CHROMIUM, *arguments])
            stack.callback(opened.close)
            return opened

        silent = browser([])
        for stop in STOPS:
            if (given.names and stop.name not in given.names) or (stop.name == "voice" and not SPEECH):
                continue
            seen = browser(speaks) if stop.name == "voice" else silent  # its sound begins when the browser does
            png = walk(seen, stop, app, ids, endpoint.close, {name: one.url for name, one in apps.items()})
            (given.out / f"{stop.name}.png").write_bytes(png)
            print(f"{stop.name}: {len(png) // 1000} kB", "TOO LARGE" if len(png) > MOST_BYTES else "", flush=True)
    given.out.with_suffix(".md").write_text(written(STOPS), encoding="utf-8")
    if (given.out / FIRST).exists():
        shutil.copy(given.out / FIRST, given.out.parent / "screenshot.png")


if __name__ == "__main__":
    try:
        main()
    except CannotRun as error:
        sys.exit(f"{error}")
