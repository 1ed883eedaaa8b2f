"""The transcript: the only state of an interview. Reads, validates and writes it; imports nothing of ours but words.

The format as a JSON schema: ``evals/transcript.schema.json``. Unknown keys are kept; ``labels`` and other extras never
reach a prompt or a score (only the declared fields are ever read).
"""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from interviewer import BadInput, Level, Manner, MoveKind, Step

MAX_BYTES = 20_000_000
MAX_TURNS = 5_000
UNKNOWN_CASE = "unknown"
"""The case of a recording when nobody says which it is: the talk itself says what the problem is."""
WORDS_A_MINUTE = 140
"""Speaking rate for estimating the clock of a transcript without times (ordinary conversation)."""
_PAUSE = 2.0
_ROUNDING = 0.1
"""Seconds by which a time may lie before the turn ahead because one of the two was cut off at tenths."""
MAX_AT = 5e6
"""Seconds (58 days) beyond which no turn of a file may lie, so that times made from it stay within ``Seconds``."""
MAX_DEPTH = 40
"""Levels of nesting in a transcript; ours has six."""
_SURROGATE = re.compile("[\\ud800-\\udfff]")

Speaker = Literal["interviewer", "candidate"]
Seconds = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]


class _Open(BaseModel):
    """Keeps unknown keys."""

    model_config = ConfigDict(extra="allow", frozen=True)


class Move(_Open):
    """What an interviewer's turn does, and about what."""

    kind: MoveKind
    step: Step | None = None
    signal: str | None = None
    """The id of what it is about: a signal, or for other kinds a red flag, trade-off or pushback."""


class Heard(_Open):
    """One thing that the fast listener heard in a candidate's turn."""

    kind: Literal["signal", "question", "red_flag", "trade_off", "intent", "step"]
    id: str
    """Of the signal, fact, red flag, trade-off, intent or step."""
    quote: str
    """An exact substring of the turn's text."""
    step: Step | None = None
    score: float = Field(default=1.0, ge=0, le=1, allow_inf_nan=False)
    """How sure the listener is, 0 to 1."""
    between: list[str] = Field(default_factory=list)
    """Of a question that may ask for one or the other: the two facts, the likelier first."""


class Noted(_Open):
    """What a model behind the turn found a criterion of the case to be in one candidate's turn."""

    criterion: str = Field(max_length=200)
    """The id of a signal of the case or of the framework."""
    status: Literal["shown", "partly", "wrong"]
    quote: str = Field(max_length=2_000)
    """An exact substring of the turn's text."""
    step: Step | None = None


class Observed(_Open):
    """What a model behind the turn noted on one candidate's turn; never waited for."""

    backend: str
    criteria: list[Noted] = Field(default_factory=list)
    asks: str | None = None
    """A question to the interviewer that stands open, an exact substring."""
    unfinished: bool = False
    """Whether the candidate is still in the middle of a thought."""
    promises: list[str] = Field(default_factory=list)
    """What they said they would come back to, exact substrings."""
    usage: dict[str, int] | None = None
    """Tokens of the call that noted it, with the last answer that the call read: ``input``, ``cached``, ``output``."""


class Rejected(_Open):
    """A try at a turn that was not said, or not as it was."""

    rule: str = Field(max_length=60)
    """The name of the rule that it broke."""
    text: str = Field(default="", max_length=4_000)


