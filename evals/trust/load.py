"""Many at once: how long an opening and an answer take, on the scripted backend, in one process.

python -m evals.trust load      so many interviews, all speaking in the same moment
python -m evals.trust pace      200 interviews at people's pace: everyone answers once in 30 seconds
"""

import json
import math
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from interviewer.config import Settings
from interviewer.domain import Level, Manner
from interviewer.knowledge.load import Knowledge
from interviewer.storage import Store, owner_of_user
from interviewer.transcript import Transcript, Turn
from interviewer.web.server import open_engine
from interviewer.web.service import Choice, Service

SIZES = (1, 10, 50, 120, 200)
_ROUNDS = 3
_THREADS = 64
"""As many as the app's own pool has."""
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
def serving() -> Iterator[Service]:
    """A service as the app has it, with a folder of its own and all that the cases need already built."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, home=Path(folder), model="scripted")
        store, engine = Store.open(settings.database), open_engine(settings)
        service = Service(store, Knowledge.load(), lambda: engine)
        for case in CASES:
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
