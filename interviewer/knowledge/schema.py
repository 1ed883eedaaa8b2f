"""What a case, a framework note and a topic note hold: the schema of ``knowledge/``.

A case is one Markdown file. Its front matter holds everything that the code acts on; its body
holds the reference solution (``## Reference`` with one ``### <step>`` each) and two Mermaid
diagrams (``## Data flow`` and ``## Serving``). ``python -m interviewer knowledge check`` validates it. A case may have
a list of follow-ups in ``followups/<slug>.yaml``; those of ``followups/general.yaml`` serve every case.
"""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from interviewer import Level, Step
from interviewer.config import Strict
from interviewer.text import spans

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=1500)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=400)]
Tag = Literal["P", "S", "M", "B", "D"]
Task = Literal["classes", "ranking", "number", "regions", "text"]
"""What a system gives out: a class or how likely it is, an order of items, a quantity, places in a picture, new words.

It tells what may be asked: a duration has no negative examples.
"""


def _compiled(pattern: str) -> str:
    """The pattern, once it is known to be a regular expression."""
    try:
        re.compile(pattern)
    except (re.error, OverflowError) as error:
        raise ValueError(f"'{pattern}' is not a regular expression: {error}") from error
    return pattern


class _Stripped(Strict):
    model_config = ConfigDict(str_strip_whitespace=True)


class Fact(_Stripped):
    """A requirement fact: the interviewer gives it when asked for it, and only then."""

    id: Slug
    asks: list[Line] = Field(min_length=3, max_length=40)
    """Questions that release it, in candidates' words."""
    answer: Line
    """What the interviewer says: spoken words, at most 30 words."""
    if_asked: dict[int, Line] = Field(default_factory=dict)
    """By the number of a sentence of the answer, from 1: how words begin (a regular expression) that a question must
    have for it to be told, where no model hears what was asked; the other sentences are always told."""
    tag: Tag = "D"

    @field_validator("if_asked")
    @classmethod
    def _words(cls, if_asked: dict[int, str]) -> dict[int, str]:
        return {number: _compiled(words) for number, words in if_asked.items()}

    @model_validator(mode="after")
    def _sentences(self) -> Self:
        known = range(1, len(spans(self.answer)) + 1)
        if unknown := sorted({*self.if_asked} - {*known}):
            raise ValueError(f"if_asked: the answer has no sentence {unknown[0]}")
        return self

    def told(self, question: str) -> list[str]:
        """The sentences of the answer that a question asks for: those for which no words are named, and those whose
        words it has; all of them where it has none of either."""
        every = [one.text for one in spans(self.answer)]
        numbers = [
            number
            for number in range(1, len(every) + 1)
            if number not in self.if_asked or re.search(rf"\b(?:{self.if_asked[number]})", question, re.IGNORECASE)
        ]
        # what ends in a semicolon goes on only where the next sentence is told as well
        ends = {number for number in numbers if number + 1 not in numbers}
        found = [re.sub(r";$", ".", every[number - 1]) if number in ends else every[number - 1] for number in numbers]
        return found or every


class Term(_Stripped):
    """A word of the problem domain that the interviewer may explain (never a solution concept)."""

    term: Line
    text: Line


class Signal(_Stripped):
    """Something that a good candidate shows in one step."""

    id: Slug
    level: Level
    """The lowest level at which its absence counts as a gap."""
    text: Line
    """The criterion, for the grader: what is shown, with the mechanism."""
    plain: list[Line] = Field(min_length=2, max_length=6)
    """What it sounds like in plain words, as a candidate would say it aloud."""
    jargon: list[Line] = Field(min_length=1, max_length=6)
    """What it sounds like in the field's words."""
    terms: list[Line] = Field(default_factory=list, max_length=12)
    """Short phrases that give the signal away: the interviewer never says them first."""
    topic: Line
    """The neutral name of the subject, as the interviewer may say it: 'how the labels come about'."""
    probes: list[Line] = Field(min_length=2, max_length=5)
    """Questions that open the subject without giving the signal away: one question, at most 30 words."""
    hint: Line
    """A nudge for a candidate who asks for one or fails a probe: at most 35 words."""
    strong: Line
    """What a strong answer has, in one or two sentences with this problem's facts."""
    study: list[Slug] = Field(default_factory=list, max_length=3)
    """Topic notes to read."""


class CaseSituation(_Stripped):
    """An open question on one real situation of the product, for an interviewer that cannot understand an answer."""

    ask: Line
    """Gives nothing away and can be understood without what came before: at most 28 words."""
    said: str = ""
    """Words by which somebody would have come to it already, a regular expression, case-insensitive; without them those
    of the subject of that name in ``interview/data/followups.yaml``."""

    @field_validator("said")
    @classmethod
    def _compile(cls, said: str) -> str:
        return _compiled(said)


class TradeOff(_Stripped):
    """A choice to press on once the candidate is in its neighbourhood."""

    id: Slug
    step: Step
    between: tuple[Line, Line]
    question: Line
    """Presses for the choice without naming a solution the candidate has not named; at most 35 words."""
    says: list[Line] = Field(min_length=2, max_length=5)
    """What raising it sounds like in a candidate's words: the choice, its cost and when it flips."""
    listen_for: Line


class Pushback(_Stripped):
    """A constraint that changes in mid-interview, or pressure on the design."""

    id: Slug
    step: Step
    level: Level = Level.MID
    say: Line
    """The interviewer's words; one question, at most 40 words."""
    listen_for: Line


