"""Rules for an answer that was wrong, missing, vague or thin, and for one to let go."""

import re
from dataclasses import replace

from interviewer.domain import Level, MoveKind, Step
from interviewer.interview.agenda import Agenda
from interviewer.interview.decision import Decision
from interviewer.interview.overclaim import overclaims
from interviewer.interview.rules.coverage import exhausted, next_hint, next_probe, next_step
from interviewer.interview.rules.heard import all_heard, intent, signals_in, step_of
from interviewer.interview.state import State
from interviewer.listening.clauses import listed, standing
from interviewer.listening.thought import countable, depth, telling
from interviewer.transcript import Turn

_EMPTY = 1
"""Telling words up to which a few words say nothing: the terse list things."""
SURE_FLAG, SURER_FLAG = 0.52, 0.6
"""Likeness that a wrong statement needs in a turn that otherwise shows two signals, and three."""
OVERCLAIMS = 3
"""How often in an interview a statement without limits is questioned."""
PRESSES = 8
"""How often in an interview a thin answer is pressed on in so many words."""
RAPID_PRESSES = 20
_ANSWERS_ANYWAY = re.compile(
    r"\b(?:sure|know|idea|remember|seen)\b[^.?!]{0,60}\b(?:but|so|still|however)\b(?:\W+[\w']+){6,}", re.IGNORECASE
)
"""How somebody who doesn't know goes on to answer all the same."""
_GIVES_IN = re.compile(
    r"\W*(?:(?:um|uh|hm+|oh|ah|well|yeah)\W+)*(?:true|fair|right|okay|ok|yes|good point|i see|i agree|you're right|"
    r"you are right|that's (?:true|right|fair)|no,? wait|correct)\b",
    re.IGNORECASE,
)
"""How an answer opens that grants the point: it is let go."""


