"""A run's log: one JSON-lines file. First what the run is, then records as they finish, last its scores.

    {"kind": "run", suite, options, model, prompts, knowledge, code, revision, started, samples}
    {"kind": "record", id, case, epoch, inputs, target, output, error, seconds}
    {"kind": "scores", figures, unscored, gates, seconds}

A line that was cut off by a crash is dropped on reading: its sample runs again.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from evals.types import Json, Record
from interviewer import BadInput


@dataclass
class Log:
    """A log in memory."""

    path: Path
    run: Json
    records: list[Record] = field(default_factory=list)
    scores: Json | None = None
    """None while the run is not finished."""

    @property
    def done(self) -> set[tuple[str, int]]:
        """The samples and epochs that are in, failed ones excepted: those run again on resume."""
        return {(record.id, record.epoch) for record in self.records if record.error is None}


def fingerprint(run: Json) -> str:
    """What must agree for a run to be resumed: everything but the time and place."""
    stable = {key: value for key, value in run.items() if key not in {"started", "revision", "fingerprint", "jobs"}}
    return hashlib.sha256(json.dumps(stable, sort_keys=True).encode()).hexdigest()[:12]


def start(path: Path, run: Json) -> Log:
    """A new log file with its first line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_line("run", run), encoding="utf-8")
    return Log(path, run)


def add(log: Log, record: Record) -> None:
    """Appends a record to the file at once."""
    log.records.append(record)
    _append(log.path, _line("record", record.to_json()))


def finish(log: Log, scores: Json) -> None:
    """Appends the scores; scoring again appends again and the last line counts."""
    log.scores = scores
    _append(log.path, _line("scores", scores))


def _line(kind: str, body: Json) -> str:
    return json.dumps({"kind": kind, **body}, ensure_ascii=False, allow_nan=False) + "\n"


def _append(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(line)


def read(path: Path) -> Log:
    """The log in a file. Raises BadInput where it is not one."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read as a log ({error})") from error
    entries = list(_entries(lines))
    if not entries or entries[0].get("kind") != "run":
        raise BadInput(f"{path}: not the log of a run (its first line must be of kind 'run')")
    log = Log(path, _body(entries[0]))
    by_key: dict[tuple[str, int], Record] = {}
    for entry in entries[1:]:
        if entry["kind"] == "record":
            record = Record(**_body(entry))
            by_key[record.id, record.epoch] = record
        elif entry["kind"] == "scores":
            log.scores = _body(entry)
    log.records = list(by_key.values())
    return log


def _body(entry: Json) -> Json:
    return {key: value for key, value in entry.items() if key != "kind"}


def _entries(lines: Iterable[str]) -> Iterable[Json]:
    for line in lines:
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(entry, dict) and "kind" in entry:
            yield entry


def mend(path: Path) -> None:
    """Ends a last line that was cut off, so that the next one does not stick to it."""
    raw = path.read_bytes()
    if raw and not raw.endswith(b"\n"):
        _append(path, "\n")


def unfinished(folder: Path, mark: str) -> Path | None:
    """The newest log in the folder that has this fingerprint and no scores yet."""
    for path in sorted(folder.glob("*.jsonl"), reverse=True):
        try:
            log = read(path)
        except BadInput:
            continue
        if log.run.get("fingerprint") == mark and log.scores is None:
            return path
    return None
