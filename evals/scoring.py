"""Scores records: points, figures with intervals, unscored counts. Needs no model: a stored log can be scored again."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from evals.statistics import Points, bootstrap
from evals.types import Json, Point, Record, Scorer, Suite, Value

MAX_UNSCORED = 0.01
"""A larger share of unscored points or failed records fails the run."""
SHOWN_FAILURES = 200


def points_of(scorer: Scorer, record: Record) -> list[Point]:
    """The scorer's points for a record; a record without output gives one unscored point."""
    if record.output is None:
        return [Point(None, note=record.error or "no output")]
    return scorer.points(record)


def by_case(scorer: Scorer, records: Sequence[Record]) -> Points:
    """Scored values by case and record id, epochs one after the other."""
    found: dict[str, dict[str, list[Value]]] = {}
    for record in sorted(records, key=lambda record: (record.id, record.epoch)):
        values = [point.value for point in points_of(scorer, record) if point.value is not None]
        if values:
            found.setdefault(record.case, {}).setdefault(record.id, []).extend(values)
    return found


def figure(scorer: Scorer, records: Sequence[Record]) -> Json:
    """A scorer's figure over all records, with its interval and what was not scored."""
    points = [(record, point) for record in records for point in points_of(scorer, record)]
    missing = sum(point.value is None for _, point in points)
    body: Json = {
        **asdict(bootstrap(by_case(scorer, records), scorer.metric)),
        "unscored": missing,
        "better": scorer.better,
    }
    epochs = {record.epoch for record in records}
    if len(epochs) > 1:
        body["pass_all"] = _pass_all(scorer, records)
    return body


def _pass_all(scorer: Scorer, records: Sequence[Record]) -> float | None:
    """Share of points that pass in every epoch (pass-all-k); None for scorers without pass and fail."""
    runs: dict[tuple[str, int], list[bool]] = {}
    for record in records:
        for index, point in enumerate(points_of(scorer, record)):
            if point.ok is not None:
                runs.setdefault((record.id, index), []).append(point.ok)
    return sum(all(passed) for passed in runs.values()) / len(runs) if runs else None


def failures(scorer: Scorer, records: Sequence[Record]) -> list[Json]:
    """The failing positions, for the report."""
    found: list[Json] = [
        {
            "record": record.id,
            "epoch": record.epoch,
            "turn": point.turn,
            "note": point.note,
        }
        for record in records
        for point in points_of(scorer, record)
        if point.ok is False or point.value is None
    ]
    return found[:SHOWN_FAILURES]


def score(suite: Suite, records: Sequence[Record]) -> Json:
    """All figures of a run, its unscored share and time."""
    figures: dict[str, Any] = {scorer.name: figure(scorer, records) for scorer in suite.scorers}
    failed = [record for record in records if record.error is not None]
    shares = [len(failed) / len(records) if records else 1.0]
    shares += [
        body["unscored"] / (body["points"] + body["unscored"])
        for body in figures.values()
        if body["points"] + body["unscored"]
    ]
    return {
        "figures": figures,
        "records": len(records),
        "failed": [{"record": record.id, "error": record.error} for record in failed],
        "unscored_share": max(shares),
        "seconds": round(sum(record.seconds for record in records), 2),
    }
