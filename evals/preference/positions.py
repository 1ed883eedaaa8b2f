"""The moments at which turns are compared: chosen by rule, kept as places.

Of every interview, the interviewer's turns after the candidate spoke are in question. From those that can serve as a
reference (not garbled, see ``notes.json``) as many as asked for are taken, evenly spread over the interview; where the
spread begins differs from interview to interview, so that early, middle and late moments all occur.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeVar

from evals.recorded import Recorded, prefix_hash, read_folder
from evals.types import Json
from interviewer import BadInput
from interviewer.transcript import Transcript, transcript_from, with_clock

T = TypeVar("T")

DATA = Path(__file__).resolve().parent.parent / "data" / "preference"
NOTES = DATA / "notes.json"
"""By recording: where the problem stands posed, whether the knowledge base knows it, turns that cannot be used."""
UNKNOWN = "a-problem-of-its-own"
"""The case of positions whose problem the product is not to know."""
FEWEST_WORDS, MOST_WORDS = 5, 200
"""A person's turn outside of these is no reference: a stray word, or two people's speech run together."""
GOLDEN = 0.6180339887
_MEETING = re.compile(r"\b(?:hi|hello|nice to meet|thanks for (?:joining|coming))\b", re.IGNORECASE)

Group = Literal["real", "written"]


@dataclass(frozen=True)
class Position:
    """A moment of a recorded interview: the turn that the interviewer says next."""

    id: str
    group: Group
    transcript: str
    """The recording's id; its words are not kept here."""
    turn: int
    """0-based index of the person's turn, which the options stand in for."""
    sha: str
    """Names the words before it: options and rankings hold for exactly these."""
    case: str
    unknown: bool
    """True where the product is not given the case."""
    moment: str
    """What the candidate just did, by rule: ``asks``, ``short``, ``long`` or ``answers``."""
    at: float
    """Seconds since the start."""


@dataclass(frozen=True)
class Moment:
    """A position with its words."""

    position: Position
    transcript: Transcript
    """The turns before it, with a clock; for an unknown problem the case is ``UNKNOWN``, the problem as posed."""
    said: str
    """The person's real turn."""
    posed: int = 0
    """The turn in which the problem is posed."""


def choose(
    group: Group, recordings: Sequence[Recorded], each: int, start: int = 0, used: Sequence[Position] = ()
) -> list[Position]:
    """``each`` positions of every recording, numbered from ``start``; spoken twins are left out.

    ``used`` are positions of an earlier round: a fresh test has none of them.
    """
    gone = {(one.transcript, one.turn) for one in used}
    found: list[Position] = []
    for number, one in enumerate(sorted((one for one in recordings if not one.twin_of), key=lambda one: one.id)):
        usable = [turn for turn in _usable(one) if (one.id, turn) not in gone]
        first = (number * GOLDEN) % 1
        picked = sorted({int((turn + first) / each * len(usable)) for turn in range(min(each, len(usable)))})
        found += [
            _position(group, one, usable[index], start + len(found) + place) for place, index in enumerate(picked)
        ]
    return found


def _usable(one: Recorded) -> list[int]:
    """Turns of the interviewer that can serve as a reference."""
    turns, note = one.body["turns"], notes().get(one.id, {})
    return [
        index
        for index, turn in enumerate(turns)
        if index > note.get("posed", 0)
        and str(index) not in note.get("skip", {})
        and turn["speaker"] == "interviewer"
        and turns[index - 1]["speaker"] == "candidate"
        and len(turns[index - 1]["text"].split()) >= FEWEST_WORDS
        and FEWEST_WORDS <= len(turn["text"].split()) <= MOST_WORDS
        and not (index <= 2 and _MEETING.search(turn["text"]))
    ]


def _position(group: Group, one: Recorded, turn: int, number: int) -> Position:
    transcript, _ = with_clock(transcript_from(one.body))
    return Position(
        f"{group[0]}{number:03}",
        group,
        one.id,
        turn,
        prefix_hash(one.body["turns"][:turn]),
        one.body["case"],
        bool(notes().get(one.id, {}).get("unknown")),
        _moment(one.body["turns"][turn - 1]["text"]),
        transcript.turns[turn].at or 0.0,
    )


def _moment(text: str) -> str:
    words = text.split()
    if text.rstrip().endswith("?"):
        return "asks"
    return "short" if len(words) < 30 else "long" if len(words) > 250 else "answers"


def notes() -> dict[str, Json]:
    """What is known of recordings before any option was seen."""
    found: dict[str, Json] = json.loads(NOTES.read_text(encoding="utf-8"))
    return found


def write(path: Path, positions: Sequence[Position]) -> None:
    """A line a position."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(asdict(position)) + "\n" for position in positions), encoding="utf-8")


def rows(kind: type[T], path: Path) -> list[T]:
    """What the lines of a file hold, each one of that kind. Raises BadInput."""
    try:
        return [kind(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError, TypeError) as error:
        raise BadInput(f"{path}: not a file of {kind.__name__.lower()}s ({error})") from error


def read(path: Path) -> list[Position]:
    """The positions of a file. Raises BadInput."""
    return rows(Position, path)


def moments(positions: Sequence[Position], folders: Sequence[Path]) -> list[Moment]:
    """The positions with their words, from folders of recordings; those of other recordings are left out.

    Raises BadInput where a recording changed since.
    """
    bodies = {one.id: one.body for folder in folders for one in read_folder(folder)}
    return [
        _with_words(position, bodies[position.transcript]) for position in positions if position.transcript in bodies
    ]


def _with_words(position: Position, body: Json) -> Moment:
    before = body["turns"][: position.turn]
    if prefix_hash(before) != position.sha:
        raise BadInput(f"{position.id}: {position.transcript} changed since the position was chosen")
    whole, _ = with_clock(transcript_from(body))
    posed = notes().get(position.transcript, {}).get("posed", 0)
    changed: Json = {"turns": whole.turns[: position.turn]}
    if position.unknown:  # what somebody who brings a problem of their own would type into set-up
        changed |= {"case": UNKNOWN, "problem": whole.turns[posed].text[:4000]}
    return Moment(position, whole.model_copy(update=changed), whole.turns[position.turn].text, posed)
