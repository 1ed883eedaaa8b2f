"""The same work on a Ray cluster: ``--ray local`` starts one here, ``--ray ADDRESS`` joins one. Optional extra."""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from evals.samples import Job, run_one
from evals.tasks import find_suite
from evals.types import Record, Sample
from interviewer.errors import CannotRun


class Worker:
    """An actor: opens its world once and keeps it."""

    def __init__(self, job: Job, suite: str):
        from evals.world import open_by_name

        self._suite = find_suite(suite)
        self._world = open_by_name(job.world, **job.options)

    def run(self, sample: Sample, epoch: int) -> Record:
        """Runs one sample in its world."""
        return run_one(self._suite, sample, epoch, self._world)


def on_ray(job: Job, suite: str, work: Sequence[tuple[Sample, int]], address: str, workers: int) -> Iterator[Record]:
    """Runs the work on ``workers`` actors. Raises CannotRun without Ray or without the cluster."""
    try:
        import ray
        from ray.util import ActorPool
    except ImportError as error:
        raise CannotRun("Ray is not installed: pip install 'ml-design-interviewer[ray]'") from error
    workers = max(1, workers)
    try:
        where: dict[str, Any] = {"num_cpus": workers} if address == "local" else {"address": address}
        ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR, **where)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise CannotRun(f"no Ray cluster at '{address}': {error}") from error
    try:
        pool = ActorPool([ray.remote(Worker).remote(job, suite) for _ in range(workers)])
        yield from pool.map_unordered(lambda actor, item: actor.run.remote(*item), list(work))
    finally:
        ray.shutdown()
