"""What of a model's answer is words, and which field of a request an endpoint refuses.

    >>> words_in("<think>they want a hint</think>And the labels?")
    'And the labels?'

Models think aloud in many ways: between tags, before a closing tag that was never opened (the chat template opened it),
in parts of a list, in a field of its own. None of it may be said, and none of it may be taken for the JSON.
"""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Schema = TypeVar("Schema", bound=BaseModel)
_TAGS = "think|thinking|thought|thoughts|reasoning|reflection|analysis"
_OPEN = re.compile(
    rf"<(?:{_TAGS})>|◁think▷|\[THINK\]|<\|channel\|>(?:analysis|commentary)[^<\n]{{0,40}}<\|message\|>", re.IGNORECASE
)
_CLOSE = re.compile(
    rf"</(?:{_TAGS})>|◁/think▷|\[/THINK\]|(?:<\|end\|>)?(?:<\|start\|>assistant)?<\|channel\|>final<\|message\|>",
    re.IGNORECASE,
)
_LONGEST_TAG = 100
"""Characters of a tag, at most."""
_BEGUN = re.compile(r"(?:<\|[^\n]{0,80}|[<\[◁][^>\]▷\s]{0,16})$")
"""The end of a piece that may be the beginning of a tag."""
_TOKEN = re.compile(r"<\|[a-z_]{2,24}(?:\|>)|</?s>")
"""A control word of a chat template that the server let through."""
_CODES = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ufffe]"
)
_LONE = re.compile(r"[\ud800-\udfff]")
_TEXT_PARTS = (None, "text", "output_text")
MOST_OBJECTS = 200
"""Places where a JSON object may begin that are tried."""


def clean(text: str) -> str:
    """Text without codes for terminals, lone surrogates, byte order marks and marks that turn the writing round."""
    return _LONE.sub("", _CODES.sub("", text))


def text_of(content: object) -> str:
    """The text of a message's content: a string, or a list of parts of which only text counts."""
    match content:
        case str():
            return content
        case list():
            return "".join(text_of(part) for part in content)
        case {"text": str(text), **rest} if rest.get("type") in _TEXT_PARTS:
            return text
    return ""


class AnswerFilter:
    """Takes an answer piece by piece and gives back what may be said.

    ``held`` keeps everything until the answer has ended or its thinking was closed: for models whose template opens
    the thinking, so that only the closing tag shows what it was.
    """

    def __init__(self, held: bool = False):
        self.thought = False
        """Whether there was thinking among it."""
        self.leaked = False
        """Whether thinking was given back before it could be known for that."""
        self.bare = False
        """Whether thinking was closed that nothing had opened."""
        self.size = 0
        """Characters given back."""
        self._held = held
        self._thinking = False
        self._rest = ""
        self._looked = 0
        """Where in the rest a tag may still begin: what was held for long is not looked at again with every piece."""

    @property
    def kept(self) -> int:
        """Characters that wait until it is known what they are."""
        return len(self._rest)

    def feed(self, piece: str) -> str:
        """What may be said now."""
        self._rest += piece
        ready = ""
        while True:
            if self._thinking:
                if not (end := _CLOSE.search(self._rest)):
                    self._rest = self._rest[-_LONGEST_TAG:]
                    break
                self._rest, self._thinking, self._looked = self._rest[end.end() :], False, 0
                continue
            begin, end = _OPEN.search(self._rest, self._looked), _CLOSE.search(self._rest, self._looked)
            if end and (begin is None or end.start() < begin.start()):
                self._close_bare(ready, end)
                ready = ""
            elif begin:
                ready += self._rest[: begin.start()]
                self._rest, self._thinking, self.thought, self._held = self._rest[begin.end() :], True, True, False
                self._looked = 0
            else:
                self._looked = max(0, len(self._rest) - _LONGEST_TAG)
                break
        if not self._held and not self._thinking:
            partial = _BEGUN.search(self._rest)
            cut = partial.start() if partial else len(self._rest)
            ready, self._rest, self._looked = ready + self._rest[:cut], self._rest[cut:], 0
        return self._given(ready)

    def end(self) -> str:
        """What remains to be said when the answer has ended."""
        rest = "" if self._thinking else self._rest
        self._rest = ""
        return self._given(rest)

    def _close_bare(self, ready: str, end: "re.Match[str]") -> None:
        """Everything before the tag was thinking; a final channel that follows no words closes nothing."""
        before = ready + self._rest[: end.start()]
        self._rest, self._held, self._looked = self._rest[end.end() :], False, 0
        if before.strip() or self.size:
            self.thought = self.bare = True
            self.leaked = self.leaked or self.size > 0

    def _given(self, text: str) -> str:
        text = _TOKEN.sub("", clean(text))
        if not self.size:
            text = text.lstrip()
        self.size += len(text)
        return text


