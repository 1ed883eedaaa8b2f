"""Changes to a transcript that must, or must not, change its marks. Pure and deterministic.

STABLE    padding, flattery, self-praise, repetition, irrelevant talk, names, fillers: no mark may move
lowering  hand-waving of the same length, words in random order (same length, same vocabulary)
stretch   wandering, repetition and drawing aloud up to thousands of words
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from evals.log import Log
from evals.reference import changes, reduce
from evals.scoring import score
from evals.statistics import Estimate
from evals.terminal import changed, number
from evals.types import Json, Suite
from interviewer.text import spans

DATA = Path(__file__).parent / "data"
Change = Callable[[Json], Json]
_SEED = 11
_LONG_ENOUGH = 25
"""Words from which a candidate's turn counts as an answer."""
_LONGEST_TURN = 600
"""Words, about, to which a turn is stretched at most."""


@cache
def lines(name: str) -> tuple[str, ...]:
    """The sentences of a data file."""
    return tuple(line for line in (DATA / name).read_text(encoding="utf-8").splitlines() if line.strip())


def _each_answer(body: Json, change: Callable[[str, int], str], least: int = _LONG_ENOUGH) -> Json:
    """The transcript with every longer candidate turn changed; the function gets the text and a running number."""
    turns, count = [], 0
    for turn in body["turns"]:
        if turn["speaker"] == "candidate" and len(turn["text"].split()) >= least:
            turn = {**turn, "text": change(turn["text"], count)}
            count += 1
        turns.append(turn)
    return {**body, "turns": turns}


def _with_lines(name: str, every: int = 2) -> Change:
    """Puts a sentence of the file before or after every second sentence or so of each answer."""

    def change(body: Json) -> Json:
        return _each_answer(body, lambda text, count: _interleave(text, lines(name), count, every))

    return change


def _interleave(text: str, extra: Sequence[str], start: int, every: int) -> str:
    pieces: list[str] = []
    for index, span in enumerate(spans(text)):
        pieces.append(span.text)
        if index % (every + 1) == every:
            pieces.append(extra[(start + index) % len(extra)])
    return " ".join([*pieces, extra[start % len(extra)]])


