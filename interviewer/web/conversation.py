"""The conversation as pages show it, and what stands around the talk: heading, clock, plan, brief, whiteboard."""

import math
from contextlib import suppress
from functools import cache
from pathlib import Path

import gradio as gr

from interviewer import InterviewerError, ModelError, Step
from interviewer.config import Settings
from interviewer.drawing.renderings import shown
from interviewer.grading.render import EVENTS, clock, minutes_of
from interviewer.interview import MINUTES, ModeKind, scope, whole_minutes
from interviewer.interview.guardrails import told_of_fact
from interviewer.knowledge import Knowledge
from interviewer.models import Budget, in_dollars, open_chain, price_date, price_of
from interviewer.models.base import ModelChain
from interviewer.models.openai_endpoint import DEFAULT_MODEL, SMALL_WINDOW, examine
from interviewer.storage import Header
from interviewer.transcript import Transcript, Turn
from interviewer.web.board import HOW
from interviewer.web.service import Room
from interviewer.web.session import LEVEL_NAMES, for_html, mode_name, title_of

EMPTY = "<p class='waiting' role='status'>The interviewer is getting ready; a problem takes longer the first time.</p>"


THINKING = (
    "<div class='talk thinking' role='status'><span class='sr-only'>The interviewer is thinking.</span>"
    "<i></i><i></i><i></i></div>"
)


def conversation_html(transcript: Transcript, editable: int | None = None, *, over: bool = True) -> str:
    """Every turn that says or does something. The last answer says whether it may still be edited; once the interview
    is ``over`` that goes without saying."""
    own = [index for index, _ in transcript.candidate_turns()]
    last = own[-1] if own and not over and transcript.turns[own[-1]].mode != "drawn" else None
    rows = [
        _row(number, turn, {last: _STANDS, editable: _EDIT.format(number)}.get(number, ""))
        for number, turn in enumerate(transcript.turns)
        if turn.text.strip() or turn.event
    ]
    return f"<ol class='talk'>{''.join(rows)}</ol>" if rows else EMPTY


def speaking_html(text: str, thinking: bool = False) -> str:
    """The interviewer's words while they are coming, or that they are being thought of."""
    return f"<div class='talk'>{_bubble('bot', for_html(text))}</div>" if text else THINKING if thinking else ""


def sketch_html(source: str) -> str:
    """A sketch: its source, which the page's script draws."""
    return f"<figure class='sketch' data-mermaid><pre>{for_html(source.strip())}</pre></figure>"


def drawing_html(turn: Turn) -> str:
    """A drawing from the whiteboard or a photo of one: the picture, and the words that the interviewer got."""
    words = f"<details><summary>As the interviewer reads it</summary><pre>{for_html(turn.text)}</pre></details>"
    return f"<figure class='drawn'>{shown(turn.scene, turn.photo)}{words}</figure>"


def _drawn(turn: Turn) -> str:
    return sketch_html(turn.text) if turn.is_diagram else drawing_html(turn)


_EDIT = "<div class='after'>Until it is answered: <button type='button' class='link' data-edit='{}'>Edit</button></div>"
_STANDS = "<div class='after'>Answered, so it can't be edited any more</div>"


def _row(number: int, turn: Turn, after: str = "") -> str:
    if turn.speaker == "interviewer":
        return f"<li data-turn='{number}'>{_bubble('bot', for_html(turn.text.strip()))}</li>"
    said = _drawn(turn) if turn.mode == "drawn" else for_html(turn.text.strip())
    event = f"<em>{EVENTS[turn.event]}</em>" if turn.event else ""
    words = "<br>".join(part for part in (said, event) if part)
    return f"<li data-turn='{number}'>{_bubble('user', words, after)}</li>"


def _bubble(who: str, words: str, more: str = "") -> str:
    name = "Interviewer" if who == "bot" else "You"
    return (
        f"<div class='message-row {who}-row'><span class='sr-only'>{name}:</span>"
        f"<div class='message {who}' dir='auto'>{words}</div>{more}</div>"
    )


# -- around the talk -------------------------------------------------------------------------------------
# What stands around the talk: the heading, the clock, the plan with its marks, the brief, who is speaking.


