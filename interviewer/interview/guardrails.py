"""What an interviewer's turn may do, and what it may not: the same for every policy. Pure.

    allowed(view)                     the moves, steps and facts that a policy may choose from now; one alone is forced
    of_move(proposal, view, allowed)  what is wrong with the choice
    of_sentence(…)                    what is wrong with the next sentence, while the words still stream
    of_whole(…)                       what is missing from the turn once it is all there

The patterns are ``data/forbidden.yaml`` and ``data/guardrails.yaml``. A reason is a sentence to the policy, which tries
again with it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from interviewer.domain import Level, MoveKind, Step
from interviewer.interview.modes import Kind, known_mode, scope
from interviewer.interview.numbers import figures, unknown
from interviewer.interview.phrases import patterns, says
from interviewer.interview.policy import Allowed, Proposal, View, Violation
from interviewer.interview.state import State, Wish
from interviewer.knowledge.load import Knowledge
from interviewer.knowledge.schema import Fact
from interviewer.knowledge.validate import says as says_term
from interviewer.text import spans
from interviewer.transcript import Transcript, Turn

MOST_WORDS = 60
CURVEBALLS = {Level.MID: 1, Level.SENIOR: 2, Level.STAFF: 2}
"""How often the situation may be changed in an interview."""
_CURVEBALLS_FROM, _CURVEBALLS_TO = 0.25, 0.9
"""Shares of the time between which it may be."""
WRAP_SHARE = 0.1
"""Share of the time at the end in which last words may be asked for."""
LAST_SECONDS = 120.0
"""With less than this left, and last words asked for, the interview may close."""
GRACE = 180.0
"""Seconds over time after which nothing but the close is left."""
_MINUTE_OFF = 1.05
"""Minutes by which a time that is said may differ from the clock."""
_SAME = 0.8
"""Share of common content words from which a question is one that was asked before."""
_TOLD = 0.6
"""Share of a fact's telling words that nobody had said from which a sentence tells it."""
_STATED = 0.3
"""Share of a fact's telling words that a turn which gives it must have, beside its figures."""
_TELLTALE = 100
"""Figures above this can give a fact away; smaller ones come in every made-up case."""
_ALIKE = 2
"""Telling words shared with a fact whose figure a sentence has, from which it tells the fact."""
_SURELY_ASKED = 0.8
"""Likeness of a question to one of a fact's from which it surely asks for it."""
_MOST_FACTS = 4
_LONGEST_TERM = 4
"""Words of a term that is looked for in our own wording."""
_SPOKEN = 25
"""Words of a candidate from which an interview has begun, whoever opened it."""

_FREE = frozenset(
    {
        MoveKind.ANSWER,
        MoveKind.ASK_TO_CLARIFY,
        MoveKind.LET_GO_ON,
        MoveKind.PROBE,
        MoveKind.TRADE_OFF,
        MoveKind.CHALLENGE,
        MoveKind.REDIRECT,
        MoveKind.MOVE_ON,
        MoveKind.TIME_CHECK,
        MoveKind.META,
    }
)
_ASKING = frozenset(
    {
        MoveKind.ASK_TO_CLARIFY,
        MoveKind.PROBE,
        MoveKind.TRADE_OFF,
        MoveKind.CHALLENGE,
        MoveKind.MOVE_ON,
        MoveKind.TIME_CHECK,
        MoveKind.CURVEBALL,
        MoveKind.REDIRECT,
        MoveKind.WRAP_UP,
    }
)
"""Moves whose turn asks for something."""
_SUPPOSING = frozenset({MoveKind.CURVEBALL, MoveKind.OPEN, MoveKind.TIME_CHECK, MoveKind.META, MoveKind.WRAP_UP})
"""Moves in whose words figures are not facts of the product."""

