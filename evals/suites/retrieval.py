"""Queries in candidates' words (plain, jargon, misspelt, transcribed speech) against the notes of the knowledge base.

``data/queries.jsonl`` holds them with their gold notes; some have no answer here.
"""

from pathlib import Path
from typing import Any

from evals.scorers import mrr, nothing_relevant, precision_at_5, recall_at_5, relevant_kept
from evals.suites.conduct import read_lines
from evals.types import Data, Json, Sample, Suite

FILE = Path(__file__).resolve().parent.parent / "data" / "queries.jsonl"


def samples(data: Data) -> list[Sample]:
    return [
        Sample(
            line["id"],
            line["gold"][0] if line["gold"] else line["id"],
            {"query": line["query"]},
            {"gold": line["gold"]},
        )
        for line in read_lines(FILE)
    ]


def task(sample: Sample, world: Any) -> Json:
    found: Json = world.search(sample.inputs["query"])
    return found


SUITE = Suite(
    "retrieval",
    __doc__ or "",
    samples,
    task,
    (recall_at_5.SCORER, mrr.SCORER, precision_at_5.SCORER, nothing_relevant.SCORER, relevant_kept.SCORER),
)
