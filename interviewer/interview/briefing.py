"""What a model gets for a turn: a long part that never changes, the conversation, and a small block that does.

    messages(view, allowed, …) ─► [system: rules, case] [user, assistant, user …: the talk] [… the block, at the end]

The unchanged prefix is what providers cache, so nothing that changes stands before the conversation. Where a window is
too small for all of it, the oldest turns are left out in steps, and the gap is announced. Pure but for counting tokens.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from interviewer import Level, MoveKind, Step
from interviewer.config import data_beside
from interviewer.interview import known_mode, thresholds
from interviewer.interview.guardrails import brief
from interviewer.interview.policy import Allowed, View, Violation, curveballs_left
from interviewer.interview.state import State, Wish
from interviewer.interview.words import says
from interviewer.knowledge import Knowledge
from interviewer.knowledge.schema import Signal
from interviewer.models.base import Message, fence, neutralise, prompt
from interviewer.text import first_words, spans
from interviewer.transcript import Transcript, Turn

_AT = thresholds().block

SHORT = {
    Step.CLARIFY: "clarify",
    Step.FRAME: "frame",
    Step.DATA: "data",
    Step.MODEL: "model",
    Step.EVALUATE: "evaluation",
    Step.SERVE: "serving",
    Step.MONITOR: "monitoring",
}
"""The steps' names in headers and blocks."""
_SURELY_READ = frozenset({MoveKind.OPEN, MoveKind.ANSWER, MoveKind.LET_GO_ON, MoveKind.PROBE, MoveKind.MOVE_ON})
"""Moves that a recording's words tell; others are guesses, and a bad example."""
OPENED = "(The candidate has joined the call.)"
SILENCE = "(The candidate says nothing.)"
_DRAWN = (
    "(The candidate shows the whiteboard. Its boxes and arrows in words; A → B: C is an arrow from A to B that says C.)"
)
_PHOTO = "(The candidate shows a photo of a drawing. A model read it and may have misread it; A → B is an arrow.)"
_WRITTEN = "(The candidate shows a diagram, written in Mermaid.)"
_BUTTONS = {
    "hint": "(The candidate pressed the button for a hint.)",
    "pause": "(The candidate asked for a moment to think.)",
    "skip": "(The candidate pressed the button to skip this part.)",
    "end": "(The candidate pressed the button that ends the interview.)",
    "silence": SILENCE,
}


def messages(
    view: View,
    allowed: Allowed,
    name: str,
    notes: Sequence[str],
    size: Callable[[Sequence[Message]], int],
    budget: int,
) -> list[Message]:
    """The chat for the next turn with the prompt of that name, within ``budget`` tokens as ``size`` counts them."""
    small = name != "conduct"
    inputs = {
        "setting": setting(view.transcript),
        "knowledge": case_knowledge(view.knowledge, view.transcript.case, view.transcript.level, brief_only=small),
        "problem": "" if view.knowledge.case(view.transcript.case) else brief(view.transcript, view.knowledge),
        "clock": clock_line(view.state),
        "their_words": their_words(view),
        "moves": ", ".join(sorted(one.value for one in allowed.moves)),
        "told": told(view),
    }
    skip = 0
    while True:
        told_of = [records(view, reads_all=not small and not skip, shortened=skip > 0), _reading(notes)]
        rendered = prompt(name).render(**inputs, records="\n".join(part for part in told_of if part))
        system, block = rendered[0], rendered[-1]
        talk = conversation(view.transcript.turns, skip, headers=small)
        talk[-1] = Message("user", f"{talk[-1].content}\n\n{block.content}")
        found = [system, *talk]
        if size(found) <= budget or skip >= len(view.transcript.turns) - 2:
            return found
        skip = min(skip + _AT.cut, len(view.transcript.turns) - 2)


# -- what never changes in an interview ----------------------------------------------------------------


def setting(transcript: Transcript) -> str:
    """Level, manner, length and what is practised, each in a sentence."""
    mode = known_mode(transcript.mode)
    subject = SHORT[mode.step] if mode.step else neutralise(mode.topic)
    about = _wording("modes", mode.kind.value).format(minutes=f"{transcript.minutes:g}", subject=subject)
    return f"{about} {_wording('levels', transcript.level.value)} {_wording('manners', transcript.manner.value)}"


