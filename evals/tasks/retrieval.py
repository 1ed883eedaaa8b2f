"""What is found: notes for a query, and the facts that a candidate's question releases."""

from typing import Any

from evals.scorers import named
from evals.tasks import DATA, read_lines
from evals.types import Data, Json, Sample, Suite
from interviewer.transcript import Transcript


def query_samples(data: Data) -> list[Sample]:
    """Queries with their gold notes."""
    return [
        Sample(
            line["id"],
            line["gold"][0] if line["gold"] else line["id"],
            {"query": line["query"]},
            {"gold": line["gold"]},
        )
        for line in read_lines(DATA / "queries.jsonl")
    ]


def query_task(sample: Sample, world: Any) -> Json:
    """The five best passages."""
    found: Json = world.search(sample.inputs["query"])
    return found


RETRIEVAL = Suite(
    "retrieval",
    """Queries in candidates' words (plain, jargon, misspelt, transcribed speech) against the notes.

    Some have no answer here.
    """,
    query_samples,
    query_task,
    named("recall_at_5", "mrr", "precision_at_5", "nothing_relevant", "relevant_kept"),
)


def fact_samples(data: Data) -> list[Sample]:
    """Single questions with the fact that they ask for."""
    return [
        Sample(line["id"], line["case"], {"question": line["question"]}, {"fact": line["fact"]})
        for line in read_lines(DATA / "facts.jsonl")
    ]


def fact_task(sample: Sample, world: Any) -> Json:
    """The first fact that the listener hears asked for."""
    heard = [one["id"] for one in world.hears(sample.case, sample.inputs["question"]) if one["kind"] == "question"]
    return {"fact": next((one for one in heard if one), None)}


FACTS = Suite(
    "facts",
    """Clarifying questions in candidates' words, heard as the right requirement fact or as "not specified".

    What the fast listener hears; ``asked`` measures what the interviewer says.
    """,
    fact_samples,
    fact_task,
    named("fact_matched", "silence_kept"),
)


def asked_samples(data: Data) -> list[Sample]:
    """Terse, compound, misspelt and caption-style questions with all the facts that they ask for."""
    found = [
        Sample(line["id"], line["case"], {"question": line["question"]}, {"facts": line["facts"]})
        for line in read_lines(DATA / "asked.jsonl")
    ]
    return found[::4] if data.fast else found


def asked_task(sample: Sample, world: Any) -> Json:
    """The facts that our answer gives out, early in an interview."""
    turns = [
        {"speaker": "interviewer", "text": world.knows(sample.case)["brief"], "at": 0, "move": {"kind": "open"}},
        {"speaker": "candidate", "text": sample.inputs["question"], "at": 40},
    ]
    body = {"case": sample.case, "level": "senior", "turns": turns}
    reply = world.reply(Transcript.model_validate(body), 50)
    return {"facts": sorted(set(reply["turn"].get("facts", []))), "text": reply["turn"]["text"]}


ASKED = Suite(
    "asked",
    """Clarifying questions put to the interviewer: all the facts that they ask for, and no other.

    Terse, compound, misspelt and caption-style ones, and the first questions of an interview as an independent writer
    would say them aloud.
    """,
    asked_samples,
    asked_task,
    named("facts_exact", "facts_silent"),
)
