"""Benchmarks: ``python -m evals.bench`` prints medians, wall and processor seconds, of the scripted backend, and what a
whole interview costs in tokens on a language model (``--cost`` alone; ``--peer FILE``: beside a plain prompt).
``--report`` alone: what a capable model's report costs, and how long after the end it is there.

Wall time depends on what else runs; read figures of a busy machine as ratios. Tokens of turns are estimated at four
characters, those of reports counted by GPT-4o's vocabulary.
"""

import argparse
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from evals.cassette import Cassette, Tape, load, path_of, plugged_in, shared_start
from evals.changes import stretched
from evals.preference.options import prompt_messages
from evals.preference.positions import Moment, Position
from evals.recorded import recorded
from evals.types import Data, Json
from evals.world import open_world
from interviewer.models.base import A_WORD, count_text
from interviewer.transcript import Transcript, Turn, transcript_from, with_clock

CASE = "fraud-detection"
COSTED = "fraud-detection-01"
WORDS = 9000
TURNS = 5
Row = tuple[str, float, float]


def timed(name: str, work: Callable[[], object], times: int = 5) -> Row:
    """Name, median wall seconds, median processor seconds (children included)."""
    wall, used = [], []
    for _ in range(times):
        start, before = time.perf_counter(), _processor()
        work()
        wall.append(time.perf_counter() - start)
        used.append(_processor() - before)
    return name, statistics.median(wall), statistics.median(used)


def _processor() -> float:
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, whose))


