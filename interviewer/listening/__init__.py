"""What is heard in a turn without a model that understands. Here: the tuned numbers; values are in ``data/``."""

from functools import cache

from interviewer.config import Strict


class Request(Strict):
    """When a sentence asks something of the interviewer as a person."""

    alike: float
    over_nothing: float
    over_problem: float
    longest: int
    last: int


class FactThresholds(Strict):
    """When a question asks for a requirement fact."""

    sure: float
    lead: float
    answer: float
    ridge: float
    doubt: float
    points_back: int
    given: float


class QuestionKind(Strict):
    """Which fact answers a kind of question that comes in every interview."""

    same: float
    none: float


class SignalThresholds(Strict):
    """When something of a criterion is heard in a sentence."""

    heard: float
    with_term: float
    elsewhere: float
    fewest_words: int
    most_a_sentence: int
    nearest: int


class Mistake(Strict):
    """When a known mistake is heard."""

    alike: float
    margin: float
    with_cue: float
    put_right: float
    taken_back: int
    nearest: int


class OffTopic(Strict):
    """When talk is off the subject."""

    far: float
    strayed: float
    words: int


class StepShare(Strict):
    """How the share of each step in a turn is told."""

    floor: float
    exemplars: int
    word: float
    most_words: int
    sharper: int
    fewest_words: int
    told: int


class Problem(Strict):
    """Which problem a recorded interview is about."""

    alike: float
    words: int
    piece: int


class General(Strict):
    """How near a sentence comes to a statement that serves every case."""

    prior: float
    general: float
    spread: float


class Thresholds(Strict):
    """All of them."""

    request: Request
    fact: FactThresholds
    kind: QuestionKind
    signal: SignalThresholds
    mistake: Mistake
    trade_off: float
    echo: float
    echo_words: int
    longest_common: int
    off_topic: OffTopic
    step: StepShare
    bank: General
    problem: Problem


@cache
def thresholds() -> Thresholds:
    """The shipped thresholds."""
    return Thresholds.beside(__file__, "thresholds.yaml")
