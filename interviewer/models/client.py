"""One request to an endpoint, through LangChain: the only file that knows it.

    stream   the pieces of an answer as they come         whole   one answer

A request is sent again without what the endpoint refuses, to the other likely address of the same server, and after a
while when it is busy. All of it happens in a thread that is left behind when the call's time is up (``deadline``).
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING, Any

from interviewer.models.answers import FORM, ROOM, Complaint, Fields, text_of
from interviewer.models.base import Message
from interviewer.models.connection import (
    BrokenOffError,
    DeadlineError,
    ElsewhereError,
    Place,
    cause,
    once,
    open_client,
    over,
    pause,
    within,
)
from interviewer.models.failures import complaint, out_of_credit, retry_after

if TYPE_CHECKING:
    import openai
    from langchain_openai.chat_models.base import BaseChatOpenAI

NO_KEY = "not-needed"
"""Sent to endpoints that need no key: the client insists on one."""
WORTH_A_TRY = 0.5
"""Seconds that must be left for another request."""
_SAYING = (
    "content", "refusal", "tool_calls", "function_call",
    "reasoning_content", "reasoning", "reasoning_details", "thinking", "thinking_blocks",
)  # fmt: skip
"""Fields of a piece of an answer that show that the model is at work."""
LONGEST_IN_A_TURN = 1.0
"""Seconds that a call which somebody waits for waits for a busy endpoint."""


@dataclass(frozen=True)
class Address:
    """One model behind one address."""

    name: str
    place: Place
    api_key: str = NO_KEY


@dataclass(frozen=True)
class Limits:
    """Seconds and tries that a call may take."""

    request: float = 30
    """Until the answer begins, and between two words."""
    total: float = 60
    retries: int = 2
    turn: float = 10
    """The same as ``request`` where somebody waits for the words."""


@dataclass
class Call:
    """One call of a caller; it may take several requests."""

    seconds: float
    room: int
    """Tokens that it may write."""
    urgent: bool = False
    """Somebody waits for it."""
    retries: int = 0
    patience: float = 30
    """Seconds until a streamed answer begins, and between two of its words."""
    size: int = 0
    """Our count of the prompt's tokens."""
    begun: bool = False
    """Whether some of an answer has come."""
    usage: dict[str, int] = field(default_factory=dict)
    """Tokens of all its requests: ``input`` (of them ``cached``), ``output`` (of them ``reasoning``)."""
    last: dict[str, int] = field(default_factory=dict)
    """The same of its last request."""
    began: float = field(default_factory=monotonic)

    @property
    def left(self) -> float:
        """Seconds."""
        return max(self.began + self.seconds - monotonic(), 0.0)

    @property
    def soon(self) -> float:
        """Seconds that anything before the answer may take."""
        return min(self.left, self.patience)


@dataclass(frozen=True)
class AnswerPiece:
    """A piece of an answer, or a whole one."""

    text: str
    finish: str | None = None
    """How it ended: ``stop``, ``length``, ``content_filter`` …"""
    refused: bool = False


class FormError(Exception):
    """The form of the answer is refused; ``named`` where the error says so."""

    def __init__(self, error: "openai.APIError", named: bool):
        super().__init__(str(error))
        self.error = error
        self.named = named


class TooLongError(Exception):
    """The prompt is too long for the model, which reads and writes ``window`` tokens."""

    def __init__(self, window: int):
        super().__init__(window)
        self.window = window


