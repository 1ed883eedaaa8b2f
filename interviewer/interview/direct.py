"""The director: from the state of the interview to the next move. A pure function, rule by rule.

The rules stand in order of precedence; the first that has something to say decides. The candidate leads:
the rules that steer come last.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from interviewer.interview.depth import depth
from interviewer.interview.state import State
from interviewer.steps import Level, MoveKind, Step
from interviewer.transcript import Heard, Turn

WRAP_SHARE = 0.045
"""The last share of the time, kept for closing words."""
CLOSE_SHARE = 0.015
"""With less than this left there is no room for last words."""
ENOUGH_OF_BUDGET = 1.15
TOUCHED_SHARE = 0.2
"""Share of its budget below which a step counts as not yet treated."""
REMIND_AT = 0.72
"""Share of the time after which the candidate is told the clock if two steps or more are untreated."""
LEAST_OF_BUDGET = 0.55
"""Share of its budget that every step still to come must be able to get."""
_RAPID_PRESSES = 20
SURE_FLAG = 0.52
"""Likeness that a wrong statement needs in a turn that is otherwise full of substance."""
_PRESSES = 8
"""How often in an interview a thin answer is pressed on in so many words."""
CURVEBALLS = {Level.MID: 1, Level.SENIOR: 2, Level.STAFF: 3}
PROBES = {Level.MID: 4, Level.SENIOR: 5, Level.STAFF: 5}
"""Questions in a row about one step before the interview goes on."""


@dataclass(frozen=True)
class Option:
    """Something that the interviewer could ask about."""

    id: str
    step: Step
    level: Level = Level.MID


@dataclass(frozen=True)
class Menu:
    """What could be asked next, prepared from the case and what was just said; ids only, no wording."""

    level: Level
    scope: tuple[Step, ...] = tuple(Step)
    budgets: dict[Step, float] = field(default_factory=dict)
    """Seconds."""
    signals: dict[Step, tuple[Option, ...]] = field(default_factory=dict)
    near: tuple[str, ...] = ()
    """Signals whose topic is nearest to what was just said, nearest first; empty without retrieval."""
    trade_offs: tuple[Option, ...] = ()
    """Trade-offs in the neighbourhood of what was just said, nearest first."""
    pushbacks: tuple[Option, ...] = ()
    rapid: bool = False
    warm_up: bool = False
    drill: bool = False
    """One subject: the signals are those near it, and no step is steered to."""


@dataclass(frozen=True)
class Decision:
    """The next move, before it is worded."""

    kind: MoveKind
    step: Step | None = None
    ref: str | None = None
    """The id of the signal, red flag, trade-off, pushback or ``deferred:<turn>`` that it is about."""
    facts: tuple[str, ...] = ()
    angle: str = ""
    """How the move is meant: a key of the wording, such as ``number`` or ``unspecified``."""
    quote: str = ""
    """The candidate's words that it reacts to."""


Rule = Callable[[State, Turn | None, Menu], Decision | None]


def decide(state: State, last: Turn | None, menu: Menu) -> Decision:
    """The next move. ``last`` is the candidate's last turn when the candidate spoke last, else None."""
    for rule in RULES:
        decision = rule(state, last, menu)
        if decision:
            return decision
    return Decision(MoveKind.LET_GO_ON, state.step)


# --- what was heard ---------------------------------------------------------------------------------------------


def _heard(last: Turn | None, kind: str) -> list[Heard]:
    return [one for one in (last.heard or [] if last else []) if one.kind == kind]


def _intent(last: Turn | None, *names: str) -> Heard | None:
    return next((one for one in _heard(last, "intent") if one.id in names), None)


def _signals(last: Turn | None) -> list[Heard]:
    return _heard(last, "signal")


# --- beginning and end ------------------------------------------------------------------------------------------


