"""Whole interviews with simulated candidates: time, coverage, endings, and whether errors are challenged."""

import zlib
from collections.abc import Sequence

from evals.personas.persona import personas
from evals.recorded import overall
from evals.scorers import scorer
from evals.scorers.conduct import positions, sentences
from evals.statistics import mean, median, pair
from evals.types import Json, Point, Record, Value, verdict

EARLY, LATE = 0.5, 1.1
COOPERATIVE = ("strong", "deferrer", "jumper", "terse", "middling")


def output(record: Record) -> Json:
    """The held interview."""
    return record.output or {}


def persona(record: Record) -> str:
    return str(record.inputs["persona"])


def spent(record: Record) -> dict[str, float]:
    """Seconds by step, by what an answer is about: from the interviewer's turn before it to the turn after it."""
    held = output(record)
    turns, used = held["turns"], dict.fromkeys(held["known"]["budgets"], 0.0)
    for index, step in held["about"].items():
        here = int(index)
        start = turns[here - 1]["at"] if here else turns[here]["at"]
        end = turns[here + 1]["at"] if here + 1 < len(turns) else held["ended"]
        used[step] = used.get(step, 0.0) + max(0.0, end - start)
    return used


@scorer(mean)
def coverage(record: Record) -> list[Point]:
    """Seven steps reached within the time, with a cooperative candidate.

    interviews of the cooperative personas (strong, deferrer, jumper, terse, middling) in which the candidate got to
    speak on all seven steps before the close ÷ those interviews
    """
    if persona(record) not in COOPERATIVE:
        return []
    reached = set(output(record)["about"].values())
    missing = [step for step in output(record)["known"]["budgets"] if step not in reached]
    return [verdict(not missing, len(output(record)["turns"]) - 1, f"never reached: {', '.join(missing)}")]


@scorer(mean, "lower")
def pacing(record: Record) -> list[Point]:
    """Pacing error.

    Σ over steps |seconds used − budget| ÷ Σ budget, mean over interviews of the cooperative personas; the seconds of an
    answer and of the turn before it count for the step that the answer is about
    """
    if persona(record) not in COOPERATIVE:
        return []
    budgets, used = output(record)["known"]["budgets"], spent(record)
    whole = sum(budgets.values())
    if not whole:
        return []
    return [Point(sum(abs(used.get(step, 0.0) - budget) for step, budget in budgets.items()) / whole)]


@scorer(median, "lower")
def talk_share(record: Record) -> list[Point]:
    """Our share of the words.

    interviewer's words ÷ all words, median over interviews without the silent persona (people: median 18 %)
    """
    if persona(record) == "silent":
        return []
    words = {"interviewer": 0, "candidate": 0}
    for turn in output(record)["turns"]:
        words[turn["speaker"]] += len(turn["text"].split())
    return [Point(words["interviewer"] / max(1, sum(words.values())))]


@scorer(mean)
def errors_challenged(record: Record) -> list[Point]:
    """Planted errors challenged within two turns.

    planted wrong statements after which one of our next two turns is of kind challenge ÷ planted wrong statements
    """
    held = output(record)
    found = []
    for index in held["planted"]:
        next_two = [one for one in held["positions"] if one["turn"] > index and "kind" in one][:2]
        found.append(
            verdict(any(one["kind"] == "challenge" for one in next_two), index + 1, held["turns"][index]["text"][-140:])
        )
    return found


@scorer(mean)
def brought_back(record: Record) -> list[Point]:
    """A candidate who puts a step off is brought back to it.

    interviews of the persona that says "let me come back to that" in which it later speaks on that step ÷ those
    interviews
    """
    step = personas()[persona(record)].defers
    if step is None:
        return []
    return [verdict(str(step) in output(record)["about"].values(), note=f"never came back to {step}")]


@scorer(mean, "lower")
def dead_ends(record: Record) -> list[Point]:
    """Dead ends: interviews that do not come to a close.

    interviews that fail, run more than a tenth over their time, or close before half of it ÷ interviews
    """
    held = output(record)
    share = held["ended"] / (held.get("minutes", 45) * 60)
    bad = not held["closed"] or share > LATE or share < EARLY
    note = f"closed: {held['closed']}, after {share:.0%} of the time" if bad else ""
    return [Point(float(bad), len(held["turns"]) - 1, note, not bad)]


@scorer(mean, "lower")
def loops(record: Record) -> list[Point]:
    """Loops: the same sentence twice in an interview.

    interviewer turns with a sentence of more than four words that an earlier turn of the interview said letter by
    letter ÷ interviewer turns
    """
    seen: set[str] = set()
    found = []
    for ours, _ in positions(record):
        if "error" in ours:
            continue
        said = [sentence.lower() for sentence in sentences(ours["text"]) if len(sentence.split()) > 4]
        again = [one for one in said if one in seen]
        found.append(Point(float(bool(again)), ours["turn"], again[0][:140] if again else "", not again))
        seen.update(said)
    return found


def ordered(values: Sequence[Value]) -> float | None:
    """Share of ordered pairs within a case, from triples (case, good, score)."""
    by_case: dict[float, list[tuple[float, float]]] = {}
    for case, good, score in map(pair, values):
        by_case.setdefault(case, []).append((good, score))
    right = [
        1.0 if one[1] > other[1] else 0.5 if one[1] == other[1] else 0.0
        for found in by_case.values()
        for one in found
        for other in found
        if one[0] > other[0]
    ]
    return sum(right) / len(right) if right else None


@scorer(ordered)
def persona_order(record: Record) -> list[Point]:
    """Order of the verdicts across personas.

    pairs of personas on the same case, one better than the other by design (``good`` in personas.yaml), in which the
    better one gets the higher overall score (ties count a half, no score counts as 1) ÷ such pairs
    """
    good, report = personas()[persona(record)].good, output(record).get("report")
    if good is None or report is None or report["verdict"] is None:
        return []
    return [Point((float(zlib.crc32(record.case.encode())), float(good), overall(report)), note=report["verdict"])]
