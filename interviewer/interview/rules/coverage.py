"""Which steps and subjects are still open, and what to ask next about them. Pure."""

from interviewer.domain import Level, MoveKind, Step
from interviewer.interview.agenda import Agenda, Option
from interviewer.interview.decision import Decision
from interviewer.interview.state import State

ENOUGH_OF_BUDGET = 1.15
TOUCHED_SHARE = 0.2
"""Share of its budget below which a step counts as not yet treated."""
ASKED = 3
"""Questions of ours on a step's subjects after which it counts as treated."""
SPOKEN_ON = 2
"""Signals from which a part that was left is not opened again."""
LEAST_OF_BUDGET = 0.55
"""Share of its budget that every step still to come must be able to get."""
STAYS = 2
"""Questions on a part with everything treated before another part may take the time that is left."""
TIME_TO_REPEAT = 0.1
"""Share of the interview from which what an answer came near to may still be asked."""
TIME_TO_STRETCH = 0.25
"""Share of the time from which, with nothing else open, questions above the level and those of any case are asked."""
WRAP_SHARE = 0.045
"""The last share of the time, kept for closing words."""
PROBES = {Level.MID: 4, Level.SENIOR: 5, Level.STAFF: 5}
"""Questions in a row about one step before the interview goes on."""


def untouched(state: State, agenda: Agenda) -> list[Step]:
    """Steps that nobody steered to and that got hardly any time or substance."""
    if agenda.drill:
        return []
    return [
        step
        for step in agenda.scope
        if step not in state.opened
        and sum(option.id in state.asked for option in agenda.signals.get(step, ())) < ASKED
        and state.used.get(step, 0.0) < TOUCHED_SHARE * agenda.budgets.get(step, 0.0)
        and len(state.covered.get(step, [])) < 4
        and not (step is Step.CLARIFY and step in state.visited)
    ]


def next_step(state: State, agenda: Agenda) -> Step | None:
    """The step to go to: the first untouched one in order, else a thin one that we have not steered to before.

    A step that the candidate has spoken on and left is not gone back to while others lie ahead.
    """
    late = state.elapsed > 0.3 * state.length
    waiting = [
        step for step in untouched(state, agenda) if step is not state.step and not (step is Step.CLARIFY and late)
    ]
    order = list(Step)
    left = [
        step
        for step in waiting
        if order.index(step) < order.index(state.step)
        and (state.covered.get(step) or (step is Step.FRAME and state.covered.get(Step.MODEL)))
    ]
    ahead = [step for step in waiting if step not in left]
    # Who has said two things on a part in passing is not asked to open it: single questions on it come at the end.
    unspoken = [step for step in left if len(state.covered.get(step, [])) < SPOKEN_ON]
    if ahead or unspoken:
        return (ahead or unspoken)[0]
    thin = [
        step
        for step in agenda.scope
        if step not in (state.step, Step.CLARIFY)
        and step not in state.opened
        and len(state.covered.get(step, [])) < 2
        and state.used.get(step, 0.0) < LEAST_OF_BUDGET * agenda.budgets.get(step, 0.0)
        and open_options(state, agenda, step)
    ]
    return thin[0] if thin and not agenda.drill else None


def behind(state: State, agenda: Agenda) -> bool:
    """Whether the steps still to come would no longer get their least time."""
    need = sum(LEAST_OF_BUDGET * agenda.budgets.get(step, 0.0) for step in untouched(state, agenda))
    return need > 0 and state.left - WRAP_SHARE * state.length < need


def open_options(state: State, agenda: Agenda, step: Step) -> list[Option]:
    """What is neither covered nor asked in a step (in a drill: in any), at or below the level."""
    near = (
        [option for own in agenda.signals.values() for option in own] if agenda.drill else agenda.signals.get(step, ())
    )
    return [
        option
        for option in near
        if option.level.rank <= agenda.level.rank and not state.heard(option.id) and option.id not in state.asked
    ]


