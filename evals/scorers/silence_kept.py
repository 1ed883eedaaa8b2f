"""Questions on which the case is silent get no fact.

questions of data/facts.jsonl without a fact that are matched to none ÷ those questions
"""

from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    if record.target["fact"] is not None:
        return []
    got = (record.output or {})["fact"]
    return [verdict(got is None, note=f"{record.inputs['question']} → {got}")]


SCORER = Scorer("silence_kept", __doc__ or "", points, mean)