def _after_the_end(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    return Decision(MoveKind.CLOSE, angle="again") if state.closed else None


def _opening(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    if MoveKind.OPEN in state.moves or state.said:
        return None
    if menu.drill:
        first = _probe(state, menu)
        return Decision(MoveKind.OPEN, first.step, first.ref, angle="drill")
    return Decision(MoveKind.OPEN, state.step, angle="step") if len(menu.scope) == 1 else Decision(MoveKind.OPEN)


def _ended_by_candidate(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    return Decision(MoveKind.CLOSE, angle="asked") if last and last.event == "end" else None


def _closing(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    window = WRAP_SHARE * state.length
    if state.wrapped:
        asked = _heard(last, "question")
        if asked and state.last_move is MoveKind.WRAP_UP and not _matched(asked):
            return Decision(MoveKind.ANSWER, angle="closing_question")
        if asked and _matched(asked) and state.left > 0:
            return Decision(MoveKind.ANSWER, facts=_matched(asked))
        return Decision(MoveKind.CLOSE)
    if state.left <= CLOSE_SHARE * state.length:
        return Decision(MoveKind.CLOSE, angle="overtime" if state.elapsed > state.length + 90 else "")
    if state.left <= window:
        return Decision(MoveKind.WRAP_UP)
    return None


def _finished_early(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    if not _intent(last, "finish"):
        return None
    target = _next_step(state, menu)
    if target is None:
        return Decision(MoveKind.WRAP_UP, angle="early")
    return Decision(MoveKind.MOVE_ON, target, angle="more")


# --- what the candidate asks for --------------------------------------------------------------------------------


def _silence(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    if last is not None and (last.text.strip() or last.event):
        return None
    if state.silences <= 1 or (last is not None and state.silences == 0):
        return Decision(MoveKind.LET_GO_ON, state.step, angle="silence")
    if state.silences == 2:
        return _probe(state, menu, angle="smaller")
    target = _next_step(state, menu)
    return (
        Decision(MoveKind.MOVE_ON, target, angle="silence")
        if target and state.silences % 2
        else Decision(MoveKind.LET_GO_ON, state.step, angle="silence")
    )


def _buttons(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    match last.event if last else None:
        case "hint":
            return _hint(state, menu)
        case "pause" | "silence":
            return Decision(MoveKind.LET_GO_ON, state.step, angle="pause")
        case "skip":
            target = _next_step(state, menu)
            return Decision(MoveKind.MOVE_ON, target) if target else Decision(MoveKind.WRAP_UP, angle="early")
    return None


def _out_of_role(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    found = _intent(last, "manipulate", "abuse", "off_topic")
    if not found or state.redirects >= 2 or (found.id == "off_topic" and _signals(last)):
        return None
    return Decision(MoveKind.REDIRECT, state.step, angle=found.id)


def _thinking(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    if _intent(last, "need_time") and len(_signals(last)) == 0 and not _matched(_heard(last, "question")):
        return Decision(MoveKind.LET_GO_ON, state.step, angle="pause")
    return None


def _say_again(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    if not _intent(last, "repeat") or not state.said:
        return None
    return Decision(MoveKind.PROBE, state.step, state.asked[-1] if state.asked else None, angle="again")


def _asked_for_hint(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    return _hint(state, menu) if _intent(last, "ask_hint") else None


def _matched(asked: Sequence[Heard]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.id for one in asked if one.id))


def _clarifying_question(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    asked = _real_questions(state, last)
    if not asked:
        return None
    facts = _matched(asked)
    if facts:
        return Decision(MoveKind.ANSWER, state.step, facts=facts[:3], quote=asked[0].quote)
    if _intent(last, "seek_solution"):
        return Decision(MoveKind.ANSWER, state.step, angle="yours", quote=asked[-1].quote)
    if _intent(last, "ask_direction", "ask_feedback"):
        return None
    return Decision(MoveKind.ANSWER, state.step, angle="unspecified", quote=asked[-1].quote)


def _real_questions(state: State, last: Turn | None) -> list[Heard]:
    """Questions put to the interviewer; those that a candidate puts and answers in one breath are left out."""
    asked = _heard(last, "question")
    if not asked or last is None:
        return []
    words = len(last.text.split())
    early = state.step is Step.CLARIFY and len(state.moves) <= 6
    real = []
    for one in asked:
        ends_turn = last.text.find(one.quote) + len(one.quote) >= len(last.text) - 90
        marked = one.quote.rstrip().endswith("?")
        soon = early or state.elapsed < 0.2 * state.length
        if (one.id and (early or ends_turn) and (marked or soon or one.score >= 0.6)) or (
            not one.id and ends_turn and marked and (early or words <= 60)
        ):
            real.append(one)
    return real


def _wants_direction(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    found = _intent(last, "ask_direction", "ask_permission")
    if not found or not last or not last.text.rstrip().endswith((found.quote[-12:], "?")):
        return None
    if _matched(_real_questions(state, last)):
        return None
    if not state.facts and state.step is Step.CLARIFY and Step.CLARIFY in menu.scope:
        return Decision(MoveKind.ASK_TO_CLARIFY, Step.CLARIFY, angle="before")
    return Decision(MoveKind.LET_GO_ON, state.step, angle="go_ahead")


# --- what was wrong, missing or vague ---------------------------------------------------------------------------


def _hands_back(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    """A candidate who has said what they have on this is not asked for more of it."""
    if not _intent(last, "hand_back") or len(_signals(last)) >= 3:
        return None
    target = _next_step(state, menu)
    return Decision(MoveKind.MOVE_ON, target) if target else _anything_left(state, menu)


def _jumped_to_solution(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    first_turn = not menu.drill and MoveKind.PROBE not in state.moves and len(state.moves) <= 1
    asked = bool(_heard(last, "question")) or bool(state.covered.get(Step.CLARIFY))
    if first_turn and last and not asked and Step.CLARIFY in menu.scope and len(last.text.split()) > 12:
        return Decision(MoveKind.ASK_TO_CLARIFY, Step.CLARIFY, angle="before")
    return None


def _wrong(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    recent = [flag for flag in state.flags if state.last_candidate is not None and flag.turn == state.last_candidate]
    if not recent or state.moves[-2:] == (MoveKind.CHALLENGE, MoveKind.CHALLENGE):
        return None
    worst = max(recent, key=lambda flag: flag.score)
    if len(_signals(last)) >= 2 and worst.score < SURE_FLAG:
        return None
    return Decision(MoveKind.CHALLENGE, state.step, worst.id, quote=worst.quote)


def _failed(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    """A probe that got nothing: a nudge where the level allows one, else another subject."""
    if not last or state.last_move not in (
        MoveKind.PROBE,
        MoveKind.TRADE_OFF,
        MoveKind.CHALLENGE,
        MoveKind.HINT,
        MoveKind.CURVEBALL,
    ):
        return None
    gave_up = _intent(last, "dont_know") is not None
    empty = len(last.text.split()) <= 8 and not _signals(last)
    if menu.warm_up and (hint := _unasked_hint(state, last, menu)):
        return hint
    if not (gave_up or empty):
        return None
    if (
        state.last_move is MoveKind.PROBE
        and state.asked
        and menu.level is not Level.STAFF
        and (gave_up or menu.level is Level.MID)
    ):
        return replace(_hint(state, menu), angle="failed")
    if state.probes_in_step >= 2 or state.last_move is MoveKind.HINT:
        target = _next_step(state, menu)
        if target:
            return Decision(MoveKind.MOVE_ON, target, angle="failed")
    return _probe(state, menu, angle="other")


def _unasked_hint(state: State, last: Turn, menu: Menu) -> Decision | None:
    """In a warm-up a thin answer to a probe brings a hint on what was asked, once."""
    ref = state.asked[-1].removeprefix("press:") if state.asked else ""
    known = {option.id for own in menu.signals.values() for option in own}
    if state.last_move is not MoveKind.PROBE or ref not in known or _heard(last, "question"):
        return None
    stuck = _intent(last, "dont_know") is not None
    thin = depth(last.text).thin and not state.heard(ref)
    return Decision(MoveKind.HINT, state.step, ref, angle="failed" if stuck else "") if stuck or thin else None


def _unclear(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    """Short words that point at something nobody can see."""
    found = _intent(last, "unclear")
    if not found or not last or len(last.text.split()) > 30 or len(_signals(last)) > 1:
        return None
    return Decision(MoveKind.ASK_TO_CLARIFY, state.step, f"unclear:{state.turns}", angle="which_one", quote=found.quote)


def _vague(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    found = _intent(last, "vague")
    if not found or state.step not in (Step.CLARIFY, Step.FRAME) or f"vague:{found.quote.lower()}" in state.asked:
        return None
    if state.moves.count(MoveKind.ASK_TO_CLARIFY) >= 2:
        return None
    return Decision(
        MoveKind.ASK_TO_CLARIFY, state.step, f"vague:{found.quote.lower()}", angle="term", quote=found.quote
    )


# --- steering ---------------------------------------------------------------------------------------------------


def _untouched(state: State, menu: Menu) -> list[Step]:
    """Steps that nobody steered to and that got hardly any time or substance."""
    if menu.drill:
        return []
    return [
        step
        for step in menu.scope
        if step not in state.opened
        and state.used.get(step, 0.0) < TOUCHED_SHARE * menu.budgets.get(step, 0.0)
        and len(state.covered.get(step, [])) < 4
        and not (step is Step.CLARIFY and step in state.visited)
    ]


def _next_step(state: State, menu: Menu) -> Step | None:
    """The step to go to: the first untouched one in order, else a thin one that we have not steered to before."""
    late = state.elapsed > 0.3 * state.length
    untouched = [step for step in _untouched(state, menu) if not (step is Step.CLARIFY and late)]
    if untouched:
        return untouched[0]
    thin = [
        step
        for step in menu.scope
        if step not in (state.step, Step.CLARIFY)
        and step not in state.opened
        and len(state.covered.get(step, [])) < 2
        and _open(state, menu, step)
    ]
    return thin[0] if thin and not menu.drill else None


def _behind(state: State, menu: Menu) -> bool:
    """Whether the steps still to come would no longer get their least time."""
    need = sum(LEAST_OF_BUDGET * menu.budgets.get(step, 0.0) for step in _untouched(state, menu))
    return need > 0 and state.left - WRAP_SHARE * state.length < need


def _clock(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    untouched = _untouched(state, menu)
    if not untouched or menu.rapid:
        return None
    warned = state.moves.count(MoveKind.TIME_CHECK)
    target = _next_step(state, menu)
    if state.elapsed >= REMIND_AT * state.length and len(untouched) >= 2 and warned == 0 and target != state.step:
        return Decision(MoveKind.TIME_CHECK, target)
    if _behind(state, menu):
        steered = state.last_move in (MoveKind.TIME_CHECK, MoveKind.MOVE_ON)
        if target in (None, state.step):
            return None
        if warned <= 1 and state.left <= 0.28 * state.length and not steered:
            return Decision(MoveKind.TIME_CHECK, target)
        return Decision(MoveKind.MOVE_ON, target)
    return None


def _out_of_order(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    """A candidate deep in serving before any learning problem stands is asked for the learning problem."""
    late = state.step in (Step.SERVE, Step.MONITOR)
    missing = [step for step in (Step.FRAME, Step.MODEL) if step in _untouched(state, menu)]
    spent = state.used.get(state.step, 0.0) >= 0.35 * menu.budgets.get(state.step, 0.0)
    if late and spent and missing and state.elapsed < 0.5 * state.length:
        return Decision(MoveKind.MOVE_ON, missing[0])
    return None


def _changed_constraint(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    share = state.elapsed / state.length
    used = state.moves.count(MoveKind.CURVEBALL)
    first, gap = {Level.MID: (0.55, 8), Level.SENIOR: (0.42, 7), Level.STAFF: (0.3, 6)}[menu.level]
    if (
        share < first
        or share > 0.9
        or used >= CURVEBALLS[menu.level]
        or state.since_curveball < gap
        or len(_signals(last)) < 2
    ):
        return None
    if state.last_move in (MoveKind.CHALLENGE, MoveKind.HINT, MoveKind.TIME_CHECK) or _intent(last, "dont_know"):
        return None
    if depth(last.text if last else "").thin or state.used.get(state.step, 0.0) < 0.8 * menu.budgets.get(
        state.step, 0.0
    ):
        return None
    for option in menu.pushbacks:
        if option.id not in state.asked and option.step == state.step and option.level.rank <= menu.level.rank:
            return Decision(MoveKind.CURVEBALL, option.step, option.id)
    return None


def _promised(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    """Brings the candidate back to what they put off, once the subject is through."""
    due = [one for one in state.deferred if state.last_candidate is None or one.turn < state.last_candidate - 2]
    if due and _exhausted(state, menu):
        return Decision(MoveKind.PROBE, due[0].step, f"deferred:{due[0].turn}", angle="deferred", quote=due[0].quote)
    return None


def _leaves(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    """Lets a candidate who is under way go on."""
    if not last:
        return None
    words = len(last.text.split())
    announces = _intent(last, "continue") is not None and words <= 45 and not _heard(last, "question")
    flowing = len(_signals(last)) >= 3 and not depth(last.text).thin and not _exhausted(state, menu)
    if state.last_move is MoveKind.LET_GO_ON or menu.rapid:
        return None
    if announces or (flowing and state.probes_in_step >= 2 and words >= 60 and menu.level is not Level.MID):
        return Decision(MoveKind.LET_GO_ON, state.step, angle="nod")
    return None


def _weighs(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    if MoveKind.TRADE_OFF in state.moves[-3:] or _exhausted(state, menu):
        return None
    for option in menu.trade_offs:
        fits = option.step in menu.scope and option.step in (state.step, _step_of(last))
        if fits and option.id not in state.asked:
            return Decision(MoveKind.TRADE_OFF, option.step, option.id)
    return None


def _step_of(last: Turn | None) -> Step | None:
    steps = _heard(last, "step")
    return max(steps, key=lambda one: one.score).step if steps else None


def _presses(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    """Presses on a thin answer: a list, a claim without a reason, a size without a number."""
    least, gap, most = (6, 1, _RAPID_PRESSES) if menu.rapid else (15, 2, _PRESSES)
    if not last or _exhausted(state, menu) or len(last.text.split()) < least:
        return None
    pressed = [ref.startswith("press:") for ref in state.asked]
    if any(pressed[-gap:]) or sum(pressed) >= most:
        return None
    shown = depth(last.text)
    heard = _signals(last)
    ref = heard[0].id if heard else None
    if shown.listing:
        angle = "which"
    elif not shown.reason and not shown.choice and len(last.text.split()) < 90:
        angle = "why"
    elif state.step in (Step.SERVE, Step.EVALUATE, Step.MONITOR) and not shown.number:
        angle = "number"
    else:
        return None
    quote = heard[0].quote if heard else ""
    return Decision(MoveKind.PROBE, state.step, f"press:{ref or state.turns}", angle=angle, quote=quote)


def _open(state: State, menu: Menu, step: Step) -> list[Option]:
    """What is neither covered nor asked in a step (in a drill: in any), at or below the level."""
    near = [option for own in menu.signals.values() for option in own] if menu.drill else menu.signals.get(step, ())
    return [
        option
        for option in near
        if option.level.rank <= menu.level.rank and not state.heard(option.id) and option.id not in state.asked
    ]


def _exhausted(state: State, menu: Menu) -> bool:
    """Whether the current step has had its time or its questions, or nothing is left to ask in it."""
    if len(menu.scope) == 1 or menu.drill:
        return not _open(state, menu, state.step)
    if state.step not in menu.scope:
        return True
    used, budget = state.used.get(state.step, 0.0), menu.budgets.get(state.step, 0.0)
    wanted = [option for option in menu.signals.get(state.step, ()) if option.level.rank <= menu.level.rank]
    shown = len(state.covered.get(state.step, []))
    return (
        used > ENOUGH_OF_BUDGET * budget
        or (state.probes_in_step >= PROBES[menu.level] and used > LEAST_OF_BUDGET * budget)
        or (bool(wanted) and shown >= 0.6 * len(wanted) and used > 0.7 * budget)
        or not _open(state, menu, state.step)
    )


def _probe(state: State, menu: Menu, angle: str = "") -> Decision:
    """A question on the subject nearest to what was just said, within the step, else on the step's next one."""
    options = _open(state, menu, state.step)
    ids = {option.id for option in options}
    nearest = next((name for name in menu.near if name in ids), None)
    ref = nearest or (options[0].id if options else None)
    if ref is None:
        target = _next_step(state, menu)
        if menu.rapid or menu.drill:
            return Decision(MoveKind.MOVE_ON, target) if target else Decision(MoveKind.WRAP_UP, angle="early")
        return Decision(MoveKind.MOVE_ON, target) if target else Decision(MoveKind.LET_GO_ON, state.step, angle="more")
    return Decision(MoveKind.PROBE, next(one.step for one in options if one.id == ref), ref, angle=angle)


def _hint(state: State, menu: Menu) -> Decision:
    open_ids = {option.id for options in menu.signals.values() for option in options}
    asked = [ref for ref in state.asked if ref in open_ids and not state.heard(ref)]
    if asked:
        return Decision(MoveKind.HINT, state.step, asked[-1])
    probe = _probe(state, menu)
    return (
        Decision(MoveKind.HINT, state.step, probe.ref)
        if probe.kind is MoveKind.PROBE
        else Decision(MoveKind.HINT, state.step, angle="none")
    )


def _goes_on(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    if _exhausted(state, menu):
        target = _next_step(state, menu)
        if target:
            return Decision(MoveKind.MOVE_ON, target)
        return (
            Decision(MoveKind.WRAP_UP, angle="early")
            if state.left < 0.08 * state.length
            else _anything_left(state, menu)
        )
    return None


def _anything_left(state: State, menu: Menu) -> Decision:
    """All seven steps had their turn and time is left: pressure first, then whatever is still open."""
    for option in menu.pushbacks if not menu.drill else ():
        fits = option.step in menu.scope and option.level.rank <= menu.level.rank
        if fits and option.id not in state.asked and state.since_curveball >= 3:
            return Decision(MoveKind.CURVEBALL, option.step, option.id)
    left = {
        step: menu.budgets.get(step, 0.0) - state.used.get(step, 0.0) for step in menu.scope if step is not Step.CLARIFY
    }
    for step in sorted(left, key=lambda step: -left[step]):
        if options := _open(state, menu, step):
            return Decision(MoveKind.PROBE, step, options[0].id, angle="back")
    return Decision(MoveKind.WRAP_UP, angle="early")


def _asks(state: State, last: Turn | None, menu: Menu) -> Decision | None:
    return _probe(state, menu)


RULES: tuple[Rule, ...] = (
    _after_the_end,
    _opening,
    _ended_by_candidate,
    _out_of_role,
    _buttons,
    _closing,
    _silence,
    _thinking,
    _say_again,
    _asked_for_hint,
    _wants_direction,
    _clarifying_question,
    _finished_early,
    _hands_back,
    _jumped_to_solution,
    _wrong,
    _failed,
    _unclear,
    _vague,
    _clock,
    _out_of_order,
    _promised,
    _changed_constraint,
    _goes_on,
    _weighs,
    _presses,
    _leaves,
    _asks,
)
