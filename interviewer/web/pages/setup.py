"""The set-up page: what to practise, how, and what is at work behind the pages, with how to get a better one."""

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from interviewer import BadInput, InterviewerError, Level, Manner, Step
from interviewer.config import Settings
from interviewer.grading.render import mark
from interviewer.interview import ABOUT, LABELS, MINUTES, ModeKind, known_mode, parse_mode
from interviewer.knowledge import Knowledge
from interviewer.practice import Held, download, due, recommended
from interviewer.storage import Header
from interviewer.web import VoiceParts
from interviewer.web.conversation import backend_html, model_answers
from interviewer.web.service import LONGEST_PROBLEM, Choice
from interviewer.web.session import (
    ACTIONS,
    LEVEL_NAMES,
    OWN,
    QUIET,
    Page,
    Session,
    Updates,
    asked,
    choice_html,
    for_html,
    levels_html,
    line,
    mode_name,
    result_of,
    status,
    title_of,
    valid_key,
)

# -- cases -----------------------------------------------------------------------------------------------
# The choice on the set-up page: problem cards, level, length, style and mode, as one form of plain inputs.
#
# Every group is made of radio buttons, so arrow keys move through it; what is chosen is kept by the browser alone.


LENGTHS = (10, 15, 30, 45, 60)
MANNER_NAMES = {Manner.SUPPORTIVE: "Supportive", Manner.NEUTRAL: "Neutral", Manner.TOUGH: "Tough"}
_ROWS = 5
"""Problems that the two rows hold which are seen at first, beside one's own."""
_DIFFICULTY = {1: "Gentle start", 2: "Medium", 3: "Demanding"}


@dataclass(frozen=True)
class Defaults:
    """What is chosen before anybody chooses, and what the cards say about earlier interviews."""

    case: str = ""
    level: Level = Level.SENIOR
    minutes: float = 45
    manner: Manner = Manner.NEUTRAL
    results: Mapping[str, str] = field(default_factory=dict)
    """Per case the last result in a few words."""
    why: str = ""
    """Why ``case`` is recommended."""


def form_html(knowledge: Knowledge, defaults: Defaults) -> str:
    """The whole form."""
    slugs = sorted(knowledge.cases, key=lambda slug: (slug != defaults.case, knowledge.cases[slug].title))
    chosen = defaults.case if defaults.case in knowledge.cases else (slugs[0] if slugs else OWN)
    cards = [_card(knowledge, slug, slug == chosen, defaults) for slug in slugs]
    shown = "".join([*cards[:1], _own(not cards), *cards[1:]])
    every = f"All {len(slugs)} problems"
    more = (
        f"<button type='button' class='small' id='setup-all' aria-expanded='false' data-all='{every}'>{every}</button>"
    )
    return (
        "<form id='setup-choice' onsubmit='return false'>"
        "<fieldset id='setup-case' class='gallery'><legend>Choose a problem</legend>"
        f"<div class='cards'>{shown}</div>{more if len(slugs) > _ROWS else ''}</fieldset>"
        f"<div class='card terms'>{_terms(knowledge, defaults)}"
        "<div id='setup-go'><p id='setup-word' class='bad' role='alert'></p>"
        "<button type='button' class='primary' id='setup-start' data-act='start'>Start the interview</button>"
        "</div></div></form>"
    )


def _card(knowledge: Knowledge, slug: str, chosen: bool, defaults: Defaults) -> str:
    case, results, next_ = knowledge.cases[slug], defaults.results, slug == defaults.case
    trains = ", ".join(step.label for step in case.trains)
    facts = [_DIFFICULTY[case.difficulty], f"trains {trains}" if trains else ""]
    badge = f"<span class='next'>{'Recommended next' if results else 'A good first one'}</span>" if next_ else ""
    result = f"<span class='result'>Last time: {for_html(results[slug])}</span>" if slug in results else ""
    result = f"<span class='result'>{for_html(defaults.why)}</span>{result}" if next_ and defaults.why else result
    return (
        f"<label class='case'><input type='radio' name='case' value='{for_html(slug)}'{_on(chosen)}>"
        f"<span class='title'>{for_html(case.title)}</span>{badge}"
        f"<span class='about'>{for_html(case.summary)}</span>"
        f"<span class='meta'>{for_html(' · '.join(fact for fact in facts if fact))}</span>{result}</label>"
    )


