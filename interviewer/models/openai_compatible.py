"""Speaks the OpenAI protocol, for every backend: an endpoint somewhere, or our own llama.cpp.

    speak    streams words                   extract    gives an answer that fits a schema

What comes back is made into words in one place (``answers``). Fields that an endpoint refuses are left out from then on
(``Fields``); an endpoint that is out fails at once until it answers again (``Breaker``). A structured answer is asked
for in one form after another: json_schema, once more, json_mode, the form in words alone, ModelError. Every call has a
total deadline.
"""

import json
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, ClassVar, Literal

from interviewer import ModelError
from interviewer.models.answers import ROOM, AnswerFilter, parse
from interviewer.models.base import A_WORD, Message, Schema, count, fit
from interviewer.models.client import (
    NO_KEY,
    WORTH_A_TRY,
    Address,
    AnswerPiece,
    Call,
    Client,
    FormError,
    Limits,
    TooLongError,
)
from interviewer.models.connection import BrokenOffError, DeadlineError, NonsenseError
from interviewer.models.failures import Asked, Breaker, Failure, FailureKind, explain

FORMS: tuple[tuple[str, float], ...] = (("json_schema", 0.0), ("json_schema", 0.5), ("json_mode", 0.0), ("words", 0.0))
"""How a structured answer is asked for: a second try at temperature 0 would only say the same again."""
ROOM_TO_THINK = 2_048
"""Tokens on top, for models that think before they answer; four times as many when that was not enough."""
A_LONG_ANSWER = 2_000
"""Tokens of an answer from which a call may take longer than the limit: twice as long for twice as many."""
REFITS = 2
"""How often a conversation that is too long is shortened and asked again: our count of tokens is not theirs."""
MOST_HELD = 60_000
"""Characters of an answer that are held until it is known what of them is thinking."""
PING = 8.0
"""Seconds for the small question that is asked behind the turns while an endpoint is out."""
CUT_BELOW = 0.6
"""A server that read less than this share of our count of the prompt has cut it: vocabularies differ by less."""
CUT_FROM = 3_000
"""Tokens of a prompt below which we do not say so."""


