"""Runs samples: in this process, in several, or on a Ray cluster. Same records, in whatever order they finish."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from evals.vocabulary import Json, Record, Sample, Suite
from evals.world import World, open_by_name
from interviewer.errors import InterviewerError


@dataclass(frozen=True)
class Job:
    """What a worker must know; travels to other processes and machines."""

    suite: str
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
    usage = world.take_usage()
    return Record(
        sample.id,
        sample.case,
        epoch,
        sample.inputs,
        sample.target,
        output,
        failure,
        seconds,
        usage,
    )


def serial(job: Job, work: Sequence[tuple[Sample, int]]) -> Iterator[Record]:
    """One after the other in this process."""
    suite = _suite(job)
    world = open_by_name(job.world, **job.options)
    try:
        for sample, epoch in work:
            yield run_one(suite, sample, epoch, world)
    finally:
        world.close()


_opened: dict[str, Any] = {}


def _suite(job: Job) -> Suite:
    from evals.suites import find_suite

    return find_suite(job.suite)


def _open(job: Job) -> None:
    import atexit

    _opened["world"] = open_by_name(job.world, **job.options)
    _opened["suite"] = _suite(job)
    atexit.register(_opened["world"].close)


def _in_worker(sample: Sample, epoch: int) -> Record:
    return run_one(_opened["suite"], sample, epoch, _opened["world"])


def processes(job: Job, work: Sequence[tuple[Sample, int]], jobs: int) -> Iterator[Record]:
    """In ``jobs`` processes. Spawned, not forked: native libraries hold threads that a fork would break."""
    with ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_open, initargs=(job,)) as pool:
        waiting = [pool.submit(_in_worker, sample, epoch) for sample, epoch in work]
        try:
            for future in as_completed(waiting):
                yield future.result()
        finally:
            for future in waiting:
                future.cancel()


def run(job: Job, work: Sequence[tuple[Sample, int]], jobs: int = 1, ray: str | None = None) -> Iterator[Record]:
    """All work, wherever it was asked to run."""
    if ray:
        from evals.cluster import on_ray

        return on_ray(job, work, ray, jobs)
    if jobs > 1 and len(work) > 1:
        return processes(job, work, min(jobs, len(work)))
    return serial(job, work)
