"""How far a changed transcript's marks moved from the original's. Not a scorer; the stability scorers share it."""

from evals.types import Json, Point, Record

ALLOWED = 0.25


def shift(base: Json, other: Json) -> float:
    """Mean |Δ| over the seven steps; a step that is scored in only one of the two counts as 1."""
    gaps = []
    for step, score in base["steps"].items():
        now = other["steps"].get(step)
        gaps.append(0.0 if score is None and now is None else 1.0 if score is None or now is None else abs(score - now))
    return sum(gaps) / len(gaps) if gaps else 0.0


def shift_points(record: Record, group: str) -> list[Point]:
    """One point a changed version."""
    output = record.output or {}
    found = []
    for name, other in output.get(group, {}).items():
        far = shift(output["base"], other)
        found.append(Point(far, note="" if far <= ALLOWED else f"{name}: steps moved by {far:.2f}", ok=far <= ALLOWED))
    return found


def kept_points(record: Record, group: str) -> list[Point]:
    """One yes or no a changed version: the same verdict."""
    output = record.output or {}
    return [
        Point(
            float(other["verdict"] == output["base"]["verdict"]),
            note=f"{name}: {output['base']['verdict']} → {other['verdict']}",
            ok=other["verdict"] == output["base"]["verdict"],
        )
        for name, other in output.get(group, {}).items()
    ]
