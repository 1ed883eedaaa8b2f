"""The tuned numbers of the rules, typed; the values and where they come from are ``data/settings.yaml``."""

from functools import cache

from interviewer.paths import Numbers


class BankNumbers(Numbers):
    """Which follow-up of the bank fits."""

    sentences: int
    fewest_words: int
    tail: int
    older: float
    asks: float
    about: float
    words: float
    own: float
    likeness: float
    worth: float
    better: float
    sure: float
    pressed: int
    answered: float
    sooner: float
    most: int


class RuleSettings(Numbers):
    """All of them."""

    words_after_a_request: int
    clear_step: float
    clear_lead: float
    short_answer: int
    design_from: int
    confirmation: int
    tail: int
    most_facts_words: int
    question_tail: int
    early_share: float
    sure_fact: float
    part_is_over: float
    untouched_share: float
    untouched_signals: int
    least_share: float
    remind_at: float
    time_checks: int
    questions_before_moving: int
    twist_from: float
    twist_until: float
    twist_gap: int
    sure_mistake: float
    manner_every: int
    stance_sentences: int
    longest_quote: int
    bank: BankNumbers


@cache
def settings() -> RuleSettings:
    """The shipped settings."""
    return RuleSettings.beside(__file__, "settings.yaml")
