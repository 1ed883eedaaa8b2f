"""References: a finished run reduced to figures and points, small enough to commit and read.

``--reference main`` is ``evals/references/main/<suite>-<backend>.json``; a path to one or to a log works as well.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evals import log as logs
from evals.scoring import by_case
from evals.statistics import Estimate, Points, paired
from evals.types import Json, Record, Suite, Value
from interviewer import BadInput

FOLDER = Path(__file__).parent / "references"
BINARY = frozenset({0.0, 1.0})


def path_of(name: str, suite: str, backend: str) -> Path:
    """Where the named reference of a suite on a backend lies."""
    return FOLDER / name / f"{suite}-{backend}.json"


def reduce(suite: Suite, run: Json, scores: Json, records: Sequence[Record]) -> Json:
    """What is kept of a run: who, when, figures, and every scored value by scorer, case and record."""
    keep = (
        "suite",
        "backend",
        "model",
        "model_sha256",
        "prompts",
        "knowledge",
        "code",
        "revision",
        "started",
        "data",
    )
    return {
        "run": {key: run.get(key) for key in keep},
        "figures": scores["figures"],
        "points": {
            scorer.name: {
                case: {name: _pack(values) for name, values in found.items()}
                for case, found in by_case(scorer, records).items()
            }
            for scorer in suite.scorers
        },
    }


def _pack(values: Sequence[Value]) -> str | list[Value]:
    """Yes/no values as a string of digits, others rounded."""
    if all(not isinstance(value, tuple) and value in BINARY for value in values):
        return "".join(str(int(value)) for value in values if not isinstance(value, tuple))
    return [
        tuple(round(part, 4) for part in value) if isinstance(value, tuple) else round(value, 4) for value in values
    ]


def _unpack(packed: str | list[Any]) -> list[Value]:
    if isinstance(packed, str):
        return [float(digit) for digit in packed]
    return [tuple(value) if isinstance(value, (list, tuple)) else float(value) for value in packed]


def write(path: Path, reference: Json) -> None:
    """Writes a reference: one line a record, so that a change reads well in a diff."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["{", f' "run": {_compact(reference["run"])},', ' "figures": {']
    lines.append(",\n".join(f'  "{name}": {_compact(body)}' for name, body in reference["figures"].items()))
    lines += [" },", ' "points": {']
    scorers = []
    for name, cases in reference["points"].items():
        rows = ",\n".join(f'   "{case}": {_compact(found)}' for case, found in cases.items())
        scorers.append(f'  "{name}": {{\n{rows}\n  }}' if rows else f'  "{name}": {{}}')
    lines += [",\n".join(scorers), " }", "}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def load(name: str, suite: Suite, backend: str) -> Json:
    """A reference by name or path (its JSON, or a run's log). Raises BadInput."""
    path = Path(name) if name.endswith((".json", ".jsonl")) else path_of(name, suite.name, backend)
    if not path.exists():
        raise BadInput(
            f"no reference '{name}' for {suite.name} on {backend} (looked for {path}; --save-reference makes one)"
        )
    if path.suffix == ".jsonl":
        log = logs.read(path)
        if log.scores is None:
            raise BadInput(f"{path}: that run is not finished")
        return reduce(suite, log.run, log.scores, log.records)
    try:
        data: Json = json.loads(path.read_text(encoding="utf-8"))
        data["run"], data["figures"], data["points"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path}: not a reference ({error})") from error
    return data


def changes(suite: Suite, now: Sequence[Record], before: Json) -> dict[str, Estimate]:
    """Per scorer the paired change from the reference to now."""
    found = {}
    for scorer in suite.scorers:
        packed: Mapping[str, Mapping[str, str]] = before["points"].get(scorer.name, {})
        old: Points = {
            case: {name: _unpack(values) for name, values in records.items()} for case, records in packed.items()
        }
        if old:
            found[scorer.name] = paired(by_case(scorer, now), old, scorer.metric)
    return found