def case_knowledge(knowledge: Knowledge, slug: str, level: Level, *, brief_only: bool = False) -> str:
    """The case as the interviewer knows it; of a problem that the knowledge base does not have, the general criteria.

    ``brief_only`` leaves out all but facts, subjects and mistakes, for small windows.
    """
    case = knowledge.case(slug)
    if case is None:
        return _general(knowledge, level, brief_only)
    glossary = "; ".join(f"{term.term}: {term.text.rstrip('.')}" for term in case.glossary)
    parts = [
        _wording("case", "title").format(title=case.title),
        f"As it was posed: {case.brief}",
        _lines(_wording("case", "facts"), (f"{fact.id}: {fact.answer}" for fact in case.facts)),
        f"{_wording('case', 'glossary')}{glossary}.",
        *(_criteria(step, own, level, brief_only) for step, own in case.signals.items()),
    ]
    if not brief_only:
        weighed = (
            f"{one.id} ({SHORT[one.step]}): {' or '.join(one.between)}. {one.listen_for}" for one in case.trade_offs
        )
        changes = (f"{one.id} ({SHORT[one.step]}): {one.say} {one.listen_for}" for one in case.pushbacks)
        parts += [_lines(_wording("case", "trade_offs"), weighed), _lines(_wording("case", "pushbacks"), changes)]
    parts.append(_lines(_wording("case", "red_flags"), (f"{one.id}: {one.text}" for one in case.red_flags)))
    return "\n\n".join(parts)


def _general(knowledge: Knowledge, level: Level, brief_only: bool) -> str:
    parts = [_wording("case", "unknown")]
    parts += [_criteria(step, note.signals, level, brief_only) for step, note in knowledge.framework.items()]
    if not brief_only:
        flags = (f"{one.id}: {one.text}" for note in knowledge.framework.values() for one in note.red_flags)
        parts.append(_lines(_wording("case", "red_flags"), flags))
    return "\n\n".join(parts)


def _criteria(step: Step, own: Sequence[Signal], level: Level, brief_only: bool) -> str:
    fitting = [one for one in own if one.level.rank <= level.rank or not brief_only]
    lines = (f"{one.id} ({one.level}): {one.topic if brief_only else one.text}" for one in fitting)
    return _lines(_wording("case", "listen_for").format(step=SHORT[step]), lines)


def _lines(heading: str, lines: Iterable[str]) -> str:
    return "\n".join([heading, *(f"- {line}" for line in lines)])


@cache
def _data() -> dict[str, dict[str, str]]:
    return data_beside(__file__, "briefing.yaml")


def _wording(group: str, name: str) -> str:
    return _data()[group][name]


# -- the conversation ----------------------------------------------------------------------------------


def conversation(turns: Sequence[Turn], skip: int = 0, *, headers: bool = False) -> list[Message]:
    """The talk as chat messages, oldest first and roles in turn, the last one the candidate's.

    ``skip`` turns after the first are left out, and the gap is announced. ``headers``: our turns have theirs, as
    examples of the form; a capable model says better turns after plain talk (evals/LOG.md).
    """
    found = [Message("user", OPENED)]
    kept = [*turns[:1], *turns[1 + skip :]]
    for index, turn in enumerate(kept):
        if skip and index == 1:
            _add(found, "user", f"({skip} earlier turns are left out here for length.)")
        if turn.speaker == "interviewer":
            _add(found, "assistant", f"{header(turn)}\n{turn.text}" if headers and turn.move else turn.text)
        else:
            _add(found, "user", _said(turn))
    if found[-1].role == "assistant":
        found.append(Message("user", SILENCE))
    return found


def _said(turn: Turn) -> str:
    button = _BUTTONS.get(turn.event or "", "")
    drawn = _PHOTO if turn.photo else _DRAWN if turn.scene is not None else _WRITTEN if turn.is_diagram else ""
    return "\n".join(part for part in (drawn, fence(turn.text), button) if part) or SILENCE


def _add(found: list[Message], role: str, text: str) -> None:
    if found[-1].role == role:
        found[-1] = Message(found[-1].role, f"{found[-1].content}\n{text}")
    else:
        found.append(Message("assistant" if role == "assistant" else "user", text))


def header(turn: Turn) -> str:
    """The header line that a turn of ours had, or would have had."""
    if turn.move is None:
        return ""
    guessed = turn.backend is None and turn.move.kind not in _SURELY_READ
    line: dict[str, object] = {"move": (MoveKind.PROBE if guessed else turn.move.kind).value}
    if turn.move.step:
        line["step"] = SHORT[turn.move.step]
    if turn.facts:
        line["facts"] = turn.facts
    if turn.agreed:
        line["agreed"] = turn.agreed
    return json.dumps(line, ensure_ascii=False)


# -- the block that changes ----------------------------------------------------------------------------


def clock_line(state: State) -> str:
    """How much time is gone and left, in minutes."""
    gone, whole = state.elapsed / 60, state.length / 60
    if state.left <= 0:
        return f"the {whole:g} minutes are over."
    return f"{gone:.0f} of {whole:g} minutes are gone, {state.left / 60:.0f} are left."


