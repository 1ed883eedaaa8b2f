"""The numbers of the interview, typed; the values and where they come from are ``data/thresholds.yaml``."""

from functools import cache

from interviewer.domain import Level
from interviewer.paths import Numbers


class Moves(Numbers):
    """When a move is allowed."""

    curveballs: dict[Level, int]
    curveballs_from: float
    curveballs_to: float
    wrap_share: float
    last_seconds: float
    grace: float
    spoken: int


class Block(Numbers):
    """What the part of the prompt that changes each turn recalls."""

    cut: int
    lately: int
    recalled: int
    quote: int
    touched: float
    narrow: int
    twist_after: float
    shown: int
    wrong: int
    promises: int
    told: int


class FactNumbers(Numbers):
    """When a sentence tells a fact."""

    minute_off: float
    told: float
    fewest_words: int
    stated: float
    telltale: int
    alike: int
    surely_asked: float
    most: int
    said: float
    short_of_time: float


class ModelNumbers(Numbers):
    """What a conducting model is asked."""

    max_tokens: int
    temperatures: tuple[float, ...]
    notes: int
    note_words: int
    near: float
    query_words: int
    header_limit: int
    longest_taken_up: int
    small: float
    least_window: int
    roomy_window: int


class Observing(Numbers):
    """What the second look behind the turns is asked."""

    at_once: int
    before: int
    before_words: int
    limit: float
    max_tokens: int


class Folding(Numbers):
    """Which step a turn is about."""

    answer: float
    stay: float
    follow: float
    signal: float
    longest_turn: float
    goes_on: int


class WordingNumbers(Numbers):
    """The form of a turn."""

    most_words: int
    same: float
    longest_term: int


class Waiting(Numbers):
    """Seconds."""

    pause: float
    last_step: float
    turn: float


class Figures(Numbers):
    """When two figures are the same."""

    small: int
    near: float


class InterviewThresholds(Numbers):
    """All of them."""

    moves: Moves
    block: Block
    facts: FactNumbers
    model: ModelNumbers
    observer: Observing
    state: Folding
    wording: WordingNumbers
    patience: Waiting
    figures: Figures


@cache
def thresholds() -> InterviewThresholds:
    """The shipped thresholds."""
    return InterviewThresholds.beside(__file__, "thresholds.yaml")
