"""Finds out which field of a request an endpoint refuses, whatever form its error has, and leaves it out from then on.

{"error": {"param": "seed", …}}                            OpenAI and most others
{"detail": [{"loc": ["body", "seed"], "msg": …}]}          FastAPI, Mistral
[{"error": {"message": "… Unknown name \\"seed\\" …"}}]      Google
"""

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from interviewer.models.answers import clean

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
