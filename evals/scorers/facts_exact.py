"""A question releases exactly the facts that it asks for.

questions of data/asked.jsonl whose set of facts is exactly right (empty where the case is silent) ÷ questions
"""

from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    wanted, found = sorted(record.target["facts"]), (record.output or {})["facts"]
    return [verdict(wanted == found, note=f"{record.inputs['question']} → {found}; wanted {wanted}")]


SCORER = Scorer("facts_exact", __doc__ or "", points, mean)
