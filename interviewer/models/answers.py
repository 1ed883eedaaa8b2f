"""What of a model's answer is words, streamed or whole: thinking, parts that are no text and codes are taken out.

    >>> words_in("<think>they want a hint</think>And the labels?")
    'And the labels?'

Models think aloud in many ways: between tags, before a closing tag that was never opened (the chat template opened it),
in parts of a list, in a field of its own. None of it may be said, and none of it may be taken for the JSON.
"""

import json
import re
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
                    self._rest = self._rest[-100:]
                    break
                self._rest, self._thinking = self._rest[end.end() :], False
                continue
            begin, end = _OPEN.search(self._rest), _CLOSE.search(self._rest)
            if end and (begin is None or end.start() < begin.start()):
                self._close_bare(ready, end)
                ready = ""
            elif begin:
                ready += self._rest[: begin.start()]
                self._rest, self._thinking, self.thought, self._held = self._rest[begin.end() :], True, True, False
            else:
                break
        if not self._held and not self._thinking:
            partial = _BEGUN.search(self._rest)
            cut = partial.start() if partial else len(self._rest)
            ready, self._rest = ready + self._rest[:cut], self._rest[cut:]
        return self._given(ready)

    def end(self) -> str:
        """What remains to be said when the answer has ended."""
        rest = "" if self._thinking else self._rest
        self._rest = ""
        return self._given(rest)

    def _close_bare(self, ready: str, end: "re.Match[str]") -> None:
        """Everything before the tag was thinking; a final channel that follows no words closes nothing."""
        before = ready + self._rest[: end.start()]
        self._rest, self._held = self._rest[end.end() :], False
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
