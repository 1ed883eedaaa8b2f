"""Metrics over points, intervals clustered by case, paired differences. Pure; seeded."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from evals.samples import Job, run_one
from evals.tasks import find_suite
from evals.types import Metric, Record, Sample, Value
from interviewer import CannotRun

V = TypeVar("V")
RESAMPLES = 1000
SEED = 20261121
FEW_CLUSTERS = 5
"""Below this many cases the interval also resamples within a case: too few clusters say too little alone."""
Points = Mapping[str, Mapping[str, Sequence[Value]]]
"""Values by cluster (case) and by record id."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval; ``points`` scored things from ``clusters`` cases."""

    value: float | None
    low: float | None
    high: float | None
    points: int
    clusters: int


def mean(values: Sequence[Value]) -> float | None:
    """The arithmetic mean."""
    return float(np.mean([number(value) for value in values])) if values else None


def median(values: Sequence[Value]) -> float | None:
    """The median."""
    return float(np.median([number(value) for value in values])) if values else None


def number(value: Value) -> float:
    """A single number; a tuple is an error."""
    if isinstance(value, tuple):
        raise TypeError("a tuple where one number was expected")
    return value


def pair(value: Value) -> tuple[float, ...]:
    """Numbers that belong together; a single number is an error."""
    if not isinstance(value, tuple):
        raise TypeError("one number where a tuple was expected")
    return value


def quadratic_kappa(values: Sequence[Value]) -> float | None:
    """Quadratic weighted kappa of pairs (ours, theirs): 1 − Σ(a−b)² ÷ E[Σ(a−b)²] under independence.

    Works on real numbers as well: the weights are squared differences. None where neither side varies.
    """
    if not values:
        return None
    both = np.array([pair(value)[:2] for value in values], float)
    ours, theirs = both[:, 0], both[:, 1]
    observed = float(np.mean((ours - theirs) ** 2))
    expected = float(ours.var() + theirs.var() + (ours.mean() - theirs.mean()) ** 2)
    return 1.0 - observed / expected if expected > 1e-12 else None


def spearman(values: Sequence[Value]) -> float | None:
    """Rank correlation of pairs, ties by mean rank. None where one side does not vary."""
    if len(values) < 2:
        return None
    both = np.array([pair(value)[:2] for value in values], float)
    ours, theirs = _ranks(both[:, 0]), _ranks(both[:, 1])
    if ours.std() < 1e-12 or theirs.std() < 1e-12:
        return None
    return float(np.corrcoef(ours, theirs)[0, 1])


def _ranks(numbers: np.ndarray) -> np.ndarray:
    _, where, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[where]


def bootstrap(points: Points, metric: Metric, resamples: int = RESAMPLES) -> Estimate:
    """The metric over all points with the percentile interval of a bootstrap over cases."""
    clusters = {case: records for case, records in sorted(points.items()) if any(records.values())}
    values = [value for records in clusters.values() for _, found in sorted(records.items()) for value in found]
    whole = metric(values)
    drawn = [metric(draw) for draw in _draws(clusters, resamples)] if len(values) > 1 else []
    low, high = _interval([value for value in drawn if value is not None])
    return Estimate(whole, low, high, len(values), len(clusters))


def paired(now: Points, before: Points, metric: Metric) -> Estimate:
    """metric(now) − metric(before) over the records that both hold, resampled together."""
    shared = {
        case: {name: [*_both(found, before[case][name])] for name, found in records.items() if name in before[case]}
        for case, records in sorted(now.items())
        if case in before
    }
    shared = {case: records for case, records in shared.items() if any(records.values())}

    def difference(values: Sequence[tuple[Value | None, Value | None]]) -> float | None:
        ours = metric([value for value, _ in values if value is not None])
        theirs = metric([value for _, value in values if value is not None])
        return None if ours is None or theirs is None else ours - theirs

    flat = [value for records in shared.values() for _, found in sorted(records.items()) for value in found]
    drawn = [difference(draw) for draw in _draws(shared, RESAMPLES)] if len(flat) > 1 else []
    low, high = _interval([value for value in drawn if value is not None])
    return Estimate(difference(flat), low, high, len(flat), len(shared))


def _both(now: Sequence[Value], before: Sequence[Value]) -> list[tuple[Value | None, Value | None]]:
    length = max(len(now), len(before))
    ours: list[Value | None] = [*now, *[None] * (length - len(now))]
    theirs: list[Value | None] = [*before, *[None] * (length - len(before))]
    return list(zip(ours, theirs, strict=True))


def _draws(clusters: Mapping[str, Mapping[str, Sequence[V]]], resamples: int) -> list[list[V]]:
    random = np.random.default_rng(SEED)
    cases = [[found for _, found in sorted(records.items())] for _, records in sorted(clusters.items())]
    within = len(cases) < FEW_CLUSTERS
    draws = []
    for _ in range(resamples):
        draw: list[V] = []
        for chosen in random.integers(len(cases), size=len(cases)):
            records = cases[int(chosen)]
            order = random.integers(len(records), size=len(records)) if within else range(len(records))
            for index in order:
                draw.extend(records[int(index)])
        draws.append(draw)
    return draws


def _interval(drawn: Sequence[float]) -> tuple[float | None, float | None]:
    if not drawn:
        return None, None
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


# -- cluster ---------------------------------------------------------------------------------------------
# The same work on a Ray cluster: ``--ray local`` starts one here, ``--ray ADDRESS`` joins one. Optional extra.


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
