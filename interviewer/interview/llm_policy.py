"""A capable language model in an interview: it conducts, and behind the turns it notes what was shown.

    LlmPolicy(model, retriever).act(view, allowed)  ->  Proposal: move, step, facts, and the words as they stream
    Observer(chain, knowledge).observe(transcript)  ->  the transcript with ``turn.observed`` on its newest answers

A proposal is a header line of JSON and then the words. Fenced and wholly structured answers are understood too; without
a header the move is read off the words, conservatively. Nobody waits for the observer; what it notes feeds the block
that the conducting model gets, the room's coverage and the report.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from pydantic import BaseModel, Field

from interviewer import ModelError, MoveKind, Step
from interviewer.interview import briefing, thresholds
from interviewer.interview.policy import Allowed, Proposal, Target, TargetKind, View
from interviewer.interview.words import says
from interviewer.knowledge import Knowledge
from interviewer.knowledge.retrieval import Retriever
from interviewer.knowledge.schema import Pushback, RedFlag, Signal, TradeOff
from interviewer.models import Budget
from interviewer.models.base import LanguageModel, Message, ModelChain, count, render
from interviewer.text import runs, said_words, without_fillers
from interviewer.transcript import Noted, Observed, Transcript, Turn

_AT = thresholds().model
_NOTING = thresholds().observer

_BILLIONS = re.compile(r"(?:^|[-_:./ ])(\d{1,3}(?:\.\d+)?)b(?:$|[-_:./ ])", re.IGNORECASE)
_THOUGHT = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```[a-z]*")
_MAY_BEGIN = re.compile(r"<t?h?i?n?k?\s*$|`+[a-z]{0,8}$", re.IGNORECASE)
"""The beginning of a thought or of a code fence, perhaps: what follows tells."""
_PLAIN = re.compile(
    r"^\W*(?:move\W+)?(?P<move>" + "|".join(MoveKind) + r")\b(?:\W+(?:step\W+)?(?P<step>[a-z_]+))?\W*$", re.IGNORECASE
)
_NOTE = re.compile(r"^[\s*_\"'-]*weak[*_\"']*\s*[:=][^\n]*\n\s*", re.IGNORECASE)
"""A private note of what is weakest that came as a line of its own, before the header or in its place."""
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_ALSO: dict[Step, tuple[str, ...]] = {
    Step.CLARIFY: ("requirements",),
    Step.FRAME: ("framing",),
    Step.DATA: ("features",),
    Step.MODEL: ("modelling", "modeling"),
    Step.EVALUATE: ("evaluate",),
    Step.SERVE: ("serving", "serve"),
    Step.MONITOR: ("monitor", "infrastructure"),
}
"""Names that a model gives a step beside its own."""
_WORDS_KEYS = ("words", "text", "say", "turn", "message", "content")


def size_of(name: str) -> float | None:
    """Billions of parameters that a model's name tells, e.g. 7 of ``qwen2.5:7b``; None where it tells none."""
    found = _BILLIONS.search(name)
    return float(found[1]) if found else None


def prompt_for(model: LanguageModel) -> str:
    """The name of the prompt that fits a model: by its size, as far as its name tells, and its window."""
    size = size_of(model.name)
    small = (size is not None and size < _AT.small) or window(model) < _AT.roomy_window
    return "conduct-small" if small else "conduct"


def window(model: LanguageModel) -> int:
    """Tokens that the model can read and write together."""
    return int(getattr(model, "window", _AT.least_window))


@dataclass
class LlmPolicy:
    """Conducts with a language model."""

    model: LanguageModel
    retriever: Retriever | None = None
    """Brings notes for the moment; none without it."""
    tries: int = 3
    name: str = "llm"

    @property
    def backend(self) -> str:
        """The backend behind the model."""
        return self.model.backend

    def act(self, view: View, allowed: Allowed) -> Proposal:
        """The proposal, as soon as its header is there. Raises ModelError."""
        attempt = min(view.attempt, len(_AT.temperatures) - 1)
        pieces = self.model.speak(
            self.messages(view, allowed),
            max_tokens=_AT.max_tokens,
            temperature=_AT.temperatures[attempt],
            seed=7 + attempt,
        )
        return proposal_from(pieces, view, allowed, lambda: dict(self.model.usage))

    def messages(self, view: View, allowed: Allowed) -> list[Message]:
        """What the model is sent for this turn."""
        prompt = prompt_for(self.model)
        notes = self.notes(view) if prompt == "conduct" else ()
        name = self.model.name
        return briefing.messages(
            view, allowed, prompt, notes, lambda chat: count(chat, name), window(self.model) - _AT.max_tokens
        )

    def notes(self, view: View) -> Sequence[str]:
        """What strong candidates weigh at this point and what usually goes wrong; private to the interviewer.

        Only of a problem that the knowledge base does not have: beside a case's own criteria judges prefer the turns
        without them (evals/LOG.md).
        """
        if self.retriever is None or view.last is None or view.knowledge.case(view.transcript.case):
            return ()
        query = " ".join(without_fillers(view.last.text).split()[-_AT.query_words :])
        found = self.retriever.search(query, audience="grader", case=view.transcript.case, limit=8 * _AT.notes)
        known = view.knowledge.every_signal(view.transcript.case)
        kept: dict[str, str] = {}
        for one in found:
            passage, signal = one.passage, known.get(one.passage.ref) if one.passage.kind == "strong" else None
            about = passage.ref or passage.id  # of one note, one piece: three would only be the candidate's own words
            near = one.similarity >= _AT.near and passage.kind in ("strong", "note", "reference")
            if near and about not in kept and len(kept) < _AT.notes:
                text = f"{signal.topic}: {signal.strong}" if signal else passage.text
                kept[about] = " ".join(text.split()[: _AT.note_words])
        return list(kept.values())