class RedFlag(_Stripped):
    """A wrong statement or a dangerous omission, with how to challenge it."""

    id: Slug
    step: Step
    text: Line
    """What is wrong with it, for the report."""
    says: list[Line] = Field(min_length=2, max_length=6)
    """How a candidate says it."""
    right: list[Line] = Field(min_length=2, max_length=6)
    """Sound statements that look like it and must never be challenged."""
    cues: list[Line] = Field(default_factory=list, max_length=8)
    """Regular expressions, case-insensitive, of the words without which the mistake cannot be said."""
    challenge: Line
    """A question that makes the candidate look again without giving the answer; at most 35 words."""

    @field_validator("cues")
    @classmethod
    def _compile(cls, cues: list[str]) -> list[str]:
        return [_compiled(cue) for cue in cues]


class Source(_Stripped):
    """Where a statement of a note or a case comes from."""

    id: Slug
    title: Line
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=400)]
    second_hand: bool = False
    """True when the fact was read in a secondary source that names this one."""


class SourcedFact(_Stripped):
    """Something true about real systems, for the report and the study notes."""

    id: Slug
    step: Step
    text: Line
    tag: Tag
    source: Slug | None = None
    """A source's id; required for tags P and S. M is colour only; D is our own arithmetic or design."""


class Arithmetic(_Stripped):
    """A worked number: the test evaluates ``expression`` (numbers, + - * / ** and parentheses)."""

    text: Line
    expression: Annotated[str, StringConstraints(pattern=r"^[0-9eE+\-*/(). ]+$", max_length=200)]
    equals: float
    tolerance: float = Field(default=0.02, gt=0, le=0.2)
    """Relative."""


class Case(_Stripped):
    """One interview problem."""

    slug: Slug
    title: Line
    summary: Line
    """One sentence for the set-up page and the index: the problem, never the solution."""
    task: Task | None = None
    """What the system gives out; a case that does not say is asked whatever may fit."""
    trains: list[Step] = Field(default_factory=list, max_length=3)
    """The steps that this problem asks most of, for the set-up page and for what to practise next."""
    difficulty: Literal[1, 2, 3] = 2
    """1 for a gentle start, 2 as usual, 3 for a demanding one; judged by whoever wrote the case."""
    keywords: list[Line] = Field(min_length=3)
    brief: Line
    """What the interviewer says at the start: at most 45 words, no question mark, no signal."""
    facts: list[Fact] = Field(min_length=6)
    glossary: list[Term] = Field(min_length=3)
    situations: dict[Step, dict[Slug, CaseSituation]] = Field(default_factory=dict)
    """By step and subject; the first one opens the step. A question alone stands for one without words of its own."""
    signals: dict[Step, list[Signal]]
    trade_offs: list[TradeOff] = Field(min_length=4)
    pushbacks: list[Pushback] = Field(min_length=3)
    red_flags: list[RedFlag] = Field(min_length=4)
    sources: list[Source] = Field(default_factory=list)
    sourced_facts: list[SourcedFact] = Field(default_factory=list)
    arithmetic: list[Arithmetic] = Field(default_factory=list)
    provenance: Line
    """Where the content comes from, e.g. 'dossier facts, own wording' or 'general knowledge'."""
    reference: dict[Step, str] = Field(default_factory=dict)
    """From the body: the reference solution per step; for the grader only."""
    diagrams: dict[str, str] = Field(default_factory=dict)
    """From the body: Mermaid source by heading."""

    @field_validator("situations", mode="before")
    @classmethod
    def _alone(cls, situations: Any) -> Any:
        """A question alone, and one with the words by which it is known to be answered, are read alike."""
        if not isinstance(situations, dict):
            return situations
        return {
            step: {name: {"ask": one} if isinstance(one, str) else one for name, one in own.items()}
            if isinstance(own, dict)
            else own
            for step, own in situations.items()
        }


class Followup(_Stripped):
    """A question that follows what a candidate has just said, for an interviewer that cannot understand it."""

    step: Step
    said: list[Line] = Field(min_length=3, max_length=5)
    """Ways in which candidates say it: spoken words, each with another detail."""
    ask: Line
    """What an attentive engineer would then ask: one question, at most 26 words, which fits after any of ``said``."""
    known: list[Line] = Field(min_length=2, max_length=4)
    """Sentences by which a candidate would already have answered it."""


class FrameworkNote(_Stripped):
    """One step of the framework; its signals and red flags serve every case and unknown cases."""

    slug: Slug
    step: Step
    title: Line
    minutes: float = Field(gt=0, le=20)
    """The step's share of a 45-minute interview."""
    levels: dict[Level, Text]
    """What good looks like."""
    signals: list[Signal] = Field(min_length=4)
    red_flags: list[RedFlag] = Field(min_length=2)
    sources: list[Source] = Field(default_factory=list)
    sections: dict[str, str] = Field(default_factory=dict)
    """From the body: text by heading."""


class TopicNote(_Stripped):
    """A subject to study, linked from signals."""

    slug: Slug
    title: Line
    summary: Line
    steps: list[Step] = Field(min_length=1)
    keywords: list[Line] = Field(min_length=3)
    sources: list[Source] = Field(default_factory=list)
    sourced_facts: list[SourcedFact] = Field(default_factory=list)
    arithmetic: list[Arithmetic] = Field(default_factory=list)
    sections: dict[str, str] = Field(default_factory=dict)
    """From the body: text by heading."""
