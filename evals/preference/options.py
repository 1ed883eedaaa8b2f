"""What each source says at a position.

human            the person's real turn
<name>           a plain system prompt on a model behind an OpenAI-compatible endpoint (``peer``, ``prototype``)
ours:<backend>   the product's next turn
"""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from evals.preference.positions import DATA, Moment, rows
from evals.types import Json
from interviewer import InterviewerError, ModelError
from interviewer.knowledge import Knowledge

NOTES_MARK = "#NOTES#"
"""A prompt that keeps notes writes them after this; nobody sees them."""
KEPT = DATA / "options.jsonl"
"""Our own turns at positions of written interviews; of real talk nothing is kept, and nothing of other people's."""
Say = Callable[[Moment], "Option"]


@dataclass(frozen=True)
class Option:
    """One source's turn at one position."""

    position: str
    source: str
    text: str
    seconds: float = 0.0
    about: Json = field(default_factory=dict)
    """Of the product: backend that spoke, move, what was rejected."""


def human(moment: Moment) -> Option:
    """What the person really said."""
    return Option(moment.position.id, "human", moment.said)


def prompted(source: str, system: str, client: Any, model: str, knowledge: Knowledge, notes: bool = False) -> Say:
    """A plain chat completion with a system prompt; ``notes`` adds the case as private notes where there is one."""

    def say(moment: Moment) -> Option:
        start = time.perf_counter()
        text = complete(client, model, prompt_messages(system, moment, knowledge, notes))
        return Option(moment.position.id, source, text, round(time.perf_counter() - start, 2))

    return say


def complete(client: Any, model: str, messages: Sequence[Json]) -> str:
    """The words of a chat completion, without notes. Raises ModelError."""
    import openai

    try:
        done = client.chat.completions.create(model=model, messages=list(messages), max_tokens=2000, temperature=1)
    except openai.OpenAIError as error:
        raise ModelError(f"{model}: {error}") from error
    text = (done.choices[0].message.content or "").split(NOTES_MARK)[0].strip()
    if not text:
        raise ModelError(f"{model}: an empty answer")
    return text


def prompt_messages(system: str, moment: Moment, knowledge: Knowledge, notes: bool = False) -> list[Json]:
    """The system prompt with the problem, then the whole conversation as chat messages."""
    transcript = moment.transcript
    head = f"{system.strip()}\nThe candidate is solving the following problem:\n {problem_of(moment, knowledge)}"
    if notes and (case := knowledge.case(transcript.case)):
        head += f"\n\nYour private notes on this problem:\n{private_notes(case)}"
    roles = {"interviewer": "assistant", "candidate": "user"}
    said = [{"role": roles[turn.speaker], "content": turn.text or "(silence)"} for turn in transcript.turns]
    return [{"role": "system", "content": head}, *said]


def problem_of(moment: Moment, knowledge: Knowledge) -> str:
    """The problem: as the talk poses it in real recordings, where the interviewer does, else the case's brief."""
    case = knowledge.case(moment.transcript.case)
    posed = moment.transcript.turns[moment.posed]
    if case and (moment.position.group == "written" or posed.speaker != "interviewer"):
        return case.brief
    return posed.text


def private_notes(case: Any) -> str:
    """A case as notes for an interviewer: facts, what to listen for, mistakes, pushbacks."""
    lines = ["Facts, only when asked:", *(f"- {fact.answer}" for fact in case.facts)]
    for step, signals in case.signals.items():
        lines += [f"Listen for ({step}):", *(f"- [{signal.level}] {signal.text}" for signal in signals)]
    lines += ["Known mistakes:", *(f"- {flag.text}" for flag in case.red_flags)]
    lines += ["Pushbacks:", *(f"- {pushback.say}" for pushback in case.pushbacks)]
    return "\n".join(lines)


def product(world: Any, source: str) -> Say:
    """The product's next turn, in an eval world."""

    def say(moment: Moment) -> Option:
        start = time.perf_counter()
        reply = world.reply(moment.transcript, moment.position.at)
        about = {key: reply.get(key) for key in ("backend", "policy", "rejected", "usage")}
        about["move"] = reply["turn"].get("move")
        text = reply["turn"]["text"]
        return Option(moment.position.id, source, text, round(time.perf_counter() - start, 2), about)

    return say


def keep(options: Iterable[Option], path: Path = KEPT) -> int:
    """Adds options of ours to the kept ones; what was kept of the same source and position is replaced."""
    old = {}
    if path.exists():
        lines = path.read_text(encoding="utf-8").splitlines()
        old = {(one["source"], one["position"]): one for one in map(json.loads, lines)}
    every = old | {(option.source, option.position): asdict(option) for option in options}
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for _, one in sorted(every.items())), "utf-8")
    return len(every)


def path_of(work: Path, source: str) -> Path:
    """Where the options of a source lie."""
    return work / "options" / f"{source.replace(':', '-')}.jsonl"


def read(path: Path) -> dict[str, Option]:
    """A file's options by position. Raises BadInput."""
    return {row.position: row for row in rows(Option, path)} if path.exists() else {}


def collect(say: Say, moments: Sequence[Moment], path: Path, jobs: int = 1) -> Iterable[Option | str]:
    """Asks for the options that the file does not hold yet and keeps each as it comes; yields it, or what failed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = read(path)
    with ThreadPoolExecutor(jobs) as pool:
        asked = {pool.submit(say, moment): moment for moment in moments if moment.position.id not in kept}
        for done in as_completed(asked):
            try:
                option = done.result()
            except InterviewerError as error:
                yield f"{asked[done].position.id}: {error}"
                continue
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(option), ensure_ascii=False) + "\n")
            yield option
