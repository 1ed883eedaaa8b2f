"""Runs samples: in this process, in several, or on a Ray cluster. Same records, in whatever order they finish.

A crew is opened once and serves all suites of a run: a worker that knows a case's sentences keeps their vectors, and
samples of a case go to the worker that has the case.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from types import TracebackType
from typing import Any

from evals.samples import Job, run_one
from evals.statistics import on_ray
from evals.tasks import find_suite
from evals.types import Record, Sample
from evals.world import World, open_by_name

Work = Sequence[tuple[Sample, int]]


class Crew:
    """Workers that are open: this process (``jobs=1``), several processes, or a Ray cluster."""

    def __init__(self, job: Job, jobs: int = 1, ray: str | None = None):
        self._job = job
        self._jobs = jobs
        self._ray = ray
        self._world: World | None = None
        self._workers: list[ProcessPoolExecutor] = []
        self._cases: list[str] = [""] * jobs

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._world is not None:
            self._world.close()
        for worker in self._workers:
            worker.shutdown(wait=error is None, cancel_futures=True)

    @property
    def world(self) -> World:
        """The world in this process."""
        if self._world is None:
            self._world = open_by_name(self._job.world, **self._job.options)
        return self._world

    def run(self, suite: str, work: Work) -> Iterator[Record]:
        """All work of a suite, wherever it was asked to run."""
        if self._ray:
            return on_ray(self._job, suite, work, self._ray, self._jobs)
        if self._jobs > 1:
            return self._in_processes(suite, work)
        return self._here(suite, work)

    def _here(self, suite: str, work: Work) -> Iterator[Record]:
        known = find_suite(suite)
        for sample, epoch in work:
            yield run_one(known, sample, epoch, self.world)

    def _in_processes(self, suite: str, work: Work) -> Iterator[Record]:
        self._hire()
        left: dict[str, list[tuple[Sample, int]]] = {}
        for item in work:
            left.setdefault(item[0].case, []).append(item)
        busy: dict[Future[Record], int] = {}
        idle = list(range(self._jobs))
        while left or busy:
            while idle and left:
                who = idle.pop(0)
                sample, epoch = self._next(who, left)
                busy[self._workers[who].submit(_in_worker, suite, sample, epoch)] = who
            done, _ = wait(busy, return_when=FIRST_COMPLETED)
            for future in done:
                idle.append(busy.pop(future))
                yield future.result()

    def _hire(self) -> None:
        """One pool a worker, so that a sample can be given to a certain one. Spawned, not forked: native libraries
        hold threads that a fork would break."""
        while len(self._workers) < self._jobs:
            context = get_context("spawn")
            self._workers.append(ProcessPoolExecutor(1, context, initializer=_open, initargs=(self._job,)))

    def _next(self, who: int, left: dict[str, list[tuple[Sample, int]]]) -> tuple[Sample, int]:
        """Of the worker's own case, else of the largest that nobody has, else of the largest."""
        if self._cases[who] not in left:
            free = {case: len(items) for case, items in left.items() if case not in self._cases}
            sizes = free or {case: len(items) for case, items in left.items()}
            self._cases[who] = max(sizes, key=lambda case: sizes[case])
        items = left[self._cases[who]]
        item = items.pop(0)
        if not items:
            del left[self._cases[who]]
        return item


_opened: dict[str, Any] = {}


def _open(job: Job) -> None:
    import atexit

    # As many processes as cores: threads of their own would only get into each other's way.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    _opened["world"] = open_by_name(job.world, **job.options)
    atexit.register(_opened["world"].close)


def _in_worker(suite: str, sample: Sample, epoch: int) -> Record:
    return run_one(find_suite(suite), sample, epoch, _opened["world"])
