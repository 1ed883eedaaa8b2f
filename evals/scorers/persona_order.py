"""Order of the verdicts across personas.

pairs of personas on the same case, one better than the other by design (``good`` in personas.yaml), in which the better
one gets the higher overall score (ties count a half, no score counts as 1) ÷ such pairs
"""

import zlib
from collections.abc import Sequence

from evals.graded import overall
from evals.personas.persona import personas
from evals.scorers.held import output, persona
from evals.statistics import pair
from evals.types import Point, Record, Scorer, Value


def points(record: Record) -> list[Point]:
    good, report = personas()[persona(record)].good, output(record).get("report")
    if good is None or report is None:
        return []
    return [Point((float(zlib.crc32(record.case.encode())), float(good), overall(report)), note=report["verdict"])]


def ordered(values: Sequence[Value]) -> float | None:
    """Share of ordered pairs within a case, from triples (case, good, score)."""
    by_case: dict[float, list[tuple[float, float]]] = {}
    for case, good, score in map(pair, values):
        by_case.setdefault(case, []).append((good, score))
    right = [
        1.0 if one[1] > other[1] else 0.5 if one[1] == other[1] else 0.0
        for found in by_case.values()
        for one in found
        for other in found
        if one[0] > other[0]
    ]
    return sum(right) / len(right) if right else None


SCORER = Scorer("persona_order", __doc__ or "", points, ordered)