class OpenAICompatible:
    """A model that is spoken to in the OpenAI protocol. Safe to use from several threads."""

    backend: Literal["openai", "local"] = "openai"
    billed = False
    breaks: ClassVar[bool] = True
    """Whether calls fail at once while it is out."""

    def __init__(
        self,
        where: str,
        limits: Limits,
        window: int,
        cure: str,
        extra: Mapping[str, Any] | None = None,
        tasted: bool = False,
        room_name: str = ROOM[1],
    ):
        self.where = where
        """How messages call it."""
        self.limits = limits
        self._window = window
        self._shown: int | None = None
        """The window that calls have shown, where it was smaller than it was said to be."""
        self._cure = cure
        self._tasted = tasted
        self._holds = False
        self._refused_forms: set[str] = set()
        self._room = 0
        self._own = threading.local()
        self._target: Address | None = None
        self._client = Client(self.target, limits, extra or {}, self.elsewhere, room_name)
        self._breaker = Breaker(self.ping)

    # -- what differs between an endpoint and our own server -------------------------------------------

    def target(self, seconds: float) -> Address:
        """Where to ask, known within so many seconds. Raises ModelError."""
        raise NotImplementedError

    def elsewhere(self, target: Address) -> bool:
        """Whether the protocol may be at another address of the same server, where the next request goes."""
        return False

    def offered(self) -> Sequence[str]:
        """The models that it is known to offer, for messages."""
        return ()

    def settle(self, seconds: float) -> None:
        """Waits until the window is known, where somebody is asking; a moment at most."""

    @property
    def window(self) -> int:
        """Tokens that the model can read and write together, as far as that is known."""
        return min(self._window, self._shown or self._window)

    # -- what it does ----------------------------------------------------------------------------------

    @property
    def usage(self) -> dict[str, int]:
        """Tokens of this thread's last call: ``input`` (of them ``cached``), ``output`` (of them ``reasoning``)."""
        call: Call | None = getattr(self._own, "call", None)
        return dict(call.usage) if call else {}

    @property
    def out(self) -> str | None:
        """What is wrong while it is out; None while it serves."""
        return str(self._breaker.why) if self._breaker.why else None

    def speak(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 120,
        temperature: float = 0.4,
        seed: int = 7,
        limit: float | None = None,
    ) -> Iterator[str]:
        """Streams words: somebody waits for them. The first is there within ``limit`` seconds (by default a turn's),
        every other one within as many after the one before, all of them within the time of a call.

        Raises ModelError, also after words were given: when the stream is cut, when the answer may not be used as it
        is (``finish`` says how it ended), and when the words turn out to be thinking.
        """
        call = self._begin(None, max_tokens, patience=min(limit or self.limits.turn, self.limits.total))
        thought_twice = False
        for more in reversed(range(REFITS + 1)):
            asked = self._fitting(messages, call)
            try:
                if (yield from self._spoken(asked, call, {"temperature": temperature, "seed": seed})):
                    return
                if thought_twice:
                    break
                thought_twice = True
                self._think(call)
            except TooLongError:
                if not more:
                    raise self._too_long(call) from None
        raise self._only_thought(call)

    def extract(
        self, messages: Sequence[Message], schema: type[Schema], *, max_tokens: int = 800, limit: float | None = None
    ) -> Schema:
        """An answer that fits the schema, within ``limit`` seconds. Raises ModelError."""
        call = self._begin(limit, max_tokens)
        step, problem, more_room, refits = 0, None, False, 0
        while step < len(FORMS) and (problem is None or call.left > WORTH_A_TRY):
            if FORMS[step][0] in self._refused_forms:
                step += 1
                continue
            try:
                answer = self._whole(self._fitting(messages, call), schema, *FORMS[step], call)
                return parse(answer.text, schema)
            except FormError as refused:
                problem = self._explained(refused.error, call).error
                if refused.named:
                    self._refused_forms.add(FORMS[step][0])
                step += sum(kind == FORMS[step][0] for kind, _ in FORMS[step:])
            except TooLongError:
                refits += 1
                if refits > REFITS:
                    raise self._too_long(call) from None
            except ValueError:  # no JSON, or it does not fit
                problem = self._unfit(answer, schema, call)
                if problem.finish == "length" and not more_room:
                    more_room = True
                    self._think(call)
                elif problem.finish:
                    raise problem from None
                else:
                    step += 1
        raise problem or ModelError(f"{self.where}: no answer in the form '{schema.__name__}'")

    def warm(self, messages: Sequence[Message]) -> None:
        """Makes the next call faster: here, by what would be imported then."""
        self._client.prepare()

    def read(self, messages: Sequence[Message], schema: type[Schema]) -> None:
        """Lets the endpoint read a prompt with the form before it: it reuses a beginning that prompts share."""
        call = replace(self._begin(None, A_WORD), room=A_WORD)
        with suppress(FormError, TooLongError), self._failing(call, counts=False):  # the calls that follow say so
            self._client.whole(self._fitting(messages, call), call, {"temperature": 0.0}, _form(FORMS[0][0], schema))

    def ping(self, seconds: float | None = None) -> str:
        """What it answers to a small question, as far as it gets: nothing from one that thinks. Raises ModelError."""
        call = Call(min(seconds or PING, self.limits.total), A_WORD, urgent=True, patience=seconds or PING)
        words, said = AnswerFilter(held=True), ""
        with self._failing(call, counts=False):
            self._target = self.target(call.left)
            for piece in self._client.stream([Message("user", "Say OK.")], call, {"temperature": 0.0}):
                said += words.feed(piece.text)
        return (said + words.end()).strip()

    def close(self) -> None:
        """Asks no more behind the turns."""
        self._breaker.close()

    # -- how -------------------------------------------------------------------------------------------

    def _begin(self, limit: float | None, max_tokens: int, patience: float | None = None) -> Call:
        """A call, unless the endpoint is out (ModelError). ``patience``: somebody waits for the words."""
        if self.breaks:
            self._breaker.check()
        self._client.prepare()
        urgent = limit is not None or patience is not None
        total = self.limits.total * max(1.0, max_tokens / A_LONG_ANSWER)
        call = Call(
            min(limit or total, total),
            max_tokens + self._room,
            urgent,
            min(self.limits.retries, 1) if urgent else self.limits.retries,
            patience or limit or self.limits.request,
        )
        self._own.call = call
        return call

    def _fitting(self, messages: Sequence[Message], call: Call) -> list[Message]:
        with self._failing(call):
            self._target = self.target(call.soon)
        name = self._target.name
        call.size = count(messages, name)
        if call.size > CUT_FROM:
            self.settle(call.soon)
        fits = self.window - call.room
        asked = fit(messages, fits, name)
        call.size = count(asked, name) if len(asked) < len(messages) else call.size
        if call.size > fits:
            raise self._too_long(call)
        return asked

    def _spoken(self, asked: Sequence[Message], call: Call, wanted: dict[str, Any]) -> Generator[str, None, bool]:
        """Words as they come; False where the model spent everything on thinking and nothing was said."""
        words, finish, most = AnswerFilter(self._holds or not self._tasted), None, max(2_000, 24 * call.room)
        with self._failing(call):
            for piece in self._client.stream(asked, call, {**wanted, **self._effort(call)}):
                finish = piece.finish or finish
                if text := words.feed(piece.text):
                    yield text
                if words.size > most or words.kept > MOST_HELD:
                    raise NonsenseError(f"more than {most} characters where {call.room} tokens were asked for")
        self._tasted, self._holds = True, self._holds or words.bare
        if words.leaked:
            raise ModelError(f"{self.where}: it thought aloud; from now on its answers are held until they are whole")
        self._check_read(call)
        if finish != "content_filter" and (rest := words.end()):
            if words.size > most:
                raise ModelError(f"{self.where}: more than {most} characters where {call.room} tokens were asked for")
            yield rest
        if not words.size and (finish == "length" or words.thought or call.last.get("reasoning")):
            return False
        self._check_end(finish, words, call)
        return True

    def _check_end(self, finish: str | None, words: AnswerFilter, call: Call) -> None:
        """Raises ModelError for an answer that may not be used as it is."""
        if finish == "length":
            if words.thought or call.last.get("reasoning"):
                self._think(call)
            raise self._cut_off(call)
        if finish == "content_filter":
            raise self._filtered()
        if finish == "error" or not words.size:
            what = "it failed in the middle of an answer" if finish == "error" else "an empty answer (a refusal?)"
            raise ModelError(f"{self.where}: {what}")

    def _check_read(self, call: Call) -> None:
        """Raises ModelError when the server read far less than it was sent: the rest was cut off, unsaid."""
        read = call.last.get("input", 0)
        if read and call.size > CUT_FROM and read + call.last.get("cached", 0) < CUT_BELOW * call.size:
            self._shown = min(self._shown or self.window, read + call.room)
            raise ModelError(
                f"{self.where}: the server cut the prompt: it read {read} of about {call.size} tokens. Give the model "
                "a larger window (Ollama's default is 4,096: set num_ctx, or OLLAMA_CONTEXT_LENGTH=32768 there)"
            )

    def _whole(
        self, asked: Sequence[Message], schema: type[Schema], kind: str, temperature: float, call: Call
    ) -> AnswerPiece:
        """An answer without its thinking."""
        messages = asked if kind == "json_schema" else _with_form(asked, schema)
        wanted = {"temperature": temperature, "seed": 7, **self._effort(call)}
        with self._failing(call):
            answer = self._client.whole(messages, call, wanted, _form(kind, schema))
        self._check_read(call)
        if answer.refused:
            raise ModelError(f"{self.where}: the model refused", "refusal")
        words = AnswerFilter(held=True)
        text = words.feed(answer.text) + words.end()
        self._holds = self._holds or words.bare
        return AnswerPiece(text, answer.finish)

    def _effort(self, call: Call) -> dict[str, str]:
        """Models that think are asked to think little while somebody waits."""
        return {"reasoning_effort": "low"} if self._room and call.urgent else {}

    def _think(self, call: Call) -> None:
        """More room, in this call and in all others: the model needs it before it answers."""
        self._room = min(4 * self._room, 8 * ROOM_TO_THINK) if self._room else ROOM_TO_THINK
        call.room += self._room

    def _unfit(self, answer: AnswerPiece, schema: type[Schema], call: Call) -> ModelError:
        """Why an answer is not what was asked for."""
        if answer.finish == "content_filter":
            return self._filtered()
        empty = not answer.text.strip()
        if empty and (answer.finish == "length" or call.last.get("reasoning")):
            return self._only_thought(call)
        if answer.finish == "length":
            return self._cut_off(call)
        what = "an empty answer (a refusal?)" if empty else f"no answer that fits the form '{schema.__name__}'"
        return ModelError(f"{self.where}: {what}")

    def _only_thought(self, call: Call) -> ModelError:
        spent = call.last.get("reasoning") or call.last.get("output") or call.room
        what = f"the model spent its whole answer on thinking (the last time {spent} tokens)"
        return ModelError(f"{self.where}: {what}: choose one that thinks less, or turn its thinking off", "length")

    def _cut_off(self, call: Call) -> ModelError:
        return ModelError(f"{self.where}: the answer was cut off after {call.room} tokens", "length")

    def _filtered(self) -> ModelError:
        return ModelError(f"{self.where}: the endpoint's content filter stopped the answer", "content_filter")

    def _too_long(self, call: Call) -> ModelError:
        fits = max(self.window - call.room, 0)
        return ModelError(f"{self.where}: the prompt has about {call.size} tokens; {fits} fit beside the answer")

    @contextmanager
    def _failing(self, call: Call, counts: bool = True) -> Iterator[None]:
        """Turns what the client, the line or a malformed answer raises into ModelError, and tells the breaker."""
        import httpx2
        import openai

        counts = counts and self.breaks
        malformed = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError)
        try:
            yield
        except TooLongError as error:
            believed = call.size + call.room  # where that fits, their words are more tokens than ours
            shown = error.window if believed > error.window else believed * 4 // 5
            self._shown = min(self._shown or shown, shown)
            raise
        except ModelError as error:  # nobody knows where to ask
            if counts:
                self._breaker.failed(error, FailureKind.OUT, call.began)
            raise
        except (openai.OpenAIError, httpx2.HTTPError, DeadlineError, BrokenOffError, *malformed) as error:
            failure = self._explained(error, call)
            if counts:
                self._breaker.failed(failure.error, failure.kind, call.began, failure.wait)
            raise failure.error from None
        if counts and call.begun:
            self._breaker.served()

    def _explained(self, error: BaseException, call: Call) -> Failure:
        name, key = (self._target.name, self._target.api_key) if self._target else ("", NO_KEY)
        seconds = call.patience if call.urgent else call.seconds
        return explain(
            error, Asked(self.where, name, key, key != NO_KEY, self._cure, seconds, call.begun, self.offered)
        )


def _form(kind: str, schema: type[Schema]) -> dict[str, Any]:
    """The field that asks for JSON; nothing where words alone ask."""
    if kind == "words":
        return {}
    if kind == "json_mode":
        return {"type": "json_object"}
    from openai import pydantic_function_tool

    strict = pydantic_function_tool(schema)["function"]
    return {
        "type": "json_schema",
        "json_schema": {"name": strict["parameters"]["title"], "schema": strict["parameters"], "strict": True},
    }


def _with_form(messages: Sequence[Message], schema: type[Schema]) -> list[Message]:
    form = json.dumps(schema.model_json_schema(), separators=(",", ":"))
    order = f"Answer with one JSON object and nothing else. It must fit this JSON schema: {form}"
    return [*messages[:-1], replace(messages[-1], content=f"{messages[-1].content}\n\n{order}")]
