"""The choice on the set-up page: problem cards, level, length, style and mode, as one form of plain inputs.

Every group is made of radio buttons, so arrow keys move through it; what is chosen is kept by the browser alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from interviewer.domain import Level, Manner, Step
from interviewer.interview.modes import ABOUT, LABELS, MINUTES, ModeKind
from interviewer.knowledge.load import Knowledge
from interviewer.web.components.wording import LEVEL_NAMES, OWN
from interviewer.web.escape import for_html
from interviewer.web.service import LONGEST_PROBLEM

LENGTHS = (10, 15, 30, 45, 60)
MANNER_NAMES = {Manner.SUPPORTIVE: "Supportive", Manner.NEUTRAL: "Neutral", Manner.TOUGH: "Tough"}
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


def form_html(knowledge: Knowledge, defaults: Defaults) -> str:
    """The whole form."""
    slugs = sorted(knowledge.cases, key=lambda slug: (slug != defaults.case, knowledge.cases[slug].title))
    chosen = defaults.case if defaults.case in knowledge.cases else (slugs[0] if slugs else OWN)
    cards = [_card(knowledge, slug, slug == chosen, slug == defaults.case, defaults.results) for slug in slugs]
    shown = "".join([*cards[:1], _own(not cards), *cards[1:]])
    return (
        "<form id='setup-choice' onsubmit='return false'>"
        "<fieldset id='setup-case' class='gallery'><legend>Choose a problem</legend>"
        f"<div class='cards'>{shown}</div></fieldset>"
        f"<div class='card terms'>{_terms(knowledge, defaults)}"
        "<button type='button' class='primary' id='setup-start' data-act='start'>Start the interview</button>"
        "<p id='setup-word' class='bad' role='alert'></p></div></form>"
    )


def _card(knowledge: Knowledge, slug: str, chosen: bool, next_: bool, results: Mapping[str, str]) -> str:
    case = knowledge.cases[slug]
    trains = ", ".join(step.label for step in getattr(case, "trains", ()) or ())
    facts = [_DIFFICULTY.get(getattr(case, "difficulty", 2), ""), f"trains {trains}" if trains else ""]
    badge = "<span class='next'>Recommended next</span>" if next_ else ""
    result = f"<span class='result'>Last time: {for_html(results[slug])}</span>" if slug in results else ""
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
    lengths = [(f"{length:g}", f"{length} min") for length in LENGTHS]
    return "".join(
        [
            _group("level", "Level", [(key.value, name) for key, name in LEVEL_NAMES.items()], defaults.level.value),
            _group("minutes", "Length", lengths, f"{defaults.minutes:g}"),
            _group("manner", "Style", [(key.value, name) for key, name in MANNER_NAMES.items()], defaults.manner.value),
            _group("mode", "Mode", [(kind.value, name) for kind, name in LABELS.items()], ModeKind.INTERVIEW.value),
            abouts,
            f"<label class='field' data-mode='step' id='setup-step'>Step<select name='step'>{steps}</select></label>",
            "<label class='field' data-mode='drill' id='setup-topic'>Topic<input name='topic' list='topics' "
            "maxlength='54' placeholder='Choose one or write your own' autocomplete='off'></label>"
            f"<datalist id='topics'>{options}</datalist>",
        ]
    )


def _group(name: str, title: str, options: Iterable[tuple[str, str]], chosen: str) -> str:
    items = "".join(
        f"<label><input type='radio' name='{name}' value='{value}'{_on(value == chosen)}><span>{for_html(text)}</span>"
        "</label>"
        for value, text in options
    )
    return f"<fieldset class='choice' id='setup-{name}'><legend>{title}</legend><div>{items}</div></fieldset>"


def _on(chosen: bool) -> str:
    return " checked" if chosen else ""