def jumped_to_solution(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    first_turn = not agenda.drill and MoveKind.PROBE not in state.moves and len(state.moves) <= 1
    asked = bool(all_heard(last, "question")) or bool(state.covered.get(Step.CLARIFY))
    if first_turn and last and not asked and Step.CLARIFY in agenda.scope and len(last.text.split()) > 12:
        return Decision(MoveKind.ASK_TO_CLARIFY, Step.CLARIFY, angle="before")
    return None


def wrong(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    recent = [flag for flag in state.flags if state.last_candidate is not None and flag.turn == state.last_candidate]
    if not recent or state.moves[-3:] == (MoveKind.CHALLENGE,) * 3:
        return None
    worst = max(recent, key=lambda flag: flag.score)
    shown = len(signals_in(last))
    if (shown >= 2 and worst.score < SURE_FLAG) or (shown >= 3 and worst.score < SURER_FLAG):
        return None
    return Decision(MoveKind.CHALLENGE, state.step, worst.id, quote=worst.quote)


def overclaimed(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    """A statement without limits is asked for one, also where no case file knows it for a mistake."""
    asked = [ref for ref in state.asked if ref.startswith("overclaim:")]
    if not last or len(asked) >= OVERCLAIMS or state.last_move is MoveKind.CHALLENGE:
        return None
    claims = overclaims(last.text)
    if not claims:
        return None
    return Decision(MoveKind.CHALLENGE, state.step, f"overclaim:{state.turns}", angle="overclaim", quote=claims[-1])


def failed(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    """A probe that got nothing: a nudge where the level allows one, else another subject."""
    if not last or state.last_move not in (
        MoveKind.PROBE,
        MoveKind.TRADE_OFF,
        MoveKind.CHALLENGE,
        MoveKind.HINT,
        MoveKind.CURVEBALL,
    ):
        return None
    gave_up = intent(last, "dont_know") is not None and not _ANSWERS_ANYWAY.search(last.text)
    empty = len(last.text.split()) <= 8 and not signals_in(last) and len(telling(last.text)) <= _EMPTY
    if agenda.warm_up and (hint := unasked_hint(state, last, agenda)):
        return hint
    if not (gave_up or empty):
        return None
    if (
        state.last_move is MoveKind.PROBE
        and state.asked
        and agenda.level is not Level.STAFF
        and (gave_up or agenda.level is Level.MID)
    ):
        return replace(next_hint(state, agenda), angle="failed")
    if state.probes_in_step >= 2 or state.last_move is MoveKind.HINT:
        target = next_step(state, agenda)
        if target:
            return Decision(MoveKind.MOVE_ON, target, angle="failed")
    return next_probe(state, agenda, angle="other")


def unasked_hint(state: State, last: Turn, agenda: Agenda) -> Decision | None:
    """In a warm-up a thin answer to a probe brings a hint on what was asked, once."""
    ref = state.asked[-1].removeprefix("press:") if state.asked else ""
    known = {option.id for own in agenda.signals.values() for option in own}
    if state.last_move is not MoveKind.PROBE or ref not in known or all_heard(last, "question"):
        return None
    stuck = intent(last, "dont_know") is not None
    thin = depth(last.text).thin and not state.heard(ref)
    return Decision(MoveKind.HINT, state.step, ref, angle="failed" if stuck else "") if stuck or thin else None


def unclear(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    """Short words that point at something nobody can see."""
    found = intent(last, "unclear")
    if not found or not last or len(last.text.split()) > 30 or len(signals_in(last)) > 1:
        return None
    return Decision(MoveKind.ASK_TO_CLARIFY, state.step, f"unclear:{state.turns}", angle="which_one", quote=found.quote)


def vague(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    found = intent(last, "vague")
    if not found or state.step not in (Step.CLARIFY, Step.FRAME) or f"vague:{found.quote.lower()}" in state.asked:
        return None
    if state.moves.count(MoveKind.ASK_TO_CLARIFY) >= 2:
        return None
    return Decision(
        MoveKind.ASK_TO_CLARIFY, state.step, f"vague:{found.quote.lower()}", angle="term", quote=found.quote
    )


def weighs(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    if MoveKind.TRADE_OFF in state.moves[-3:] or exhausted(state, agenda):
        return None
    for option in agenda.trade_offs:
        fits = option.step in agenda.scope and option.step in (state.step, step_of(last))
        if fits and option.id not in state.asked:
            return Decision(MoveKind.TRADE_OFF, option.step, option.id)
    return None


def presses(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    """Presses on a thin answer: a list, a claim without a reason, a size without a number."""
    least, gap, most = (6, 1, RAPID_PRESSES) if agenda.rapid else (15, 2, PRESSES)
    if not last or exhausted(state, agenda) or len(last.text.split()) < least:
        return None
    if state.last_move is MoveKind.CHALLENGE and _GIVES_IN.match(last.text):
        return None
    pressed = [ref.startswith("press:") for ref in state.asked]
    if any(pressed[-gap:]) or sum(pressed) >= most:
        return None
    shown = depth(last.text)
    heard = signals_in(last)
    ref = heard[0].id if heard else None
    # A reason or a figure is asked for something that was said, and only where it can be said back.
    clauses = standing(last.text)
    if shown.listing and listed(last.text):
        angle = "which"
    elif (
        (agenda.rapid or any(one.choice for one in clauses))
        and not shown.reason
        and not shown.choice
        and len(last.text.split()) < 90
    ):
        angle = "why"
    elif state.step in (Step.SERVE, Step.EVALUATE, Step.MONITOR) and not shown.number and countable(clauses):
        angle = "number"
    else:
        return None
    quote = heard[0].quote if heard else ""
    return Decision(MoveKind.PROBE, state.step, f"press:{ref or state.turns}", angle=angle, quote=quote)


def leaves(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    """Lets a candidate who is under way go on."""
    if not last:
        return None
    words = len(last.text.split())
    announces = intent(last, "continue") is not None and words <= 45 and not all_heard(last, "question")
    flowing = len(signals_in(last)) >= 3 and not depth(last.text).thin and not exhausted(state, agenda)
    if state.last_move is MoveKind.LET_GO_ON or agenda.rapid:
        return None
    if announces or (flowing and state.probes_in_step >= 2 and words >= 60 and agenda.level is not Level.MID):
        return Decision(MoveKind.LET_GO_ON, state.step, angle="nod")
    return None
