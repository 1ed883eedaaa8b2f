"""What the director chooses from, and what it decides. Plain data."""

from dataclasses import dataclass, field

from interviewer.domain import Level, MoveKind, Step


@dataclass(frozen=True)
class Option:
    """Something that the interviewer could ask about."""

    id: str
    step: Step
    level: Level = Level.MID
    general: bool = False
    """Whether it is the framework's, asked in any case, and not this case's own."""


@dataclass(frozen=True)
class Agenda:
    """What could be asked next, prepared from the case and what was just said; ids only, no wording."""

    level: Level
    scope: tuple[Step, ...] = tuple(Step)
    budgets: dict[Step, float] = field(default_factory=dict)
    """Seconds."""
    signals: dict[Step, tuple[Option, ...]] = field(default_factory=dict)
    near: tuple[str, ...] = ()
    """Signals whose topic is nearest to what was just said, nearest first; empty without retrieval."""
    brushed: frozenset[str] = frozenset()
    """Signals that the last answers came near, though not near enough to count: asked about last."""
    trade_offs: tuple[Option, ...] = ()
    """Trade-offs in the neighbourhood of what was just said, nearest first."""
    pushbacks: tuple[Option, ...] = ()
    rapid: bool = False
    warm_up: bool = False
    drill: bool = False
    """One subject: the signals are those near it, and no step is steered to."""


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