class Client:
    """Sends requests. ``target`` says where within so many seconds; ``elsewhere`` whether there is another address."""

    def __init__(
        self,
        target: Callable[[float], Address],
        limits: Limits,
        extra: Mapping[str, Any],
        elsewhere: Callable[[Address], bool],
        room_name: str = ROOM[1],
    ):
        self._target = target
        self._limits = limits
        self._extra = dict(extra)
        self._elsewhere = elsewhere
        self._room_name = room_name
        self._fields: dict[str, Fields] = {}
        self._chats: dict[Address, BaseChatOpenAI] = {}

    @staticmethod
    def prepare() -> None:
        """Imports what a request needs, so that no call's time is spent on it: seconds, the first time."""
        import openai.resources.chat  # noqa: F401

        _chat_class()

    def stream(self, asked: Sequence[Message], call: Call, wanted: Mapping[str, Any]) -> Iterator[AnswerPiece]:
        """The pieces of one answer. Raises DeadlineError when it breaks off, and what the client raises."""
        call.begun = False
        options = {**wanted, "room": call.room, "stream_options": {"include_usage": True}}
        options["timeout"] = max(call.soon, WORTH_A_TRY)

        def send(chat: "BaseChatOpenAI", options: dict[str, Any]) -> Iterator[Any]:
            return chat.stream(_for_chain(asked), **options)

        used, finished = None, False
        chunks = within(call.left, lambda: self._adapted(call, options, send), silence=call.patience)
        for chunk in chunks:
            call.begun = True
            used = chunk.usage_metadata or used
            finish = chunk.response_metadata.get("finish_reason")
            finished = finished or bool(finish)
            yield AnswerPiece(text_of(chunk.content), finish)
        _note(call, used)
        if not finished:
            raise BrokenOffError

    def whole(
        self, asked: Sequence[Message], call: Call, wanted: Mapping[str, Any], form: Mapping[str, Any]
    ) -> AnswerPiece:
        """One answer, in the form asked for. Raises FormError, TooLongError and what the client raises."""
        call.begun = False
        options = {**wanted, "room": call.room, "timeout": max(call.left, WORTH_A_TRY)}
        body = {**self._extra, **({FORM: dict(form)} if form else {})}

        def send(chat: "BaseChatOpenAI", options: dict[str, Any]) -> Any:
            return chat.invoke(_for_chain(asked), extra_body=body or None, **options)

        answer = once(call.left, lambda: self._adapted(call, options, send, form))
        call.begun = True
        _note(call, answer.usage_metadata)
        refused = bool(answer.additional_kwargs.get("refusal"))
        return AnswerPiece(text_of(answer.content), answer.response_metadata.get("finish_reason"), refused)

    def fields(self, model: str) -> Fields:
        """What a model takes, as far as it is known."""
        return self._fields.setdefault(model, Fields(self._room_name))

    def _adapted(
        self,
        call: Call,
        wanted: Mapping[str, Any],
        send: Callable[["BaseChatOpenAI", dict[str, Any]], Any],
        form: Mapping[str, Any] | None = None,
    ) -> Any:
        import openai

        moved, tries = False, 0
        while not over():
            target = self._target(call.soon)
            fields = self.fields(target.name)
            options = fields.options(wanted)
            try:
                return _primed(send(self._chat(target), options))
            except openai.APIError as error:
                said = complaint(error)
                if said.too_long:
                    raise TooLongError(said.window or call.size * 3 // 4) from None
                refused = getattr(error, "status_code", None) in (None, 400, 413, 422)
                if refused and not isinstance(error, openai.APIConnectionError):
                    _check_form(error, said, options, form)
                    if fields.learn(said, options):
                        continue
                if not moved and _may_be_elsewhere(error, said) and self._elsewhere(target):
                    moved = True
                elif _may_wait(error, call, tries):
                    tries += 1
                else:
                    raise
        raise DeadlineError

    def _chat(self, target: Address) -> "BaseChatOpenAI":
        """The client of a model, made once."""
        if target not in self._chats:
            import httpx2
            from pydantic import SecretStr

            # It advises on its own settings, which nobody here can change.
            warnings.filterwarnings("ignore", category=UserWarning, module=r"langchain_openai\..*")
            # A content in parts is no text, which the client's types do not know; here they are read for their text.
            warnings.filterwarnings("ignore", category=UserWarning, message="Pydantic serializer warnings")
            self._chats[target] = _chat_class()(
                model=target.name,
                api_key=SecretStr(target.api_key),
                base_url=target.place.base,
                default_query=dict(target.place.query) or None,
                default_headers={"api-key": target.api_key} if target.place.azure else None,
                max_retries=0,
                stream_usage=False,
                extra_body=self._extra or None,
                use_responses_api=False,
                http_client=open_client(target.place, self._limits.request),
                http_async_client=httpx2.AsyncClient(transport=httpx2.AsyncBaseTransport(), trust_env=False),
            )
        return self._chats[target]


@cache
def _chat_class() -> "type[BaseChatOpenAI]":
    from langchain_openai.chat_models.base import BaseChatOpenAI

    class Chat(BaseChatOpenAI):
        """Hands the messages over as they are.

        The client below would look at each of them once for every type that a message may have: the dearest part of a
        turn, and dearer with every turn.
        """

        def _get_request_payload(self, input_: Any, *, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
            payload: dict[str, Any] = super()._get_request_payload(input_, stop=stop, **kwargs)
            body = {**(payload.get("extra_body") or {}), "messages": payload["messages"]}
            return {**payload, "messages": [], "extra_body": body}

        def _convert_chunk_to_generation_chunk(self, chunk: dict[str, Any], *more: Any) -> Any:
            # Nothing, again and again, is no sign of life: left out here, it counts as silence.
            return super()._convert_chunk_to_generation_chunk(chunk, *more) if _says_something(chunk) else None

    return Chat


def _says_something(chunk: Mapping[str, Any]) -> bool:
    """Whether a chunk holds words, thinking, figures or an end; odd ones are left to the client, which complains."""
    choices = chunk.get("choices")
    if chunk.get("usage") or not isinstance(choices, list):
        return True
    delta = choices[0].get("delta") if choices and isinstance(choices[0], dict) else None
    if not isinstance(delta, dict):
        return bool(choices)
    return bool(choices[0].get("finish_reason")) or any(delta.get(name) for name in _SAYING)


def _check_form(
    error: "openai.APIError", said: Complaint, options: Mapping[str, Any], form: Mapping[str, Any] | None
) -> None:
    """Raises FormError where a refusal is about the answer's form, or may be."""
    if not form:
        return
    about = said.about({**options, FORM: form})
    words = said.text.lower()
    named = FORM in about or (
        not about and any(word in words for word in ("schema", "structured", "grammar", "guided"))
    )
    if named or (not about and not said.named):
        raise FormError(error, named)


def _may_be_elsewhere(error: "openai.APIError", said: Complaint) -> bool:
    """Whether it is the address that is wrong: a web page, or no such page that does not speak of a model."""
    if cause(error, ElsewhereError) is not None:
        return True
    return getattr(error, "status_code", None) in (404, 405) and "model" not in said.text.lower()


def _may_wait(error: "openai.APIError", call: Call, tries: int) -> bool:
    """Waits for a busy or broken endpoint, where that is worth while."""
    import openai

    if tries >= call.retries or isinstance(error, openai.APITimeoutError):
        return False
    wait = 0.5 * 2**tries
    if isinstance(error, openai.APIStatusError):
        status = error.status_code
        if not (status in (408, 409, 425, 429) or status >= 500) or out_of_credit(error):
            return False
        named = retry_after(error)
        wait = wait if named is None else named
    elif not isinstance(error, openai.APIConnectionError) or cause(error, ElsewhereError) is not None:
        return False
    if (call.urgent and wait > LONGEST_IN_A_TURN) or wait > call.left - WORTH_A_TRY:
        return False
    return pause(wait)


def _note(call: Call, used: Mapping[str, Any] | None) -> None:
    """Adds what a request used to what its call has used."""
    if not used:
        return
    read, wrote = used.get("input_token_details") or {}, used.get("output_token_details") or {}
    found = {
        "input": used.get("input_tokens"),
        "cached": read.get("cache_read"),
        "output": used.get("output_tokens"),
        "reasoning": wrote.get("reasoning"),
    }
    call.last = {name: int(number or 0) for name, number in found.items()}
    for name, number in call.last.items():
        call.usage[name] = call.usage.get(name, 0) + number


def _for_chain(messages: Sequence[Message]) -> list[tuple[str, Any]]:
    return [
        ({"user": "human", "assistant": "ai"}.get(message.role, message.role), _content(message))
        for message in messages
    ]


def _content(message: Message) -> Any:
    picture = {"type": "image_url", "image_url": {"url": message.picture}}
    return [{"type": "text", "text": message.content}, picture] if message.picture else message.content


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
