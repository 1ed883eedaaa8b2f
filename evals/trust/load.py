"""Many at once: how long an opening and an answer take when so many speak in the same moment.

python -m evals.trust load      interviews at once against seconds, on the scripted backend, in one process
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from interviewer.config import Settings
from interviewer.domain import Level, Manner
from interviewer.knowledge.load import Knowledge
from interviewer.storage import Store, owner_of_user
from interviewer.transcript import Turn
from interviewer.web.server import open_engine
from interviewer.web.service import Choice, Service

SIZES = (1, 20, 60, 120)
_ROUNDS = 6
_THREADS = 64
"""As many as the app's own pool has."""
_CASES = ("fraud-detection", "visual-search", "ad-click-prediction", "news-feed-ranking")
_RECORDED = Path(__file__).resolve().parents[1] / "transcripts"


def _words() -> list[str]:
    """What candidates have said in recorded interviews."""
    found = []
    for path in sorted(_RECORDED.glob("*-0?.json")):
        turns: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["turns"]
        found += [turn["text"] for turn in turns if turn["speaker"] == "candidate" and turn["text"].strip()]
    return found


def _all_at_once(work: Callable[[int], None], many: int) -> tuple[list[float], float]:
    """Each one's seconds from the common start, sorted; and the processor's seconds for all."""
    began, used = time.perf_counter(), time.process_time()

    def timed(number: int) -> float:
        work(number)
        return time.perf_counter() - began

    with ThreadPoolExecutor(_THREADS) as pool:
        seconds = sorted(pool.map(timed, range(many)))
    return seconds, time.process_time() - used


def measure(service: Service, many: int, words: list[str], rounds: int = _ROUNDS) -> tuple[float, float, float, float]:
    """Median opening, median answer, 95th percentile of answers, processor milliseconds an answer."""
    owners = [owner_of_user(f"person-{number}") for number in range(many)]
    choices = [Choice(_CASES[number % len(_CASES)], Level.SENIOR, 45, Manner.NEUTRAL) for number in range(many)]
    ids = [service.begin(owner, choice) for owner, choice in zip(owners, choices, strict=True)]
    openings, _ = _all_at_once(lambda number: list(service.answer(owners[number], ids[number])).clear(), many)
    answers: list[float] = []
    used = 0.0
    for turn in range(rounds):

        def speak(number: int, turn: int = turn) -> None:
            text = f"{words[(number * rounds + turn) % len(words)]} That is point {many}.{number}.{turn}."
            service.say(owners[number], ids[number], Turn(speaker="candidate", text=text, mode="typed"), f"{turn}")
            list(service.answer(owners[number], ids[number]))

        seconds, processor = _all_at_once(speak, many)
        answers += seconds
        used += processor
    answers.sort()
    at = min(len(answers) - 1, int(len(answers) * 0.95))
    return statistics.median(openings), statistics.median(answers), answers[at], 1000 * used / len(answers)


def rows() -> Iterator[tuple[str, ...]]:
    """Interviews at once; seconds of an opening, of an answer, of a slow answer; processor time an answer."""
    words = _words()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, home=Path(folder), model="scripted")
        store, engine = Store.open(settings.database), open_engine(settings)
        service = Service(store, Knowledge.load(), lambda: engine)
        for case in _CASES:  # what a case needs is built once, before anybody waits for it
            engine.interviewer.state(_one(case), 0.0)
        yield "interviews at once", "opening p50 s", "answer p50 s", "answer p95 s", "processor ms an answer"
        for many in SIZES:
            opening, answer, slow, used = measure(service, many, words)
            yield str(many), f"{opening:.2f}", f"{answer:.2f}", f"{slow:.2f}", f"{used:.0f}"
        service.close()
        engine.close()
        engine.chain.close()
        store.close()


def _one(case: str) -> Any:
    from interviewer.transcript import Transcript

    return Transcript(
        case=case, level=Level.SENIOR, turns=[Turn(speaker="candidate", text="Labels arrive late.", mode="typed")]
    )
