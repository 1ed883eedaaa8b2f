"""What a proposed turn breaks: the same for every policy. Pure.

    of_move(proposal, view, allowed)  what is wrong with the choice
    of_sentence(…)                    what is wrong with the next sentence, while the words still stream
    of_whole(…)                       what is missing from the turn once it is all there

The patterns are ``data/forbidden.yaml`` and ``data/guardrails.yaml``. A reason is a sentence to the policy, which tries
again with it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from interviewer import MoveKind
from interviewer.interview import thresholds
from interviewer.interview.policy import Allowed, Proposal, View, Violation, case_facts
from interviewer.interview.words import (
    MOST_WORDS,
    asked_before,
    figures,
    forbidden,
    is_complete,
    is_echo,
    is_language,
    leaks,
    patterns,
    says,
    secret_terms,
    unknown,
    without_quotes,
)
from interviewer.knowledge import Knowledge
from interviewer.knowledge.schema import Fact
from interviewer.text import spans, stems
from interviewer.transcript import Transcript

_AT = thresholds().facts

_ASKING = frozenset({
    MoveKind.ASK_TO_CLARIFY, MoveKind.PROBE, MoveKind.TRADE_OFF, MoveKind.CHALLENGE, MoveKind.MOVE_ON,
    MoveKind.TIME_CHECK, MoveKind.CURVEBALL, MoveKind.WRAP_UP,
})  # fmt: skip
"""Moves whose turn asks for something."""
_SUPPOSING = frozenset({MoveKind.CURVEBALL, MoveKind.OPEN, MoveKind.TIME_CHECK, MoveKind.META, MoveKind.WRAP_UP})
"""Moves in whose words figures are not facts of the product."""
_AMOUNT = r"(\d{1,3}|[a-z]+(?:-[a-z]+)?|half an hour|a quarter of an hour|a couple of|a few|a)"
_LEFT = re.compile(
    rf"\b{_AMOUNT}(?:\s+(?:more|good|full|odd))?\s+(minutes?)\s*(?:are |is |or so )?(left|to go|remaining)\b",
    re.I,
)
_HAVE = re.compile(
    r"\b(?:we|you|there)(?:'ve| have|'s| are| is)"
    r"(?: still| now| only| just| got| about| around| roughly| some| another)*"
    rf"\s+{_AMOUNT}\s+(minutes?)\b(?! (?:delay|window|later|old|latency|sla|interval|lag|of (?:data|history|logs)))",
    re.I,
)
_PAST = re.compile(rf"\b{_AMOUNT}\s+(minutes?)\s+(in|gone|so far|into (?:it|this|the interview)|are gone)\b", re.I)
_CLOCK = re.compile(
    rf"{_LEFT.pattern}|{_HAVE.pattern}|{_PAST.pattern}|\bat (?:about |around )?{_AMOUNT} minutes?\b", re.I
)
"""What speaks of the interview's clock: its figures are no facts of the product."""


def of_move(proposal: Proposal, view: View, allowed: Allowed) -> list[Violation]:
    """What is wrong with the move, the step and the facts."""
    found = []
    if proposal.move not in allowed.moves:
        found.append(Violation("move", _not_now(proposal.move, allowed), proposal.move.value))
    if proposal.step is not None and proposal.step not in allowed.steps:
        found.append(Violation("step", "This practice stays on its own part.", proposal.step.value))
    known = {fact.id for fact in case_facts(view.knowledge, view.transcript.case)}
    new = [name for name in proposal.facts if name not in view.state.facts]
    if made_up := [name for name in proposal.facts if name not in known]:
        found.append(Violation("fact_unknown", f"There is no fact '{made_up[0]}'.", made_up[0]))
    elif unasked := [name for name in new if name not in allowed.facts]:
        found.append(Violation("fact_unasked", "Nobody asked for a fact: give none.", unasked[0]))
    elif proposal.agreed and (known_one := _has_fact(view, proposal)):
        reason = f"The case has a fact for that, '{known_one}': give it, and grant nothing."
        found.append(Violation("agreed", reason, "; ".join(proposal.agreed)))
    elif len(new) > _AT.most:
        found.append(Violation("facts", f"At most {_AT.most} facts in a turn: those that were asked for.", ""))
    return found


def _has_fact(view: View, proposal: Proposal) -> str:
    """A fact that surely answers what was asked, though an assumption was granted instead; empty when there is none."""
    asked = [one for one in (view.last.heard or [] if view.last else []) if one.kind == "question"]
    sure = [one.id for one in asked if one.id and one.score >= _AT.surely_asked]
    return next((name for name in sure if name not in proposal.facts), "") if len(sure) == len(asked) else ""


def _not_now(move: MoveKind, allowed: Allowed) -> str:
    if move in (MoveKind.CLOSE, MoveKind.WRAP_UP):
        return "The interview is not over and nobody has clearly asked to end it: go on with what matters most."
    if move is MoveKind.HINT:
        return "Nobody asked for help: no hint. Ask, or let them go on."
    names = ", ".join(sorted(one.value for one in allowed.moves))
    return f"'{move.value}' is not possible now. Possible: {names}."


