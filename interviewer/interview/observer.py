"""The observer behind the turns: a model notes what the candidate's answers show, with quotes; nobody waits for it.

    Observer(chain, knowledge).observe(transcript)  ->  the transcript with ``turn.observed`` on its newest answers

What it notes feeds the block that the conducting model gets, the room's coverage and the report. Several answers that
wait are read in one call. Quotes that the answer does not have are left out.
"""

import re
from collections.abc import Callable, Sequence

from pydantic import BaseModel, Field

from interviewer import ModelError, Step
from interviewer.interview import thresholds
from interviewer.interview.briefing import case_knowledge
from interviewer.knowledge import Knowledge
from interviewer.models import Budget
from interviewer.models.base import ModelChain, render
from interviewer.transcript import Noted, Observed, Transcript, Turn

_AT = thresholds().observer

AT_ONCE = _AT.at_once
"""Answers that are read in one call at most, the newest."""
_BEFORE = _AT.before
"""Turns before them that are shown."""
_BEFORE_WORDS = _AT.before_words
"""Words of each."""
_LIMIT = _AT.limit
"""Seconds that a call may take."""
_MAX_TOKENS = _AT.max_tokens


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
        return [index for index, turn in transcript.candidate_turns() if turn.observed is None][-AT_ONCE:]

    def observe(self, transcript: Transcript, breathe: Callable[[], None] = lambda: None) -> Transcript:
        """The transcript with notes on the answers that wait. ``breathe`` may raise to end it before the call.

        Raises ModelError.
        """
        numbers = self.waiting(transcript)
        if not numbers or self._model is None:
            return transcript
        breathe()
        first = numbers[0]
        before = [f"{turn.speaker}: {_end(turn.text)}" for turn in transcript.turns[max(0, first - _BEFORE) : first]]
        answers = [self._numbered(transcript, number, numbers) for number in range(first, numbers[-1] + 1)]
        messages = render(
            "observe",
            knowledge=case_knowledge(self._knowledge, transcript.case, transcript.level),
            before="\n".join(before),
            answers="\n\n".join(part for part in answers if part),
        )
        notes = self._model.extract(messages, Notes, max_tokens=_MAX_TOKENS, limit=_LIMIT)
        usage = dict(self._model.usage) or None
        turns = list(transcript.turns)
        for number in numbers:
            noted = self._noted(notes, number, turns[number], transcript.case)
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

    def _noted(self, notes: Notes, number: int, turn: Turn, slug: str) -> Observed:
        if self._model is None:
            raise ModelError("there is no model to observe with")
        steps = {one.id: step for step, own in self._knowledge.signals(slug).items() for one in own}
        criteria: dict[str, Noted] = {}
        for one in notes.criteria:
            quote = quoted(one.quote, turn.text) if one.turn == number else ""
            if quote and one.criterion in steps and one.status in ("shown", "partly", "wrong"):
                criteria[one.criterion] = _as_noted(one, quote, steps[one.criterion])
        asked = [quoted(one.quote, turn.text) for one in notes.asks if one.turn == number]
        promised = [quoted(one.quote, turn.text) for one in notes.promises if one.turn == number]
        return Observed(
            backend=self._model.backend,
            criteria=list(criteria.values()),
            asks=next((one for one in reversed(asked) if one), None),
            unfinished=number in notes.unfinished,
            promises=[one for one in promised if one],
        )


def _as_noted(one: _Shown, quote: str, step: Step) -> Noted:
    return Noted.model_validate({"criterion": one.criterion, "status": one.status, "quote": quote, "step": step})


def quoted(quote: str, text: str) -> str:
    """The passage of the text that a quote copies, whatever its case, spaces and punctuation; empty without one."""
    if quote and quote in text:
        return quote
    words = re.findall(r"\w+(?:['’]\w+)?", quote)
    if len(words) < 2:
        return ""
    found = re.search(r"\W+".join(re.escape(word) for word in words), text, re.IGNORECASE)
    return found[0] if found else ""


def _end(text: str) -> str:
    words = text.split()
    return " ".join(words[-_BEFORE_WORDS:])