# -- reading the answer --------------------------------------------------------------------------------


def proposal_from(
    pieces: Iterator[str], view: View, allowed: Allowed, usage: Callable[[], dict[str, int]] = dict
) -> Proposal:
    """The proposal in a model's streamed answer, once its header is read; the words go on streaming.

    Raises ModelError when nothing comes, or what begins as a header never ends.
    """
    stream = _clean(pieces)
    held = ""
    for piece in stream:
        held = _NOTE.sub("", (held + piece).lstrip())
        header, rest = _split(held)
        if header is not None:
            words = next((header[key] for key in _WORDS_KEYS if isinstance(header.get(key), str)), None)
            return _proposal(header, chain([words], _drained(stream)) if words else chain([rest], stream), view, usage)
        if held and not held.startswith("{") and "\n" in held:
            break
        if len(held) > _AT.header_limit:
            raise ModelError("the model's header never ends")
    first, _, rest = held.partition("\n")
    plain = _PLAIN.match(first)
    if plain:
        header = {"move": plain["move"].lower(), "step": plain["step"]}
        return _proposal(header, chain([rest], stream), view, usage)
    text = held + "".join(stream)
    if not text.strip():
        raise ModelError("the model gave no words")
    return _proposal({"move": _read_off(text, view, allowed)}, iter([text]), view, usage)


def _split(held: str) -> tuple[dict[str, Any] | None, str]:
    """A JSON object at the beginning, once it is whole, and what follows it."""
    if not held.startswith("{"):
        return None, ""
    try:
        value, end = json.JSONDecoder().raw_decode(held)
    except ValueError:
        return None, ""
    rest = held[end:].lstrip(" \t`")
    return (value if isinstance(value, dict) else {}), rest


