"""Retrieval of notes, and the facts that a candidate's question releases."""

from evals.scorers import scorer
from evals.statistics import mean
from evals.types import Point, Record, verdict


@scorer(mean)
def recall_at_5(record: Record) -> list[Point]:
    """Retrieval: recall at 5.

    queries with a gold note among the first five passages ÷ queries that have gold notes
    """
    gold, found = record.target["gold"], (record.output or {})["found"][:5]
    return [verdict(bool(set(gold) & set(found)), note=f"{record.inputs['query']} → {found}")] if gold else []


@scorer(mean)
def mrr(record: Record) -> list[Point]:
    """Retrieval: mean reciprocal rank.

    mean over queries with gold notes of 1 ÷ rank of the first passage of a gold note among five; 0 where there is none
    """
    gold, found = record.target["gold"], (record.output or {})["found"][:5]
    ranks = [place for place, one in enumerate(found, 1) if one in gold]
    return [Point(1 / ranks[0] if ranks else 0.0)] if gold else []


@scorer(mean)
def precision_at_5(record: Record) -> list[Point]:
    """Retrieval: precision at 5 (reported, no goal).

    passages of a gold note among the first five ÷ 5, mean over queries with gold notes
    """
    gold, found = record.target["gold"], (record.output or {})["found"][:5]
    return [Point(sum(one in gold for one in found) / 5)] if gold else []


@scorer(mean)
def nothing_relevant(record: Record) -> list[Point]:
    """Retrieval: "nothing relevant" is recognised.

    queries without an answer here that are said to have none ÷ such queries
    """
    if record.target["gold"]:
        return []
    output = record.output or {}
    return [verdict(not output["relevant"], note=f"{record.inputs['query']}: {output['best']}")]


@scorer(mean)
def relevant_kept(record: Record) -> list[Point]:
    """Retrieval: queries with an answer are not turned away.

    queries with gold notes that are said to have something relevant ÷ such queries
    """
    if not record.target["gold"]:
        return []
    output = record.output or {}
    return [verdict(bool(output["relevant"]), note=f"{record.inputs['query']}: {output['best']}")]


@scorer(mean)
def fact_matched(record: Record) -> list[Point]:
    """Clarifying questions are matched to the right fact, or to "not specified".

    questions of data/facts.jsonl matched to their fact, or to none where the case is silent ÷ questions
    """
    got, wanted = (record.output or {})["fact"], record.target["fact"]
    return [verdict(got == wanted, note=f"{record.inputs['question']} → {got}; wanted {wanted}")]


@scorer(mean)
def silence_kept(record: Record) -> list[Point]:
    """Questions on which the case is silent get no fact.

    questions of data/facts.jsonl without a fact that are matched to none ÷ those questions
    """
    if record.target["fact"] is not None:
        return []
    got = (record.output or {})["fact"]
    return [verdict(got is None, note=f"{record.inputs['question']} → {got}")]


@scorer(mean)
def facts_exact(record: Record) -> list[Point]:
    """A question releases exactly the facts that it asks for.

    questions of data/asked.jsonl whose set of facts is exactly right (empty where the case is silent) ÷ questions
    """
    wanted, found = sorted(record.target["facts"]), (record.output or {})["facts"]
    return [verdict(wanted == found, note=f"{record.inputs['question']} → {found}; wanted {wanted}")]


@scorer(mean)
def facts_silent(record: Record) -> list[Point]:
    """Terse and caption-style questions on which the case is silent get no fact.

    questions of data/asked.jsonl without a fact that get none ÷ those questions
    """
    if record.target["facts"]:
        return []
    found = (record.output or {})["facts"]
    return [verdict(not found, note=f"{record.inputs['question']} → {found}")]
