"""Cuts the knowledge base into passages for the index, each marked with who may read it. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from interviewer.knowledge.load import Knowledge
from interviewer.knowledge.schema import Case, FrameworkNote, SourcedFact, TopicNote

Audience = Literal["interviewer", "grader"]
FRAMEWORK = "framework"
TOPICS = "topics"
_LONGEST = 160
"""Words; the embedding reads about 200."""


@dataclass(frozen=True)
class Passage:
    """A piece of text that can be retrieved; ``kind`` is topic, term, brief, reference, strong, fact or note."""

    id: str
    text: str
    audience: Audience
    kind: str
    case: str = ""
    step: str = ""
    ref: str = ""
    """The id of the signal, term or fact, or the slug of the note."""
    title: str = ""


def _pieces(text: str) -> Iterator[str]:
    """Paragraphs, joined or cut to at most about 160 words; diagrams and tables stay out."""
    text = re.sub(r"```.*?```", " ", text, flags=re.DOTALL)
    held: list[str] = []
    for sentence in re.split(r"(?<=[.!?])\s+|\n{2,}", text):
        words = sentence.split()
        if held and len(held) + len(words) > _LONGEST:
            yield " ".join(held)
            held = []
        held += words
    if held:
        yield " ".join(held)


def _facts(facts: list[SourcedFact], prefix: str, case: str) -> Iterator[Passage]:
    for fact in facts:
        if fact.tag != "M":
            yield Passage(f"{prefix}/fact/{fact.id}", fact.text, "grader", "fact", case, fact.step, fact.id)


def _case(case: Case) -> Iterator[Passage]:
    slug = case.slug
    yield Passage(f"{slug}/brief", f"{case.title}. {case.summary}", "interviewer", "brief", slug)
    for term in case.glossary:
        yield Passage(
            f"{slug}/term/{term.term}", f"{term.term}: {term.text}", "interviewer", "term", slug, "", term.term
        )
    for step, signals in case.signals.items():
        for signal in signals:
            topic = f"{signal.topic}. {' '.join(signal.probes)}"
            yield Passage(f"{slug}/topic/{signal.id}", topic, "interviewer", "topic", slug, step, signal.id)
            strong = f"{signal.text} {signal.strong}"
            yield Passage(f"{slug}/strong/{signal.id}", strong, "grader", "strong", slug, step, signal.id)
    for step, text in case.reference.items():
        for number, piece in enumerate(_pieces(text)):
            yield Passage(f"{slug}/reference/{step}/{number}", piece, "grader", "reference", slug, step)
    yield from _facts(case.sourced_facts, slug, slug)


def _framework(note: FrameworkNote) -> Iterator[Passage]:
    for signal in note.signals:
        topic = f"{signal.topic}. {' '.join(signal.probes)}"
        yield Passage(f"framework/topic/{signal.id}", topic, "interviewer", "topic", "", note.step, signal.id)
        strong = f"{signal.text} {signal.strong}"
        yield Passage(f"framework/strong/{signal.id}", strong, "grader", "strong", "", note.step, signal.id)
    for heading, text in note.sections.items():
        for number, piece in enumerate(_pieces(text)):
            name = f"framework/{note.slug}/{heading}/{number}"
            yield Passage(name, piece, "grader", "note", "", note.step, note.slug, f"{note.title}: {heading}")


def _topic(note: TopicNote) -> Iterator[Passage]:
    step = note.steps[0]
    for heading, text in {"": note.summary, **note.sections}.items():
        for number, piece in enumerate(_pieces(text)):
            title = f"{note.title}: {heading}" if heading else note.title
            lead = f"{note.title}. {piece}"
            yield Passage(f"topics/{note.slug}/{heading}/{number}", lead, "grader", "note", "", step, note.slug, title)
    yield from _facts(note.sourced_facts, f"topics/{note.slug}", "")


def groups(knowledge: Knowledge) -> list[str]:
    """The groups that are indexed apart: the framework, the topics, and each case by its slug."""
    return [FRAMEWORK, TOPICS, *knowledge.cases]


def passages(knowledge: Knowledge, group: str) -> list[Passage]:
    """The passages of one group."""
    match group:
        case "framework":
            return [passage for note in knowledge.framework.values() for passage in _framework(note)]
        case "topics":
            return [passage for note in knowledge.topics.values() for passage in _topic(note)]
        case slug:
            return list(_case(knowledge.cases[slug]))
