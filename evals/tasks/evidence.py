"""What a report claims, on any backend: coverage, what was not heard, verbatim quotes, mistakes, nothing invented."""

from typing import Any

from evals.recorded import labelled, read_folder, sample_of, transcript_of
from evals.scorers import named
from evals.tasks import DATA, read_lines, spread
from evals.tasks.agreement import graded
from evals.types import Data, Json, Sample, Suite

RETOLD = DATA / "retold"
FAST = 6


def claim_samples(data: Data) -> list[Sample]:
    """Labelled transcripts and those told anew as an hour of talk, with what readers found said in them."""
    said = said_by_reading()
    found = [sample_of(one) for one in labelled(data)]
    if not data.folders:
        found += [sample_of(one) for one in read_folder(RETOLD)]
    for sample in found:
        sample.target["said"] = said.get(sample.id, [])
    return spread(found, FAST) if data.fast else found


def said_by_reading() -> dict[str, list[str]]:
    """By transcript the criteria of which a reader found that they were said."""
    found: dict[str, set[str]] = {}
    for line in read_lines(DATA / "quote_readings.jsonl"):
        if line["supports"] and line["sign"] == "+":
            found.setdefault(line["transcript"], set()).add(line["signal"])
    for line in read_lines(DATA / "claim_readings.jsonl"):
        if not line["missing"]:
            found.setdefault(line["transcript"], set()).add(line["signal"])
    return {name: sorted(signals) for name, signals in found.items()}


def claim_task(sample: Sample, world: Any) -> Json:
    """The report, once more to see that it is the same."""
    transcript = transcript_of(sample.inputs)
    body = graded(sample, world)
    return {**body, "same_twice": world.grade(transcript) == body["report"]}


CLAIMS = Suite(
    "claims",
    """What a report without a verdict still claims: reached, heard, quoted.

    Labelled interviews of ours, tidy and told anew; what was said is known by reading (``quote_readings.jsonl``,
    ``claim_readings.jsonl``).
    """,
    claim_samples,
    claim_task,
    named("false_not_reached", "false_not_heard", "quotes", "no_verdict", "same_twice"),
)


def degenerate_samples(data: Data) -> list[Sample]:
    """Interviews without substance."""
    return [
        Sample(
            line["id"],
            line["id"],
            {"transcript": {key: line[key] for key in ("case", "level", "turns")}},
            {"want": line["want"]},
        )
        for line in read_lines(DATA / "degenerate.jsonl")
    ]


DEGENERATE = Suite(
    "degenerate",
    """Interviews without substance: empty, one word, gibberish, copied questions, off topic.

    Nothing may be invented.
    """,
    degenerate_samples,
    graded,
    named("nothing_invented", "quotes"),
)


def flag_samples(data: Data) -> list[Sample]:
    """Statements, wrong and sound."""
    return [
        Sample(line["id"], line["case"], {"says": line["says"]}, {"flags": line["flags"]})
        for line in read_lines(DATA / "red_flags.jsonl")
    ]


def flag_task(sample: Sample, world: Any) -> Json:
    """The mistakes that the listener hears in a turn of these words alone."""
    heard = world.hears(sample.case, sample.inputs["says"])
    return {"flags": sorted({one["id"] for one in heard if one["kind"] == "red_flag"})}


RED_FLAGS = Suite(
    "red_flags",
    """Wrong statements that the fast listener must hear, and sound ones that look like them and that it must not.

    It needs no language model, so it is the same on every backend.
    """,
    flag_samples,
    flag_task,
    named("flags_caught", "flags_false"),
)
