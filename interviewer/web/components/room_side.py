"""What stands around the talk: the heading, the clock, the plan with its marks, the brief, who is speaking."""

from interviewer.domain import Step
from interviewer.interview.modes import scope
from interviewer.knowledge.load import Knowledge
from interviewer.models.prices import in_dollars
from interviewer.storage import Header
from interviewer.web.components.wording import LEVEL_NAMES, mode_name, title_of
from interviewer.web.escape import for_html
from interviewer.web.service import Room

BACKENDS = {
    "openai": ("Language model", "A language model behind an OpenAI-compatible endpoint speaks."),
    "local": ("Embedded model", "A small model on this machine listens; the case file words the questions."),
    "scripted": ("Scripted", "No language model: the questions are the case file's own words."),
}


def heading_html(knowledge: Knowledge, room: Room) -> str:
    """What the interview is about."""
    transcript = room.transcript
    about = [LEVEL_NAMES[transcript.level], f"{transcript.minutes:g} minutes"]
    about += [
        one for one in (mode_name(knowledge, transcript.mode), "second take" if room.header.parent else "") if one
    ]
    title = for_html(title_of(knowledge, transcript.case, transcript.problem))
    return f"<h1 dir='auto' title='{title}'>{title}</h1><p class='quiet'>{for_html(' · '.join(about))}</p>"


def clock_html(header: Header, over: bool) -> str:
    """The clock. The page's script lets it tick; without one it shows the minutes left."""
    left = max(0, round(header.minutes - header.elapsed / 60))
    what = f"Over after {round(header.elapsed / 60)} min" if over else f"{left} min left"
    running = int(not over and not header.paused)
    return (
        f"<div class='clock{' paused' if header.paused and not over else ''}' role='timer' aria-label='Time left' "
        f"data-elapsed='{header.elapsed:.1f}' data-minutes='{header.minutes:g}' data-running='{running}'>"
        f"<div class='left'>{what}</div><div class='bar'><div></div></div></div>"
    )


def steps_html(knowledge: Knowledge, room: Room) -> str:
    """The steps with a quiet mark for what was touched, and the time beside the plan. No criterion is named."""
    state = room.state
    shown = scope(room.transcript.mode)
    budgets = {step: note.minutes for step, note in knowledge.framework.items()}
    whole = sum(budgets[step] for step in shown) or 1.0
    rows = []
    for step in shown:
        touched = bool(state.covered.get(step)) or state.used.get(step, 0) >= 30
        current = step is state.step and bool(room.transcript.turns)
        kind = "current" if current else "touched" if touched else "untouched"
        plan = budgets[step] / whole * room.transcript.minutes
        rows.append(_step_html(step, kind, state.used.get(step, 0.0) / 60, plan))
    said = "The order is yours. A mark says that a step was touched, not that it was done well."
    return f"<div class='card steps'><h2>Plan</h2><ol>{''.join(rows)}</ol><p class='quiet'>{said}</p></div>"


def _step_html(step: Step, kind: str, used: float, plan: float) -> str:
    here = " aria-current='step'" if kind == "current" else ""
    said = {"current": "now", "touched": "touched", "untouched": "not yet"}[kind]
    spent = f"{used:.0f} of " if used >= 0.5 else ""
    return (
        f"<li class='{kind}'{here} data-step='{step}'><span class='name'>{for_html(step.label)}"
        f"<span class='sr-only'>, {said}</span></span>"
        f"<span class='minutes'>{spent}{max(1, round(plan))} min</span></li>"
    )


def brief_html(knowledge: Knowledge, room: Room) -> str:
    """The problem as it was put, and every fact that was given since."""
    transcript = room.transcript
    case = knowledge.case(transcript.case)
    opening = next((turn.text for turn in transcript.turns if turn.speaker == "interviewer"), "")
    brief = transcript.problem or opening
    known = {fact.id: fact.answer for fact in (getattr(case, "facts", None) or [])} if case else {}
    given = dict.fromkeys(fact for turn in transcript.turns for fact in turn.facts)
    items = "".join(f"<li>{for_html(known[fact])}</li>" for fact in given if fact in known)
    facts = (
        f"<ul>{items}</ul>" if items else "<p class='quiet'>None yet. Ask, and what you are told is pinned here.</p>"
    )
    return (
        f"<div class='card'><h2>The problem</h2><p class='problem' dir='auto'>{for_html(brief)}</p></div>"
        f"<div class='card'><h2>Facts so far</h2>{facts}</div>"
    )


def badge_html(backend: str, best: str, spent: float | None = None) -> str:
    """Which backend is speaking, whether it had to stand in for a better one, and what the interview has cost."""
    if not backend:
        return ""
    name, meaning = BACKENDS.get(backend, (backend, ""))
    better = BACKENDS.get(best, (best,))[0]
    fell = "" if backend == best else f"<span class='fell'>standing in for: {for_html(better)}</span>"
    attributes = f"class='badge' data-backend='{for_html(backend)}'"
    cost = f"<span class='cost'>Cost so far: {in_dollars(spent)}.</span>" if spent else ""
    return f"<div {attributes}><b>{for_html(name)}</b> {for_html(meaning)}{fell}{cost}</div>"
