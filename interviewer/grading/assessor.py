"""The seam of the judgement, and what assessors share: criteria, what a strong answer has, marks to verdict.

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
from statistics import NormalDist
from typing import Any, Protocol

import numpy as np

from interviewer import Level, Step, Verdict
from interviewer.grading import cut_offs, thresholds
from interviewer.grading.report import Missing, Report, StepReport, unreached
from interviewer.knowledge import Knowledge
from interviewer.knowledge.embeddings import Embedder
from interviewer.knowledge.schema import Case, Signal, TopicNote, TradeOff
from interviewer.listening.examples import kept_vectors
from interviewer.text import STEM, first_words, stems
from interviewer.transcript import UNKNOWN_CASE, Transcript

Progress = Callable[[float, str], None]
"""Told the share done (0 to 1) and what is being done; may raise to cancel."""
Early = Callable[[Report], None]
"""Told a report that is whole but for a last check of its words."""


@dataclass(frozen=True)
class Material:
    """What an assessor gets. The transcript has its clock set and stands at the level asked for."""

    transcript: Transcript
    knowledge: Knowledge
    warnings: tuple[str, ...] = ()
    early: Early = lambda report: None

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
        if known := self.knowledge.case(self.case):
            return known.title
        named = "A recorded interview" if self.case == UNKNOWN_CASE else self.case.replace("-", " ").capitalize()
        return first_words(self.transcript.problem or named, 12)


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
        said = {one.id: (one.text, one.topic, one.strong, *one.plain, *one.jargon, *one.terms) for one in signals}
        said |= {choice.id: (*choice.between, *choice.says) for choice in choices}
        self._of = {name: beginnings(" ".join(texts)) for name, texts in said.items()}
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


def merged(knowledge: Knowledge, case: str, embedder: Embedder, folder: Path | None = None) -> dict[Step, list[Signal]]:
    """Per step the criteria, none asked twice: the case's, then the framework's, those first that add most to them.
    ``folder`` keeps the vectors."""
    every = knowledge.signals(case)
    flat = [signal for own in every.values() for signal in own]
    meaning = kept_vectors([f"{one.topic}. {one.text}" for one in flat], embedder, folder)
    vectors = dict(zip((one.id for one in flat), meaning, strict=True))
    found: dict[Step, list[Signal]] = {}
    for step, own in every.items():
        kept = [one for one in own if not one.id.startswith(GENERAL)]
        general = [one for one in own if one not in kept and not any(_same(one, other, vectors) for other in kept)]
        general.sort(key=lambda one: max((float(vectors[one.id] @ vectors[other.id]) for other in kept), default=0.0))
        found[step] = [*kept, *general]
    return found


def _same(one: Signal, other: Signal, vectors: Mapping[str, np.ndarray]) -> bool:
    near = float(vectors[one.id] @ vectors[other.id])
    terms = {term.lower() for term in one.terms} & {term.lower() for term in other.terms}
    return near >= _AT.same or (near >= _AT.related and bool(terms))


def expected_at(signals: Iterable[Signal], level: Level) -> list[Signal]:
    """Those whose absence counts at a level."""
    return [signal for signal in signals if signal.level.rank <= level.rank]


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
        due = expected_at(own, level)
        of_id = {one.id: one for one in due}
        gaps = [of_id[gap.signal] for gap in points[step] if gap.signal in of_id]
        wanted = next(iter([*gaps, *due]), None)
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
    return f"{said} In our figures, for example: {_lowered(signal.strong)}"


def _lowered(text: str) -> str:
    """With a small letter where an ordinary word begins it: "NE", "P(" and "A/B" stay."""
    return text[:1].lower() + text[1:] if re.match(r"[A-Z][a-z' -]", text) else text


def is_aside(title: str) -> bool:
    """Whether a note's section, by its title, says something else than what is right: mistakes, questions, signs."""
    return bool(_ASIDE.search(title))


_ASIDE = re.compile(r"\b(?:mistakes?|questions?|pitfalls?|traps?|signs|sentences)\b", re.IGNORECASE)
_FRAGMENT = re.compile(r"\?|:$|^[^,.;:]{1,30}:")
"""A question, the head of a list, or a note under a catchword ("Baseline: …"): no sentence to learn from."""
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
    fit = [sentence for sentence in sentences if 6 <= len(sentence.split()) <= 40 and not _FRAGMENT.search(sentence)]
    fit = [one for one in fit if len(stems(one) & said) * 2 < len(stems(one))]  # else it says the same again
    best = max(fit, key=lambda one: len(stems(one) & about), default="")
    return best if len(stems(best) & about) >= _STRONG_AT.shared_words else ""


