"""Two runs side by side: paired changes per scorer, and which records' outputs differ."""

from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from evals.log import Log
from evals.reference import changes, reduce
from evals.scoring import score
from evals.statistics import Estimate
from evals.terminal import changed, number
from evals.types import Json, Suite


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
        if (record.id, record.epoch) in past and _timeless(past[record.id, record.epoch]) != _timeless(record.output)
    ]
    reduced = reduce(suite, old.run, before, old.records)
    return Comparison(before["figures"], after["figures"], changes(suite, new.records, reduced), differing)


def _timeless(value: object) -> object:
    if isinstance(value, dict):
        return {key: _timeless(part) for key, part in value.items() if key != "seconds"}
    return [_timeless(part) for part in value] if isinstance(value, list) else value


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
