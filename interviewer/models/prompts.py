"""Prompts as validated data: one Markdown file each under ``prompts/``.

    ---
    name: conduct-small
    version: 3
    description: what it is for
    inputs: {move: trusted, quote: untrusted}
    ignores: [recent]
    ---
    ## system
    ...
    ## user
    Do this: {{move}}
    {{quote}}

    >>> render("conduct-small", move="...", quote="...", recent="")

An untrusted input is candidates' text: it arrives fenced by a tag that it cannot close, without the control
words of chat templates, and with every character still at its place, so that quotes stay verbatim.
"""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from interviewer.config import load, shipped
from interviewer.errors import BadInput
from interviewer.knowledge.load import front_matter, sections
from interviewer.models.base import Message

FENCE = "candidate_text"
EMPTY = "(none)"
_ROLES: tuple[Literal["system", "user"], ...] = ("system", "user")
_PLACE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_OUR_FENCE = re.compile(rf"[<＜﹤](?=[\s/]*{FENCE.replace('_', '[_ -]?')})", re.IGNORECASE)
_ANGLED = re.compile(
    r"<(?=[|｜])|<(?=/?s>)|<(?=<\s*/?SYS)|<(?=/?(?:start_of_turn|end_of_turn|bos|eos|think|system|user|assistant)\b)",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\[(?=/?(?:INST|SYSTEM_PROMPT|TOOL_CALLS|AVAILABLE_TOOLS)\])", re.IGNORECASE)


class Prompt(BaseModel):
    """One prompt file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    version: int = Field(ge=1)
    description: str = Field(min_length=2)
    inputs: dict[str, Literal["trusted", "untrusted"]]
    ignores: list[str] = Field(default_factory=list)
    """Inputs that are accepted and not used: prompts of one family take the same inputs."""
    parts: dict[str, str]
    """Text by role."""
    sha256: str
    """Of the file."""

    def render(self, **inputs: str) -> list[Message]:
        """The messages. Raises BadInput naming an input that is missing or unknown."""
        accepted = {*self.inputs, *self.ignores}
        if missing := sorted(accepted - set(inputs)):
            raise BadInput(f"prompt '{self.name}': input '{missing[0]}' is missing")
        if unknown := sorted(set(inputs) - accepted):
            raise BadInput(f"prompt '{self.name}': does not know an input '{unknown[0]}'")
        ready = {
            name: (fence(inputs[name]) if trust == "untrusted" else inputs[name].strip()) or EMPTY
            for name, trust in self.inputs.items()
        }
        return [
            Message(role, _PLACE.sub(lambda place: ready[place[1]], self.parts[role]))
            for role in _ROLES
            if role in self.parts
        ]


def neutralise(text: str) -> str:
    """The text with our fence and the control words of chat templates made harmless; lengths do not change."""
    text = _CONTROL.sub(" ", text)
    text = _OUR_FENCE.sub("‹", text)
    return _BRACKETED.sub("⁅", _ANGLED.sub("‹", text))


def fence(text: str) -> str:
    """Untrusted text between tags that it cannot close; nothing for nothing."""
    return f"<{FENCE}>\n{neutralise(text)}\n</{FENCE}>" if text.strip() else ""


def read_prompt(path: Path) -> Prompt:
    """One prompt file. Raises BadInput naming the file and the field."""
    data, body = front_matter(path)
    parts = sections(body)
    for heading in parts:
        if heading not in _ROLES:
            raise BadInput(f"{path}: '## {heading}': the sections are '## system' and '## user'")
    if "user" not in parts:
        raise BadInput(f"{path}: '## user' is missing")
    if taken := {"parts", "sha256"} & set(data):
        raise BadInput(f"{path}: {min(taken)}: does not belong in the front matter")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        prompt = Prompt.model_validate({**data, "parts": parts, "sha256": digest})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BadInput(f"{path}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error
    if prompt.name != path.stem:
        raise BadInput(f"{path}: name: must be the file's name, '{path.stem}'")
    used = {name for text in parts.values() for name in _PLACE.findall(text)}
    for name in sorted(used - set(prompt.inputs)):
        raise BadInput(f"{path}: inputs: '{name}' is used and not declared")
    for name in sorted(set(prompt.inputs) - used):
        raise BadInput(f"{path}: inputs: '{name}' is declared and not used (list it under 'ignores')")
    return prompt


@cache
def prompts() -> dict[str, Prompt]:
    """Every prompt by its name; those of ``INTERVIEWER_PROMPTS`` go before ours. Raises BadInput."""
    known = _folder(shipped("prompts"))
    own = load().prompts
    return {**known, **_folder(own)} if own else known


def _folder(folder: Path) -> dict[str, Prompt]:
    found = [read_prompt(path) for path in sorted(folder.glob("*.md")) if path.name != "README.md"]
    if not found:
        raise BadInput(f"{folder}: no prompts there")
    return {prompt.name: prompt for prompt in found}


def prompt(name: str) -> Prompt:
    """One prompt. Raises BadInput when there is none of that name."""
    try:
        return prompts()[name]
    except KeyError:
        raise BadInput(f"no prompt '{name}'; there are {', '.join(sorted(prompts()))}") from None


def render(name: str, **inputs: str) -> list[Message]:
    """The messages of a prompt with its inputs. Raises BadInput naming what is missing or unknown."""
    return prompt(name).render(**inputs)
