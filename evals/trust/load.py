"""Many at once: how long an opening and an answer take, on the scripted backend, in one process.

python -m evals.trust load      so many interviews, all speaking in the same moment
python -m evals.trust own       our own time of a late turn: of the processor, everything but a model's
python -m evals.trust pace      200 interviews at people's pace: everyone answers once in 30 seconds
python -m evals.trust streams   100 interviews on a stub endpoint whose first word comes after 300 ms: what we add
"""

import asyncio
import json
import math
import random
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Process, Queue
from pathlib import Path
from typing import Any

import httpx
import psutil

from interviewer import Level, Manner
from interviewer.config import Settings
from interviewer.knowledge import Knowledge
from interviewer.storage import owner_of_user
from interviewer.storage.store import Store
from interviewer.transcript import Transcript, Turn
from interviewer.web.pages.room import ANSWERS
from interviewer.web.server import open_engine
from interviewer.web.service import Choice, Said, Service

SIZES = (1, 10, 50, 120, 200)
_ROUNDS = 3
_THREADS = ANSWERS
"""As many turns as the app speaks at once."""
_SECONDS_EACH = 30.0
CASES = ("fraud-detection", "visual-search", "ad-click-prediction", "news-feed-ranking")
_RECORDED = Path(__file__).resolve().parents[1] / "transcripts"


def words() -> list[str]:
    """What candidates have said in recorded interviews."""
    found = []
    for path in sorted(_RECORDED.glob("*-0?.json")):
        turns: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["turns"]
        found += [turn["text"] for turn in turns if turn["speaker"] == "candidate" and turn["text"].strip()]
    return found


@contextmanager
def serving(**chosen: Any) -> Iterator[Service]:
    """A service as the app has it, with a folder of its own and all that the cases need already built."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, home=Path(folder), **{"model": "scripted", **chosen})
        store, engine = Store.open(settings.database), open_engine(settings)
        service = Service(store, Knowledge.load(), lambda: engine)
        search = engine.search
        assert search
        for case in CASES:
            while not search("when do the labels arrive", audience="grader", case=case):
                time.sleep(0.5)  # the index is being built
            said = [Turn(speaker="candidate", text="Labels arrive late.", mode="typed")]
            engine.interviewer.state(Transcript(case=case, level=Level.SENIOR, turns=said), 0.0)
        time.sleep(5)
        try:
            yield service
        finally:
            service.close()
            engine.close()
            engine.chain.close()
            store.close()


@dataclass(frozen=True)
class Person:
    """Somebody in an interview."""

    service: Service
    name: str
    id: str

    @classmethod
    def begins(cls, service: Service, number: int) -> "Person":
        """Person number so and so, with the opening still to come."""
        name = owner_of_user(f"person-{number}")
        choice = Choice(CASES[number % len(CASES)], Level.SENIOR, 45, Manner.NEUTRAL)
        return cls(service, name, service.begin(name, choice))

    def listens(self) -> None:
        """Hears the interviewer out."""
        list(self.service.answer(self.name, self.id))

    def times(self, text: str, key: str) -> tuple[float, float, float, str]:
        """Says something: when that was stored, when the answer's first words came, when it was stored, who spoke."""
        self.service.say(self.name, self.id, Turn(speaker="candidate", text=text, mode="typed"), key)
        began, first, backend = time.perf_counter(), 0.0, ""
        for news in self.service.answer(self.name, self.id):
            first = first or time.perf_counter()
            backend = news.room.backend if isinstance(news, Said) else backend
        return began, first, time.perf_counter(), backend

    def speaks(self, text: str, key: str) -> None:
        """Says something and hears the answer."""
        self.service.say(self.name, self.id, Turn(speaker="candidate", text=text, mode="typed"), key)
        self.listens()


def all_at_once(work: Callable[[int], None], many: int) -> list[float]:
    """Each one's seconds from the common start, sorted."""
    began = time.perf_counter()

    def timed(number: int) -> float:
        work(number)
        return time.perf_counter() - began

    with ThreadPoolExecutor(_THREADS) as pool:
        return sorted(pool.map(timed, range(many)))


def at_share(values: list[float], share: float) -> float:
    """The value below which that share of the sorted values lies."""
    return values[min(len(values) - 1, int(len(values) * share))]


def memory() -> float:
    """Megabytes that this process holds."""
    return float(psutil.Process().memory_info().rss / 1e6)


