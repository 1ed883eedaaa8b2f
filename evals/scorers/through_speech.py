"""What speech did to an interview: typed and heard marks side by side. Not a scorer; the speech scorers share it."""

from collections.abc import Sequence

from evals.scorers.marks import panel, rank, report, step_marks
from evals.scorers.shift import ALLOWED, shift
from evals.statistics import pair, quadratic_kappa
from evals.types import Point, Record, Value

EMBEDDED = "joe"
"""The voice whose figures count; the others are robots that people do not sound like."""


def by_voice(record: Record, robot: bool) -> bool:
    """Whether the record was said by the embedded voice, or by a robotic one."""
    return bool(record.target["voice"] != EMBEDDED) is robot


def verdict_triples(record: Record) -> list[Point]:
    """(typed, heard, panel), ranks 0–3; not ok where speech changed the verdict."""
    if not by_voice(record, robot=False):
        return []
    typed, heard = (report(record, which)["verdict"] for which in ("typed", "heard"))
    return [Point((rank(typed), rank(heard), panel(record)), note=f"{typed} → {heard}", ok=typed == heard)]


def step_triples(record: Record) -> list[Point]:
    """(typed, heard, panel) for every step that all three marked."""
    if not by_voice(record, robot=False):
        return []
    heard = {step: score for step, score, _ in step_marks(record, "heard")}
    return [
        Point(
            (typed, after, theirs),
            note=f"{step}: {typed:.1f} → {after:.1f}; panel {theirs:g}",
            ok=abs(typed - after) <= ALLOWED,
        )
        for step, typed, theirs in step_marks(record, "typed")
        if typed is not None and theirs is not None and (after := heard[step]) is not None
    ]


def lost(values: Sequence[Value]) -> float | None:
    """κ(typed, panel) − κ(heard, panel)."""
    typed = quadratic_kappa([(pair(value)[0], pair(value)[2]) for value in values])
    heard = quadratic_kappa([(pair(value)[1], pair(value)[2]) for value in values])
    return None if typed is None or heard is None else typed - heard


def shifted(record: Record, robot: bool) -> list[Point]:
    """How far the seven steps moved."""
    if not by_voice(record, robot):
        return []
    typed, heard = (
        {"steps": {step: body["score"] for step, body in report(record, which)["steps"].items()}}
        for which in ("typed", "heard")
    )
    far = shift(typed, heard)
    return [Point(far, note="" if far <= ALLOWED else f"steps moved by {far:.2f}", ok=far <= ALLOWED)]


def word_counts(record: Record, robot: bool) -> list[Point]:
    """(wrong, said) words."""
    if not by_voice(record, robot):
        return []
    wrong, said = float(record.target["wrong"]), float(record.target["said"])
    return [Point((wrong, said), note=f"{wrong:.0f} of {said:.0f} words")]


def error_rate(values: Sequence[Value]) -> float | None:
    """Σ wrong ÷ Σ said."""
    said = sum(pair(value)[1] for value in values)
    return sum(pair(value)[0] for value in values) / said if said else None
