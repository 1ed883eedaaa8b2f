"""The state of an interview, as plain data."""

from dataclasses import dataclass, field

from interviewer.domain import MoveKind, Step


@dataclass(frozen=True)
class Deferred:
    """Something that the candidate promised to come back to."""

    turn: int
    step: Step | None
    quote: str


@dataclass(frozen=True)
class Flag:
    """A wrong statement that was heard and not yet challenged."""

    id: str
    turn: int
    quote: str
    score: float


@dataclass(frozen=True)
class State:
    """What has happened so far. All times in seconds; all orders are the order of happening."""

    step: Step = Step.CLARIFY
    """The step that the interview is in."""
    covered: dict[Step, list[str]] = field(default_factory=dict)
    """Signals heard, per step."""
    facts: tuple[str, ...] = ()
    """Requirement facts that were given out."""
    hints: int = 0
    elapsed: float = 0.0
    length: float = 2700.0
    used: dict[Step, float] = field(default_factory=dict)
    """Time spent per step."""
    visited: tuple[Step, ...] = ()
    """Steps that the candidate spoke about or the interviewer opened."""
    opened: tuple[Step, ...] = ()
    """Steps that the interviewer steered to."""
    asked: tuple[str, ...] = ()
    """Ids of signals, red flags, trade-offs and pushbacks that the interviewer's moves were about."""
    moves: tuple[MoveKind, ...] = ()
    said: tuple[str, ...] = ()
    """The interviewer's turns, word for word."""
    deferred: tuple[Deferred, ...] = ()
    flags: tuple[Flag, ...] = ()
    """Wrong statements not yet challenged."""
    probes_in_step: int = 0
    """Questions of ours in a row about the current step."""
    since_curveball: int = 99
    """Turns of ours since the last curveball."""
    silences: int = 0
    """Turns of ours in a row without a word from the candidate."""
    redirects: int = 0
    turns: int = 0
    last_candidate: int | None = None
    """Index of the candidate's last turn when it is the last turn, else None."""
    wrapped: bool = False
    closed: bool = False

    @property
    def left(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self.length - self.elapsed)

    @property
    def last_move(self) -> MoveKind | None:
        """The interviewer's last move."""
        return self.moves[-1] if self.moves else None

    def heard(self, signal: str) -> bool:
        """Whether the signal was heard in any step."""
        return any(signal in signals for signals in self.covered.values())