_NODS = re.compile(
    r"\b(?:right|okay|ok|got it|noted|all right|alright|i see|sure|so|yes|yeah|um|uh|ha|h?m+|mm-hm)\b", re.I
)
_JOINS = re.compile(r"^(?:(?:and|so|but|then|okay|ok|right|now|hm+|well)\s+)+")
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”')
_WORD = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*")
_ENGLISH = frozenset(
    """the a an of to and in is it you that what how which would do does for on with when who where why your this if at
    by from we us go not but be are have has can there one so no yes okay any about over back out more some people
    they their i me my all up than then just into these those them new only still after before""".split()  # noqa: SIM905
)
_LIGHT = frozenset(
    """about after again also another because been before being between could every first from have here into just like
    make many more most much only other over said same should some such take than that their them then there these they
    thing this those time very want well were what when where which while will with would your you're""".split()  # noqa: SIM905
)
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


# -- what is allowed -----------------------------------------------------------------------------------


def allowed(view: View) -> Allowed:
    """What a policy may choose from; one move where nothing else would be right."""
    state, steps = view.state, frozenset(scope(view.transcript.mode))
    forced = _forced(view)
    if forced:
        return Allowed(forced, _facts(view) if MoveKind.ANSWER in forced else frozenset(), steps)
    mode = known_mode(view.transcript.mode)
    moves = set(_FREE)
    if mode.kind in (Kind.STEP, Kind.DRILL):
        moves -= {MoveKind.MOVE_ON, MoveKind.TIME_CHECK}
    if mode.kind is Kind.RAPID:
        moves -= {MoveKind.TIME_CHECK, MoveKind.LET_GO_ON}
    if _may_change(view):
        moves.add(MoveKind.CURVEBALL)
    if _may_hint(view):
        moves.add(MoveKind.HINT)
    if state.wish is Wish.SAID or (state.left <= WRAP_SHARE * state.length and not state.wrapped):
        moves.add(MoveKind.WRAP_UP)
    if may_close(view):
        moves.add(MoveKind.CLOSE)
    return Allowed(frozenset(moves), _facts(view), steps)


def _forced(view: View) -> frozenset[MoveKind]:
    """The moves that are left where the clock, a button or silence decides; nothing where they do not."""
    state, last = view.state, view.last
    if state.closed or (last and last.event == "end") or state.wish is Wish.CONFIRMED:
        return frozenset({MoveKind.CLOSE})
    if not state.said and sum(turn.words for _, turn in view.transcript.candidate_turns()) < _SPOKEN:
        return frozenset({MoveKind.OPEN})
    if state.elapsed >= state.length + GRACE:
        return frozenset({MoveKind.CLOSE})
    match last.event if last else None:
        case "hint":
            return frozenset({MoveKind.HINT})
        case "skip":
            whole = known_mode(view.transcript.mode).kind in (Kind.INTERVIEW, Kind.WARM_UP, Kind.RAPID)
            return frozenset({MoveKind.MOVE_ON if whole else MoveKind.PROBE})
        case "pause" | "silence":
            return frozenset({MoveKind.LET_GO_ON})
    if state.left <= 0:
        end = MoveKind.CLOSE if state.wrapped else MoveKind.WRAP_UP
        return frozenset({end, MoveKind.ANSWER, MoveKind.META} if last and says("asks", last.text) else {end})
    if last is None or not last.text.strip():
        quiet = {MoveKind.LET_GO_ON} if state.silences <= 1 else {MoveKind.LET_GO_ON, MoveKind.PROBE, MoveKind.MOVE_ON}
        return frozenset(quiet & ({*_FREE} - _not_in(view.transcript.mode)))
    return frozenset()


def _not_in(mode: str) -> set[MoveKind]:
    return {MoveKind.MOVE_ON} if known_mode(mode).kind in (Kind.STEP, Kind.DRILL) else set()