def _source(passage: Any, sources: Mapping[str, str], knowledge: Knowledge) -> str:
    if passage.id in sources:
        return sources[passage.id]
    if passage.kind == "note":
        return f"our note “{passage.title}”"
    own = knowledge.case(passage.case)
    return f"our reference solution of “{own.title}”" if own else "our notes"


# -- verdict ---------------------------------------------------------------------------------------------
# From step marks and the second look to the verdict: pure code over the numbers in ``data/rubric.yaml``.
#
# Two readings of one interview come together: the mean of the step marks, and the chance that a hiring committee would
# hire. Near the hire cut-off the second decides the side; far from it the marks do. ``strong`` needs both.


@dataclass(frozen=True)
class Judged:
    """A verdict and how it came about."""

    verdict: Verdict
    score: float
    """The mean of the step marks, 1 to 4."""
    confidence: float
    doubts: tuple[str, ...] = ()
    """A sentence where marks and second look point to different sides, and one where another reader's chance of a hire
    might well fall on the other side."""


def mean_mark(steps: Mapping[Step, StepReport], rubric: Mapping[str, Any]) -> float | None:
    """The mean over the steps that apply. One that was not reached, or about which too little was said, counts as the
    mean of the others less ``not_reached_less``; one that was evaded as ``evaded``."""
    about = rubric["steps"]
    marked = [own.score for own in steps.values() if own.score is not None]
    marked += [float(about["evaded"]) for own in steps.values() if own.status == "evaded" and own.score is None]
    if not marked:
        return None
    mean = sum(marked) / len(marked)
    absent = len(unreached(steps))
    return (sum(marked) + absent * max(1.0, mean - float(about["not_reached_less"]))) / (len(marked) + absent)


def judge(steps: Mapping[Step, StepReport], p_hire: float, level: Level, rubric: Mapping[str, Any]) -> Judged | None:
    """The verdict; None when no step has a mark."""
    mean = mean_mark(steps, rubric)
    if mean is None:
        return None
    bar, look = cut_offs(rubric, level), rubric["second_look"]
    near = bar["hire"] - float(look["below"]) <= mean < bar["hire"] + float(look["above"])
    hired = p_hire >= 0.5 if near else mean >= bar["hire"]
    reached = len(unreached(steps)) <= int(rubric["steps"]["most_unreached"])
    if hired:
        strong = mean >= bar["strong_hire"] and p_hire >= float(look["strong_hire"]) and reached
        verdict = Verdict.STRONG_HIRE if strong else Verdict.HIRE
    else:
        strong = mean < bar["no_hire"] and p_hire <= float(look["strong_no_hire"])
        verdict = Verdict.STRONG_NO_HIRE if strong else Verdict.NO_HIRE
    apart = (mean >= bar["hire"]) != (p_hire >= 0.5)
    return Judged(
        verdict,
        round(mean, 2),
        _confidence(mean, p_hire, hired, bar, rubric["confidence"]),
        (
            *([_apart(mean, bar["hire"], p_hire, near)] if apart else []),
            *([_CLOSE.format(chance=p_hire)] if near and abs(p_hire - 0.5) < float(look["close"]) else []),
        ),
    )


_CLOSE = "A close call: with a hire put at {chance:.0%}, another reader may well decide otherwise."


def _apart(mean: float, hire: float, p_hire: float, near: bool) -> str:
    side = "below" if mean < hire else "above"
    taken = "so near to it the whole decides" if near else "so far from it the marks decide"
    return (
        f"Marks and whole disagree: the steps' marks average {mean:.2f}, {side} the {hire:.2f} of a hire, and the "
        f"interview read as a whole gives a hire {p_hire:.0%}; {taken}."
    )


def _confidence(mean: float, p_hire: float, hired: bool, bar: Mapping[str, float], about: Mapping[str, Any]) -> float:
    """The chance of the side, times the chance that another reading's marks call it as strongly."""
    side = p_hire if hired else 1 - p_hire
    cut = bar["strong_hire"] if hired else bar["no_hire"]
    same = NormalDist().cdf(abs(mean - cut) / float(about["typical_error"]))
    return round(min(float(about["ceiling"]), max(0.05, side * same)), 2)