def words_in(answer: str) -> str:
    """The words of a whole answer."""
    words = AnswerFilter(held=True)
    return (words.feed(answer) + words.end()).strip()


def parse(answer: str, schema: type[Schema]) -> Schema:
    """The last JSON object in an answer that fits the schema, whatever stands around it.

    Raises ValueError (pydantic's where an object was found that does not fit).
    """
    text = words_in(answer)
    problem: ValueError | None = None
    fits: Schema | None = None
    for found in _objects(text):
        try:
            fits = schema.model_validate(found)
        except ValidationError as error:
            problem = problem or error
    if fits is None:
        raise problem or ValueError("no JSON object in the answer")
    return fits


def _objects(text: str) -> list[dict[str, Any]]:
    decoder, found, at = json.JSONDecoder(strict=False), [], text.find("{")
    for _ in range(MOST_OBJECTS):
        if at < 0:
            break
        try:
            value, end = decoder.raw_decode(text, at)
            found.append(value)
        except (ValueError, RecursionError):
            end = at + 1
        at = text.find("{", end)
    return found


# -- refusals --------------------------------------------------------------------------------------------
# Finds out which field of a request an endpoint refuses, whatever form its error has, and leaves it out from then on.
#
# {"error": {"param": "seed", …}}                            OpenAI and most others
# {"detail": [{"loc": ["body", "seed"], "msg": …}]}          FastAPI, Mistral
# [{"error": {"message": "… Unknown name \"seed\" …"}}]      Google


CAN_BE_LEFT_OUT = frozenset(
    ("temperature", "seed", "top_p", "stream_options", "reasoning_effort", "logprobs", "top_logprobs", "cache_prompt")
)
ROOM = ("max_completion_tokens", "max_tokens")
"""Two names of one thing: endpoints know one of them, or both."""
FORM = "response_format"
_TOGETHER = {"logprobs": ("top_logprobs",), "top_logprobs": ("logprobs",)}
_PLACES = ("param", "loc", "field", "fieldviolations")
"""Keys of an error that hold the name of a field."""
_ECHOES = ("input", "ctx", "url", "type", "request", "messages")
"""Keys of an error that repeat what was sent, or are fixed words."""
_SAID = ("message", "msg", "error", "detail", "description", "raw", "reason")
"""Keys of an error that hold its words."""
_NOT_OURS = frozenset(("messages", "model", "stream", "body"))
_TOO_MUCH = re.compile(r"too (?:large|high|big)|at most|maximum|less than|exceed|greater than|<=", re.IGNORECASE)
_WINDOW = re.compile(
    r"(?:context (?:length|window|size)|n_ctx|max(?:imum)?[ _](?:model[ _]len|sequence length|input tokens))"
    r"\D{0,40}?(\d{3,8})",
    re.IGNORECASE,
)
_TOO_LONG = re.compile(
    r"prompt is too long|exceed\w* the (?:available |model's )?context|greater than the context length|"
    r"context_length_exceeded|input tokens exceed",
    re.IGNORECASE,
)
DEPTH = 8


@dataclass(frozen=True)
class Complaint:
    """What an error says about the request."""

    text: str
    """Its words, cleaned."""
    named: tuple[str, ...] = ()
    """Fields that it names in the places for names, the last word of a path each."""
    window: int | None = None
    """Tokens that the model can read, where the error says that there were too many."""
    too_long: bool = False
    """Whether it says that the prompt is too long."""

    def about(self, sent: Mapping[str, Any]) -> list[str]:
        """The fields of the request that it is about: those that it names as such, else the first in its words."""
        if self.named:
            return [name for name in self.named if name in sent]
        places = {name: _place(name, self.text) for name in sent if name not in _NOT_OURS}
        found = sorted((place, name) for name, place in places.items() if place >= 0)
        return [found[0][1]] if found else []