def may_close(view: View) -> bool:
    """Whether the interview may end with this turn: time, button, or a wish that was confirmed in a turn of its own."""
    state, last = view.state, view.last
    if state.closed or state.left <= 0 or state.wish is Wish.CONFIRMED or (last is not None and last.event == "end"):
        return True
    if not state.wrapped or state.left > WRAP_SHARE * state.length:
        return False
    no_more = last is not None and says("has_no_more", last.text) and not says("declines", last.text[3:])
    return state.left <= LAST_SECONDS or no_more


def _may_change(view: View) -> bool:
    state = view.state
    share = state.elapsed / state.length
    few = state.curveballs < CURVEBALLS[view.transcript.level]
    return few and _CURVEBALLS_FROM <= share <= _CURVEBALLS_TO and state.since_curveball > 2


def _may_hint(view: View) -> bool:
    warm_up = known_mode(view.transcript.mode).kind is Kind.WARM_UP
    return warm_up or (view.last is not None and says("wants_help", view.last.text))


def _facts(view: View) -> frozenset[str]:
    """Facts that may be stated: those already given, and any of the case's where something was asked."""
    given = set(view.state.facts)
    if view.last is not None and (says("asks", view.last.text) or _heard_question(view.last)):
        given |= {fact.id for fact in case_facts(view.knowledge, view.transcript.case)}
    return frozenset(given)


def _heard_question(turn: Turn) -> bool:
    return any(one.kind == "question" for one in turn.heard or [])


def case_facts(knowledge: Knowledge, slug: str) -> Sequence[Fact]:
    """The facts of a case; none of one that the knowledge base does not have."""
    case = knowledge.case(slug)
    return case.facts if case else ()


# -- the choice -----------------------------------------------------------------------------------------


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
    elif len(new) > _MOST_FACTS:
        found.append(Violation("facts", f"At most {_MOST_FACTS} facts in a turn: those that were asked for.", ""))
    return found


def _has_fact(view: View, proposal: Proposal) -> str:
    """A fact that surely answers what was asked, though an assumption was granted instead; empty when there is none."""
    asked = [one for one in (view.last.heard or [] if view.last else []) if one.kind == "question"]
    sure = [one.id for one in asked if one.id and one.score >= _SURELY_ASKED]
    return next((name for name in sure if name not in proposal.facts), "") if len(sure) == len(asked) else ""


def _not_now(move: MoveKind, allowed: Allowed) -> str:
    if move in (MoveKind.CLOSE, MoveKind.WRAP_UP):
        return "The interview is not over and nobody has clearly asked to end it: go on with what matters most."
    if move is MoveKind.HINT:
        return "Nobody asked for help: no hint. Ask, or let them go on."
    names = ", ".join(sorted(one.value for one in allowed.moves))
    return f"'{move.value}' is not possible now. Possible: {names}."


# -- the words ------------------------------------------------------------------------------------------


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
    """Solution concepts that nobody has named."""

    @classmethod
    def of(cls, view: View, proposal: Proposal) -> "Ground":
        """The ground for one proposal."""
        transcript, knowledge = view.transcript, view.knowledge
        candidate = " ".join(turn.text for turn in transcript.turns if turn.speaker == "candidate")
        ours = " ".join(turn.text for turn in transcript.turns if turn.speaker == "interviewer")
        stated = {*view.state.facts, *proposal.facts}
        facts = [fact.answer for fact in case_facts(knowledge, transcript.case) if fact.id in stated]
        given = " ".join([brief(transcript, knowledge), *facts, *view.state.agreed, *proposal.agreed])
        talk = f"{candidate}\n{ours}\n{given}"
        said = _stems(talk)
        terms = tuple(one for one in secret_terms(knowledge, transcript.case) if not _was_named(one, talk, said))
        return cls(candidate, talk, (*figures(talk), transcript.minutes), terms)


def brief(transcript: Transcript, knowledge: Knowledge) -> str:
    """The problem as it was posed: the case's brief, else what the transcript says of it."""
    case = knowledge.case(transcript.case)
    return case.brief if case else transcript.problem or transcript.case.replace("-", " ").replace("_", " ")


