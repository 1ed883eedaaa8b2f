"""Criteria that a report calls not clearly heard and that were indeed not said, by reading.

claims of the newest draw whose criterion nobody finds in the transcript ÷ claims of that draw
"""

from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    output, line = record.output or {}, record.inputs["line"]
    wrong = f"said: {line['transcript']}, {line['signal']}"
    return [verdict(output["right"], note=wrong)] if output.get("kind") == "claims" else []


SCORER = Scorer("truly_missing", __doc__ or "", points, mean)
