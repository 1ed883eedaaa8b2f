"""Words for the turns of the rules (``data/wording.yaml``, ``data/followups.yaml``), and one way to choose among them.

Deterministic by the transcript, and never the same sentence twice in an interview while another is left.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from interviewer.domain import Manner, Step
from interviewer.interview.words import normal
from interviewer.text import spans

_DATA = Path(__file__).parent / "data"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StepWords(_Strict):
    """What a step is called aloud, and the questions that open it."""

    name: str
    openers: list[str] = Field(min_length=2)


class Stance(_Strict):
    """A way of saying something, and what it makes one ask."""

    id: str
    said: str
    asks: list[str] = Field(min_length=3)
    longest: int = 60
    """Words of an answer up to which it is asked."""

    def shows(self, text: str) -> bool:
        """Whether the text says it so."""
        return re.search(rf"(?<!\w)(?:{self.said})(?!\w)", text, re.IGNORECASE) is not None


class Followups(_Strict):
    """Questions where the bank has none."""

    stances: list[Stance]
    kinds: dict[str, list[str]]


@cache
def followups() -> Followups:
    """The shipped questions."""
    return Followups.model_validate(yaml.safe_load((_DATA / "followups.yaml").read_text(encoding="utf-8")))


@cache
def _occasions() -> dict[str, list[str]]:
    """The variants by occasion: ``meta.time_left``."""
    data = yaml.safe_load((_DATA / "wording.yaml").read_text(encoding="utf-8"))
    steps, manner = data.pop("steps"), data.pop("manner")
    found = {f"{kind}.{name}": forms for kind, by_name in data.items() for name, forms in by_name.items()}
    found |= {f"manner.{name}": forms for name, forms in manner.items()}
    return found | {f"step.{name}": words["openers"] for name, words in steps.items()}


@cache
def steps() -> dict[Step, StepWords]:
    """The words for each step."""
    data = yaml.safe_load((_DATA / "wording.yaml").read_text(encoding="utf-8"))["steps"]
    return {step: StepWords.model_validate(data[step.value]) for step in Step}


def occasions() -> frozenset[str]:
    """The names of all occasions, for the test that holds words and uses together."""
    return frozenset(_occasions())


@dataclass(frozen=True)
class WordChoice:
    """Chooses words in one interview, at one moment."""

    said: Sequence[str]
    """The interviewer's turns so far."""
    seed: str
    """What the choice depends on, beside what was said."""
    sound: Callable[[str], bool]
    """Whether a turn may be said at all."""

    def say(self, occasion: str, **slots: str) -> str:
        """A variant for the occasion, with its slots filled."""
        return self.choose([form.format(**slots) for form in _occasions()[occasion]])

    def opener(self, step: Step) -> str:
        """A question that opens a step."""
        return self.choose(steps()[step].openers)

    def choose(self, texts: Sequence[str]) -> str:
        """One of the texts: one that was never said before, if there is one."""
        return next(iter(self.unsaid(texts)), self._turned(texts)[0])

    def unsaid(self, texts: Sequence[str]) -> list[str]:
        """The texts of which no sentence was said before, begun at another one each time."""
        order, before = self._turned(texts), self._before
        whole = [
            text for text in order if not any(normal(one.text) in before for one in spans(text)) and self.sound(text)
        ]
        return whole or [text for text in order if normal(text) not in before and self.sound(text)]

    @cached_property
    def _before(self) -> frozenset[str]:
        """All that was said, turns and sentences."""
        return frozenset(normal(one) for turn in self.said for one in (turn, *(span.text for span in spans(turn))))

    def in_manner(self, text: str, manner: Manner, every: int) -> str:
        """The text after a phrase of the interviewer's manner, about one time in ``every``."""
        phrases = self.unsaid(_occasions()[f"manner.{manner.value}"])
        turn = int.from_bytes(hashlib.sha256(f"{self.seed}{len(self.said)}".encode()).digest()[:2]) % every
        return f"{phrases[0]} {text}" if phrases and turn == 0 and self.sound(f"{phrases[0]} {text}") else text

    def _turned(self, texts: Sequence[str]) -> list[str]:
        digest = hashlib.sha256(f"{self.seed}|{len(self.said)}|{texts[0]}".encode()).digest() if texts else b"\0\0"
        by = int.from_bytes(digest[:2]) % max(1, len(texts))
        return [*texts[by:], *texts[:by]]
