"""Taking the substance away lowers the mark, at the same length.

hand-waved and word-shuffled versions of transcripts scored 1.5 or more whose overall score falls by 0.25 or more
(no score counts as 1) ÷ those versions
"""

from evals.graded import overall
from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    output = record.output or {}
    if overall(output["base"]) < 1.5:
        return []
    return [
        verdict(
            overall(output["base"]) - overall(other) >= 0.25,
            note=f"{name}: {overall(output['base']):.2f} → {overall(other):.2f}",
        )
        for name, other in output["lowering"].items()
    ]


SCORER = Scorer("substance_counts", __doc__ or "", points, mean)