def _own(chosen: bool) -> str:
    return (
        f"<label class='case own'><input type='radio' name='case' value='{OWN}'{_on(chosen)}>"
        "<span class='title'>Your own problem</span>"
        "<span class='about'>Describe it; the interviewer takes it from there.</span>"
        "<textarea name='problem' id='setup-problem' rows='3' aria-label='Your own problem' dir='auto' "
        f"maxlength='{LONGEST_PROBLEM}' placeholder='Design a system that …'></textarea></label>"
    )


def _terms(knowledge: Knowledge, defaults: Defaults) -> str:
    topics = sorted(knowledge.topics[slug].title for slug in knowledge.topics)
    options = "".join(f"<option value='{for_html(title)}'>" for title in topics)
    steps = "".join(
        f"<option value='{step.value}'{' selected' if step is Step.EVALUATE else ''}>{for_html(step.label)}</option>"
        for step in Step
    )
    abouts = "".join(
        f"<p class='quiet about' data-mode='{kind.value}' data-minutes='{MINUTES[kind]}'>{for_html(ABOUT[kind])}</p>"
        for kind in ModeKind
    )
    lengths = [(f"{length:g}", f"{length:g}") for length in LENGTHS]
    manners = [(manner.value, name) for manner, name in MANNER_NAMES.items()]
    return "".join(
        [
            levels_html("level", "Level, the bar that you are held to", defaults.level, "setup-level"),
            choice_html("minutes", "Length in minutes", lengths, f"{defaults.minutes:g}", "setup-minutes"),
            choice_html("manner", "Style, how hard you are pushed", manners, defaults.manner.value, "setup-manner"),
            choice_html("mode", "Mode", LABELS.items(), ModeKind.INTERVIEW, "setup-mode"),
            abouts,
            f"<label class='field' data-mode='step' id='setup-step'>Step<select name='step'>{steps}</select></label>",
            "<label class='field' data-mode='drill' id='setup-topic'>Topic<input name='topic' list='topics' "
            "maxlength='54' placeholder='Choose one or write your own' autocomplete='off'></label>"
            f"<datalist id='topics'>{options}</datalist>",
        ]
    )


def _on(chosen: bool) -> str:
    return " checked" if chosen else ""


# -- setup -----------------------------------------------------------------------------------------------
# The set-up page: what to practise, the interviews so far, and what is at work behind the pages.


log = logging.getLogger(__name__)
_PENDING = "Its bytes are overwritten as soon as nobody reads the database any more."
_START = (
    "element.addEventListener('click', (event) => { const at = event.target.closest('[data-act=start]');"
    " if (!at || at.disabled) return; const packed = interviewer.choice(); if (!packed) return;"
    " trigger('start', { packed }); }); interviewer.form(element);"
)
_ASK = (
    "element.addEventListener('click', (event) => { if (event.target.id !== 'model-check') return;"
    " document.getElementById('model-word').textContent = 'Asking …'; trigger('ask'); });"
)


