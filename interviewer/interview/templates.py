"""Words for a decision without a language model: the case's questions in the wording of ``data/wording.yaml``.

Deterministic, and never the same sentence twice in an interview while another is left.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import yaml

from interviewer.domain import Manner, MoveKind, Step
from interviewer.interview.decision import Decision
from interviewer.interview.guardrails import normal, problems
from interviewer.interview.hook import lead, of_kind, rotated, said_back
from interviewer.interview.overclaim import overclaims
from interviewer.interview.recall import NEAR_BEFORE, Kind, Recalled, about, left, of_clause, quoted, recall, said_so
from interviewer.interview.state import State
from interviewer.knowledge.embeddings import Embedder
from interviewer.knowledge.load import Knowledge
from interviewer.knowledge.schema import Case, Signal
from interviewer.listening.clauses import listed, parts, put_off, standing
from interviewer.listening.thought import countable
from interviewer.text import spans
from interviewer.transcript import Transcript

_DATA = Path(__file__).parent / "data" / "wording.yaml"
_MOST = 60
_GIVEN = 0.5
"""Likeness to a fact from which a sentence of an earlier turn gave it."""
_HOOKED = {MoveKind.PROBE, MoveKind.TRADE_OFF, MoveKind.CHALLENGE}
_MANNERED = {MoveKind.PROBE, MoveKind.TRADE_OFF}
_WHOLE: tuple[Kind, ...] = ("choice", "claim")
_BARE = 3
"""Every so many turns, a question that takes up the candidate's words by itself comes without a lead."""
_ASKING = "decide should before people system number because without between another really matter change happen"
"""Words of questions, which say nothing of what is asked."""
_EVERY = 4
"""A manner's phrase opens about one turn in so many."""


@dataclass(frozen=True)
class Wording:
    """A worded decision: what is said, the question in it, and the candidate's words it recalls."""

    text: str
    question: str = ""
    quote: str = ""
    facts: tuple[str, ...] = ()


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return data


def step_name(step: Step) -> str:
    """The step as the interviewer says it."""
    return str(_data()["steps"][step.value]["name"])


