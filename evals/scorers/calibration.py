"""Calibration of the confidence (expected calibration error, four bins).

Σ over bins [0, ¼) … [¾, 1] of share × |mean confidence − share with the panel's verdict|
"""

from collections.abc import Sequence

from evals.scorers.marks import panel, rank, report
from evals.statistics import pair
from evals.types import Point, Record, Scorer, Value


def points(record: Record) -> list[Point]:
    body = report(record)
    right = rank(body["verdict"]) == panel(record)
    return [Point((float(body["confidence"]), float(right)))]


def expected_error(values: Sequence[Value]) -> float | None:
    """Expected calibration error of pairs (confidence, right)."""
    if not values:
        return None
    bins: dict[int, list[tuple[float, ...]]] = {}
    for value in values:
        bins.setdefault(min(3, int(pair(value)[0] * 4)), []).append(pair(value))
    return sum(abs(sum(c for c, _ in found) - sum(r for _, r in found)) for found in bins.values()) / len(values)


SCORER = Scorer("calibration", __doc__ or "", points, expected_error, "lower")