class SetupPage(Page):
    """The page."""

    def __init__(self, session: Session, settings: Settings | None = None, voice: VoiceParts | None = None):
        self.session = session
        self.service = session.service
        self.voice = voice
        self.forgotten: list[Callable[[str], object]] = []
        """What else is told that an interview was deleted."""
        self.settings = settings
        with gr.Column(elem_id="setup-view", visible=False) as self.view:
            gr.HTML(
                "<h1>Practise an ML system design interview</h1>"
                "<p class='lead'>You lead; the interviewer listens, asks and pushes back. At the end a report quotes "
                "your own words.</p>",
                elem_id="welcome",
            )
            self.status = gr.HTML("", elem_id="setup-status", elem_classes="status")
            self.form = gr.HTML("", elem_id="setup-form", js_on_load=_START)
            self.backend = gr.HTML("", elem_id="setup-backend", js_on_load=_ASK)
            self.mine = gr.HTML("", elem_id="setup-mine", js_on_load=ACTIONS)
            with gr.Accordion(
                "Use these interviews in another browser", open=False, elem_id="elsewhere"
            ) as self.elsewhere:
                gr.HTML(
                    "<p class='quiet'>Your interviews belong to this browser's key. Put it into this field of another "
                    "browser to see them there. Whoever has it can read them. "
                    "<button type='button' class='link' id='owner-copy'>Copy the key</button></p>"
                )
                self.key = gr.Textbox(label="Key", type="password", elem_id="owner-key", max_length=64)
                self.use = gr.Button("Use this key", size="sm", elem_id="owner-use")
        self.outputs = [self.status, self.form, self.backend, self.mine]

    # -- showing ---------------------------------------------------------------------------------------------

    def show(self, owner: str, id_: str = "") -> Updates:
        """Updates that show the page."""
        headers = self.service.store.mine(owner)
        knowledge = self.service.knowledge
        return {
            self.status: "",
            self.form: form_html(knowledge, self._defaults(owner, headers)),
            self.backend: self._backend(),
            self.mine: mine_html(knowledge, headers),
        }

    def _backend(self, word: str = "", good: bool = True) -> str:
        """What is at work, with what asking the model came to, and whether one can speak."""
        return (backend_html(self.settings, word, good) if self.settings else "") + _sound_html(self.voice)

    def ask_the_model(self) -> str:
        """Whether the model answers, in a word."""
        return self._backend(*model_answers(self.settings)) if self.settings else self._backend()

    def _defaults(self, owner: str, headers: Sequence[Header]) -> Defaults:
        knowledge = self.service.knowledge
        graded = self.service.store.progress(owner)
        held = [Held(header.case, header.level, header.created, report) for header, report in graded]
        trains = {slug: case.trains for slug, case in knowledge.cases.items()}
        easy = [slug for slug in sorted(knowledge.cases) if knowledge.cases[slug].difficulty == 1]
        results = {header.case: result_of(report) for header, report in graded}
        case, order = recommended(held, trains, easy[::-1]), due(held, trains)
        first = order[0] if order and order[0].case == case else None
        why = f"For your next step: {first.step.label}, last mark {mark(first.score)}" if first else ""
        if not headers:
            return Defaults(case, results=results)
        last = headers[0]
        minutes = next((one.minutes for one in headers if known_mode(one.mode).kind is ModeKind.INTERVIEW), 45)
        return Defaults(case, last.level, minutes if minutes in LENGTHS else 45, last.manner, results, why)

    # -- handling --------------------------------------------------------------------------------------------

    def begin(self, key: str, event: gr.EventData, request: gr.Request) -> Updates:
        """Starts an interview and enters its room."""
        owner = self.session.owner(key, request)
        try:
            choice = self._chosen(event._data)
            return self.session.go("room", self.service.begin(owner, choice), owner)
        except InterviewerError as error:
            return {self.status: status(line(error), "bad")}

    def _chosen(self, data: Any) -> Choice:
        """What the form sent, checked. Raises BadInput."""
        try:
            form = json.loads(data["packed"])
            case, kind = str(form["case"]), ModeKind(form["mode"])
            level, minutes, manner = Level(form["level"]), float(form["minutes"]), Manner(form["manner"])
            subject = {ModeKind.STEP: str(form.get("step", "")), ModeKind.DRILL: str(form.get("topic", ""))}.get(
                kind, ""
            )
            problem = str(form.get("problem", "")) if case == OWN else ""
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput("Choose a problem, a level and a length first.") from error
        if minutes not in LENGTHS or (case != OWN and case not in self.service.knowledge.cases):
            raise BadInput("Choose a problem, a level and a length first.")
        if case == OWN and not problem.strip():
            raise BadInput("Describe your own problem first, in a sentence or two.")
        if kind is ModeKind.DRILL:
            slugs = {note.title: slug for slug, note in self.service.knowledge.topics.items()}
            subject = slugs.get(subject, subject)
            if not subject.strip():
                raise BadInput("Choose a topic first, of at most 54 characters.")
        mode = str(parse_mode(f"{kind}:{subject}" if subject else kind.value))
        return Choice(case, level, minutes, manner, mode, problem)

    def act(self, key: str, event: gr.EventData, request: gr.Request) -> Updates:
        """A button of one of my interviews."""
        owner = self.session.owner(key, request)
        act, id_ = asked(event)
        try:
            if act in ("room", "report"):
                return self.session.go(act, id_, owner)
            if act == "delete":
                finished = self.service.delete(owner, id_)
                for forget in self.forgotten:
                    forget(id_)
                word = "Deleted." if finished else f"Deleted. {_PENDING}"
                return {**self.show(owner), self.status: status(word)}
            if act == "export":
                return {self.session.file: download("transcript", None, self.service.store.transcript(owner, id_))}
        except InterviewerError as error:
            return {**self.show(owner), self.status: status(line(error), "bad")}
        return {self.status: ""}

    def use_key(self, key: str, request: gr.Request) -> Updates:
        """Takes over another browser's key."""
        try:
            key = valid_key(key)
        except InterviewerError as error:
            raise gr.Error(line(error)) from error
        return {self.session.key: key, **self.show(self.session.owner(key, request))}

    # -- wiring ----------------------------------------------------------------------------------------------

    def wire(self) -> None:
        """Which event leads to which handler."""
        session = self.session
        session.leads(self.form.start, self.begin, [session.key])
        self.backend.ask(self.ask_the_model, None, [self.backend], trigger_mode="once", **QUIET)
        acted = self.mine.act(self.act, [session.key], [*session.outputs, session.file], trigger_mode="once", **QUIET)
        acted = session.hands_out(acted)
        for page in session.pages.values():
            acted = page.follow(acted)
        used = self.use.click(self.use_key, [self.key], [session.key, *self.outputs], **QUIET)
        used.success(None, [session.key], None, js="key => interviewer.take(key)", **QUIET)