class Words:
    """Words the decisions of one interview."""

    def __init__(self, knowledge: Knowledge, embedder: Embedder):
        self._knowledge = knowledge
        self._embedder = embedder

    def word(self, decision: Decision, transcript: Transcript, state: State) -> Wording:
        """The turn for a decision."""
        case = self._knowledge.case(transcript.case)
        if decision.kind is MoveKind.ANSWER and decision.facts:
            return self._answer(decision, transcript, state, case)
        question = self._question(decision, transcript, state, case)
        recalled = self._recalled(decision, transcript, state, question)
        pressed = _is_answered(decision, question, recalled, case)
        if pressed:
            question = ""
        step = decision.step or state.step
        slots = {
            "question": question,
            "quote": _short(decision.quote),
            "minutes": _minutes(decision, transcript, state),
            "step": step_name(step),
            "opener": self._opener(state, step, decision, transcript.case),
            "nod": self._unsaid(_data()["nod"], state, also=len(state.said)),
            "fact": "",
            "recall": lead(_data()["recall"], recalled, state),
            "earlier": lead(
                _data()["recall" if _just_said(recalled, transcript) else "recall_earlier"], recalled, state
            ),
        }
        by_angle = _data()[decision.kind.value]
        forms = of_kind(by_angle["why"] if pressed else by_angle.get(decision.angle) or by_angle[""], recalled)
        if decision.angle == "no_figure":
            forms = [*forms, *by_angle["unspecified"]]
        if transcript.mode == "rapid" and decision.kind in _MANNERED and not decision.angle:
            forms = ["{question}"]
        text = self._fill(forms, slots, recalled, state)
        text = self._in_manner(text, decision, transcript, state)
        return Wording(text, question, recalled.quote if recalled else "")

    def _fill(self, forms: Sequence[str], slots: dict[str, str], recalled: Recalled | None, state: State) -> str:
        said = {normal(text) for text in state.said}
        order = rotated(forms, len(state.said))
        if recalled:
            slots = {**slots, "told": said_back("{told}", recalled), "Told": said_back("{Told}", recalled)}
        texts = [" ".join(form.format(**slots).split()) for form in order]
        fresh = [text for text in texts if normal(text) not in said and not problems(text, said=state.said)]
        whole = {one.text for text in state.said for one in spans(text)}
        new = [text for text in fresh if not any(one.text in whole for one in spans(text))]
        return (new or fresh or texts)[0]

    def _unsaid(self, options: Sequence[str], state: State, also: int = 0) -> str:
        said = " ".join(state.said)
        fresh = [one for one in rotated(options, also) if one not in said]
        return (fresh or list(rotated(options, len(state.said))))[0]

    def _recalled(self, decision: Decision, transcript: Transcript, state: State, question: str) -> Recalled | None:
        """What of the candidate's words the turn comes back to."""
        if decision.kind not in _HOOKED or state.last_candidate is None:
            return None
        last = transcript.turns[state.last_candidate].text
        match decision.angle:
            case "again" | "smaller" | "other":
                return None
            case "deferred":
                return self._put_off(decision, transcript)
            case "which":
                items = listed(last)
                return Recalled(items[0], " and ".join(items), "thing") if items else None
            case "number":
                amounts = " . ".join(one.quote for one in countable(standing(last)))
                return recall(amounts, last, self._embedder, state.said, _WHOLE)
            case "why":
                plan = recall(last, last, self._embedder, state.said, ["choice"])
                return plan or recall(last, last, self._embedder, state.said, _WHOLE)
            case "back":
                if just_said := recall(last, question, self._embedder, state.said):
                    return just_said
                earlier = " . ".join(turn.text for _, turn in transcript.candidate_turns()[:-1])
                noted = partial(left, last, self._embedder, state.said)
                long_ago = partial(recall, earlier, question, self._embedder, state.said, least=NEAR_BEFORE)
                return noted() or long_ago() if len(state.said) % 2 else long_ago() or noted()
        if decision.kind is MoveKind.CHALLENGE:
            return self._mistaken(decision, transcript, question, state)
        takes_up = _takes_up(question, last)
        if len(state.said) % _BARE == 0 and takes_up:
            return None
        found = recall(last, question, self._embedder, state.said)
        if found or takes_up:
            return found
        before = [turn.text for _, turn in transcript.candidate_turns()][-2:-1]
        return left(last, self._embedder, state.said) or left(" ".join(before), self._embedder, state.said)

    def _mistaken(self, decision: Decision, transcript: Transcript, question: str, state: State) -> Recalled | None:
        """The clause with the mistake's own words, else the one nearest to the question."""
        flag = next((one for one in self._knowledge.red_flags(transcript.case) if one.id == decision.ref), None)
        text = decision.quote
        cues = "|".join(f"(?:{cue})" for cue in flag.cues) if flag else ""

        def holds(words: str) -> bool:
            if decision.angle == "overclaim":
                return bool(overclaims(words))
            return bool(cues and re.search(cues, words, re.IGNORECASE))

        own = next((one for one in standing(text) if holds(one.quote)), None)
        if own:
            return of_clause(own)
        piece = next((one for one in parts(text) if holds(one)), None)
        if piece:
            return quoted(piece)
        return (
            recall(text, question or text, self._embedder, state.said, _WHOLE)
            or said_so(text)
            or about(text, self._embedder)
        )

    def _put_off(self, decision: Decision, transcript: Transcript) -> Recalled | None:
        """What the candidate put off, in their own words."""
        turn = transcript.turns[int((decision.ref or "deferred:0").partition(":")[2])].text
        told = put_off(decision.quote) or put_off(turn[max(0, turn.find(decision.quote)) :])
        return Recalled(decision.quote, told, "thing") if told else None

    def _question(self, decision: Decision, transcript: Transcript, state: State, case: Case | None) -> str:
        kind, ref = decision.kind, decision.ref or ""
        if kind is MoveKind.OPEN:
            return case.brief if case else _unknown_brief(transcript.case)
        if kind is MoveKind.CHALLENGE:
            return next((flag.challenge for flag in self._knowledge.red_flags(transcript.case) if flag.id == ref), "")
        if kind is MoveKind.TRADE_OFF and case:
            return next((one.question for one in case.trade_offs if one.id == ref), "")
        if kind is MoveKind.CURVEBALL and case:
            return next((one.say for one in case.pushbacks if one.id == ref), "")
        if decision.angle == "again":
            return _last_question(state) or self._opener(state)
        signal = self._signal(transcript.case, ref)
        if signal is None:
            return self._opener(state) if kind is MoveKind.REDIRECT else ""
        probes = sorted(signal.probes, key=len) if transcript.mode == "rapid" else signal.probes
        return signal.hint if kind is MoveKind.HINT else self._unsaid(probes, state)

    def _opener(self, state: State, step: Step | None = None, decision: Decision | None = None, slug: str = "") -> str:
        """A step's opening question; a drill opens with a question on its subject."""
        signal = self._signal(slug, decision.ref or "") if decision and decision.angle == "drill" else None
        openers = signal.probes if signal else _data()["steps"][(step or state.step).value]["openers"]
        return self._unsaid(openers, state)

    def _signal(self, slug: str, ref: str) -> Signal | None:
        signals = self._knowledge.signals(slug)
        return next((one for own in signals.values() for one in own if one.id == ref), None)

    def _answer(self, decision: Decision, transcript: Transcript, state: State, case: Case | None) -> Wording:
        given, texts, facts = set(state.facts), [], []
        for name in decision.facts:
            if name in given:
                texts.append((name, self._as_given(name, transcript, case)))
            elif case:
                texts.append((name, next(fact.answer for fact in case.facts if fact.id == name)))
        spoken: list[str] = []
        for name, text in texts:
            if sum(len(one.split()) for one in spoken) + len(text.split()) <= _MOST - 6:
                spoken.append(text)
                facts.append(name)
        text = " ".join(spoken)
        if facts and set(facts) <= given:
            form = self._unsaid(_data()["answer"]["again"], state)
            text = form.format(
                fact=text[:1].lower() + text[1:] if text[1:2].islower() and not text.startswith("I ") else text
            )
        return Wording(text, facts=tuple(facts))

    def _as_given(self, name: str, transcript: Transcript, case: Case | None) -> str:
        """A fact in the words in which this interview gave it: what was agreed stands, whatever the case file says."""
        fact = next((one for one in (case.facts if case else []) if one.id == name), None)
        for turn in transcript.turns:
            if turn.speaker == "interviewer" and name in turn.facts and fact:
                if fact.answer in turn.text:
                    return fact.answer
                pieces = [one for one in turn.text.replace("?", ".").split(". ") if one.strip()]
                near = self._embedder.encode(pieces) @ self._embedder.encode([fact.answer])[0]
                # A turn that left the fact out after all is no authority on it.
                return pieces[int(near.argmax())].strip().rstrip(".") + "." if near.max() >= _GIVEN else fact.answer
        return fact.answer if fact else ""

    def _in_manner(self, text: str, decision: Decision, transcript: Transcript, state: State) -> str:
        phrases = _data()["manner"][transcript.manner.value]
        if transcript.manner is Manner.NEUTRAL or decision.kind not in _MANNERED or not phrases:
            return text
        key = f"{transcript.id}{transcript.case}{len(state.said)}".encode()
        if hashlib.sha256(key).digest()[0] % _EVERY:
            return text
        opened = f"{self._unsaid(phrases, state)} {text}"
        return (
            opened
            if not problems(opened) and not any(phrase in " ".join(state.said[-3:]) for phrase in phrases)
            else text
        )


