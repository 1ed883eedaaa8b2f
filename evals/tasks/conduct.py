"""How the interviewer conducts: turn by turn at recorded positions, and whole interviews with simulated candidates.

The measures here are of form. They were shown not to say whether a turn is any good (RESULTS.md): they stay as gates.
"""

import time
from typing import Any

from evals.personas.banks import cases
from evals.personas.hold import hold
from evals.personas.persona import Candidate, personas
from evals.recorded import grade_body, prefix_hash, recorded
from evals.scorers import named
from evals.tasks import DATA, read_lines
from evals.types import Data, Json, Sample, Suite
from interviewer import BadInput, InterviewerError, Level
from interviewer.transcript import Transcript, Turn, transcript_from, with_clock

FAST_TRANSCRIPTS = ("ad-click-prediction-01", "fraud-detection-01", "harmful-content-detection-02")
"""Two of them carry most of the labelled positions: their words are embedded once."""
FAST_POSITIONS = 3
FAST_CASES = ("fraud-detection",)
LEVELS = tuple(Level)


def turn_samples(data: Data) -> list[Sample]:
    """Whole transcripts, labelled positions, planted statements; ``fast`` takes fewer of the first two."""
    found = [one for one in recorded(data) if not one.twin_of]
    whole = [one for one in found if one.id in FAST_TRANSCRIPTS] or found[:3] if data.fast else found
    positions = labelled_positions({one.id: one.body for one in recorded(Data())})
    return [
        *(Sample(one.id, one.body["case"], {"transcript": one.body}) for one in whole),
        *(positions[::FAST_POSITIONS] if data.fast else positions),
        *planted(),
    ]


def labelled_positions(bodies: dict[str, Json]) -> list[Sample]:
    """Positions of ``data/positions.jsonl``: a prefix of a transcript or turns of its own, and what is good."""
    return [
        Sample(
            f"position-{line['id']}",
            body["case"],
            {"transcript": body, "at": len(body["turns"])},
            {"accept": line["accept"], "second": line.get("second")},
        )
        for line in read_lines(DATA / "positions.jsonl")
        if (body := position_body(line, bodies))
    ]


def position_body(line: Json, bodies: dict[str, Json]) -> Json:
    """The transcript up to a labelled position. Raises BadInput where the transcript changed under its label."""
    if "transcript" in line:
        body = bodies.get(line["transcript"])
        if body is None:
            raise BadInput(f"positions.jsonl: {line['id']}: no transcript '{line['transcript']}'")
        turns = body["turns"][: line["turn"]]
        if prefix_hash(turns) != line["sha"]:
            raise BadInput(f"positions.jsonl: {line['id']}: the transcript changed; label the position again")
    else:
        body, turns = {"case": line["case"], "level": line["level"]}, []
    turns = [*turns, *line.get("append", [])]
    return {**body, **line.get("set", {}), "id": f"position-{line['id']}", "turns": turns}


def planted() -> list[Sample]:
    """Statements of ``data/planted.jsonl``, each said in answer to the question before it."""
    found = []
    for line in read_lines(DATA / "planted.jsonl"):
        turns = [
            {"speaker": "interviewer", "text": line["opening"], "at": 0, "move": {"kind": "open"}},
            {"speaker": "candidate", "text": line["before"], "at": 20},
            {"speaker": "interviewer", "text": line["question"], "at": 420},
            {"speaker": "candidate", "text": line["says"], "at": 430},
        ]
        body = {"case": line["case"], "level": line.get("level", "senior"), "turns": turns}
        found.append(
            Sample(
                f"planted-{line['id']}",
                line["case"],
                {"transcript": body, "at": len(turns)},
                {"planted": "wrong" if line["wrong"] else "sound"},
            )
        )
    return found


def turn_task(sample: Sample, world: Any) -> Json:
    """Our turn at one position or at every interviewer position; what was heard is kept, as in a live interview."""
    transcript, _ = with_clock(transcript_from(sample.inputs["transcript"]))
    known = world.knows(transcript.case)
    if "at" in sample.inputs:
        where = [int(sample.inputs["at"])]
    else:
        where = [index for index, turn in enumerate(transcript.turns) if turn.speaker == "interviewer"]
    heard: list[Turn] = []
    found = []
    for index in where:
        prefix = [*heard, *transcript.turns[len(heard) : index]]
        position, heard = reply_at(transcript, prefix, index, world)
        found.append(position)
    return {"positions": found, "known": known}


def reply_at(transcript: Transcript, prefix: list[Turn], index: int, world: Any) -> tuple[Json, list[Turn]]:
    """Our turn after the prefix, and the prefix as it was listened to."""
    start = time.perf_counter()
    at = transcript.turns[index].at if index < len(transcript.turns) else None
    try:
        reply = world.reply(transcript.model_copy(update={"turns": prefix}), at)
    except InterviewerError as error:
        return {"turn": index, "error": str(error)}, prefix
    turn, move = reply["turn"], reply["turn"].get("move") or {}
    position = {
        "turn": index,
        "text": turn["text"],
        "kind": str(move.get("kind")),
        "step": move.get("step"),
        "signal": move.get("signal"),
        "facts": turn.get("facts", []),
        "at": turn.get("at"),
        "backend": reply["backend"],
        "rejected": reply.get("rejected", []),
        "seconds": round(time.perf_counter() - start, 3),
    }
    return position, list(reply["transcript"].turns[: len(prefix)])


CONDUCT = Suite(
    "conduct",
    """The form of our turns at recorded and written positions: gates on every backend.

    Our turn stands in for the interviewer's at every position of the transcripts, at labelled positions, and after
    planted statements.
    """,
    turn_samples,
    turn_task,
    named(
        "one_question",
        "short",
        "no_list",
        "restraint",
        "leakage",
        "repeats",
        "facts_kept",
        "ended_unasked",
        "move_accepted",
        "labellers_agree",
        "challenged",
        "false_challenges",
        "reply_seconds",
    ),
)


def interview_samples(data: Data) -> list[Sample]:
    """Every persona on every case; the level goes round."""
    chosen = FAST_CASES if data.fast else cases()
    return [
        Sample(f"{case}-{name}", case, {"case": case, "persona": name, "level": str(LEVELS[(number + order) % 3])})
        for number, case in enumerate(chosen)
        for order, name in enumerate(personas())
    ]


def interview_task(sample: Sample, world: Any) -> Json:
    """The held interview and its report."""
    case, level = sample.inputs["case"], sample.inputs["level"]
    candidate = Candidate(personas()[sample.inputs["persona"]], case)
    held = hold(candidate, case, level, world)
    body = {"case": case, "level": level, "turns": held["turns"]}
    return {
        **held,
        "known": world.knows(case),
        "backend": world.identity["backend"],
        "report": grade_body(body, world, Level.SENIOR),
    }


INTERVIEWS = Suite(
    "interviews",
    """Whole interviews with simulated candidates on a simulated clock: every persona on every case.

    The candidates are deterministic: answer banks written without sight of the case files (``personas.yaml``).
    """,
    interview_samples,
    interview_task,
    named(
        "coverage",
        "pacing",
        "talk_share",
        "errors_challenged",
        "persona_order",
        "brought_back",
        "dead_ends",
        "loops",
        "one_question",
        "short",
        "restraint",
        "leakage",
        "repeats",
        "facts_kept",
        "backend_kept",
    ),
)