def _sound_html(voice: VoiceParts | None) -> str:
    """Whether one can speak here, and a button that tries the microphone."""
    if voice is None:
        return "<p class='quiet backend'>You type your answers; speaking is switched off here.</p>"
    if missing := voice.missing():
        return f"<p class='quiet'>{for_html(missing)}</p>"
    return (
        "<p class='quiet backend'>You can type or speak. "
        "<button type='button' class='link' id='sound-check'>Try the microphone</button> "
        "<span id='sound-word' role='status'></span></p>"
    )


def mine_html(knowledge: Knowledge, headers: Sequence[Header]) -> str:
    """The interviews so far, newest first, each with what can be done with it."""
    rows = "".join(_row(knowledge, header) for header in headers)
    none = "<p class='quiet'>None yet. They are kept on this server.</p>"
    lost = getattr(headers, "unreadable", 0)
    skipped = (
        f"<p class='bad'>{lost} could not be read and {'is' if lost == 1 else 'are'} left out.</p>" if lost else ""
    )
    listed = skipped + (f"<ul id='mine-list'>{rows}</ul>" if rows else none)
    return f"<div class='mine'><h2>Your interviews</h2>{listed}</div>"


def _row(knowledge: Knowledge, header: Header) -> str:
    day = time.strftime("%d %b %Y, %H:%M", time.localtime(header.created))
    if header.ended is None:
        where = f"{int(header.elapsed // 60)} of {header.minutes:g} min"
    else:
        where = "report" if header.reports else "finished"
    parts = (mode_name(knowledge, header.mode), LEVEL_NAMES[header.level], "second take" if header.parent else "", day)
    title = title_of(knowledge, header.case, header.problem)
    acts = [("room", "Open" if header.ended else "Go on"), ("export", "Export")]
    if header.ended or header.reports:  # what goes on is not read yet
        acts.insert(1, ("report", "Report"))
    buttons = "".join(
        f"<button type='button' class='small' data-act='{act}' data-id='{header.id}' "
        f"aria-label='{name}: {for_html(title)}, {day}'>{name}</button>"
        for act, name in acts
    )
    return (
        f"<li><div><b dir='auto'>{for_html(title)}</b> <span class='state'>{for_html(where)}</span>"
        f"<span class='quiet'>{for_html(' · '.join(part for part in parts if part))}</span></div>"
        f"<div class='row'>{buttons}<button type='button' class='small' data-confirm aria-label='Delete: "
        f"{for_html(title)}, {day}'>Delete</button></div>"
        "<div class='confirm' hidden><p>Delete this interview and its reports for good?</p>"
        f"<button type='button' class='small stop' data-act='delete' data-id='{header.id}'>Delete for good</button>"
        "<button type='button' class='small' data-keep>Keep it</button></div></li>"
    )
