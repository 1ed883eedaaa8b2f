"""Reads marks out of records: verdicts as ranks 0–3, steps as 1–4. Not a scorer; the grading scorers share it."""

from collections.abc import Iterator

from evals.types import Json, Point, Record
from interviewer.domain import Step, Verdict


def rank(verdict: str) -> float:
    """0 for strong no hire … 3 for strong hire."""
    return float(Verdict(verdict).rank)


def report(record: Record, which: str = "report") -> Json:
    """A report of the record's output."""
    output = record.output or {}
    found: Json = output[which]
    return found


def panel(record: Record) -> float:
    """The labelled verdict's rank."""
    return rank(record.target["labels"]["verdict"])


def verdict_pair(record: Record, which: str = "report") -> list[Point]:
    """(ours, panel) as one point; not ok where hire and no hire are confused."""
    ours, theirs = rank(report(record, which)["verdict"]), panel(record)
    note = f"{report(record, which)['verdict']}; panel: {record.target['labels']['verdict']}"
    return [
        Point(
            (ours, theirs),
            note=note if ours != theirs else "",
            ok=(ours >= 2) == (theirs >= 2),
        )
    ]


def step_marks(record: Record, which: str = "report") -> Iterator[tuple[Step, float | None, float | None]]:
    """Per labelled step our score and the panel's; None where not reached."""
    labels = record.target["labels"].get("steps") or {}
    ours = report(record, which)["steps"]
    for step in Step:
        if step in labels:
            yield step, ours.get(step, {}).get("score"), labels[step]


def step_pairs(record: Record, which: str = "report") -> list[Point]:
    """(ours, panel) for every step that both marked; far off by 1.5 or more is shown as failing."""
    return [
        Point(
            (ours, theirs),
            note=f"{step}: {ours:.1f}; panel {theirs:g}",
            ok=abs(ours - theirs) < 1.5,
        )
        for step, ours, theirs in step_marks(record, which)
        if ours is not None and theirs is not None
    ]


def rival_triple(record: Record, name: str) -> list[Point]:
    """(ours, panel, rival) where the rival has a mark."""
    mark = (record.target.get("rivals") or {}).get(name)
    return [] if mark is None else [Point((rank(report(record)["verdict"]), panel(record), float(mark)))]