BACKENDS = {  # the better ones first
    "openai": ("A language model", "conducts this interview."),
    "local": ("A language model on this machine", "conducts this interview."),
    "scripted": (
        "No language model:",
        "questions, facts and hints are the case file's own, and nothing is understood. Ask one thing at a time; what "
        "it passes over, ask again in other words.",
    ),
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
    """The clock, as the page's script goes on with it."""
    whole = header.minutes * 60
    left = max(0, math.ceil(whole - header.elapsed))
    used = f"{header.elapsed / 60:.0f} min" if header.elapsed >= 60 else f"{header.elapsed:.0f} s"
    what = f"Over after {used}" if over else f"{clock(left)} left"
    running = int(not over and not header.paused)
    kind = "" if over or not header.paused else " waiting" if header.waiting else " paused"
    return (
        f"<div class='clock{kind}' role='timer' aria-label='Time left' "
        f"data-elapsed='{header.elapsed:.1f}' data-minutes='{header.minutes:g}' data-running='{running}'>"
        f"<div class='left'>{what}</div>"
        f"<div class='bar'><div style='width:{min(100.0, header.elapsed / whole * 100):.1f}%'></div></div></div>"
    )


def steps_html(knowledge: Knowledge, room: Room) -> str:
    """The steps with a quiet mark for what was touched, and the time beside the plan. No criterion is named.

    What each step took is an estimate from turn to turn; once the interview is over its report says it.
    """
    state = room.state
    shown = scope(room.transcript.mode)
    plans = whole_minutes({step: knowledge.framework[step].minutes for step in shown}, room.transcript.minutes)
    rows = []
    for step in shown:
        touched = step in state.spoken_about
        current = step is state.step and bool(room.transcript.turns) and not room.over
        kind = "current" if current else "touched" if touched else "untouched"
        spent = room.reported if room.over else state.used
        used = spent.get(step, 0.0) if touched or current or room.over else 0.0
        rows.append(_step_html(step, kind, used, plans[step]))
    said = "The order is yours. The full dot is where the talk seems to be, a green ring a step that you spoke about, "
    said += "well or not; a grey ring says nothing."
    said = "" if room.over else said if len(shown) > 1 else "The whole time is for this step."
    note = f"<p class='quiet'>{said}</p>" if said else ""
    return f"<div class='card steps'><h2>Plan</h2><ol>{''.join(rows)}</ol>{note}</div>"


def _step_html(step: Step, kind: str, used: float, plan: int) -> str:
    here = " aria-current='step'" if kind == "current" else ""
    said = {"current": ", now", "touched": ", spoken about", "untouched": ""}[kind]
    spent = f"{minutes_of(used)} of ".replace("under ", "&lt; ") if used >= 1 else ""
    return (
        f"<li class='{kind}'{here} data-step='{step}'><span class='name'>{for_html(step.label)}"
        f"<span class='sr-only'>{said}</span></span>"
        f"<span class='minutes'>{spent}{plan} min</span></li>"
    )


def brief_html(knowledge: Knowledge, room: Room) -> str:
    """The problem as it was put, and every fact that was given since, as far as it was told."""
    transcript = room.transcript
    case = knowledge.case(transcript.case)
    opening = next((turn.text for turn in transcript.turns if turn.speaker == "interviewer"), "")
    posed = getattr(case, "brief", "")
    brief = transcript.problem or (posed if posed in opening else "") or opening
    known = {fact.id: fact for fact in (getattr(case, "facts", None) or [])} if case else {}
    given: dict[str, list[str]] = {}
    for turn in transcript.turns:
        for fact in turn.facts:
            given.setdefault(fact, []).append(turn.text)
    items = "".join(
        f"<li><span class='about'>{for_html(fact.replace('-', ' ').capitalize())}.</span> "
        f"{for_html(' '.join(told_of_fact(said, known[fact])).removesuffix(';').removesuffix('.'))}.</li>"
        for fact, said in given.items()
        if fact in known
    )
    items += "".join(
        f"<li><span class='about'>Agreed.</span> {for_html(one.strip().rstrip('.'))}.</li>"
        for turn in transcript.turns
        for one in turn.agreed
    )
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
    better, ranks = BACKENDS.get(best, (best,))[0].lower(), list(BACKENDS)
    worse = backend in ranks and best in ranks[ranks.index(backend) + 1 :]
    fell = "It is not there any more: the next turns come from what is." if worse else f"It stands in for {better}."
    fell = "" if backend == best else f"<span class='fell'>{for_html(fell)}</span>"
    attributes = f"class='badge' data-backend='{for_html(backend)}'"
    cost = f"<span class='cost'>Cost so far: {in_dollars(spent)}.</span>" if spent else ""
    return f"<div {attributes}><b>{for_html(name)}</b> {for_html(meaning)}{fell}{cost}</div>"


_HOW = (
    "For a verdict set <code>OPENAI_API_KEY</code>, or <code>OPENAI_BASE_URL</code> of a local server such as Ollama, "
    "and start again."
)


_THERE = (
    "<b>A language model</b> conducts and judges: {model}, at {where}. What you say is sent there.{cost} "
    "<button type='button' class='link' id='model-check'>Try the model</button> "
    "<span id='model-word' role='status' class='{kind}'>{word}</span>"
)
_HERE = "<b>A language model on this machine</b> conducts and judges: {model}. What you say stays here."
_NONE = (
    "<b>No language model</b> is in use: the interviewer gives facts, keeps the time and opens the parts one after "
    "another, but doesn't understand you: blind judges were content with half of its turns. The report shows "
    "coverage, quotes and a study plan, and gives no verdict. "
    f"{_HOW}"
)
_TOO_SMALL = f"<b>The model on this machine</b> is too small to conduct or to judge, so it is not asked. {_NONE}"


def backend_html(settings: Settings, word: str = "", good: bool = True) -> str:
    """What conducts and judges with these settings; ``word`` is what trying the model came to."""
    chain = ModelChain()
    with suppress(InterviewerError):  # what was named and is not there is told where it is opened
        chain = open_chain(settings)
    best = next(iter(chain.models), None)
    if best is None:
        said = _NONE
    elif not best.capable:
        said = _TOO_SMALL
    elif best.billed:
        where = (settings.openai_base_url or "OpenAI").rpartition("://")[2]
        model = settings.model_name or "the endpoint's model"
        kind = "quiet" if good else "bad"
        said = _THERE.format(
            where=for_html(where), model=for_html(model), cost=_cost(settings), word=for_html(word), kind=kind
        )
    else:
        said = _HERE.format(model=for_html(best.name))
    return f"<p class='quiet backend' data-backend='{chain.backend}'>{said}</p>"


def model_answers(settings: Settings) -> tuple[str, bool]:
    """Whether the model answers, and in a form, as reports need it: in a plain word, and whether that is good."""
    try:
        found = examine(settings)
    except ModelError as error:
        return f"It does not answer: {error}", False
    if found.form:
        return f"It answers, but not in the form that reports need: {found.form}", False
    if found.window and found.window < SMALL_WINDOW:
        return f"It answers, but reads only {found.window:,} tokens: too few for a whole interview.", False
    return f"It answers, in {found.seconds:.1f} s.", True


def _cost(settings: Settings) -> str:
    """What an interview costs with its report, where the price is known."""
    price = price_of(settings.model_name or DEFAULT_MODEL, settings.openai_base_url)
    usual = Budget(price).typical(MINUTES[ModeKind.INTERVIEW])
    if not usual:
        return ""
    limit = f", and no more than ${settings.cost_limit:.2f}" if settings.cost_limit else ""
    return f" An interview with its report costs {in_dollars(usual)} at the prices of {price_date()}{limit}."


# -- sketch ----------------------------------------------------------------------------------------------
# The whiteboard's panel: Excalidraw in a frame, and Mermaid as the keyboard's way; the page's scripts do the rest.


SKETCH = "flowchart LR\n  events[Events] --> features[Features] --> model[Model] --> ranking[Ranking]"
_FIRST = (
    "Draw boxes and arrows, then show them. On the keyboard: 2 a box, 5 an arrow, 8 words, "
    "Enter writes into what is chosen."
)
LONGEST = 10_000
"""Characters of one sketch."""


def build_board() -> None:
    """The drawn whiteboard: the frame comes when the tab is opened first and the files are there."""
    gr.HTML(
        "<div id='board-box'><div id='board-here'></div><div class='row'>"
        "<button type='button' class='small primary' id='board-show'>Show the interviewer</button>"
        "<button type='button' class='small' id='board-wide' aria-pressed='false'>Wide</button>"
        f"<p id='board-word' role='status'>{_FIRST}</p></div></div>"
        "<div class='row' id='photo-row'><span id='photo-ask' hidden>"
        "<label id='photo-label' for='photo-file'>A photo of a drawing</label>"
        "<input type='file' id='photo-file' class='sr-only' accept='image/jpeg,image/png,image/webp'></span>"
        "<p id='photo-word' role='status'></p></div>"
        f"<p id='board-none' class='quiet' hidden>To draw by hand here, get the whiteboard once with "
        f"<code>{HOW}</code>. Until then diagrams are written in Mermaid.</p>",
        elem_id="board-place",
    )


def build_sketch() -> None:
    """Diagrams in Mermaid; the source is kept by the page's script and stays after sending."""
    gr.HTML(
        "<details><summary>From the keyboard, in Mermaid</summary>"
        "<label class='sr-only' for='sketch-source'>Diagram in Mermaid</label>"
        f"<textarea id='sketch-source' rows='7' maxlength='{LONGEST}' spellcheck='false' placeholder='{SKETCH}'>"
        "</textarea>"
        "<div class='row'><button type='button' class='small' id='sketch-preview-button'>Preview</button>"
        "<button type='button' class='small' id='sketch-send'>Show the interviewer</button></div>"
        "<p id='sketch-word' role='status'></p><div id='sketch-preview'></div></details>",
        elem_id="sketch-box",
    )


@cache
def mermaid_address() -> str:
    """Where Gradio's own copy of Mermaid is served from; empty when this version carries none."""
    import gradio

    assets = Path(gradio.__file__).parent / "templates" / "frontend" / "assets"
    found = sorted(assets.glob("mermaid.core-*.js"))
    return f"assets/{found[0].name}" if found else ""