def _python(code: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def rows() -> Iterator[Row]:
    """Start, turns, reports, the index."""
    yield timed("start of the command line", _python("import interviewer.cli"), 3)
    yield timed("import of the app", _python("import interviewer.web.server, gradio"), 3)
    world = open_world("scripted")
    transcript = next(transcript_from(one.body) for one in recorded(Data()) if one.body["case"] == CASE)
    half = _live(transcript, len(transcript.turns) // 2 * 2, world)
    yield timed("the first turn on a case, its vectors on the disk", lambda: open_world("scripted").reply(half), 1)
    yield from _turns(half, world)
    long = transcript_from(stretched(transcript.model_dump(mode="json"), WORDS))
    words = sum(turn.words for turn in long.turns)
    yield timed(f"a report on {words} words, never read before", lambda: _afresh(long), 1)
    world.grade(long)
    yield timed(f"a report on {words} words, after a live interview", lambda: world.grade(long))
    with tempfile.TemporaryDirectory() as folder:
        yield timed("building the index from nothing", lambda: _build(Path(folder)), 1)
    yield timed("the first query of the index", lambda: world.search("where do the labels come from"), 1)
    yield timed("a query of the index, warm", lambda: world.search("where do the labels come from"), 20)


def _turns(half: Transcript, world: Any) -> Iterator[Row]:
    """A turn whose last answer has not been listened to; and the same answer heard before."""
    world.reply(half)
    answers = [turn.text for turn in half.turns if turn.speaker == "candidate"][-TURNS:]
    fresh = iter([f"{text} And again, for attempt {number}." for number, text in enumerate(answers)])

    def reply() -> object:
        last = half.turns[-1].model_copy(update={"text": next(fresh), "heard": None})
        return world.reply(half.model_copy(update={"turns": [*half.turns[:-1], last]}))

    yield timed(f"a turn after {len(half.turns)} turns, a new answer", reply, min(TURNS, len(answers)))
    yield timed("the same, an answer heard before", lambda: world.reply(half))


def _live(transcript: Transcript, upto: int, world: Any) -> Transcript:
    """The first turns as a live interview holds them: every turn but the last was listened to."""
    heard = world.reply(transcript.model_copy(update={"turns": transcript.turns[: upto - 2]}))["transcript"]
    turns = [*heard.turns[: upto - 2], *transcript.turns[upto - 2 : upto]]
    return transcript.model_copy(update={"turns": turns})


def _afresh(long: Transcript) -> object:
    """A report by an embedder that remembers nothing."""
    from interviewer.knowledge.embeddings import shared_embedder

    shared_embedder.cache_clear()
    return open_world("scripted").grade(long)


def _build(folder: Path) -> None:
    from interviewer.knowledge import Knowledge
    from interviewer.knowledge.embeddings import Embedder
    from interviewer.knowledge.index import Index

    index = Index(Knowledge.load(), Embedder(), folder)
    index.nearest(["framework", "topics"], "labels", {"audience": "grader"}, 1)


@dataclass(frozen=True)
class Cost:
    """Tokens of an interview's turns, each at its first try."""

    name: str
    turns: int
    prompt: int
    cached: int
    """The part of the prompts that an earlier prompt began with: what providers cache."""
    completion: int
    later_share: float
    """The cached share from the third turn on."""


def cost_of_turns(transcript: Transcript, name: str, tape: Tape, say: Callable[[Transcript, float], object]) -> Cost:
    """What the turns of a recorded interview cost whoever says them by asking the tape."""
    first = []
    where = [index for index, turn in enumerate(transcript.turns) if turn.speaker == "interviewer" and index]
    for index in where:
        done = len(tape.calls)
        say(transcript.model_copy(update={"turns": transcript.turns[:index]}), transcript.turns[index].at or 0.0)
        first += tape.calls[done : done + 1]
    total, later = (
        {key: sum(one[key] for one in calls) for key in ("prompt", "cached", "completion")}
        for calls in (first, first[2:])
    )
    share = later["cached"] / max(1, later["prompt"])
    return Cost(name, len(first), total["prompt"], total["cached"], total["completion"], share)


def _recorded_words(transcript: Transcript) -> Callable[[Json, str], Json]:
    """An endpoint that says what the recorded interviewer said next."""
    turns = transcript.turns

    def answer(asked: Json, authorization: str) -> Json:
        said = " ".join(str(one.get("content")) for one in asked["messages"])
        last = max((at for at, turn in enumerate(turns) if turn.text and turn.text[-60:] in said), default=0)
        words = next((turn.text for turn in turns[last + 1 :] if turn.speaker == "interviewer"), "Go on.")
        return {"content": f'{{"move": "probe"}}\n{words}'}

    return answer


def costs(peer: Path | None) -> Iterator[Cost]:
    """Our turns, and those of a plain prompt that sends everything every time."""
    from interviewer.knowledge import Knowledge

    found = next(one for one in recorded(Data()) if one.id == COSTED)
    transcript, _ = with_clock(transcript_from(found.body))
    tape = Tape(Cassette(), _recorded_words(transcript))
    with plugged_in(tape):
        world = open_world("openai:cassette")
        yield cost_of_turns(transcript, "ours, openai", tape, world.reply)
        world.close()
    if peer:
        knowledge, system = Knowledge.load(), peer.read_text(encoding="utf-8")
        plain = Tape(Cassette(), _recorded_words(transcript))

        def say(prefix: Transcript, at: float) -> object:
            place = Position("cost", "written", COSTED, len(prefix.turns), "", prefix.case, False, "", at)
            return plain.reply({"messages": prompt_messages(system, Moment(place, prefix, ""), knowledge)})

        yield cost_of_turns(transcript, "a plain prompt, everything every time", plain, say)


def print_costs(peer: Path | None) -> None:
    """The table of tokens."""
    print(f"\n{'tokens of the turns of ' + COSTED + ', first tries':52} turns    input   cached   output")
    for one in costs(peer):
        print(
            f"{one.name:52} {one.turns:5} {one.prompt:8,} {one.cached:8,} {one.completion:8,}"
            f"   cached from the third turn on: {one.later_share:.2f}"
        )


# -- reports ---------------------------------------------------------------------------------------------
# A capable model's report on an endpoint that is as fast as a hosted one: it reads what no earlier prompt began with,
# then writes what the cassette holds for that call.


REPORTED = (
    "ad-click-prediction-01",
    "fraud-detection-01",
    "harmful-content-detection-02",
    "search-ranking-02",
    "video-recommendation-21",
)
"""Interviews of the cassette ``grading-llm``."""
FIRST, READS, WRITES = 0.6, 4000.0, 80.0
"""Seconds until an endpoint begins to read; tokens a second that it reads and that it writes."""
TYPED = 17.0
"""Seconds in which somebody types a farewell of a dozen words."""
FAREWELLS = {
    "a farewell, typed in 17 s": "No, I think that covers everything. Thank you for your time.",
    "something added, typed in 17 s": "One more thing: I would also watch the share of new sellers in the top ten.",
    "the button End, no last words asked for": "",
}
_TASK = re.compile(r"TASK: (mark|look)|judge this step: (\w+)")


class Paced(Tape):
    """An endpoint that takes its time. While it learns it answers at once, from its cassette."""

    def __init__(self, cassette: Cassette) -> None:
        super().__init__(cassette)
        self.learns = True
        self.prompts: list[list[str]] = [[]]
        """Of every report that was learnt."""
        self._said: dict[tuple[str, str], str] = {}
        self._read: list[str] = []

    def reply(self, asked: Json, authorization: str = "") -> Json | None:
        """The answer to a request."""
        prompt = "\n".join(str(one.get("content")) for one in asked["messages"])
        task = _TASK.search(prompt)
        which = (prompt.partition("Problem: ")[2][:40], task[0] if task else "")
        if self.learns:
            known = super().reply(asked, authorization)
            if known is not None:
                self._said[which] = known["content"]
                self.prompts[-1].append(prompt)
            return known
        time.sleep(FIRST + _unread(prompt, list(self._read)) / READS)
        self._read.append(prompt)
        only_read = (asked.get("max_tokens") or A_WORD + 1) <= A_WORD
        said = "…" * A_WORD if only_read else self._said.get(which, '{"on": "", "move": "close"}\nThank you.')
        time.sleep(count_text(said) / WRITES)
        return {"content": said, "usage": {}}


def _unread(prompt: str, before: Sequence[str]) -> int:
    """Tokens behind the longest beginning that an earlier prompt had as well."""
    return count_text(prompt[max((shared_start(prompt, one) for one in before), default=0) :])


def print_reports(names: Sequence[str]) -> None:
    """What reports cost and how long they take. ``names``: transcripts of the cassette."""
    found = {one.id: _held(transcript_from(one.body)) for one in recorded(Data()) if one.id in names}
    paced = Paced(load(path_of("grading-llm")))
    with plugged_in(paced), tempfile.TemporaryDirectory() as folder:
        world = open_world("openai:cassette")
        for name, talk in found.items():
            world.grade(talk)
            _print_cost(name, talk, paced.prompts[-1])
            paced.prompts.append([])
        world.close()
        paced.learns = False
        service = _service(Path(folder))
        _until_report(service, "", next(iter(found.values())))  # an app that has run for a while
        for what, farewell in FAREWELLS.items():
            with ThreadPoolExecutor(len(found)) as pool:
                took = list(pool.map(partial(_until_report, service, farewell), found.values()))
            told = ", ".join(f"{seconds:.1f}" for seconds in sorted(took))
            print(f"{what:42} median {statistics.median(took):5.1f} s   most {max(took):5.1f} s   ({told})", flush=True)
        service.close()


def _held(talk: Transcript) -> Transcript:
    """The talk as if our interviewer had led it: nobody asks first which problem it poses."""
    ours = {"interviewer": {"backend": "openai"}, "candidate": {}}
    return talk.model_copy(update={"turns": [turn.model_copy(update=ours[turn.speaker]) for turn in talk.turns]})


def _print_cost(name: str, talk: Transcript, prompts: Sequence[str]) -> None:
    words = count_text("\n".join(f"{turn.speaker}: {turn.text}" for turn in talk.turns))
    full = sum(_unread(prompt, prompts[:at]) for at, prompt in enumerate(prompts))
    print(f"{name:32} talk {words:6,} tokens, at full price {full:6,}: {full / words:.2f} x")


def _service(folder: Path) -> Any:
    """The app without its pages, on a data folder of its own."""
    from interviewer.config import load as settings
    from interviewer.knowledge import Knowledge
    from interviewer.storage.store import Store
    from interviewer.web.server import open_engine
    from interviewer.web.service import Service

    engine = open_engine(settings().model_copy(update={"model": "openai:cassette", "home": folder}))
    return Service(Store.open(f"sqlite:///{folder / 'interviews.sqlite'}"), Knowledge.load(), lambda: engine)


def _until_report(service: Any, farewell: str, talk: Transcript) -> float:
    """Seconds from the end of an interview until its report is a page: the time is up, last words are asked for,
    something is said, the interviewer takes leave."""
    from interviewer.grading.page import to_html
    from interviewer.grading.report import Report
    from interviewer.storage import owner_of_user
    from interviewer.storage.database import interviews

    def says(text: str, event: str | None = None) -> None:
        turn = Turn.model_validate({"speaker": "candidate", "text": text, "event": event})
        service.say(ann, id_, turn)
        assert list(service.answer(ann, id_))

    ann, (last, _) = owner_of_user("ann"), talk.candidate_turns()[-2]
    id_ = service.store.create(ann, talk.model_copy(update={"turns": talk.turns[:last]}))
    if farewell:
        with service.store.engine.begin() as database:
            over = interviews.update().where(interviews.c.id == id_)
            database.execute(over.values(elapsed=talk.minutes * 60 + 1, seen=time.time()))
        says(talk.turns[last].text)
        time.sleep(TYPED)
        says(farewell)
    else:
        says(talk.turns[last].text, "end")
    began = time.monotonic()
    report = next(news for news in service.grade(ann, id_, talk.level) if isinstance(news, Report))
    assert to_html(report, service.store.transcript(ann, id_))
    return time.monotonic() - began


def main() -> None:
    """Prints a row as soon as it is measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cost", action="store_true", help="only the tokens")
    parser.add_argument("--peer", type=Path, help="a text file: a plain prompt to compare with")
    parser.add_argument("--report", action="store_true", help="only a capable model's report: its cost and its time")
    asked = parser.parse_args()
    if asked.report:
        return print_reports(REPORTED)
    if not asked.cost:
        print_times()
    print_costs(asked.peer)


def print_times() -> None:
    """The table of times."""
    print(f"{'':52} {'wall':>8}  {'processor':>9}")
    for name, wall, used in rows():
        print(f"{name:52} {wall:8.3f} s {used:8.3f} s", flush=True)


if __name__ == "__main__":
    main()
