"""Draws at random what a reader then judges: quotes in reports, and claims that a criterion was not clearly heard.

    python -m evals.readings quotes 100 --seed 4 FOLDER…     lines for data/quote_readings.jsonl, to be judged
    python -m evals.readings claims 60 --seed 4 FOLDER…      the same for data/claim_readings.jsonl

Every transcript in the folders is graded (``--model``, by default ``scripted``). What was read before is not drawn
again. A line's judgement (``supports``, ``missing``) is null until somebody has read it against ``criterion``, and
against the whole transcript for a claim. What was found said is what the suite ``claims`` measures against.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.recorded import read_folder, recorded
from evals.tasks import DATA, read_lines
from evals.tasks.conduct import position_body
from evals.types import Data, Json
from interviewer import BadInput, MoveKind
from interviewer.transcript import transcript_from

FILES = {"quotes": DATA / "quote_readings.jsonl", "claims": DATA / "claim_readings.jsonl"}
_KEYS = ("transcript", "turn", "signal", "quote")


def readings(kind: str) -> list[Json]:
    """All that were kept of this kind."""
    return list(read_lines(FILES[kind]))


def quotes(name: str, report: Json) -> list[Json]:
    """Every quote that a report ties to a criterion."""
    return [
        {"transcript": name, "turn": one["turn"], "step": step, "signal": one["signal"], "sign": one["sign"]}
        | {"quote": one["quote"]}
        for step, body in report["steps"].items()
        for one in body["evidence"]
    ]


def claims(name: str, report: Json) -> list[Json]:
    """Every criterion that a report says was not clearly heard."""
    return [
        {"transcript": name, "step": step, "signal": one["signal"]}
        for step, body in report["steps"].items()
        for one in body["missing"]
    ]


def drawn(every: Iterable[Json], read: Iterable[Json], most: int, seed: int) -> list[Json]:
    """So many of those that were not read before, by chance."""
    known = {_key(line) for line in read}
    new = [line for line in every if _key(line) not in known]
    return random.Random(seed).sample(new, min(most, len(new)))


def _key(line: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(line.get(name) for name in _KEYS)


def main(arguments: Sequence[str]) -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=sorted(FILES))
    parser.add_argument("most", type=int)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", default="scripted")
    asked = parser.parse_args(arguments)
    every = list(_claimed(asked.kind, asked.folders, asked.model))
    judged = "supports" if asked.kind == "quotes" else "missing"
    for line in drawn(every, readings(asked.kind), asked.most, asked.seed):
        print(json.dumps(line | {judged: None, "by": "", "draw": ""}, ensure_ascii=False))
    return 0


def _claimed(kind: str, folders: Sequence[Path], model: str) -> Iterable[Json]:
    """What the reports of all transcripts claim, each with its criterion's text."""
    from evals.world import open_world

    world = open_world(model)
    criteria = {one.id: one.text for note in world.knowledge.framework.values() for one in note.signals}
    for one in (found for folder in folders for found in read_folder(folder)):
        own = {
            signal.id: signal.text for found in world.knowledge.signals(one.body["case"]).values() for signal in found
        }
        report = world.grade(transcript_from(one.body))
        for line in quotes(one.id, report) if kind == "quotes" else claims(one.id, report):
            yield line | {"case": one.body["case"], "criterion": (criteria | own).get(line["signal"], "")}
    world.close()


# -- second labels ---------------------------------------------------------------------------------------
# Labelled positions: how they are labelled a second time, blind, and how far the two labellings agree.
#
# python -m evals.readings blind > blind.jsonl     positions without labels, for the second labeller
# python -m evals.readings merge second.jsonl      {"id": …, "accept": [kinds, primary first]} a line, into the data


FILE = DATA / "positions.jsonl"


def blind() -> list[Json]:
    """Every position as its transcript so far, without what anybody thinks of it."""
    bodies = {one.id: one.body for one in recorded(Data())}
    found = []
    for line in read_lines(FILE):
        body = position_body(line, bodies)
        turns = [
            {key: turn[key] for key in ("speaker", "at", "text", "event") if key in turn} for turn in body["turns"]
        ]
        found.append({"id": line["id"], "case": body["case"], "level": body["level"], "turns": turns})
    return found


def merge(second: Path) -> int:
    """Writes the second labels beside the first. Raises BadInput for unknown kinds or ids."""
    labels = {line["id"]: line["accept"] for line in read_lines(second)}
    lines = list(read_lines(FILE))
    if unknown := set(labels) - {line["id"] for line in lines}:
        raise BadInput(f"{second}: no position '{min(unknown)}'")
    for name, accept in labels.items():
        if wrong := set(accept) - set(MoveKind):
            raise BadInput(f"{second}: {name}: no move '{min(wrong)}'")
    merged = [{**line, "second": labels.get(line["id"], line.get("second"))} for line in lines]
    FILE.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in merged), encoding="utf-8")
    return len(labels)


if __name__ == "__main__":
    if sys.argv[1:2] == ["merge"] and len(sys.argv) == 3:
        print(merge(Path(sys.argv[2])), "positions labelled a second time")
    elif sys.argv[1:] == ["blind"]:
        print("\n".join(json.dumps(one, ensure_ascii=False) for one in blind()))
    else:
        sys.exit(main(sys.argv[1:]))
