"""Sound statements heard as mistakes.

sound statements of data/red_flags.jsonl in which any red flag was heard ÷ sound statements
"""

from evals.statistics import mean
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    if record.target["flags"]:
        return []
    found = (record.output or {})["flags"]
    return [Point(float(bool(found)), note=f"{record.inputs['says']} → {found}", ok=not found)]


SCORER = Scorer("flags_false", __doc__ or "", points, mean, "lower")
