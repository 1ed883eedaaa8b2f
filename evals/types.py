"""The words of an evaluation.

    Sample   what is given to the task: inputs, and the target to score against
    Record   what came out of one sample in one epoch: output or error, time, tokens
    Point    one scored thing (an interview, a step, a turn); ``value=None`` is *unscored*, never a pass
    Scorer   points of a record, and the metric over the points of all records
    Suite    samples + task + scorers

Running and scoring are apart: a record holds all that its scorers need.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from interviewer.transcript import Transcript

Value = float | tuple[float, ...]
"""A number, or numbers that belong together (ours, the panel's)."""
Metric = Callable[[Sequence[Value]], float | None]
Json = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """One thing to run. ``case`` is the cluster: intervals are drawn over cases."""

    id: str
    case: str
    inputs: Json
    target: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """What one sample gave. Holds the sample's inputs and target, so that a log can be scored alone."""

    id: str
    case: str
    epoch: int
    inputs: Json
    target: Json
    output: Json | None
    error: str | None = None
    seconds: float = 0.0

    def to_json(self) -> Json:
        return asdict(self)


@dataclass(frozen=True)
class Point:
    """One scored thing; ``turn`` and ``note`` show it in its context."""

    value: Value | None
    turn: int | None = None
    note: str = ""
    ok: bool | None = None
    """False marks a failing position; None where good and bad is a matter of degree."""


def verdict(passed: bool, turn: int | None = None, note: str = "") -> Point:
    """A point that is passed or failed."""
    return Point(float(passed), turn, "" if passed else note, passed)


@dataclass(frozen=True)
class _Told:
    name: str
    doc: str
    """A docstring."""

    @property
    def title(self) -> str:
        """Its first line."""
        return self.doc.strip().splitlines()[0]

    @property
    def about(self) -> str:
        """All its other lines."""
        return "\n".join(line.strip() for line in self.doc.strip().splitlines()[1:] if line.strip())


@dataclass(frozen=True)
class Scorer(_Told):
    """One measure. ``about`` states the formula."""

    points: Callable[[Record], list[Point]]
    """Empty where the measure does not apply to the record."""
    metric: Metric
    better: Literal["higher", "lower", "zero"] = "higher"


@dataclass(frozen=True)
class Data:
    """Which data a run takes."""

    folders: tuple[str, ...] = ()
    """Folders of transcripts; empty: our own, ``evals/transcripts``."""
    fast: bool = False
    """A smaller, fixed selection for every change."""
    limit: int | None = None
    match: str = ""
    """Only samples whose id contains it."""


@dataclass(frozen=True)
class Suite(_Told):
    """Data, task and scorers under one name."""

    samples: Callable[[Data], list[Sample]]
    task: Callable[[Sample, Any], Json]
    """Runs a sample in a ``World``; must be deterministic given the world."""
    scorers: tuple[Scorer, ...]

    def scorer(self, name: str) -> Scorer:
        """The scorer of that name. Raises KeyError."""
        return next(scorer for scorer in self.scorers if scorer.name == name)


# -- schema ----------------------------------------------------------------------------------------------
# The published JSON schema of transcripts; ``evals/transcript.schema.json`` is kept true by a test.


FILE = Path(__file__).parent / "transcript.schema.json"


def schema_text() -> str:
    """The schema as JSON text, generated from the code that reads transcripts."""
    schema = Transcript.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Interview transcript"
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema_text(), encoding="utf-8")