class Turn(_Open):
    """One turn of one speaker. ``at`` is in seconds since the start."""

    speaker: Speaker
    text: str = Field(max_length=200_000)
    at: Seconds | None = None
    mode: Literal["typed", "spoken", "drawn"] | None = None
    event: Literal["hint", "pause", "skip", "end", "silence"] | None = None
    """A candidate's button instead of words."""
    edited: bool | None = None
    """Whether a candidate put other words in the place of the first ones, before anything was built on them."""
    heard: list[Heard] | None = None
    """None until listened to."""
    move: Move | None = None
    facts: list[str] = Field(default_factory=list)
    """Requirement facts that an interviewer's turn gave out."""
    backend: str | None = Field(default=None, validation_alias=AliasChoices("backend", "rung"))
    """Which backend spoke; transcripts of earlier revisions call it ``rung``."""
    policy: str | None = None
    """Which policy proposed the words: ``llm``, ``rules`` …"""
    rejected: list[Rejected] = Field(default_factory=list)
    """What was proposed before and not said."""
    agreed: list[str] = Field(default_factory=list)
    """Assumptions that this turn granted where the case is silent: they hold from then on."""
    observed: Observed | None = None
    """What a model noted behind the turn; None until it did."""
    photo: str | None = Field(
        default=None, max_length=1_500_000, pattern=r"^data:image/jpeg;base64,[A-Za-z0-9+/]*={0,2}$"
    )
    """Of a drawn turn: the photo that ``text`` was read from."""
    scene: list[dict[str, Any]] | None = None
    """Of a drawn turn: the whiteboard's elements in Excalidraw's form (``drawing/``); ``text`` says them in words."""
    usage: dict[str, int] | None = None
    """Tokens of all tries at an interviewer's turn: ``input``, of them ``cached``, ``output``. None without a model."""

    @property
    def words(self) -> int:
        """Number of words."""
        return len(self.text.split())

    @property
    def closes(self) -> bool:
        """Whether it is the interviewer's last."""
        return self.move is not None and self.move.kind is MoveKind.CLOSE

    @property
    def is_diagram(self) -> bool:
        """Whether it is a diagram's source in Mermaid: drawn, and neither on the whiteboard nor on paper."""
        return self.mode == "drawn" and self.scene is None and not self.photo


class Transcript(_Open):
    """An interview: who said what, when, and what the interviewer did."""

    case: str = Field(min_length=1, max_length=200)
    level: Level
    turns: list[Turn] = Field(max_length=MAX_TURNS)
    id: str | None = Field(default=None, max_length=200)
    minutes: float = Field(default=45, gt=0, le=240, allow_inf_nan=False)
    manner: Manner = Manner.NEUTRAL
    mode: str = Field(default="interview", max_length=60)
    """``interview``, or a practice mode: ``step:<step>``, ``drill:<topic>``, ``warm_up``, ``rapid``."""
    problem: str | None = Field(default=None, max_length=4_000)
    """The problem in somebody's own words, where the knowledge base has no such case."""
    parent: str | None = None
    versions: dict[str, Any] = Field(default_factory=dict)

    def with_turn(self, turn: Turn) -> "Transcript":
        """This transcript with one more turn."""
        return self.model_copy(update={"turns": [*self.turns, turn]})

    def candidate_turns(self) -> list[tuple[int, Turn]]:
        """The candidate's turns that hold words, with their 0-based index."""
        numbered = enumerate(self.turns)
        return [(index, turn) for index, turn in numbered if turn.speaker == "candidate" and turn.text.strip()]

    @property
    def words_of_candidate(self) -> int:
        """How many words the candidate said."""
        return sum(turn.words for _, turn in self.candidate_turns())

    @property
    def is_over(self) -> bool:
        """Whether the interviewer has closed the interview."""
        moved = [turn for turn in self.turns if turn.move]
        return bool(moved) and moved[-1].closes

    def said_by(self, speaker: str) -> str:
        """All words of ``candidate`` or ``interviewer``."""
        return " ".join(turn.text for turn in self.turns if turn.speaker == speaker)

    def to_json(self) -> str:
        """The transcript as indented JSON, without fields that were never set."""
        return self.model_dump_json(indent=1, exclude_none=True, exclude_defaults=False)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number that JSON knows")


