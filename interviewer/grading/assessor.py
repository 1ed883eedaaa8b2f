"""The seam of the judgement, and what every assessor starts from: criteria, and what a strong answer has.

    LlmAssessor        a capable model reads and judges           llm_assessor
    CoverageAssessor   what came up, as far as can be heard       coverage_assessor

Which one serves is the model's own attribute (``capable``); nothing that was chosen for one touches the other.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from interviewer.domain import Level, Step
from interviewer.grading.report import Missing, Report
from interviewer.grading.rubric import thresholds
from interviewer.knowledge.embeddings import Embedder
from interviewer.knowledge.load import Knowledge
from interviewer.knowledge.schema import Case, Signal, TopicNote, TradeOff
from interviewer.listening.examples import kept_vectors
from interviewer.text import STEM, stems
from interviewer.transcript import Transcript

Progress = Callable[[float, str], None]
"""Told the share done (0 to 1) and what is being done; may raise to cancel."""


@dataclass(frozen=True)
class Material:
    """What an assessor gets. The transcript has its clock set and stands at the level asked for."""

    transcript: Transcript
    knowledge: Knowledge
    warnings: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """The level asked for."""
        return self.transcript.level

    @property
    def case(self) -> str:
        """The case's slug, known or not."""
        return self.transcript.case

    @property
    def title(self) -> str:
        """The problem in words."""
        known = self.knowledge.case(self.case)
        words = (self.transcript.problem or self.case.replace("-", " ").capitalize()).split()
        return known.title if known else " ".join(words[:12]) + (" …" if len(words) > 12 else "")


class Assessor(Protocol):
    """Assesses an interview on one backend, from start to end."""

    @property
    def backend(self) -> str:
        """Which backend it is."""
        ...

    def assess(self, material: Material, progress: Progress) -> Report:
        """The report. Raises ModelError when the backend cannot serve."""
        ...


# -- criteria --------------------------------------------------------------------------------------------
# The criteria of a case: its own signals first, and of the framework's those that say something else.
#
# A case and the framework often ask for the same thing in other words ("really seen posts", "only what was shown
# counts"). Asked twice, a candidate loses twice. What overlaps is merged away: the case's own criterion stays.


_AT = thresholds().criteria

GENERAL = "general-"
"""How the ids of the framework's signals begin."""
SAME, RELATED = _AT.same, _AT.related
"""Likeness of two criteria from which they ask for the same thing: by itself, and where they share terms."""
_WORD = re.compile(r"[a-z][a-z'-]{2,}")


def beginnings(text: str) -> set[str]:
    """The words of a text by their first letters."""
    return {word[:STEM] for word in _WORD.findall(text.lower())}


class Wording:
    """The words of a case's criteria, each weighing as much as it is rare among them.

    Embeddings hear what a sentence is about and take a neighbouring subject for the same one; words that few criteria
    share tell them apart (of 258 quotes that were read: AUC .79 against .54).
    """

    def __init__(self, signals: Iterable[Signal], choices: Iterable[TradeOff] = ()) -> None:
        self._of: Mapping[str, set[str]] = {one.id: beginnings(_says(one)) for one in signals} | {
            one.id: beginnings(" ".join((*one.between, *one.says))) for one in choices
        }
        often = Counter(stem for own in self._of.values() for stem in own)
        self._weight = {stem: math.log((len(self._of) + 1) / (count + 0.5)) for stem, count in often.items()}

    def shared(self, signal: str, quote: str) -> float:
        """The weight of the words that a quote shares with a signal's criterion, examples and strong answer."""
        return sum(self._weight[stem] for stem in beginnings(quote) & self._of[signal])

    def best(self, quote: str) -> float:
        """The most that it shares with any."""
        said = beginnings(quote)
        return max((sum(self._weight[stem] for stem in said & own) for own in self._of.values()), default=0.0)

    def dense(self, signal: str, passage: str) -> float:
        """What a passage of sixty words with as many of the signal's words for its length would share."""
        return self.shared(signal, passage) * 60 / (len(passage.split()) + 20)


def _says(signal: Signal) -> str:
    return " ".join((signal.text, signal.topic, signal.strong, *signal.plain, *signal.jargon, *signal.terms))


def merged(knowledge: Knowledge, case: str, embedder: Embedder, folder: Path | None = None) -> dict[Step, list[Signal]]:
    """Per step the criteria, none asked twice: the case's, then the framework's, those first that add most to them.
    ``folder`` keeps the vectors."""
    every = knowledge.signals(case)
    flat = [signal for own in every.values() for signal in own]
    vectors = dict(
        zip((one.id for one in flat), kept_vectors([_meaning(one) for one in flat], embedder, folder), strict=True)
    )
    found: dict[Step, list[Signal]] = {}
    for step, own in every.items():
        kept = [one for one in own if not one.id.startswith(GENERAL)]
        general = [one for one in own if one not in kept and not any(_same(one, other, vectors) for other in kept)]
        general.sort(key=lambda one: max((float(vectors[one.id] @ vectors[other.id]) for other in kept), default=0.0))
        found[step] = [*kept, *general]
    return found


def _meaning(signal: Signal) -> str:
    return f"{signal.topic}. {signal.text}"