def _clean(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces without thoughts in angle brackets, code fences, control characters and lone surrogates."""
    held, thinking = "", False
    for piece in pieces:
        held += _CONTROL.sub(" ", piece)
        if not thinking and "<think" in held.lower():
            thinking = True
        if thinking:
            if "</think>" not in held.lower():
                continue
            held, thinking = _THOUGHT.sub("", held).lstrip(), False
        if _MAY_BEGIN.search(held):
            continue
        yield _FENCE.sub("", held)
        held = ""
    if held and not thinking:
        yield _FENCE.sub("", held)


def _drained(stream: Iterator[str]) -> Iterator[str]:
    """Nothing, but the stream is read to its end: what follows a structured answer is not said."""
    for _ in stream:
        pass
    yield from ()


def _proposal(
    header: dict[str, Any], words: Iterator[str], view: View, usage: Callable[[], dict[str, int]]
) -> Proposal:
    kind = str(header.get("move") or "").strip().lower().replace(" ", "_").replace("-", "_")
    move = MoveKind(kind) if kind in set(MoveKind) else _read_off("?", view, None)
    step = step_of(str(header.get("step") or "")) or view.state.step
    facts = tuple(dict.fromkeys(str(one) for one in _list(header.get("facts")) if str(one).strip()))
    agreed = tuple(str(one).strip()[:200] for one in _list(header.get("agreed")) if str(one).strip())
    return Proposal(
        move=move,
        words=words,
        step=step,
        target=target(view.knowledge, view.transcript.case, str(header.get("about") or "")),
        facts=facts,
        agreed=agreed,
        usage=usage,
    )


def step_of(name: str) -> Step | None:
    """A step by its full or short name; None for none that there is."""
    plain = name.strip().lower().replace(" ", "_").replace("-", "_")
    return next((step for step in Step if plain and (step.value.startswith(plain) or plain in _ALSO[step])), None)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None or value == "" else [value]


def target(knowledge: Knowledge, slug: str, name: str) -> Target | None:
    """What an id of the case or of the framework stands for; None for one that there is not."""
    case = knowledge.case(slug)
    known: dict[TargetKind, Iterable[Signal | RedFlag | TradeOff | Pushback]] = {
        TargetKind.SIGNAL: knowledge.every_signal(slug).values(),
        TargetKind.RED_FLAG: knowledge.red_flags(slug),
        TargetKind.TRADE_OFF: case.trade_offs if case else (),
        TargetKind.PUSHBACK: case.pushbacks if case else (),
    }
    return next((Target(kind, name) for kind, ones in known.items() if any(one.id == name for one in ones)), None)


def _read_off(text: str, view: View, allowed: Allowed | None) -> MoveKind:
    """The move of words that came without one: never one that changes the interview."""
    if allowed is not None and allowed.forced:
        return allowed.forced
    if "?" in text:
        return MoveKind.PROBE
    if view.last is not None and says("asks", view.last.text) and len(text.split()) > 4:
        return MoveKind.META
    return MoveKind.LET_GO_ON


# -- behind the turns ----------------------------------------------------------------------------------


class _Quoted(BaseModel):
    turn: int = Field(description="the number of the answer")
    quote: str = Field(description="copied from that answer, character for character")


class _Shown(_Quoted):
    criterion: str = Field(description="the id of a criterion")
    status: str = Field(description="shown, partly or wrong")


class Notes(BaseModel):
    """What the model is asked for."""

    criteria: list[_Shown]
    asks: list[_Quoted]
    unfinished: list[int]
    promises: list[_Quoted]


class Observer:
    """Notes what answers show, on the best capable model of the chain; without one it notes nothing."""

    def __init__(self, chain: ModelChain, knowledge: Knowledge, budget: Budget | None = None):
        self._model = chain.best_capable
        self._knowledge = knowledge
        self._budget = budget or Budget()

    def waiting(self, transcript: Transcript) -> list[int]:
        """The answers that nobody has noted yet and that the next call would read, oldest first."""
        if self._model is None or self._budget.reached(transcript):
            return []
        return [index for index, turn in transcript.candidate_turns() if turn.observed is None][-_NOTING.at_once :]

    def observe(self, transcript: Transcript, breathe: Callable[[], None] = lambda: None) -> Transcript:
        """The transcript with notes on the answers that wait. ``breathe`` may raise to end it before the call.

        Raises ModelError.
        """
        numbers = self.waiting(transcript)
        if not numbers or self._model is None:
            return transcript
        breathe()
        first = numbers[0]
        before = [
            f"{turn.speaker}: {_end(turn.text)}" for turn in transcript.turns[max(0, first - _NOTING.before) : first]
        ]
        answers = [self._numbered(transcript, number, numbers) for number in range(first, numbers[-1] + 1)]
        messages = render(
            "observe",
            knowledge=briefing.case_knowledge(self._knowledge, transcript.case, transcript.level),
            before="\n".join(before),
            answers="\n\n".join(part for part in answers if part),
        )
        notes = self._model.extract(messages, Notes, max_tokens=_NOTING.max_tokens, limit=_NOTING.limit)
        usage = dict(self._model.usage) or None
        turns = list(transcript.turns)
        for number in numbers:
            noted = self._noted(notes, number, turns[number], transcript.case, self._model.backend)
            if number == numbers[-1]:
                noted = noted.model_copy(update={"usage": usage})
            turns[number] = turns[number].model_copy(update={"observed": noted})
        return transcript.model_copy(update={"turns": turns})

    @staticmethod
    def _numbered(transcript: Transcript, number: int, wanted: Sequence[int]) -> str:
        turn = transcript.turns[number]
        if turn.speaker == "interviewer":
            return f"(interviewer: {_end(turn.text)})"
        return f"[{number}] {turn.text}" if number in wanted else ""

    def _noted(self, notes: Notes, number: int, turn: Turn, slug: str, backend: str) -> Observed:
        steps = {one.id: step for step, own in self._knowledge.signals(slug).items() for one in own}
        criteria: dict[str, Noted] = {}
        for one in notes.criteria:
            quote = quoted(one.quote, turn.text) if one.turn == number else ""
            if quote and one.criterion in steps and one.status in ("shown", "partly", "wrong"):
                criteria[one.criterion] = Noted.model_validate(
                    {"criterion": one.criterion, "status": one.status, "quote": quote, "step": steps[one.criterion]}
                )
        asked = [quoted(one.quote, turn.text) for one in notes.asks if one.turn == number]
        promised = [quoted(one.quote, turn.text) for one in notes.promises if one.turn == number]
        return Observed(
            backend=backend,
            criteria=list(criteria.values()),
            asks=next((one for one in reversed(asked) if one), None),
            unfinished=number in notes.unfinished,
            promises=[one for one in promised if one],
        )


def quoted(quote: str, text: str) -> str:
    """The passage of the text that a quote copies, whatever its case, spaces and fillers; empty without one."""
    if quote and quote in text:
        return quote
    wanted, said = [word.text for word in said_words(quote)], said_words(text)
    found = runs([word.text for word in said], wanted) if len(wanted) > 1 else []
    return text[said[found[0]].start : said[found[0] + len(wanted) - 1].end] if found else ""


def _end(text: str) -> str:
    words = text.split()
    return " ".join(words[-_NOTING.before_words :])