def read(body: object, text: str) -> Complaint:
    """An error's body, already parsed where it is JSON, and its plain text."""
    named = tuple(dict.fromkeys(_names(body)))
    words = clean(" ".join(dict.fromkeys(_words(body)))) or clean(text)
    found = _WINDOW.search(words)
    window = int(found[1]) if found else None
    if isinstance(size := _find(body, "n_ctx"), int):
        window = size
    return Complaint(" ".join(words.split()), named, window, bool(window or _TOO_LONG.search(words)))


@dataclass
class Fields:
    """What one endpoint's model takes: learnt from its refusals, shared by all calls."""

    room: str = ROOM[1]
    """How it calls the most tokens that it may write; nothing when it takes neither name."""
    most: int | None = None
    """The most that it lets anyone ask for."""
    refused: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def options(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """The fields to send; ``room`` in what is wanted is the number of tokens to write."""
        sent = {name: value for name, value in wanted.items() if name not in self.refused and name != "room"}
        if self.room:
            sent[self.room] = min(wanted["room"], self.most or wanted["room"])
        return sent

    def learn(self, complaint: Complaint, sent: Mapping[str, Any]) -> bool:
        """Takes in a refusal; whether the request would look different now. Never about the form of an answer."""
        changed = False
        with self._lock:
            for name in complaint.about(sent):
                if name in ROOM:
                    changed |= self._learn_room(name, sent[name], complaint.text)
                elif name in CAN_BE_LEFT_OUT:
                    self.refused |= {name, *_TOGETHER.get(name, ())}
                    changed = True
        return changed

    def _learn_room(self, name: str, asked: int, text: str) -> bool:
        other = ROOM[1 - ROOM.index(name)]
        limits = [int(found) for found in re.findall(r"\d{2,7}", text) if 16 <= int(found) < asked]
        if _TOO_MUCH.search(text) and limits:
            self.most = max(limits)
        elif self.room != name:  # another call has found out already
            return True
        elif name in self.refused or other in self.refused:
            self.room = ""
            self.refused.add(name)
        else:
            self.refused.add(name)
            self.room = other
        return True


def _place(name: str, text: str) -> int:
    found = re.search(rf"(?<![\w-]){name}(?![\w-])", text)
    return found.start() if found else -1


def _names(body: object, depth: int = 0) -> Iterator[str]:
    if depth > DEPTH:
        return
    if isinstance(body, Mapping):
        for key, value in body.items():
            if str(key).lower() in _PLACES:
                yield from _last_words(value)
            elif str(key).lower() not in _ECHOES:
                yield from _names(value, depth + 1)
    elif isinstance(body, list):
        for part in body:
            yield from _names(part, depth + 1)


def _last_words(value: object) -> Iterator[str]:
    """``["body", "seed"]`` and ``"generation_config.seed"`` name the seed; the form is named by its first word."""
    match value:
        case str(path) if path:
            words = re.split(r"[.\[\]]+", path)
            yield FORM if FORM in words else next((word for word in reversed(words) if word), path)
        case [*path] if path and all(isinstance(word, str | int) for word in path):
            words = [word for word in path if isinstance(word, str) and word != "body"]
            if words:
                yield FORM if FORM in words else words[0]
        case [*parts]:
            for part in parts:
                yield from _names(part)


def _words(body: object, depth: int = 0) -> Iterator[str]:
    """What an error says in words, wherever it stands."""
    if depth > DEPTH:
        return
    match body:
        case str(text) if depth:
            yield text
        case Mapping():
            for key, value in body.items():
                name = str(key).lower()
                if isinstance(value, str) and name in _SAID:
                    yield value
                elif isinstance(value, Mapping | list) and name not in _ECHOES and name not in _PLACES:
                    yield from _words(value, depth + 1)
        case list():
            for part in body:
                if not isinstance(part, str):
                    yield from _words(part, depth + 1)


def _find(body: object, key: str, depth: int = 0) -> object:
    if isinstance(body, Mapping) and depth < DEPTH:
        if key in body:
            return body[key]
        return next((hit for part in body.values() if (hit := _find(part, key, depth + 1)) is not None), None)
    return None