def _same(one: Signal, other: Signal, vectors: Mapping[str, np.ndarray]) -> bool:
    near = float(vectors[one.id] @ vectors[other.id])
    terms = {term.lower() for term in one.terms} & {term.lower() for term in other.terms}
    return near >= SAME or (near >= RELATED and bool(terms))


def due(signals: Iterable[Signal], level: Level) -> list[Signal]:
    """Those whose absence counts at a level."""
    return [one for one in signals if one.level.rank <= level.rank]


# -- strong ----------------------------------------------------------------------------------------------
# What a strong answer has, in sentences made of the knowledge base's words and with the source.


_STRONG_AT = thresholds().page

Retrieve = Callable[..., Sequence[Any]]
"""``Retriever.search``: the passages for a query that the grader may read, best first."""


def strong_answers(
    case: str, knowledge: Knowledge, points: Mapping[Step, Sequence[Missing]], level: Level, retrieve: Retrieve | None
) -> dict[Step, str]:
    """What a strong answer has, per step, in the knowledge base's words and with the source.

    It speaks of the first of the open ``points``; retrieval adds one sourced sentence to the case's own.
    """
    found = {}
    told: set[str] = set()
    sources = _sources(knowledge, case)
    for step, own in knowledge.signals(case).items():
        due = [one for one in own if one.level.rank <= level.rank]
        gaps = [gap.signal for gap in points[step]]
        wanted = next((one for one in due if one.id in gaps), due[0] if due else None)
        if wanted is None:
            continue
        found[step] = strong_answer(wanted)
        if retrieve is None:
            continue
        query = f"{wanted.topic}. {wanted.text}"
        hits = [hit.passage for hit in retrieve(query, audience="grader", case=case, step=step, limit=10)]
        near = [one for one in hits if one.kind in _SOURCED and not is_aside(one.title)][:3]
        said, about = stems(found[step]), stems(f"{query} {wanted.strong}")
        for one in sorted(near, key=lambda hit: _SOURCED[hit.kind]):
            sentence = _telling(one.text.removeprefix(f"{one.title.partition(':')[0]}. "), about, said)
            if sentence and sentence not in told:
                told.add(sentence)
                found[step] = f"{found[step]} {sentence} (Source: {_source(one, sources, knowledge)})"
                break
    return found


def strong_answer(signal: Signal) -> str:
    """What somebody strong does and why, then what that comes to in this problem, for a candidate to learn from.

    A criterion begins with what the candidate does ("Names …"); the few that begin otherwise are quoted as they are.
    """
    does = signal.text.split()[0].endswith("s")
    said = f"A strong candidate {_lowered(signal.text)}" if does else f"A strong answer: {signal.text}"
    return f"{said} For example: {_lowered(signal.strong)}"


def _lowered(text: str) -> str:
    """With a small letter where an ordinary word begins it: "NE", "P(" and "A/B" stay."""
    return text[:1].lower() + text[1:] if re.match(r"[A-Z][a-z' -]", text) else text


def is_aside(title: str) -> bool:
    """Whether a note's section, by its title, says something else than what is right: mistakes, questions, signs."""
    return bool(_ASIDE.search(title))


_ASIDE = re.compile(r"\b(?:mistakes?|questions?|pitfalls?|traps?|signs|sentences)\b", re.IGNORECASE)
_FRAGMENT = re.compile(r"\?|:$|^[^,.;:]{1,30}:")
"""A question, the head of a list, or a note under a catchword ("Baseline: …"): no sentence to learn from."""
_SHARED = _STRONG_AT.shared_words
"""Telling words that a sentence must share with what was missing to be quoted beside it."""
_SOURCED = {"fact": 0, "note": 1, "reference": 2}
"""Kinds of passages by how well their source can be named."""


def _sources(knowledge: Knowledge, case: str) -> dict[str, str]:
    """By a sourced fact's passage the title and address of its source."""
    own = knowledge.case(case)
    holders: dict[str, Case | TopicNote] = {f"topics/{slug}": note for slug, note in knowledge.topics.items()}
    if own is not None:
        holders[case] = own
    found = {}
    for prefix, holder in holders.items():
        sources = {one.id: one for one in holder.sources}
        for fact in holder.sourced_facts:
            if fact.source in sources:
                source = sources[fact.source]
                found[f"{prefix}/fact/{fact.id}"] = f"{source.title}, {source.url}"
    return found


def _telling(text: str, about: frozenset[str], said: frozenset[str]) -> str:
    """The sentence that has most to do with the subject and says more than was ``said``; empty when none does."""
    sentences = re.split(r"(?<=[.!?])\s+", " ".join(re.sub(r"[*_`#]+", "", text).split()))
    fit = [one for one in sentences if 6 <= len(one.split()) <= 40 and not _FRAGMENT.search(one)]
    fit = [one for one in fit if len(stems(one) & said) * 2 < len(stems(one))]  # else it says the same again
    best = max(fit, key=lambda one: len(stems(one) & about), default="")
    return best if len(stems(best) & about) >= _SHARED else ""


def _source(passage: Any, sources: Mapping[str, str], knowledge: Knowledge) -> str:
    if passage.id in sources:
        return sources[passage.id]
    if passage.kind == "note":
        return f"our note “{passage.title}”"
    own = knowledge.case(passage.case)
    return f"our reference solution of “{own.title}”" if own else "our notes"