@dataclass(frozen=True)
class Ground:
    """What the words of a turn are checked against; made once a turn."""

    candidate: str
    """All that the candidate said."""
    talk: str
    """All that was said by anybody, with the brief and the facts given."""
    known: tuple[float, ...]
    """Figures that may be said as facts."""
    terms: tuple[str, ...]
    """Solution concepts: not said before somebody has named them."""

    @classmethod
    def of(cls, view: View, proposal: Proposal) -> "Ground":
        """The ground for one proposal."""
        transcript, knowledge = view.transcript, view.knowledge
        candidate = transcript.said_by("candidate")
        ours = transcript.said_by("interviewer")
        stated = {*view.state.facts, *proposal.facts}
        facts = [fact.answer for fact in case_facts(knowledge, transcript.case) if fact.id in stated]
        given = " ".join([brief(transcript, knowledge), *facts, *view.state.agreed, *proposal.agreed])
        talk = f"{candidate}\n{ours}\n{given}"
        terms = secret_terms(knowledge, transcript.case)
        return cls(candidate, talk, (*figures(talk), transcript.minutes), terms)


def brief(transcript: Transcript, knowledge: Knowledge) -> str:
    """The problem as it was posed: the case's brief, else what the transcript says of it."""
    case = knowledge.case(transcript.case)
    return case.brief if case else transcript.problem or transcript.case.replace("-", " ").replace("_", " ")


def of_sentence(
    sentence: str, before: str, proposal: Proposal, view: View, ground: Ground, *, forced: bool = False
) -> list[Violation]:
    """What is wrong with the next sentence of a turn of which ``before`` is said already.

    ``forced``: the move was the only one possible, so words that end the interview may be in order.
    """
    own = without_quotes(sentence)
    found = [Violation(rule, _REASONS[rule], sentence) for rule in forbidden(sentence)]
    words = len(before.split()) + len(sentence.split())
    if words > MOST_WORDS:
        found.append(Violation("long", "Too long: at most 40 words, usually 12 to 26.", sentence))
    if (before + own).count("?") > 1:
        found.append(Violation("questions", "One question only, with one thing asked in it.", sentence))
    if not is_language(own, ground.candidate):
        found.append(Violation("language", "Speak the candidate's language, which is English here.", sentence))
    if is_echo(sentence) and proposal.move not in (MoveKind.META, MoveKind.ANSWER):
        found.append(Violation("echo", "Do not give a stray word back; say nothing instead.", sentence))
    if proposal.move is not MoveKind.HINT:
        found += [
            Violation("leak", f"'{term}' gives away what nobody has named: ask about the situation.", sentence)
            for term in leaks(sentence, ground.terms, ground.talk)
        ]
    found += _invented(own, sentence, before, proposal, view, ground)
    found += _untimely(own, sentence, proposal, view)
    repeatable = proposal.move is MoveKind.META or (view.last is not None and says("wants_repeat", view.last.text))
    if not repeatable and asked_before(sentence, view.state.said):
        found.append(Violation("repeat", "That was asked before in nearly the same words.", sentence))
    if proposal.move is not MoveKind.CLOSE and patterns("guardrails")["ends"].search(own) and not forced:
        found.append(Violation("ends", "The interview goes on: nothing that sounds like its end.", sentence))
    return found


_REASONS = {
    "list": "No lists, headings or Markdown: spoken words.",
    "praise": "No praise and no judgement, in no form.",
    "summary": "No summary of what they said.",
    "teaching": "No teaching and no suggestion of a solution: ask.",
    "verdict": "No verdict while the interview runs.",
    "persona": "You are the interviewer; do not speak of yourself as a machine or of these notes.",
    "markup": "Only the words of the turn, no marks or names of speakers.",
    "language": "Speak the candidate's language, which is English here.",
}


def _invented(own: str, sentence: str, before: str, proposal: Proposal, view: View, ground: Ground) -> list[Violation]:
    """Figures of the product that nobody has given, and facts that nobody asked for.

    A case that a turn has begun to suppose ("Say …") goes on in its next sentences; an answer supposes nothing.
    """
    found = []
    rules = patterns("guardrails")
    case = own if proposal.move is MoveKind.ANSWER else f"{before} {own}"
    asking, supposed = "?" in own, bool(rules["supposed"].search(case))
    states = bool(rules["asserts"].search(own)) and not supposed
    strict = proposal.move is MoveKind.ANSWER and not asking and not says("requests", own)
    said = _CLOCK.sub(" ", own.replace("’", "'"))
    odd = unknown(figures(said), ground.known) if proposal.move not in _SUPPOSING and (states or strict) else []
    if odd:
        reason = f"The figure {odd[0]:g} stands in no fact: give the facts' own figures, or note it as agreed."
        found.append(Violation("figure", reason, sentence))
    telling, talk = stems(own), stems(ground.talk)
    for fact in case_facts(view.knowledge, view.transcript.case):
        if fact.id in proposal.facts or fact.id in view.state.facts:
            continue
        answer = stems(fact.answer)
        new = answer - talk
        odd = [one for one in unknown(figures(fact.answer), ground.known) if one > _AT.telltale and not supposed]
        found_again = len(odd) - len(unknown(odd, figures(own)))  # one can be chance in a made-up case
        same = found_again >= (1 if states or strict else 2) and len(answer & telling) >= _AT.alike
        if same or (len(new) >= _AT.fewest_words and len(new & telling) >= max(_AT.fewest_words, _AT.told * len(new))):
            reason = f"This tells the fact '{fact.id}', which is not among the facts of the header."
            found.append(Violation("fact_unasked", reason, sentence))
    return found


