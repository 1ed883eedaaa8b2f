"""Labelled positions: how they are labelled a second time, blind, and how far the two labellings agree.

python -m evals.second_labels blind > blind.jsonl     positions without labels, for the second labeller
python -m evals.second_labels merge second.jsonl      {"id": …, "accept": [kinds, primary first]} a line, into the data
"""

import json
import sys
from pathlib import Path

from evals.recorded import recorded
from evals.tasks import DATA, read_lines
from evals.tasks.conduct import position_body
from evals.types import Data, Json
from interviewer.domain import MoveKind
from interviewer.errors import BadInput

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
    else:
        print("\n".join(json.dumps(one, ensure_ascii=False) for one in blind()))