def secret_terms(knowledge: Knowledge, slug: str) -> tuple[str, ...]:
    """The terms that give a case's criteria away, without those that are ordinary words in an interviewer's mouth."""
    terms = {term for own in knowledge.signals(slug).values() for one in own for term in one.terms}
    return tuple(sorted(terms - _ordinary_terms(knowledge, frozenset(terms))))


def _ordinary_terms(knowledge: Knowledge, terms: frozenset[str]) -> frozenset[str]:
    """Those that questions of the knowledge base use, that are listed as ordinary, or that are a mere figure."""
    own, listed = _wording(knowledge), patterns("guardrails")["ordinary"]
    return frozenset(
        term for term in terms if re.search(r"\d", term) or listed.match(term) or " ".join(_words(term)) in own
    )


def _words(text: str) -> list[str]:
    """Words without case, hyphens and plural endings."""
    return [word.removesuffix("s") for word in re.findall(r"[a-z0-9']+", text.lower())]


@cache
def _wording(knowledge: Knowledge) -> frozenset[str]:
    """Up to four words in a row of all questions in the knowledge base: none of them gives an answer away."""
    texts: list[str] = []
    for note in knowledge.framework.values():
        texts += [text for one in note.signals for text in (*one.probes, one.topic)]
    for case in knowledge.cases.values():
        texts += [text for own in case.signals.values() for one in own for text in (*one.probes, one.topic)]
        texts += [one.say for one in case.pushbacks] + [one.challenge for one in case.red_flags]
        texts += [case.brief, *(term.text for term in case.glossary)]
        texts += [text for fact in case.facts for text in (fact.answer, *fact.asks)]
    found: set[str] = set()
    for text in texts:
        words = _words(text)
        for length in range(1, _LONGEST_TERM + 1):
            found.update(" ".join(words[start : start + length]) for start in range(len(words) - length + 1))
    return frozenset(found)


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
        found.append(Violation("long", "Too long: at most 45 words, usually 12 to 30.", sentence))
    if (before + own).count("?") > 1:
        found.append(Violation("questions", "One question only, with one thing asked in it.", sentence))
    if not _is_language(own, ground.candidate):
        found.append(Violation("language", "Speak the candidate's language, which is English here.", sentence))
    if is_echo(sentence) and proposal.move is not MoveKind.META:
        found.append(Violation("echo", "Do not give a stray word back; say nothing instead.", sentence))
    if proposal.move is not MoveKind.HINT:
        found += [
            Violation("leak", f"'{term}' gives away what nobody has named: ask about the situation.", sentence)
            for term in ground.terms
            if says_term(term, own)
        ]
    found += _invented(own, sentence, proposal, view, ground)
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


def _invented(own: str, sentence: str, proposal: Proposal, view: View, ground: Ground) -> list[Violation]:
    """Figures of the product that nobody has given, and facts that nobody asked for."""
    found = []
    rules = patterns("guardrails")
    asking, supposed = "?" in own, bool(rules["supposed"].search(own))
    states = bool(rules["asserts"].search(own)) and not supposed
    strict = proposal.move is MoveKind.ANSWER and not asking and not says("requests", own)
    said = _CLOCK.sub(" ", own.replace("’", "'"))
    odd = unknown(figures(said), ground.known) if proposal.move not in _SUPPOSING and (states or strict) else []
    if odd:
        reason = f"The figure {odd[0]:g} stands in no fact: give the facts' own figures, or note it as agreed."
        found.append(Violation("figure", reason, sentence))
    telling, talk = _stems(own), _stems(ground.talk)
    for fact in case_facts(view.knowledge, view.transcript.case):
        if fact.id in proposal.facts or fact.id in view.state.facts:
            continue
        answer = _stems(fact.answer)
        new = answer - talk
        odd = [one for one in unknown(figures(fact.answer), ground.known) if one > _TELLTALE and not supposed]
        same = len(odd) > len(unknown(odd, figures(own))) and len(answer & telling) >= _ALIKE
        if same or (len(new) >= 3 and len(new & telling) >= max(3, _TOLD * len(new))):
            reason = f"This tells the fact '{fact.id}', which is not among the facts of the header."
            found.append(Violation("fact_unasked", reason, sentence))
    return found


