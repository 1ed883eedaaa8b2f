"""What a strong answer has, in sentences made of the knowledge base's words and with the source."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from interviewer.domain import Level, Step
from interviewer.grading.report import Missing
from interviewer.grading.thresholds import thresholds
from interviewer.knowledge.load import Knowledge
from interviewer.knowledge.schema import Case, Signal, TopicNote
from interviewer.text import stems

_AT = thresholds().page

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
        near = [one for one in hits if one.kind in _SOURCED and not _ASIDE.search(one.title)][:3]
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


_ASIDE = re.compile(r"\b(?:mistakes?|questions?|pitfalls?|traps?|signs|sentences)\b", re.IGNORECASE)
"""Sections of notes that do not say what is right."""
_FRAGMENT = re.compile(r"\?|:$|^[^,.;:]{1,30}:")
"""A question, the head of a list, or a note under a catchword ("Baseline: …"): no sentence to learn from."""
_SHARED = _AT.shared_words
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