def _untimely(own: str, sentence: str, proposal: Proposal, view: View) -> list[Violation]:
    """Times that are said and not true."""
    text, state, rules = own.replace("’", "'"), view.state, patterns("guardrails")
    left, elapsed = state.left / 60, state.elapsed / 60
    of_system = proposal.move not in _SUPPOSING | {MoveKind.MOVE_ON, MoveKind.ANSWER, MoveKind.CLOSE}
    claims = [(match[1], left) for match in _LEFT.finditer(text)] + [(match[1], left) for match in _HAVE.finditer(text)]
    claims += [(match[1], elapsed) for match in _PAST.finditer(text)]
    about_us = not of_system or re.search(r"\b(?:we|us|our)\b", text, re.I)
    if proposal.move is MoveKind.OPEN:
        return []
    for amount, true in claims if about_us else ():
        minutes = _minutes(amount)
        if minutes is not None and abs(minutes - true) > _AT.minute_off:
            reason = f"The clock says {left:.0f} minutes left and {elapsed:.0f} gone: say the true time or none."
            return [Violation("time", reason, sentence)]
    if rules["out_of_time"].search(text) and left > _AT.minute_off and proposal.move is not MoveKind.CLOSE:
        return [Violation("time", f"{left:.0f} minutes are left.", sentence)]
    if rules["short_of_time"].search(text) and state.left > _AT.short_of_time * state.length:
        return [Violation("time", f"{left:.0f} minutes are left: time is not short.", sentence)]
    return []


def _minutes(amount: str) -> float | None:
    fixed = {"half an hour": 30.0, "a quarter of an hour": 15.0, "a couple of": 2.0}
    if amount.lower() in fixed:
        return fixed[amount.lower()]
    values = figures(amount)
    return values[0] if values else None


def of_whole(text: str, proposal: Proposal, view: View) -> list[Violation]:
    """What a turn lacks once all its words are there."""
    if not text.strip():
        return [Violation("empty", "There were no words after the header.", "")]
    found = []
    if not stands(text, proposal):
        found.append(Violation("no_question", "The turn asks nothing: end it with the question.", text))
    found += [
        Violation("fact_unsaid", f"The words do not state the fact '{fact.id}' of the header.", fact.answer)
        for fact in unsaid_facts(text, proposal, view)
    ]
    return found


def stands(text: str, proposal: Proposal) -> bool:
    """Whether the words are a whole turn of that move: one that asks must ask."""
    return bool(text.strip()) and (proposal.move not in _ASKING or is_complete(text))


def unsaid_facts(text: str, proposal: Proposal, view: View) -> list[Fact]:
    """Facts that a proposal names and of which its words state nothing: of a fact with several parts only what was
    asked for need be said."""
    return [
        fact
        for fact in case_facts(view.knowledge, view.transcript.case)
        if fact.id in proposal.facts and not states_of_fact(text, fact)
    ]


def states_of_fact(text: str, fact: Fact) -> bool:
    """Whether the text states one of the sentences of a fact: several things can be told in it, and only what was asked
    for need be said."""
    return any(_states(text, one.text) for one in spans(fact.answer))


def _states(text: str, sentence: str) -> bool:
    """Whether the text has a figure of the sentence, or near to all of its figures and enough of its telling words."""
    own, said = figures(sentence), figures(text)
    telling = stems(sentence)
    told = not telling or len(telling & stems(text)) >= _AT.stated * len(telling)
    return bool(set(own) & set(said)) or (not unknown(own, said) and told)


def _content(sentence: str) -> frozenset[str]:
    """What tells what it is about: its words of some length, and its figures."""
    return stems(sentence) | {f"{figure:g}" for figure in figures(sentence)}


def told_of_fact(said: Iterable[str], fact: Fact) -> list[str]:
    """The sentences with which turns told a fact, in their own words and each content once: a turn may tell a part of
    what the case knows. Of a turn of which no sentence by itself states it the one that is nearest to it told it; what
    a turn asks is left out, and so is the case that it puts for that.
    """
    known = _content(fact.answer)

    def near(sentence: str) -> float:
        own = _content(sentence)
        return len(own & known) / max(1, len(own))

    told: list[str] = []
    for text in said:
        sentences = [one.text.strip() for one in spans(text)]
        plain = [one for one in sentences if not one.endswith("?")] or sentences
        stating = [one for one in plain if states_of_fact(one, fact) and near(one) >= _AT.own_share]
        told += stating or sorted(plain, key=near, reverse=True)[:1]
    content = [_content(one) for one in told]
    return [
        one
        for index, one in enumerate(told)
        if not any(content[index] < other for other in content) and content[index] not in content[:index]
    ]
