"""Interviews without substance get nothing.

empty, one-word, gibberish, copied or off-topic interviews with status insufficient_evidence (where ``want`` is
insufficient), or that or strong no hire (where it is nothing), without a step above 1.5 and without evidence ÷ such
interviews
"""

from evals.scorers.marks import report
from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict

HIGHEST = 1.5


def points(record: Record) -> list[Point]:
    body = report(record)
    faults = []
    if body["verdict"] != "strong_no_hire":
        faults.append(f"verdict {body['verdict']}")
    if record.target["want"] == "insufficient" and body["status"] != "insufficient_evidence":
        faults.append(f"status {body['status']}")
    if body["status"] == "insufficient_evidence" and body["confidence"] > 0.3:
        faults.append(f"confidence {body['confidence']:.2f}")
    high = [step for step, one in body["steps"].items() if (one["score"] or 0) > HIGHEST]
    if high:
        faults.append(f"{high[0]} above {HIGHEST}")
    good = [item["quote"] for one in body["steps"].values() for item in one["evidence"] if item["sign"] == "+"]
    if good:
        faults.append(f"evidence: {good[0][:60]}")
    return [verdict(not faults, note="; ".join(faults))]


SCORER = Scorer("nothing_invented", __doc__ or "", points, mean)