def json_value(text: str, name: str) -> Any:
    """The value of a JSON text. Raises BadInput naming the source and the line."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
            raise BadInput(f"{name}: not JSON: cut off at line {error.lineno}. Export or copy it again") from error
        raise BadInput(f"{name}: not JSON: {error.msg.removesuffix(' at')} at line {error.lineno}") from error
    except RecursionError as error:
        raise BadInput(f"{name}: not usable JSON: nested too deeply") from error
    except ValueError as error:
        raise BadInput(f"{name}: not usable JSON: {error}") from error


def parse_transcript(raw: bytes | str, name: str = "transcript") -> Transcript:
    """A transcript from JSON bytes or text. Raises BadInput naming the source and the field."""
    if len(raw) > MAX_BYTES:
        raise BadInput(f"{name}: larger than {MAX_BYTES:,} bytes")
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw.removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise BadInput(f"{name}: not UTF-8 text (byte {error.start})") from error
    data = json_value(text, name)
    if not isinstance(data, dict):
        raise BadInput(f"{name}: must be a JSON object with case, level and turns")
    return transcript_from(data, name)


def transcript_from(data: Mapping[str, Any], name: str = "transcript") -> Transcript:
    """A transcript from parsed JSON. Raises BadInput naming the field.

    Unknown keys are kept, so they must be fit to be written again: not nested beyond ``MAX_DEPTH``, no lone surrogates.
    """
    _fit_to_write(data, name)
    try:
        transcript = Transcript.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{name}: {field}: {first['msg']}") from error
    for index, turn in enumerate(transcript.turns):
        if turn.at is not None and turn.at > MAX_AT:
            raise BadInput(f"{name}: turns.{index}.at: at most {MAX_AT:,.0f} seconds")
    return transcript


def _fit_to_write(data: Mapping[str, Any], name: str) -> None:
    """Raises BadInput for what could be read but never be stored, shown or written again."""
    waiting: list[tuple[str, Any, int]] = [(str(key), value, 1) for key, value in data.items()]
    while waiting:
        where, value, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise BadInput(f"{name}: {where[:200]}: nested too deeply (at most {MAX_DEPTH} levels)")
        if _SURROGATE.search(where) or (isinstance(value, str) and _SURROGATE.search(value)):
            shown = _SURROGATE.sub("\ufffd", where)[:200]
            raise BadInput(f"{name}: {shown}: half of a character (a lone unicode surrogate) cannot be written")
        if isinstance(value, dict):
            waiting += [(f"{where}.{key}", one, depth + 1) for key, one in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{where}.{index}", one, depth + 1) for index, one in enumerate(value)]


def read_transcript(path: Path) -> Transcript:
    """A transcript from a file. Raises BadInput."""
    try:
        with path.open("rb") as file:
            return parse_transcript(file.read(MAX_BYTES + 1), str(path))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror or error})") from error


def with_clock(transcript: Transcript) -> tuple[Transcript, list[str]]:
    """The transcript with every ``at`` set and never falling, and warnings on what was estimated.

    A missing time is the previous turn's time plus its words at 140 a minute; a time that runs
    backwards is raised to the previous one.
    """
    turns: list[Turn] = []
    estimated = backwards = 0
    now = 0.0
    for index, turn in enumerate(transcript.turns):
        if index:
            before = turns[-1]
            spoken = (before.at or 0.0) + before.words * 60 / WORDS_A_MINUTE + _PAUSE
        else:
            spoken = 0.0
        at = turn.at
        if at is None or not math.isfinite(at):
            estimated += 1
            at = max(now, spoken)
        elif at < now:
            backwards += now - at > _ROUNDING
            at = now
        now = at
        turns.append(turn if turn.at == at else turn.model_copy(update={"at": at}))
    warnings = []
    if estimated:
        warnings.append(
            f"{estimated} of {len(turns)} turns have no time: "
            f"the clock is estimated at {WORDS_A_MINUTE} words a minute."
        )
    if backwards:
        some = "One turn has" if backwards == 1 else f"{backwards} turns have"
        warnings.append(f"{some} a time before the turn ahead of them; the clock was held still there.")
    return transcript.model_copy(update={"turns": turns}), warnings
