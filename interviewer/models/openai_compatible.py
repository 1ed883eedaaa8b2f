"""Speaks the OpenAI protocol through LangChain, for both backends: an endpoint somewhere, or our own llama.cpp.

Busy and broken endpoints are asked again with back-off (429, 5xx, no connection; Retry-After is honoured). A
setting that a model refuses (temperature, seed, log-probabilities) is left out from then on. Structured answers
go down a ladder: json_schema, once more, json_mode, ModelError. Every call has a total deadline.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, Field

from interviewer.errors import ModelError
from interviewer.models.base import Message, Schema
from interviewer.models.deadline import DeadlineError, within
from interviewer.models.tokens import count, fit

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

Result = TypeVar("Result")
FLOOR = -12.0
"""Log-probability of a word that is not among those that the model reports (about six in a million)."""
_LADDER = (("json_schema", 0.0), ("json_schema", 0.5), ("json_mode", 0.0))
"""How a structured answer is asked for: a second try at temperature 0 would only say the same again."""
_MAY_BE_REFUSED = ("temperature", "seed", "logprobs", "top_logprobs", "stream_options")


class YesNo(BaseModel):
    """The answer to a yes-or-no question, from a model that gives no log-probabilities."""

    answer: bool = Field(description="true for yes, false for no")
    confidence: float = Field(ge=0, le=1, description="how sure you are of the answer")


@dataclass
class Endpoint:
    """One model behind one address."""

    name: str
    api_key: str
    base_url: str | None = None
    request_timeout: float = 30
    """Seconds until the first word, and between two."""
    total_timeout: float = 60
    retries: int = 2
    context: int = 100_000
    """Tokens that the model can read and write together."""
    where: str = "the endpoint"
    """How error messages call it."""
    cure: str = "check the network and OPENAI_BASE_URL"
    """What to do when it cannot be reached."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Goes into every request's body."""
    usage: dict[str, Any] = field(default_factory=dict)
    """What the last call used: tokens read, from the cache, written."""
    _client: "ChatOpenAI | None" = None
    _refused: set[str] = field(default_factory=set)
    _has_json_schema: bool = True

    def speak(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 120,
        temperature: float = 0.4,
        seed: int = 7,
        limit: float | None = None,
    ) -> Iterator[str]:
        """Streams words. Raises ModelError, also in mid-stream and when the stream is cut or empty.

        The client hangs up when the ``limit`` passes in silence, so that a busy server drops the work.
        """
        asked = self._fitting(messages, max_tokens)
        spoken = finished = False

        def start() -> Iterator[Any]:
            wanted: dict[str, Any] = {"max_tokens": max_tokens, "temperature": temperature, "seed": seed}
            if limit is not None:
                wanted["timeout"] = limit
            stream: Iterator[Any] = self._tolerant(
                lambda options: iter(self._chat().stream(_for_chain(asked), **options)), wanted
            )
            return stream

        with self._failing():
            for chunk in within(
                min(limit or self.total_timeout, self.total_timeout), start, silence=self.request_timeout
            ):
                self._note(chunk)
                finished = finished or bool(chunk.response_metadata.get("finish_reason"))
                if text := _text(chunk):
                    spoken = True
                    yield text
        if not finished:
            raise ModelError(f"{self.where}: the answer broke off in the middle")
        if not spoken:
            raise ModelError(f"{self.where}: an empty answer (a refusal?)")

    def extract(self, messages: Sequence[Message], schema: type[Schema], *, max_tokens: int = 800) -> Schema:
        """A schema-validated answer. Raises ModelError."""
        from openai import BadRequestError, LengthFinishReasonError, UnprocessableEntityError

        asked = self._fitting(messages, max_tokens)
        ends = monotonic() + self.total_timeout
        for method, temperature in _LADDER:
            if method == "json_schema" and not self._has_json_schema:
                continue
            with self._failing():
                try:
                    return self._ask(asked, schema, method, max_tokens, temperature, ends - monotonic())
                except (BadRequestError, UnprocessableEntityError):
                    if method == "json_mode":
                        raise
                    self._has_json_schema = False
                except (ValueError, TypeError, LengthFinishReasonError):  # no JSON, cut off, or not of this form
                    continue
        raise ModelError(f"{self.where}: no answer that fits the form '{schema.__name__}', asked three ways")

    def judge(self, messages: Sequence[Message]) -> float:
        """Log-odds of yes against no: from log-probabilities where the endpoint gives them, else by asking."""
        asked = self._fitting(messages, 8)
        if "logprobs" not in self._refused:
            wanted = {"max_tokens": 1, "temperature": 0.0, "logprobs": True, "top_logprobs": 20, "seed": 7}
            with self._failing():
                answer = self._within(
                    lambda: self._tolerant(self._invoke(asked), wanted, "logprobs"), self.total_timeout
                )
            if answer is not None:
                self._note(answer)
                if (odds := log_odds(answer.response_metadata.get("logprobs"))) is not None:
                    return odds
            self._refused.update(("logprobs", "top_logprobs"))
        said = self.extract(messages, YesNo, max_tokens=200)
        sure = min(max(said.confidence, 0.5), 0.99)
        return math.log(sure / (1 - sure)) * (1 if said.answer else -1)

    def close(self) -> None:
        """Nothing to stop."""

    # -- how ---------------------------------------------------------------------------------------

    def _chat(self) -> "ChatOpenAI":
        if self._client is None:
            import openai
            from langchain_openai import ChatOpenAI
            from pydantic import SecretStr

            self._client = ChatOpenAI(
                model=self.name,
                api_key=SecretStr(self.api_key),
                base_url=self.base_url or "https://api.openai.com/v1",
                timeout=openai.Timeout(self.request_timeout, connect=5.0),
                max_retries=self.retries,
                stream_usage=True,
                extra_body=self.extra or None,
                use_responses_api=False,
            )
        return self._client

    def _fitting(self, messages: Sequence[Message], max_tokens: int) -> list[Message]:
        asked = fit(messages, self.context - max_tokens, self.name)
        if (size := count(asked, self.name)) > self.context - max_tokens:
            raise ModelError(f"{self.where}: the prompt has about {size} tokens; {self.context - max_tokens} fit")
        return asked

    def _invoke(self, messages: Sequence[Message]) -> Callable[[dict[str, Any]], Any]:
        return lambda options: self._chat().invoke(_for_chain(messages), **options)

    def _tolerant(self, call: Callable[[dict[str, Any]], Any], wanted: dict[str, Any], vital: str = "") -> Any:
        """Calls with the options, again without those that the endpoint refuses; None if it refuses the vital one."""
        from openai import BadRequestError, UnprocessableEntityError

        while True:
            options = {name: value for name, value in wanted.items() if name not in self._refused}
            try:
                return _primed(call(options))
            except (BadRequestError, UnprocessableEntityError) as error:
                named = {name for name in options if name in _MAY_BE_REFUSED and name in str(error)}
                if not named:
                    raise
                if "logprobs" in str(error):
                    named |= {"logprobs", "top_logprobs"}
                self._refused |= named
                if vital in named:
                    return None

    def _ask(
        self,
        messages: Sequence[Message],
        schema: type[Schema],
        method: str,
        max_tokens: int,
        temperature: float,
        left: float,
    ) -> Schema:
        if method == "json_mode":
            form = json.dumps(schema.model_json_schema(), separators=(",", ":"))
            order = f"Answer with one JSON object and nothing else. It must fit this JSON schema: {form}"
            messages = [*messages[:-1], Message(messages[-1].role, f"{messages[-1].content}\n\n{order}")]
        strict = {"strict": True} if method == "json_schema" else {}

        def call(options: dict[str, Any]) -> Any:
            # Options are bound here: given to invoke() they would not reach the model.
            bound = {**strict, **options}
            chain = self._chat().with_structured_output(schema, method=method, include_raw=True, **bound)  # type: ignore[arg-type]
            return chain.invoke(_for_chain(messages))

        wanted = {"max_tokens": max_tokens, "temperature": temperature, "seed": 7}
        answer = self._within(lambda: self._tolerant(call, wanted), left)
        self._note(answer["raw"])
        if answer["raw"].additional_kwargs.get("refusal"):
            raise ModelError(f"{self.where}: the model refused")
        if not isinstance(answer["parsed"], schema):
            raise TypeError("the answer does not fit the schema")
        return answer["parsed"]

    def _within(self, call: Callable[[], Result], seconds: float) -> Result:
        return next(within(seconds, lambda: iter((call(),))))

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Turns what the client, the line or a malformed answer raises into ModelError."""
        import httpx2
        import openai
        from langchain_openai.chat_models.base import OpenAIRefusalError

        malformed = (ValueError, TypeError, KeyError)
        try:
            yield
        except (openai.OpenAIError, httpx2.HTTPError, OpenAIRefusalError, DeadlineError, *malformed) as error:
            raise self._failure(error) from None

    def _note(self, answer: Any) -> None:
        if answer.usage_metadata:
            used = answer.usage_metadata
            cached = (used.get("input_token_details") or {}).get("cache_read", 0)
            self.usage = {"read": used["input_tokens"], "cached": cached or 0, "written": used["output_tokens"]}

    def _failure(self, error: BaseException) -> ModelError:
        """The error for people: what happened and what to do; never the key."""
        import openai

        match error:
            case DeadlineError() | openai.APITimeoutError():
                what = f"no answer in time (limits: {self.request_timeout:g} s a word, {self.total_timeout:g} s a call)"
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                what = "it refuses the key: check OPENAI_API_KEY"
            case openai.NotFoundError():
                what = f"no model '{self.name}' there: check INTERVIEWER_MODEL and OPENAI_BASE_URL"
            case openai.RateLimitError():
                what = "too busy or out of quota, also after trying again"
            case openai.APIStatusError(status_code=status):
                what = f"error {status}: {_short(error)}"
            case openai.APIConnectionError():
                what = f"cannot be reached: {self.cure}"
            case openai.ContentFilterFinishReasonError():
                what = "the endpoint's content filter stopped the answer"
            case _ if "refusal" in type(error).__name__.lower():
                what = "the model refused"
            case _:
                what = f"the answer broke off or cannot be read ({type(error).__name__}: {_short(error)})"
        return ModelError(self._without_key(f"{self.where}: {what}"))

    def _without_key(self, text: str) -> str:
        if len(self.api_key) >= 8:
            text = text.replace(self.api_key, "***")
        return re.sub(r"\b(sk|key)-[\w*-]{6,}|(?i:bearer)\s+\S+", "***", text)


def log_odds(logprobs: dict[str, Any] | None) -> float | None:
    """Log-odds of yes against no at the first token; None when there are no log-probabilities.

    All spellings of a word count together ("Yes", " yes"). A word that is not reported gets the floor.
    """
    content = (logprobs or {}).get("content")
    if not content:
        return None
    first = content[0]
    reported = first.get("top_logprobs") or [first]
    mass = {"yes": 0.0, "no": 0.0}
    for token in reported:
        word = token["token"].strip(" \n\t\"'.,Ġ▁").lower()
        if word in mass and math.isfinite(token["logprob"]):
            mass[word] += math.exp(token["logprob"])
    yes, no = (max(math.log(mass[word]) if mass[word] > 0 else FLOOR, FLOOR) for word in ("yes", "no"))
    return yes - no


def _for_chain(messages: Sequence[Message]) -> list[tuple[str, str]]:
    return [({"user": "human", "assistant": "ai"}.get(m.role, m.role), m.content) for m in messages]


def _text(chunk: Any) -> str:
    return chunk.content if isinstance(chunk.content, str) else "".join(str(part) for part in chunk.content)


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


def _primed(result: Any) -> Any:
    """A stream after its first item has come, so that errors of its start show where it was started."""
    if not isinstance(result, Iterator):
        return result
    first = next(result, None)
    return _again(first, result)


def _again(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    try:
        if first is not None:
            yield first
            yield from rest
    finally:
        if hasattr(rest, "close"):
            rest.close()