def rows() -> Iterator[tuple[str, ...]]:
    """Interviews at once; seconds of an opening and an answer; processor time of an answer; memory."""
    said, medians = words(), []
    with serving() as service:
        yield "at once", "opening p50 s", "answer p50 s", "answer p95 s", "processor ms an answer", "memory MB"
        for many in SIZES:
            people = [Person.begins(service, number) for number in range(many)]
            openings = all_at_once(lambda number, people=people: people[number].listens(), many)  # type: ignore[misc]
            answers: list[float] = []
            used = time.process_time()
            for turn in range(_ROUNDS):

                def speak(number: int, turn: int = turn, people: list[Person] = people) -> None:
                    text = f"{said[(number * _ROUNDS + turn) % len(said)]} That is point {number}.{turn}."
                    people[number].speaks(text, str(turn))

                answers += all_at_once(speak, many)
            used = time.process_time() - used
            answers.sort()
            medians.append(statistics.median(answers))
            opening, slow = statistics.median(openings), at_share(answers, 0.95)
            each = 1000 * used / len(answers)
            yield str(many), f"{opening:.2f}", f"{medians[-1]:.2f}", f"{slow:.2f}", f"{each:.0f}", f"{memory():.0f}"
        slope = statistics.linear_regression([math.log(n) for n in SIZES[1:]], [math.log(s) for s in medians[1:]]).slope
        yield "exponent", "", f"{slope:.2f}", "", "", ""


def own(many: int = 8) -> Iterator[tuple[str, ...]]:
    """Processor milliseconds of turns 36 to 44 of so many interviews, answers never heard before, one at a time."""
    said, used = words(), []
    with serving() as service:
        for number in range(many):
            person = Person.begins(service, number)
            person.listens()
            for turn in range(2, 45, 2):  # the opening is the first one
                service.behind.idle(60)
                began = time.process_time()
                person.speaks(f"{said[(number * 22 + turn // 2) % len(said)]} Point {number}.{turn}.", str(turn))
                used += [1000 * (time.process_time() - began)] * (turn >= 36)
    used.sort()
    yield "turns", "median ms", "mean ms", "90 in 100 below ms", "slowest ms"
    values = statistics.median(used), statistics.mean(used), at_share(used, 0.9), used[-1]
    yield str(len(used)), *(f"{one:.0f}" for one in values)


def pace(many: int = 200) -> Iterator[tuple[str, ...]]:
    """So many interviews, everyone answering once in 30 seconds at a moment of their own, for a minute and a half."""
    said, took, chance = words(), [], random.Random(7)
    lock = threading.Lock()
    with serving() as service:
        people = [Person.begins(service, number) for number in range(many)]
        all_at_once(lambda number: people[number].listens(), many)
        used, began = time.process_time(), time.perf_counter()
        moments = sorted(
            (chance.uniform(0, _SECONDS_EACH) + turn * _SECONDS_EACH, number, turn)
            for turn in range(3)
            for number in range(many)
        )

        def speak(number: int, turn: int, due: float) -> None:
            people[number].speaks(f"{said[(number * 3 + turn) % len(said)]} Point {number}.{turn}.", str(turn))
            with lock:
                took.append(time.perf_counter() - due)

        with ThreadPoolExecutor(_THREADS) as pool:
            for moment, number, turn in moments:
                due = began + moment
                time.sleep(max(0.0, due - time.perf_counter()))
                pool.submit(speak, number, turn, due)
        seconds = time.perf_counter() - began
        busy = 100 * (time.process_time() - used) / seconds
    took.sort()
    yield "interviews", "answers", "p50 s", "p95 s", "slowest s", "processors busy %", "memory MB"
    p50, p95 = at_share(took, 0.5), at_share(took, 0.95)
    yield str(many), str(len(took)), f"{p50:.2f}", f"{p95:.2f}", f"{took[-1]:.2f}", f"{busy:.0f}", f"{memory():.0f}"


_FIRST, _WORDS, _EVERY = 0.3, 22, 0.25
"""Of the stub: seconds until its first word, further pieces of an answer, and seconds between two of them."""
_POINT = re.compile(r"Point (\S+)\.")
"""What an answer ends with, so that the stub knows whose it is."""


@dataclass(frozen=True)
class Heard:
    """An answer of the stub's as it came to somebody. Seconds on the machine's clock, which every process shares."""

    point: str
    began: float
    first: float
    """When the first word was there."""
    ended: float
    by: str


