"""What a report claims: quotes, what was not reached, what was not heard, mistakes, and nothing out of nothing."""

from evals.scorers import scorer
from evals.scorers.agreement import report
from evals.statistics import mean
from evals.types import Point, Record, verdict

HIGHEST = 1.5


@scorer(mean)
def quotes(record: Record) -> list[Point]:
    """Quotes are verbatim words of the candidate at their turn.

    quotes of evidence, red flags and trade-offs with turns[turn].speaker = candidate and quote ⊂ turns[turn].text ÷
    quotes
    """
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


@scorer(mean)
def nothing_invented(record: Record) -> list[Point]:
    """Interviews without substance get nothing.

    empty, one-word, gibberish, copied or off-topic interviews with status insufficient_evidence (where ``want`` is
    insufficient), or that, strong no hire or no verdict (where it is nothing), without a step above 1.5 and without
    evidence ÷ such interviews
    """
    body = report(record)
    faults = []
    if body["verdict"] not in ("strong_no_hire", None):
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


@scorer(mean)
def flags_caught(record: Record) -> list[Point]:
    """Mistakes heard.

    wrong statements of data/red_flags.jsonl in which one of their red flags was heard ÷ wrong statements
    """
    wanted, found = set(record.target["flags"]), set((record.output or {})["flags"])
    return [verdict(bool(wanted & found), note=f"{record.inputs['says']} → {sorted(found)}")] if wanted else []


@scorer(mean, "lower")
def flags_false(record: Record) -> list[Point]:
    """Sound statements heard as mistakes.

    sound statements of data/red_flags.jsonl in which any red flag was heard ÷ sound statements
    """
    if record.target["flags"]:
        return []
    found = (record.output or {})["flags"]
    return [Point(float(bool(found)), note=f"{record.inputs['says']} → {found}", ok=not found)]


@scorer(mean, "lower")
def false_not_reached(record: Record) -> list[Point]:
    """Steps called not reached that a reader marked.

    steps with a reader's mark of 2 or more whose status is ``not_reached`` ÷ steps with such a mark
    """
    body = report(record)
    marks = record.target["labels"].get("steps") or {}
    found = []
    for step, mark in marks.items():
        if mark is not None and mark >= 2:
            wrong = body["steps"][step]["status"] == "not_reached"
            found.append(Point(float(wrong), note=f"{step}: readers {mark:g}" if wrong else "", ok=not wrong))
    return found


@scorer(mean, "lower")
def false_not_heard(record: Record) -> list[Point]:
    """Criteria called not heard that were said, by reading.

    (interview, criterion) of which a reader found a quote and that the report lists as missing ÷ all of those pairs
    """
    missing = {one["signal"] for step in report(record)["steps"].values() for one in step["missing"]}
    return [
        Point(float(signal in missing), note=f"{signal}: said" if signal in missing else "", ok=signal not in missing)
        for signal in record.target.get("said", [])
    ]


@scorer(mean)
def no_verdict(record: Record) -> list[Point]:
    """No verdict from a backend that was not shown to agree with readers.

    reports of the scripted and the embedded backend without a verdict ÷ reports; others give no point
    """
    body = report(record)
    if (record.output or {}).get("backend") not in ("scripted", "local"):
        return []
    return [verdict(body["verdict"] is None, note=f"says {body['verdict']}")]
