"""Adding a real reason raises the step.

steps scored below 3 whose score rises after a strong answer for that step and case is added ÷ such steps
(no score counts as 1)
"""

from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    output = record.output or {}
    found = []
    for step, other in output.get("raising", {}).items():
        before, after = output["base"]["steps"][step] or 1.0, other["steps"][step] or 1.0
        if before < 3:
            found.append(verdict(after > before, note=f"{step}: {before:.2f} → {after:.2f}"))
    return found


SCORER = Scorer("reasons_count", __doc__ or "", points, mean)