def exhausted(state: State, agenda: Agenda) -> bool:
    """Whether the current step has had its time or its questions, or nothing is left to ask in it."""
    if len(agenda.scope) == 1 or agenda.drill:
        return not open_options(state, agenda, state.step)
    if state.step not in agenda.scope:
        return True
    used, budget = state.used.get(state.step, 0.0), agenda.budgets.get(state.step, 0.0)
    wanted = [option for option in agenda.signals.get(state.step, ()) if option.level.rank <= agenda.level.rank]
    shown = len(state.covered.get(state.step, []))
    return (
        used > ENOUGH_OF_BUDGET * budget
        or (state.probes_in_step >= PROBES[agenda.level] and used > LEAST_OF_BUDGET * budget)
        or (bool(wanted) and shown >= 0.6 * len(wanted) and used > 0.7 * budget)
        or not open_options(state, agenda, state.step)
    )


def next_probe(state: State, agenda: Agenda, angle: str = "") -> Decision:
    """A question on the subject nearest to what was just said, within the step, else on the step's next one.

    The case's own subjects come before those of any case, which mostly ask for the same in other words.
    """
    options = open_options(state, agenda, state.step)
    if not options:
        target = next_step(state, agenda)
        if agenda.rapid or agenda.drill:
            return Decision(MoveKind.MOVE_ON, target) if target else Decision(MoveKind.WRAP_UP, angle="early")
        return Decision(MoveKind.MOVE_ON, target) if target else Decision(MoveKind.LET_GO_ON, state.step, angle="more")
    found = _nearest(options, agenda)
    return Decision(MoveKind.PROBE, found.step, found.id, angle=angle)


def _nearest(options: list[Option], agenda: Agenda) -> Option:
    """The one whose subject is nearest to what was just said; the case's own and those not yet brushed come first."""
    options = [option for option in options if not option.general] or options
    options = [option for option in options if option.id not in agenda.brushed] or options
    by_id = {option.id: option for option in options}
    return next((by_id[name] for name in agenda.near if name in by_id), options[0])


def next_hint(state: State, agenda: Agenda) -> Decision:
    open_ids = {option.id for options in agenda.signals.values() for option in options}
    asked = [ref for ref in state.asked if ref in open_ids and not state.heard(ref)]
    if asked:
        return Decision(MoveKind.HINT, state.step, asked[-1])
    probe = next_probe(state, agenda)
    return (
        Decision(MoveKind.HINT, state.step, probe.ref)
        if probe.kind is MoveKind.PROBE
        else Decision(MoveKind.HINT, state.step, angle="none")
    )


def anything_left(state: State, agenda: Agenda) -> Decision:
    """All seven steps had their turn and time is left: pressure first, then whatever is still open."""
    for option in agenda.pushbacks if not agenda.drill else ():
        fits = option.step in agenda.scope and option.level.rank <= agenda.level.rank
        if fits and option.id not in state.asked and state.since_curveball >= 3:
            return Decision(MoveKind.CURVEBALL, option.step, option.id)
    left = {
        step: agenda.budgets.get(step, 0.0) - state.used.get(step, 0.0)
        for step in agenda.scope
        if step is not Step.CLARIFY
    }
    # Who is on a subject stays there for a question or two: to and fro between two parts wears people out.
    stays = state.probes_in_step < STAYS
    order = sorted(left, key=lambda step: (not (stays and step is state.step), -left[step]))
    plenty = state.left > TIME_TO_STRETCH * state.length and not agenda.drill
    # What an answer came near to comes last and not in the last minutes: it has often been said in other words.
    for brushed in (False, True) if state.left > TIME_TO_REPEAT * state.length else (False,):
        for step in order:
            if options := [one for one in open_options(state, agenda, step) if brushed or one.id not in agenda.brushed]:
                angle = "" if step is state.step else "back"
                return Decision(MoveKind.PROBE, step, _nearest(options, agenda).id, angle=angle)
        for step in order if plenty else ():
            options = [one for one in agenda.signals.get(step, ()) if brushed or one.id not in agenda.brushed]
            unheard = [one for one in options if one.id not in state.asked and not state.heard(one.id)]
            if unheard:
                return Decision(MoveKind.PROBE, step, unheard[0].id, angle="back")
    return Decision(MoveKind.WRAP_UP, angle="early")
