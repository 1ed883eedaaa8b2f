"""Runs a suite from end to end: samples → log (resumed when it was interrupted) → scores → gates → files.

outcome = run_suite(Order("conduct", model="local", reference="main"))
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals import log as logs
from evals import reference as references
from evals import workers
from evals.gates import Outcome, check, gates_for
from evals.samples import Job
from evals.scoring import MAX_UNSCORED, score
from evals.statistics import Estimate
from evals.tasks import find_suite
from evals.types import Data, Json, Record, Sample, Suite
from evals.world import code_hash, revision
from interviewer import BadInput

Progress = Callable[[int, int, Record | None], None]
"""Called with done, total and the record that came in."""
RUNS = Path("runs")


@dataclass(frozen=True)
class Order:
    """What to run, and how."""

    suite: str
    model: str = "scripted"
    data: Data = field(default_factory=Data)
    prompts: str | None = None
    epochs: int = 1
    jobs: int = 1
    ray: str | None = None
    reference: str | None = None
    fresh: bool = False
    """True starts anew even where an interrupted run of the same could go on."""
    runs: Path = RUNS
    world: str = "evals.world:open_world"

    @property
    def job(self) -> Job:
        """What the workers are told; orders with the same job can share a crew."""
        return Job(self.world, {"model": self.model, "prompts": self.prompts})

    @property
    def crew(self) -> workers.Crew:
        """The workers for this order."""
        return workers.Crew(self.job, self.jobs, self.ray)


@dataclass
class Finished:
    """A run with its scores, the change against the reference, and the gates."""

    suite: Suite
    log: logs.Log
    changes: dict[str, Estimate] = field(default_factory=dict)
    before: Json | None = None
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return all(outcome.passed for outcome in self.outcomes)

    @property
    def scores(self) -> Json:
        assert self.log.scores is not None
        return self.log.scores

    def to_json(self) -> Json:
        return {
            "run": self.log.run,
            "log": str(self.log.path),
            "scores": self.scores,
            "changes": {name: asdict(change) for name, change in self.changes.items()},
            "gates": [outcome.to_json() for outcome in self.outcomes],
            "passed": self.passed,
        }


def run_suite(
    order: Order, progress: Progress = lambda done, total, record: None, crew: workers.Crew | None = None
) -> Finished:
    """Runs, scores and gates. Raises BadInput and CannotRun; a failing gate is in the result."""
    if crew is None:
        with order.crew as own:
            return run_suite(order, progress, own)
    suite = find_suite(order.suite)
    samples = select(suite, order.data)
    log = _log(order, suite, samples, crew.world.identity)
    work = [
        (sample, epoch) for epoch in range(order.epochs) for sample in samples if (sample.id, epoch) not in log.done
    ]
    total = len(samples) * order.epochs
    progress(total - len(work), total, None)
    for record in crew.run(order.suite, work):
        logs.add(log, record)
        progress(total - len(work) + _finished(log, work), total, record)
    return conclude(suite, logs.read(log.path), order.reference)


def _finished(log: logs.Log, work: Sequence[tuple[Sample, int]]) -> int:
    wanted = {(sample.id, epoch) for sample, epoch in work}
    return len({(record.id, record.epoch) for record in log.records} & wanted)


def select(suite: Suite, data: Data) -> list[Sample]:
    """The suite's samples, filtered as asked. Raises BadInput where none are left or two share an id."""
    samples = [sample for sample in suite.samples(data) if data.match in sample.id]
    samples = samples[: data.limit] if data.limit else samples
    if not samples:
        raise BadInput(
            f"{suite.name}: no samples (folders: {', '.join(data.folders) or 'our own'}; match '{data.match}')"
        )
    seen: set[str] = set()
    for sample in samples:
        if sample.id in seen:
            raise BadInput(f"{suite.name}: two samples are called '{sample.id}'")
        seen.add(sample.id)
    return samples


def _log(order: Order, suite: Suite, samples: Sequence[Sample], identity: Json) -> logs.Log:
    run: Json = {
        "suite": suite.name,
        "asked_model": order.model,
        **identity,
        "data": asdict(order.data) | {"folders": [Path(folder).name for folder in order.data.folders]},
        "samples": len(samples),
        "epochs": order.epochs,
        "code": code_hash(),
    }
    run["fingerprint"] = logs.fingerprint(
        {**run, "samples_hash": logs.fingerprint({"s": [asdict(sample) for sample in samples]})}
    )
    run |= {
        "revision": revision(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "jobs": order.jobs,
    }
    old = None if order.fresh else logs.unfinished(order.runs, run["fingerprint"])
    if old:
        logs.mend(old)
        return logs.read(old)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    name = f"{stamp}-{suite.name}-{identity['backend']}-{os.getpid()}"
    # Two short runs of one process can begin in the same second.
    taken = len(list(order.runs.glob(f"{name}*.jsonl")))
    return logs.start(order.runs / (f"{name}-{taken}.jsonl" if taken else f"{name}.jsonl"), run)


def conclude(suite: Suite, log: logs.Log, reference: str | None = None, *, keep: bool = True) -> Finished:
    """Scores a log, compares it with a reference and checks the gates; ``keep`` writes the scores into its file."""
    scores = score(suite, log.records)
    done = Finished(suite, log)
    if reference:
        done.before = references.load(reference, suite, log.run["backend"])
        done.changes = references.changes(suite, log.records, done.before)
    better: dict[str, Any] = {scorer.name: scorer.better for scorer in suite.scorers}
    done.outcomes = check(
        gates_for(suite, log.run["backend"]),
        scores["figures"],
        done.changes,
        better,
        scores["unscored_share"],
        MAX_UNSCORED,
    )
    log.scores = {**scores, "gates": [outcome.to_json() for outcome in done.outcomes]}
    if keep:
        logs.finish(log, log.scores)
    return done
