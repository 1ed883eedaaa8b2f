"""The tuned numbers of grading, typed; the values and where they come from are ``data/thresholds.yaml``."""

from functools import cache

from interviewer.paths import Numbers


class Coverage(Numbers):
    """What is quoted for a signal, and what was surely not heard, when no model reads."""

    heard: float
    shared: float
    like: float
    some: float
    shared_by_two: float
    nothing_near: float
    nothing_meant: float
    few_words: float
    surely_about: float
    per_step: int
    asked_for: float
    shortest: int
    longest: int
    own_words: float
    thought: float


class Likeness(Numbers):
    """When two criteria ask for the same thing."""

    same: float
    related: float


class Quoting(Numbers):
    """What is a passage and what is a quote of it."""

    longest_passage: int
    shortest: int
    alike: float
    run: int


class TalkNumbers(Numbers):
    """What is no talk of the candidate's own."""

    gram: int
    copied: float
    known: float
    fewest_words: int


class FlagNumbers(Numbers):
    """When a mistake is believed, put right, and when a trade-off was raised."""

    very_like: float
    margin: float
    corrected: float
    named_again: float
    raised: float
    shared: float


class AnswerNumbers(Numbers):
    """How much a model is asked and how much of its answer is kept."""

    longest_comment: int
    most_missing: int
    most_criteria: int
    most_of_the_case: int
    room: int
    room_of_a_step: int
    head_start: float
    least_words: int


class StepReading(Numbers):
    """Which step a sentence is about."""

    most_sentences: int
    sharpness: float
    a_word: float
    most_words: int
    stay: float
    stay_after_question: float
    backwards: float
    question: float
    announced: float
    full_words: int
    most_weight: float
    place: float
    spread: float
    middle: list[float]


class AheadNumbers(Numbers):
    """When a report that was begun before the last words is the report."""

    most_words: int
    farewell: str


class PageNumbers(Numbers):
    """How much a report shows."""

    most_study: int
    around: int
    longest_quote: int
    shared_words: int


class GradingThresholds(Numbers):
    """All of them."""

    coverage: Coverage
    criteria: Likeness
    quotes: Quoting
    talk: TalkNumbers
    flags: FlagNumbers
    answers: AnswerNumbers
    steps: StepReading
    page: PageNumbers
    ahead: AheadNumbers


@cache
def thresholds() -> GradingThresholds:
    """The shipped thresholds."""
    return GradingThresholds.beside(__file__, "thresholds.yaml")