def _untimely(own: str, sentence: str, proposal: Proposal, view: View) -> list[Violation]:
    """Times that are said and not true."""
    text, state, rules = own.replace("’", "'"), view.state, patterns("guardrails")
    left, elapsed = state.left / 60, state.elapsed / 60
    of_system = proposal.move not in _SUPPOSING | {MoveKind.MOVE_ON, MoveKind.ANSWER, MoveKind.CLOSE}
    claims = [(match[1], left) for match in _LEFT.finditer(text)] + [(m[1], left) for m in _HAVE.finditer(text)]
    claims += [(match[1], elapsed) for match in _PAST.finditer(text)]
    about_us = not of_system or re.search(r"\b(?:we|us|our)\b", text, re.I)
    if proposal.move is MoveKind.OPEN:
        return []
    for amount, true in claims if about_us else ():
        minutes = _minutes(amount)
        if minutes is not None and abs(minutes - true) > _MINUTE_OFF:
            reason = f"The clock says {left:.0f} minutes left and {elapsed:.0f} gone: say the true time or none."
            return [Violation("time", reason, sentence)]
    if rules["out_of_time"].search(text) and left > _MINUTE_OFF and proposal.move is not MoveKind.CLOSE:
        return [Violation("time", f"{left:.0f} minutes are left.", sentence)]
    if rules["short_of_time"].search(text) and state.left > 0.3 * state.length:
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
    """Facts that a proposal names and its words do not state."""
    return [
        fact
        for fact in case_facts(view.knowledge, view.transcript.case)
        if fact.id in proposal.facts and not states_fact(text, fact)
    ]


def states_fact(text: str, fact: Fact) -> bool:
    """Whether the text has the fact's figures and enough of its telling words."""
    if unknown(figures(fact.answer), figures(text)):
        return False
    telling = _stems(fact.answer)
    return not telling or len(telling & _stems(text)) >= _STATED * len(telling)


def is_complete(text: str) -> bool:
    """Whether a turn asks for something: a question, or a request such as 'Walk me through one.'"""
    return "?" in text or says("requests", text)


def without_second(sentence: str) -> tuple[str, str]:
    """A question without the second thing asked in it, and what was cut off (empty when there was none)."""
    if "?" not in sentence:
        return sentence, ""
    match = patterns("guardrails")["stacked"].search(sentence)
    first = sentence[: match.start()].rstrip(" ,;-") if match else ""
    asks = bool(
        re.search(
            r"\b(?:how|what|which|where|when|who|whose|why|do|does|did|is|are|would|will|can|could|should)\b",
            first,
            re.I,
        )
    )
    if not match or not asks or len(first.split()) < 4:
        return sentence, ""
    return f"{first}?", sentence[match.start() :].strip()


def is_echo(sentence: str) -> bool:
    """Whether a sentence only gives a stray word back ('Right, the bunch.')."""
    rules, text = patterns("guardrails"), sentence.replace("’", "'")
    what = _NODS.sub(" ", text).strip(" ,.;:-!")
    return bool(what and rules["echo"].match(text)) and not rules["no_echo"].search(what)


def asked_before(sentence: str, said: Iterable[str]) -> bool:
    """Whether a question was asked before: in the same words, or with nearly the same content words."""
    if "?" not in sentence:
        return False
    own, plain = _content(sentence), _JOINS.sub("", normal(sentence))
    for turn in said:
        for one in spans(turn):
            if "?" not in one.text:
                continue
            other = _content(one.text)
            if plain == _JOINS.sub("", normal(one.text)) and len(plain.split()) > 3:
                return True
            if min(len(own), len(other)) >= 4 and len(own & other) >= _SAME * len(own | other):
                return True
    return False


