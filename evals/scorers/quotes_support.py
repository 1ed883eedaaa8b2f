"""Quotes that support the criterion they are shown for, by reading.

quotes of the newest draw that support their criterion as they stand ÷ quotes of that draw
"""

from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    output, line = record.output or {}, record.inputs["line"]
    return (
        [verdict(output["right"], line["turn"], f"{line['signal']}: {line['quote'][:80]}")]
        if output.get("kind") == "quotes"
        else []
    )


SCORER = Scorer("quotes_support", __doc__ or "", points, mean)
