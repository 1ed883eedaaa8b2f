"""What the rules decide. Plain data."""

from dataclasses import dataclass

from interviewer.domain import MoveKind, Step


@dataclass(frozen=True)
class Decision:
    """The next move, before it is worded."""

    kind: MoveKind
    step: Step | None = None
    ref: str | None = None
    """The id of the signal, red flag, trade-off, pushback or ``deferred:<turn>`` that it is about."""
    facts: tuple[str, ...] = ()
    angle: str = ""
    """How the move is meant: a key of the wording, such as ``number`` or ``unspecified``."""
    quote: str = ""
    """The candidate's words that it reacts to."""