def _just_said(recalled: Recalled | None, transcript: Transcript) -> bool:
    """Whether the words to come back to are of the candidate's last answer."""
    last = [turn.text for _, turn in transcript.candidate_turns()][-1:]
    return bool(recalled and last and recalled.quote.lower().removeprefix("the ") in last[0].lower())


def _takes_up(question: str, said: str) -> bool:
    """Whether the question itself has a telling word of what was just said."""
    words = [{one[:6] for one in re.findall(r"[a-z]{5,}", text.lower())} for text in (question, said)]
    return len((words[0] & words[1]) - {"would", "could", "which", "there", "about", "these", "those"}) > 0


def _is_answered(decision: Decision, question: str, recalled: Recalled | None, case: Case | None) -> bool:
    """Whether what is said back begins to answer the question: then it is pressed on, and not asked for once more."""
    if decision.kind is not MoveKind.PROBE or decision.angle or recalled is None or recalled.kind not in _WHOLE:
        return False
    everywhere = _stems(f"{case.brief} {case.title}") if case else set()
    return bool((_stems(question) & _stems(recalled.quote)) - everywhere - _stems(_ASKING))


def _stems(text: str) -> set[str]:
    """Telling words by their first seven letters."""
    return {one[:7] for one in re.findall(r"[a-z][a-z-]{5,}", text.lower())}


def _short(quote: str) -> str:
    quote = " ".join(quote.replace('"', "").split()).rstrip(".?!,;: ")
    words = quote.split()
    return " ".join(words[:14])


def _minutes(decision: Decision, transcript: Transcript, state: State) -> str:
    whole = transcript.minutes if decision.kind is MoveKind.OPEN else max(1.0, state.left / 60)
    return f"{round(whole)}"


def _last_question(state: State) -> str:
    """The last question that the interviewer asked, in the same words."""
    for text in reversed(state.said):
        for piece in reversed(text.replace("! ", ". ").split(". ")):
            if piece.strip().endswith("?"):
                return piece.strip()
    return ""


def _unknown_brief(slug: str) -> str:
    name = " ".join(slug.replace("-", " ").replace("_", " ").split())[:60]
    return f"Today's problem is a machine-learning system for {name}. Take it where you like; I'll ask as we go."