def streams(many: int = 100) -> Iterator[tuple[str, ...]]:
    """So many streams of a stub endpoint: bare ones, then interviews: everyone answering once in 30 seconds, one turn
    after another with all streams open, all in one moment. ``added`` is what came on top of the stub's 300 ms, in all,
    before the stub was asked and after its first word had left it.
    """
    ports: Queue[int] = Queue()
    stub = Process(target=_stub, args=(ports,), daemon=True)
    stub.start()
    url = f"http://127.0.0.1:{ports.get(timeout=30)}/v1"
    yield (
        "asked", "answers", "of them by the endpoint", "streams open",
        "added p50 s", "added p95 s", "before it is asked p50 s", "p95 s", "after its first word p50 s", "p95 s",
    )  # fmt: skip
    heard: list[Heard] = []
    began = time.perf_counter()
    all_at_once(_bare(url, heard), many)
    yield _added("in one moment, a bare client", url, heard, time.perf_counter() - began)
    with serving(model="openai:stub", openai_base_url=url) as service:
        people = [Person.begins(service, number) for number in range(many)]
        all_at_once(lambda number: people[number].listens(), many)
        for person in people[: len(CASES)]:  # what the first turn of a process reads is read
            person.speaks("Labels arrive late, so what do we train on until then?", "first")
        for name, every, turns in (
            ("at people's pace", _SECONDS_EACH, 3),
            ("all the time", _WORDS * _EVERY, 3),
            ("in one moment", 0.0, 1),
        ):
            heard, began = [], time.perf_counter()
            all_at_once(_interviewed(people, name, every, turns, heard), many)
            yield _added(name, url, heard, time.perf_counter() - began)
    stub.terminate()


def _interviewed(
    people: list[Person], name: str, every: float, turns: int, heard: list[Heard]
) -> Callable[[int], None]:
    """Each one's answers: the first at a moment of their own, the next so many seconds later or as soon as they can."""
    said, chance = words(), random.Random(7)

    def speak(number: int) -> None:
        began = time.perf_counter() + chance.uniform(0, every)
        for turn in range(turns):
            time.sleep(max(0.0, began + turn * every - time.perf_counter()))
            point = f"{name.split()[-1]}-{number}-{turn}"
            text = f"{said[(number * turns + turn) % len(said)]} Point {point}."
            heard.append(Heard(point, *people[number].times(text, point)))

    return speak


def _bare(url: str, heard: list[Heard]) -> Callable[[int], None]:
    """Nothing but a client that reads lines, for comparison."""
    from interviewer.models.connection import open_client, place

    client = open_client(place(url), 30)

    def ask(number: int) -> None:
        said = [{"role": "user", "content": f"{'word ' * 3_000} Point bare-{number}."}]
        began, first = time.perf_counter(), 0.0
        with client.stream("POST", f"{url}/chat/completions", json={"stream": True, "messages": said}) as answer:
            for line in answer.iter_lines():
                first = first or (time.perf_counter() if line else 0.0)
        heard.append(Heard(f"bare-{number}", began, first, time.perf_counter(), "openai"))

    return ask


def _added(name: str, url: str, heard: list[Heard], seconds: float) -> tuple[str, ...]:
    sent: dict[str, list[float]] = httpx.get(f"{url}/times").json()
    parts = (
        [one.first - one.began - _FIRST for one in heard],
        [sent[one.point][0] - one.began for one in heard],
        [one.first - sent[one.point][1] for one in heard],
    )
    shown = [f"{at_share(sorted(part), share):.2f}" for part in parts for share in (0.5, 0.95)]
    open_ = sum(one.ended - one.began for one in heard) / seconds
    return name, str(len(heard)), str(sum(one.by == "openai" for one in heard)), f"{open_:.0f}", *shown


def _stub(ports: "Queue[int]") -> None:
    """An OpenAI-compatible endpoint that has nothing to say, in a process of its own. ``/times`` tells by answer when
    it was asked first and when its last first word was sent."""
    times: dict[str, list[float]] = {}

    def piece(words: str | None) -> bytes:
        choice = {"index": 0, "delta": {"content": words} if words else {}, "finish_reason": None if words else "stop"}
        whole = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "stub", "choices": [choice]}
        return b"data: " + json.dumps(whole).encode() + b"\n\n"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        asked = time.perf_counter()
        length = re.search(rb"content-length: (\d+)", head)
        body = (await reader.readexactly(int(length[1]) if length else 0)).decode()
        kind = "text/event-stream" if re.search(r'"stream": ?true', body) else "application/json"
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n".encode())
        if b"/times" in head:
            writer.write(json.dumps(times).encode())
        elif b"/chat/completions" not in head:
            writer.write(b'{"object":"list","data":[{"id":"stub","object":"model"}]}')
        elif not re.search(r'"stream": ?true', body):  # what is asked behind the turns
            writer.write(
                b'{"choices":[{"index":0,"message":{"role":"assistant","content":"{}"},"finish_reason":"stop"}]}'
            )
        else:
            await asyncio.sleep(_FIRST)
            own = times.setdefault((_POINT.findall(body) or [""])[-1], [asked, 0.0])
            own[1] = time.perf_counter()
            writer.write(piece('{"move": "let_go_on"}\nMm-hm. '))
            for _ in range(_WORDS):
                await asyncio.sleep(_EVERY)
                writer.write(piece("go on, "))
            writer.write(piece("please.") + piece(None) + b"data: [DONE]\n\n")
        await writer.drain()
        writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=512)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())