def records(view: View, *, reads_all: bool = False, shortened: bool = False) -> str:
    """What the records say of facts given, what was agreed, hinted and wished for.

    For a model that reads less than all of the talk (``reads_all`` is false) also what the talk would tell: time per
    part, what was shown and asked, and where turns were left out which subjects were touched. A capable model that
    reads all of it says better turns without (evals/LOG.md).
    """
    state = view.state
    lines = [] if reads_all else _told_by_the_talk(view, shortened)
    if state.facts:
        lines.append("Facts given: " + ", ".join(state.facts) + ".")
    if state.agreed:
        lines.append("Agreed: " + "; ".join(neutralise(one) for one in state.agreed) + ".")
    if state.hints:
        lines.append(f"Hints given: {state.hints}.")
    if state.silences > 1:
        lines.append(_wording("records", "silent"))
    if state.wish is Wish.SAID:
        lines.append(_wording("records", "wish"))
    return "\n".join(lines)


def _told_by_the_talk(view: View, shortened: bool) -> list[str]:
    state = view.state
    lines = [_pace(view), *_shown(state)]
    if state.probes_in_step >= _AT.narrow and not view.agenda.drill and len(view.agenda.scope) > 1:
        lines.append(_wording("records", "narrow").format(count=state.probes_in_step, step=SHORT[state.step]))
    if asked := _questions(state):
        lines.append("Asked already, lately: " + " / ".join(asked))
    if MoveKind.CURVEBALL in state.moves or state.elapsed > _AT.curveball_after * state.length:
        left = curveballs_left(state, view.transcript.level)
        lines.append(f"Changes of the situation: {state.curveballs} so far, {left} left.")
    touched = [f"{SHORT[step]}: {', '.join(found)}" for step, found in state.covered.items() if found]
    if shortened and touched:
        lines.append("Subjects that were touched, by likeness of words only: " + "; ".join(touched))
    return lines


def _pace(view: View) -> str:
    """Minutes per part against the plan, and which parts have had none."""
    state, plan = view.state, view.agenda.budgets or view.knowledge.budgets(view.transcript.minutes)
    steps = [step for step in Step if step in view.agenda.scope]
    if len(steps) < 2 or view.agenda.drill:
        return f"Minutes on this subject: {state.elapsed / 60:.0f}."
    times = ", ".join(
        f"{SHORT[step]} {state.used.get(step, 0.0) / 60:.0f}/{plan.get(step, 0.0) / 60:.0f}" for step in steps
    )
    line = f"Minutes per part, used/planned: {times}."
    waiting = [
        step for step in steps if step != state.step and state.used.get(step, 0.0) < _AT.touched * plan.get(step, 0.0)
    ]
    due = sum(plan.get(step, 0.0) for step in waiting)
    if waiting:
        line += f" Hardly any time yet: {', '.join(SHORT[step] for step in waiting)}."
    if waiting and state.left < _AT.late * due:
        line += _wording("records", "behind")
    return line


def _shown(state: State) -> list[str]:
    """What the observer noted, newest first among what is weak; nothing without one: likeness is no judgement."""
    by = {
        status: [one for one in state.seen.values() if one.status == status] for status in ("shown", "partly", "wrong")
    }
    lines = []
    if by["shown"]:
        lines.append("Shown well: " + ", ".join(one.criterion for one in by["shown"]) + ".")
    if by["partly"]:
        lines.append("Shown in part: " + ", ".join(one.criterion for one in by["partly"][-_AT.shown :]) + ".")
    if by["wrong"]:
        quotes = [
            f"{one.criterion} (“{first_words(neutralise(one.quote), _AT.quote)}”)" for one in by["wrong"][-_AT.wrong :]
        ]
        lines.append("Wrong as last heard: " + "; ".join(quotes) + ".")
    return lines


def _questions(state: State) -> list[str]:
    """What the interviewer asked or told them to do last, shortened."""
    sentences = (one.text for text in state.said for one in spans(text) if one.text.count(" ") > 2)
    asked = [one for one in sentences if "?" in one or says("requests", one)]
    return [first_words(one, _AT.recalled) for one in asked[-_AT.lately :]]


def _reading(notes: Sequence[str]) -> str:
    return "\n".join([_wording("records", "reading"), *(f"- {one}" for one in notes)]) if notes else ""


def their_words(view: View) -> str:
    """What the candidate put off and has not come back to, each a line."""
    due = [
        one for one in view.state.deferred if view.state.last_candidate is None or one.turn < view.state.last_candidate
    ]
    return "\n".join(first_words(one.quote, _AT.quote) for one in due[-_AT.promises :])


def told(view: View) -> str:
    """What was wrong with the tries before, and the words of this turn that are out already."""
    lines = [_reason(one) for one in view.told[-_AT.told :]]
    if lines:
        lines.insert(0, "Your last try was turned down:")
    if view.said:
        lines.append(_wording("records", "said").format(words=view.said))
    return "\n".join(lines)


def _reason(broken: Violation) -> str:
    text = first_words(neutralise(broken.text), _AT.quote)
    return f"- {broken.reason}" + (f" (It was: “{text}”)" if text else "")
