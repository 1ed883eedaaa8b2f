"""Mistakes heard.

wrong statements of data/red_flags.jsonl in which one of their red flags was heard ÷ wrong statements
"""

from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    wanted, found = set(record.target["flags"]), set((record.output or {})["flags"])
    return [verdict(bool(wanted & found), note=f"{record.inputs['says']} → {sorted(found)}")] if wanted else []


SCORER = Scorer("flags_caught", __doc__ or "", points, mean)
