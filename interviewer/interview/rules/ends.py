"""Rules for the beginning and the end of an interview."""

from interviewer.domain import MoveKind
from interviewer.interview.agenda import Agenda
from interviewer.interview.decision import Decision
from interviewer.interview.rules.coverage import WRAP_SHARE, anything_left, next_probe, next_step
from interviewer.interview.rules.heard import all_heard, intent, matched, names_where, signals_in
from interviewer.interview.state import State
from interviewer.transcript import Turn

HALF = 0.5
EARLY_SHARE = 0.15
"""With more than this left, nobody says that the time is over."""
_LAST_WORDS = 120
"""Characters at the end of a turn within which the turn is handed back."""
CLOSE_SHARE = 0.015
"""With less than this left there is no room for last words."""


def after_the_end(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    return Decision(MoveKind.CLOSE, angle="again") if state.closed else None


def opening(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    if MoveKind.OPEN in state.moves or state.said:
        return None
    if agenda.drill:
        first = next_probe(state, agenda)
        return Decision(MoveKind.OPEN, first.step, first.ref, angle="drill")
    return Decision(MoveKind.OPEN, state.step, angle="step") if len(agenda.scope) == 1 else Decision(MoveKind.OPEN)


def ended_by_candidate(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    return Decision(MoveKind.CLOSE, angle="asked") if last and last.event == "end" else None


def closing(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    window = WRAP_SHARE * state.length
    if state.wrapped:
        asked = all_heard(last, "question")
        if asked and state.last_move is MoveKind.WRAP_UP and not matched(asked):
            return Decision(MoveKind.ANSWER, angle="closing_question")
        if asked and matched(asked) and state.left > 0:
            return Decision(MoveKind.ANSWER, facts=matched(asked))
        return Decision(MoveKind.CLOSE, angle="asked" if state.left > EARLY_SHARE * state.length else "")
    if state.left <= CLOSE_SHARE * state.length:
        return Decision(MoveKind.CLOSE, angle="overtime" if state.elapsed > state.length + 90 else "")
    if state.left <= window:
        return Decision(MoveKind.WRAP_UP)
    return None


def says_goodbye(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    """Who takes leave is let go, whatever the clock says: last words first, then the end."""
    found = intent(last, "goodbye")
    at_the_end = found and last and last.text.rfind(found.quote) + len(found.quote) >= len(last.text) - _LAST_WORDS
    return Decision(MoveKind.WRAP_UP, angle="leaving") if at_the_end else None


def finished_early(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    if not intent(last, "finish"):
        return None
    target = next_step(state, agenda)
    # One who is through is only kept for a part that nobody has spoken of.
    if target is None or (target in state.visited and state.left < HALF * state.length):
        return Decision(MoveKind.WRAP_UP, angle="early")
    return Decision(MoveKind.MOVE_ON, target, angle="more")


def hands_back(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    """A candidate who has said what they have on this is not asked for more of it; one who names where to go leads."""
    found = intent(last, "hand_back")
    if not found or not last or len(signals_in(last)) >= 3 or names_where(found.quote):
        return None
    if last.text.rfind(found.quote) + len(found.quote) < len(last.text) - _LAST_WORDS:
        return None
    target = next_step(state, agenda)
    return Decision(MoveKind.MOVE_ON, target) if target else anything_left(state, agenda)
