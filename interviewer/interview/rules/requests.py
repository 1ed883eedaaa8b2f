"""Rules for what the candidate asks of the interviewer, in words, by a button, or by silence."""

import re

from interviewer.domain import MoveKind, Step
from interviewer.interview.agenda import Agenda
from interviewer.interview.decision import Decision
from interviewer.interview.rules.coverage import next_hint, next_probe, next_step
from interviewer.interview.rules.heard import all_heard, intent, matched, real_questions, signals_in
from interviewer.interview.state import State
from interviewer.transcript import Turn

_SORRY, _ONLY_THAT = 3, 14
"""Words of a 'sorry?', and of a turn that wants nothing but to hear the question again."""

_STILL_THINKING = 45
"""Characters after a wish for time that do not yet begin an answer."""
_AMOUNT_ASKED = re.compile(
    r"\b(?:how (?:many|much|often|long|fast|large|big|old|far)|"
    r"what (?:share|percentage|number|rate|size|volume|budget)|"
    r"which share|figures?|numbers?|percentage|qps)\b",
    re.IGNORECASE,
)
"""Questions for an amount: only they are told that there is no figure."""
_WANTS_ANYTHING = r"\b(?:anything|something|what|which)\b.{0,20}\byou(?:'d| would)? (?:want|like|prefer)"
"""Who asks what we want to hear is asked a question, not told to go on."""
_AT_THE_END = 90
"""Characters at the end of a turn within which a wish for direction waits for an answer."""


def silence(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    if last is not None and (last.text.strip() or last.event):
        return None
    if state.silences <= 1 or (last is not None and state.silences == 0):
        return Decision(MoveKind.LET_GO_ON, state.step, angle="silence")
    if state.silences == 2:
        return next_probe(state, agenda, angle="smaller")
    target = next_step(state, agenda)
    return (
        Decision(MoveKind.MOVE_ON, target, angle="silence")
        if target and state.silences % 2
        else Decision(MoveKind.LET_GO_ON, state.step, angle="silence")
    )


def buttons(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    match last.event if last else None:
        case "hint":
            return next_hint(state, agenda)
        case "pause" | "silence":
            return Decision(MoveKind.LET_GO_ON, state.step, angle="pause")
        case "skip":
            target = next_step(state, agenda)
            return Decision(MoveKind.MOVE_ON, target) if target else Decision(MoveKind.WRAP_UP, angle="early")
    return None


def out_of_role(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    found = intent(last, "manipulate", "abuse", "off_topic")
    if not found or state.redirects >= 2 or (found.id == "off_topic" and signals_in(last)):
        return None
    # Back to the design with a question that is new: the step's opening was heard long ago.
    probe = next_probe(state, agenda)
    return Decision(MoveKind.REDIRECT, state.step, probe.ref if probe.kind is MoveKind.PROBE else None, angle=found.id)


def thinking(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    found = intent(last, "need_time")
    # 'Let me think about the jobs. I'd run …' thinks aloud and wants no pause.
    if not found or not last or last.text.rfind(found.quote) + len(found.quote) < len(last.text) - _STILL_THINKING:
        return None
    if len(signals_in(last)) == 0 and not matched(all_heard(last, "question")):
        return Decision(MoveKind.LET_GO_ON, state.step, angle="pause")
    return None


def say_again(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    asked = [one for one in all_heard(last, "question") if len(one.quote.split()) > _SORRY]
    if (
        not intent(last, "repeat")
        or not last
        or not state.said
        or len(last.text.split()) > _ONLY_THAT
        or matched(asked)
    ):
        return None
    return Decision(MoveKind.PROBE, state.step, state.asked[-1] if state.asked else None, angle="again")


def asked_for_hint(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    return next_hint(state, agenda) if intent(last, "ask_hint") else None


def clarifying_question(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    asked = real_questions(state, last)
    if not asked:
        return None
    facts = matched(asked)
    if facts:
        return Decision(MoveKind.ANSWER, state.step, facts=facts[:3], quote=asked[0].quote)
    if intent(last, "about_us"):
        return Decision(MoveKind.ANSWER, state.step, angle="closing_question", quote=asked[-1].quote)
    if intent(last, "finish"):
        return None
    if intent(last, "seek_solution"):
        return Decision(MoveKind.ANSWER, state.step, angle="yours", quote=asked[-1].quote)
    if intent(last, "ask_direction", "ask_feedback"):
        return None
    angle = "no_figure" if _AMOUNT_ASKED.search(asked[-1].quote) else "unspecified"
    return Decision(MoveKind.ANSWER, state.step, angle=angle, quote=asked[-1].quote)


def wants_direction(state: State, last: Turn | None, agenda: Agenda) -> Decision | None:
    found = intent(last, "ask_direction", "ask_permission")
    if not found or not last or last.text.rfind(found.quote) + len(found.quote) < len(last.text) - _AT_THE_END:
        return None
    asked = real_questions(state, last)
    if matched(asked) or any(last.text.find(one.quote) > last.text.find(found.quote) for one in asked):
        return None
    if re.search(_WANTS_ANYTHING, found.quote, re.IGNORECASE):
        return None
    if not state.facts and state.step is Step.CLARIFY and Step.CLARIFY in agenda.scope:
        return Decision(MoveKind.ASK_TO_CLARIFY, Step.CLARIFY, angle="before")
    return Decision(MoveKind.LET_GO_ON, state.step, angle="go_ahead")