def forbidden(text: str) -> list[str]:
    """The rules of ``forbidden.yaml`` that a text breaks; what it quotes counts for lists only."""
    own = without_quotes(text).replace("’", "'")
    return [rule for rule, pattern in patterns("forbidden").items() if pattern.search(text if rule == "list" else own)]


def without_quotes(text: str) -> str:
    """The text without what it quotes: the candidate's own words are not the interviewer's."""
    return _QUOTED.sub('""', text)


def leaks(text: str, terms: Iterable[str], candidate_said: str) -> list[str]:
    """The terms that the text says and that the candidate has not said."""
    own, said = without_quotes(text), _stems(candidate_said)
    return [term for term in terms if says_term(term, own) and not _was_named(term, candidate_said, said)]


@lru_cache(maxsize=4096)
def normal(text: str) -> str:
    """A question without case, punctuation and quoted words, for finding repeats."""
    return re.sub(r"[^a-z0-9 ]+", "", without_quotes(text).lower()).strip()


def problems(
    text: str, *, terms: Iterable[str] = (), candidate_said: str = "", said: Iterable[str] = (), hint: bool = False
) -> list[str]:
    """What is wrong with the words of a turn wherever it stands, each a name of a rule: ``empty``, ``long``,
    ``questions``, ``repeat``, ``leak: <term>`` and those of ``forbidden.yaml``. A hint may say a signal's terms."""
    found = [] if text.strip() else ["empty"]
    if len(text.split()) > MOST_WORDS:
        found.append("long")
    if without_quotes(text).count("?") > 1:
        found.append("questions")
    found += forbidden(text)
    if any(asked_before(one.text, said) for one in spans(text)):
        found.append("repeat")
    if not hint:
        found += [f"leak: {term}" for term in leaks(text, terms, candidate_said)]
    return found


@lru_cache(maxsize=4096)
def _stems(text: str) -> frozenset[str]:
    """Telling words, cut to six letters."""
    return frozenset(
        word[:6] for word in _WORD.findall(text.lower().replace("’", "'")) if len(word) > 3 and word not in _LIGHT
    )


def _content(sentence: str) -> frozenset[str]:
    return _stems(without_quotes(sentence))


def _was_named(term: str, talk: str, stems: frozenset[str]) -> bool:
    """Whether the talk says the term, or each of its words in another form ('calibrate' for 'calibrated')."""
    if says_term(term, talk):
        return True
    words = [word for word in re.split(r"[\s-]+", term.lower()) if len(word) > 3]
    return bool(words) and all(word[:6] in stems for word in words)


def _is_language(text: str, candidate: str) -> bool:
    """Whether the words are English, unless the candidate's are not either."""
    words = _WORD.findall(text.lower().replace("’", "'"))
    if len(words) < 10 or any(word.split("'")[0] in _ENGLISH for word in words):
        return True
    theirs = _WORD.findall(candidate.lower()[-2000:])
    return sum(word in _ENGLISH for word in theirs) < 0.1 * len(theirs)


def curveballs_left(state: State, level: Level) -> int:
    """How often the situation may still be changed."""
    return max(0, CURVEBALLS[level] - state.curveballs)


def step_of(name: str | None) -> Step | None:
    """A step by its full or short name; None for none that there is."""
    plain = (name or "").strip().lower().replace(" ", "_").replace("-", "_")
    return next(
        (
            step
            for step in Step
            if plain and (step.value == plain or step.value.startswith(plain) or plain in _SHORT[step])
        ),
        None,
    )


_SHORT = {
    Step.CLARIFY: ("clarify", "requirements"),
    Step.FRAME: ("frame", "framing"),
    Step.DATA: ("data", "features"),
    Step.MODEL: ("model", "modelling", "modeling"),
    Step.EVALUATE: ("evaluation", "evaluate"),
    Step.SERVE: ("serving", "serve", "deployment"),
    Step.MONITOR: ("monitoring", "monitor", "infrastructure"),
}
