"""One sample of a suite, run wherever it was asked to: in this process, in another, or on another machine."""

import time
from dataclasses import dataclass, field

from evals.types import Json, Record, Sample, Suite
from evals.world import World
from interviewer import InterviewerError


@dataclass(frozen=True)
class Job:
    """What a worker must know; travels to other processes and machines."""

    world: str = "evals.world:open_world"
    options: Json = field(default_factory=dict)
    """Arguments of the world's opener."""


def run_one(suite: Suite, sample: Sample, epoch: int, world: World) -> Record:
    """Runs one sample. An error of ours is recorded, not raised; a programming error is recorded with its type."""
    started = time.perf_counter()
    output, failure = None, None
    try:
        output = suite.task(sample, world)
    except InterviewerError as error:
        failure = str(error)
    except Exception as error:  # noqa: BLE001 - one broken sample must not lose the others; it counts as unscored
        failure = f"{type(error).__name__}: {error}"
    seconds = round(time.perf_counter() - started, 3)
    return Record(
        sample.id,
        sample.case,
        epoch,
        sample.inputs,
        sample.target,
        output,
        failure,
        seconds,
    )
