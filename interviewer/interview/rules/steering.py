"""Rules that steer: the clock, the order of steps, promises, pressure, the next question."""

from interviewer.domain import Level, MoveKind, Step
from interviewer.interview.agenda import Agenda
from interviewer.interview.decision import Decision
from interviewer.interview.rules.coverage import anything_left, behind, exhausted, next_probe, next_step, untouched
from interviewer.interview.rules.heard import intent, signals_in
from interviewer.interview.state import State
from interviewer.listening.thought import depth
from interviewer.transcript import Turn

REMIND_AT = 0.72
"""Share of the time after which the candidate is told the clock if two steps or more are untreated."""
CURVEBALLS = {Level.MID: 1, Level.SENIOR: 2, Level.STAFF: 3}


def clock(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    waiting = untouched(state, agenda)
    if not waiting or agenda.rapid:
        return None
    warned = state.moves.count(MoveKind.TIME_CHECK)
    target = next_step(state, agenda)
    if state.elapsed >= REMIND_AT * state.length and len(waiting) >= 2 and warned == 0 and target != state.step:
        return Decision(MoveKind.TIME_CHECK, target)
    if behind(state, agenda):
        steered = state.last_move in (MoveKind.TIME_CHECK, MoveKind.MOVE_ON)
        if target in (None, state.step):
            return None
        if warned <= 1 and state.left <= 0.28 * state.length and not steered:
            return Decision(MoveKind.TIME_CHECK, target)
        return Decision(MoveKind.MOVE_ON, target)
    return None


def out_of_order(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    """A candidate deep in serving before any learning problem stands is asked for the learning problem."""
    late = state.step in (Step.SERVE, Step.MONITOR)
    missing = [step for step in (Step.FRAME, Step.MODEL) if step in untouched(state, agenda)]
    spent = state.used.get(state.step, 0.0) >= 0.35 * agenda.budgets.get(state.step, 0.0)
    if late and spent and len(missing) == 2 and state.elapsed < 0.5 * state.length:
        return Decision(MoveKind.MOVE_ON, missing[0])
    return None


def promised(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    """Brings the candidate back to what they put off, once the subject is through."""
    due = [one for one in state.deferred if state.last_candidate is None or one.turn < state.last_candidate - 2]
    if due and exhausted(state, agenda):
        return Decision(MoveKind.PROBE, due[0].step, f"deferred:{due[0].turn}", angle="deferred", quote=due[0].quote)
    return None


def changed_constraint(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    share = state.elapsed / state.length
    used = state.moves.count(MoveKind.CURVEBALL)
    first, gap = {Level.MID: (0.55, 8), Level.SENIOR: (0.42, 7), Level.STAFF: (0.3, 6)}[agenda.level]
    if (
        share < first
        or share > 0.9
        or used >= CURVEBALLS[agenda.level]
        or state.since_curveball < gap
        or len(signals_in(last)) < 2
    ):
        return None
    if state.last_move in (MoveKind.CHALLENGE, MoveKind.HINT, MoveKind.TIME_CHECK) or intent(last, "dont_know"):
        return None
    if depth(last.text if last else "").thin or state.used.get(state.step, 0.0) < 0.8 * agenda.budgets.get(
        state.step, 0.0
    ):
        return None
    for option in agenda.pushbacks:
        if option.id not in state.asked and option.step == state.step and option.level.rank <= agenda.level.rank:
            return Decision(MoveKind.CURVEBALL, option.step, option.id)
    return None


def goes_on(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    if exhausted(state, agenda):
        target = next_step(state, agenda)
        if target:
            return Decision(MoveKind.MOVE_ON, target)
        return (
            Decision(MoveKind.WRAP_UP, angle="early")
            if state.left < 0.08 * state.length
            else anything_left(state, agenda)
        )
    return None


def asks(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    return next_probe(state, agenda)
