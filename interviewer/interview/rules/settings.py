"""The tuned numbers of the rules, typed; the values and where they come from are ``data/settings.yaml``."""

from functools import cache

from interviewer.domain import Level
from interviewer.paths import Numbers


class RuleSettings(Numbers):
    """All of them."""

    words_after_a_request: int
    clear_step: float
    clear_lead: float
    short_answer: int
    design_from: int
    confirmation: int
    tail: int
    word_tail: int
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
    probe_among: int
    probe_likeness: float
    probe_first: float
    sure_mistake: float
    manner_every: int
    probes_of_a_case: dict[Level, int]


@cache
def settings() -> RuleSettings:
    """The shipped settings."""
    return RuleSettings.beside(__file__, "settings.yaml")