def repetition(body: Json) -> Json:
    """Every answer says its first half twice."""

    def again(text: str, count: int) -> str:
        said = [span.text for span in spans(text)]
        return " ".join([*said, "As I said.", *said[: max(1, len(said) // 2)]])

    return _each_answer(body, again)


def fillers(body: Json) -> Json:
    """An um, a like, a restart every eighth word or so."""
    noise = ("um,", "uh", "like,", "you know,", "I mean,", "sort of")

    def stammer(text: str, count: int) -> str:
        rng = random.Random(f"{_SEED}{count}")
        out: list[str] = []
        for word in text.split():
            if rng.random() < 0.12:
                out.append(rng.choice(noise))
            if rng.random() < 0.04 and word.isalpha():
                out.append(word)
            out.append(word)
        return " ".join(out)

    return _each_answer(body, stammer)


def named(name: str, origin: str) -> Change:
    """The candidate introduces themselves at the start."""

    def change(body: Json) -> Json:
        turns = list(body["turns"])
        for index, turn in enumerate(turns):
            if turn["speaker"] == "candidate":
                turns[index] = {**turn, "text": f"Hi, I'm {name}, I'm from {origin}. {turn['text']}"}
                break
        return {**body, "turns": turns}

    return change


def hand_waving(body: Json) -> Json:
    """Every answer's substance replaced by hand-waving of about the same length."""

    def wave(text: str, count: int) -> str:
        wanted, said, index = len(text.split()), "", count
        while len(said.split()) < wanted:
            said = f"{said} {lines('handwaving.txt')[index % len(lines('handwaving.txt'))]}".strip()
            index += 1
        return " ".join(said.split()[:wanted])

    return _each_answer(body, wave)


def scrambled(body: Json) -> Json:
    """Every answer's words in random order: the same length and vocabulary, no sense."""

    def mix(text: str, count: int) -> str:
        words = re.sub(r"[.,;:!?]", "", text).split()
        random.Random(f"{_SEED}{count}").shuffle(words)
        return ". ".join(" ".join(words[start : start + 14]) for start in range(0, len(words), 14)) + "."

    return _each_answer(body, mix)


def stretched(body: Json, words: int) -> Json:
    """Wandering, drawing aloud and repetition between the sentences until the candidate has said that many words.

    Turns grow to at most about ``_LONGEST_TURN`` words; what was said stays in its order, word for word.
    """
    own = sum(len(turn["text"].split()) for turn in body["turns"] if turn["speaker"] == "candidate")
    if not own:
        return body

    def wander(text: str, count: int) -> str:
        rng = random.Random(f"{_SEED}{count}")
        said = [span.text for span in spans(text)]
        room = min(_LONGEST_TURN, int(len(text.split()) * words / own)) - len(text.split())
        out = list(said)
        while room > 0:
            again = rng.random() < 0.25
            extra = f"So, like I said, {rng.choice(said)}" if again else rng.choice(lines("wander.txt"))
            out.insert(rng.randint(0, len(out)), extra)
            room -= len(extra.split())
        return " ".join(out)

    return _each_answer(body, wander, least=1)


STABLE: dict[str, Change] = {
    "padding": _with_lines("padding.txt"),
    "flattery": _with_lines("flattery.txt", 4),
    "self_praise": _with_lines("self_praise.txt", 4),
    "repetition": repetition,
    "irrelevant": _with_lines("irrelevant.txt", 3),
    "names": named("Oluwaseun", "Lagos"),
    "fillers": fillers,
}
LOWERING: dict[str, Change] = {"hand_waving": hand_waving, "scrambled": scrambled}


# -- compare ---------------------------------------------------------------------------------------------
# Two runs side by side: paired changes per scorer, and which records' outputs differ.


def timeless(value: Any) -> Any:
    """An output without what it took: ``seconds`` differ from run to run."""
    if isinstance(value, dict):
        return {key: timeless(part) for key, part in value.items() if key != "seconds"}
    return [timeless(part) for part in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Comparison:
    """From ``before`` to ``after``."""

    before: Json
    after: Json
    changes: dict[str, Estimate]
    differing: list[str]

    def to_json(self) -> Json:
        return {
            "before": self.before,
            "after": self.after,
            "changes": {name: asdict(change) for name, change in self.changes.items()},
            "differing": self.differing,
        }


def comparison(suite: Suite, old: Log, new: Log) -> Comparison:
    """Scores both logs afresh, so that one formula holds for both."""
    before, after = score(suite, old.records), score(suite, new.records)
    past = {(record.id, record.epoch): record.output for record in old.records}
    differing = [
        record.id
        for record in new.records
        if (record.id, record.epoch) in past and timeless(past[record.id, record.epoch]) != timeless(record.output)
    ]
    reduced = reduce(suite, old.run, before, old.records)
    return Comparison(before["figures"], after["figures"], changes(suite, new.records, reduced), differing)


def print_comparison(console: Console, suite: Suite, old: Log, new: Log) -> None:
    """A table: before, after, change with its interval."""
    found = comparison(suite, old, new)
    table = Table(title=f"{suite.name}: {_name(old)} → {_name(new)}")
    for column in ("measure", "before", "after", "change [95 %]"):
        table.add_column(column, justify="left" if column == "measure" else "right")
    for scorer in suite.scorers:
        table.add_row(
            scorer.name,
            number(found.before[scorer.name]["value"]),
            number(found.after[scorer.name]["value"]),
            changed(found.changes.get(scorer.name)),
        )
    console.print(table)
    console.print(f"{len(found.differing)} of {len(new.records)} outputs differ. * the interval leaves out zero.")


def _name(log: Log) -> str:
    return f"{log.run.get('model') or log.run['backend']} {log.run.get('revision', '')[:8]}"
