"""What was heard in the candidate's last turn, as the rules ask for it. Pure."""

import re
from collections.abc import Sequence

from interviewer.domain import Step
from interviewer.interview.state import State
from interviewer.transcript import Heard, Turn


def all_heard(last: Turn | None, kind: str) -> list[Heard]:
    return [one for one in (last.heard or [] if last else []) if one.kind == kind]


def intent(last: Turn | None, *names: str) -> Heard | None:
    return next((one for one in all_heard(last, "intent") if one.id in names), None)


def signals_in(last: Turn | None) -> list[Heard]:
    return all_heard(last, "signal")


def matched(asked: Sequence[Heard]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.id for one in asked if one.id))


def real_questions(state: State, last: Turn | None) -> list[Heard]:
    """Questions put to the interviewer; those that a candidate puts and answers in one breath are left out."""
    asked = all_heard(last, "question")
    if not asked or last is None:
        return []
    words = len(last.text.split())
    early = state.step is Step.CLARIFY and len(state.moves) <= 6
    real = []
    for one in asked:
        ends_turn = last.text.find(one.quote) + len(one.quote) >= len(last.text) - 90
        marked = one.quote.rstrip().endswith("?")
        soon = early or state.elapsed < 0.2 * state.length
        if (one.id and (early or ends_turn) and (marked or soon or one.score >= 0.64)) or (
            not one.id and ends_turn and marked and (early or words <= 60)
        ):
            real.append(one)
    return real


_WHERE = re.compile(
    r"\b(?:go|move|moving|get|turn) (?:on |along )?(?:to|with|into)\b (?!the next (?:part|step|topic|one|"
    r"point|question)|another|whatever|where|what you|something)",
    re.IGNORECASE,
)


def names_where(words: str) -> bool:
    """Whether somebody who goes on says where to: 'I'd go on to the model'."""
    return _WHERE.search(words) is not None


def step_of(last: Turn | None) -> Step | None:
    steps = all_heard(last, "step")
    return max(steps, key=lambda one: one.score).step if steps else None
