"""Quotes are verbatim words of the candidate at their turn.

quotes of evidence, red flags and trade-offs with turns[turn].speaker = candidate and quote ⊂ turns[turn].text ÷ quotes
"""

from evals.scorers.marks import report
from evals.statistics import mean
from evals.types import Point, Record, Scorer, verdict


def points(record: Record) -> list[Point]:
    turns = record.inputs["transcript"]["turns"]
    body = report(record)
    quoted = [item for step in body["steps"].values() for item in step["evidence"]]
    quoted += [*body["red_flags"], *body["trade_offs"]]
    return [
        verdict(
            item["turn"] < len(turns)
            and turns[item["turn"]]["speaker"] == "candidate"
            and bool(item["quote"])
            and item["quote"] in turns[item["turn"]]["text"],
            item["turn"],
            f"not in the turn: {item['quote'][:80]}",
        )
        for item in quoted
    ]


SCORER = Scorer("quotes", __doc__ or "", points, mean)
