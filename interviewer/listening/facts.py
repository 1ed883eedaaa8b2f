"""Which facts a candidate's question asks for, or that the case is silent on it; which problem a talk is about.

A question is matched clause by clause ("how many users, and how fast?" asks for two facts), by the likeness of its
embedding to the fact's phrasings, by what tells the case's facts apart, and after misspelt words were put right.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from interviewer import MoveKind, Step
from interviewer.knowledge import Knowledge
from interviewer.knowledge.embeddings import Embedder, Vectors
from interviewer.knowledge.retrieval import long_words, respelt
from interviewer.listening import thresholds
from interviewer.listening.examples import Exemplars, kept_vectors
from interviewer.listening.intents import questions
from interviewer.text import spans
from interviewer.transcript import Move

_LEAD_UP = re.compile(r"^[^:?]{0,60}:\s+(?=\w)")
_OFFERED = re.compile(
    r",\s+(?=[^,]*\bor\b)|\s+-\s+(?=[^-]*\bor\b)|,? (?:say|like|for example|for instance),? ", re.IGNORECASE
)


_POINTS_BACK = re.compile(r"\b(?:it|that|they|them|those|these|this|ones?|there)\b", re.IGNORECASE)
"""Words that mean something said before."""


_OWN_DESIGN = re.compile(r"\W*(?:(?:so|and|then|ok|okay|well)\W+)*(?:i|we|my)\b", re.IGNORECASE)
"""How somebody speaks of their own design, to which a question behind it ('is it random?') belongs."""
_OFFERS = re.compile(r"(?:do|does) (?:we|they|it) want\b|should (?:we|they|it)\b", re.IGNORECASE)
_MERE = 3
"""Words of a question that hardly means anything alone: 'who reviews, and how many people?'"""


@dataclass(frozen=True)
class Match:
    """A fact that a question asks for, and how alike the question and the nearest of its phrasings are (0 to 1)."""

    fact: str
    """Its id; empty when the question lies between two, or when the case is silent on it."""
    question: str
    similarity: float
    between: tuple[str, ...] = ()
    """The two facts that it lies between, the likelier first."""


@cache
def _words_of(texts: tuple[str, ...]) -> frozenset[str]:
    return long_words(texts)


def _spelt_out(clause: str) -> str:
    """'whats the rate' with its apostrophe."""
    return re.sub(r"\b(what|how|where|who|when|that|there)s\b", r"\1's", clause, flags=re.IGNORECASE)


def _core(clause: str) -> str:
    """A question without what leads up to it and without the answers it offers: "what is the goal, clicks or sales"."""
    asked = _LEAD_UP.sub("", clause)
    return _OFFERED.split(asked)[0]


def _alike(vectors: Vectors, sounds: Exemplars) -> Vectors:
    """Shape (questions, phrasings): the mean of how near each comes to the phrasing and of how much it is of its fact.

    What the fact says counts a little beside its phrasing.
    """
    facts, answers = sounds.facts, sounds.answers
    near: Vectors = vectors @ facts.vectors.T
    if len(answers):
        column = {name: index for index, name in enumerate(answers.ids)}
        known = np.array([name in column for name in facts.ids])
        columns = np.array([column.get(name, 0) for name in facts.ids])
        near += thresholds().fact.answer * (vectors @ answers.vectors.T)[:, columns] * known
    alike: Vectors = (near + facts.read_out(vectors)) * np.float32(0.5)
    return alike


def match_facts(clauses: Sequence[str], sounds: Exemplars, embedder: Embedder, before: str = "") -> list[Match]:
    """For each clause the fact it asks for, in order, each fact once; no fact where the case is silent on it.

    ``before``: the sentence before, which says what "is that filtered already?" is about.
    """
    if not clauses or not len(sounds.facts):
        return []
    at = thresholds().fact
    before = "" if _OWN_DESIGN.match(before) else before
    asked = [respelt(_spelt_out(clause), _words_of(sounds.facts.texts)) for clause in clauses]
    ways = [[text, _core(text)] for text in [before, *asked]]
    for way, earlier in zip(ways[1:], [before, *asked], strict=False):
        words = len(way[0].split())
        if earlier and (words <= _MERE or (words <= at.points_back and _POINTS_BACK.search(way[0]))):
            way.append(f"{earlier.rstrip('.?! ')}, {way[0]}")
    alike_all = _alike(embedder.encode([text for way in ways for text in way]), sounds)
    each = np.split(alike_all, np.cumsum([*map(len, ways)])[:-1])
    found: dict[str, Match] = {}
    previous = ""  # what the clause before asked for by itself: together with this one it would only be asked again
    for clause, way, alike in zip([before, *clauses], ways, each, strict=True):
        by_itself = _decided(clause, alike[:2].max(0), sounds.facts.ids)
        with_before = _decided(clause, alike[2:].max(0), sounds.facts.ids) if len(alike) > 2 else None
        if with_before and with_before.fact == previous:
            with_before = None
        surely = [one for one in (by_itself, with_before) if one and one.fact]
        match = next(iter(surely), by_itself) or Match("", clause, 0.0)
        if way is ways[0]:
            previous = match.fact if before.rstrip().endswith("?") else ""  # a statement asks for nothing
        elif found and previous and match.similarity < at.sure and _OFFERS.match(clause):
            continue  # 'what's the goal, do we want them to watch more?' asks one thing
        else:
            previous = match.fact
            found.setdefault(match.fact or clause, match)
    sure = {one.fact for one in found.values() if one.fact}
    return [one for one in found.values() if one.fact or not sure & {*one.between}]


def _decided(clause: str, alike: Vectors, ids: Sequence[str]) -> Match | None:
    """The fact that a clause asks for, the two that it lies between, or nothing."""
    at = thresholds().fact
    order = np.argsort(-alike)
    first = ids[order[0]]
    rival = next((int(index) for index in order if ids[index] != first), None)
    best, second = float(alike[order[0]]), float(alike[rival]) if rival is not None else -1.0
    if not first or best < at.doubt:
        return None
    other = ids[rival] if rival is not None else ""
    if not other or best + at.lead * (best - second) >= at.sure:
        return Match(first, clause, best)
    return Match("", clause, best, (first, other)) if other else None


def facts_said(pieces: list[str], vectors: Vectors, knowledge: Knowledge, slug: str, embedder: Embedder) -> list[str]:
    """The facts that a recorded interviewer gave, whatever figures it gave them with."""
    case = knowledge.case(slug)
    if case is None or not pieces:
        return []
    answers = embedder.encode([fact.answer for fact in case.facts])
    found = []
    for piece, row in zip(pieces, vectors @ answers.T, strict=True):
        index = int(np.argmax(row))
        if row[index] >= thresholds().fact.given and "?" not in piece and case.facts[index].id not in found:
            found.append(case.facts[index].id)
    return found


# -- problem ---------------------------------------------------------------------------------------------
# Which of the knowledge base's problems a recorded interview is about, where nobody says it.


@dataclass(frozen=True)
class Guess:
    """The problem that the talk is nearest to."""

    case: str
    near: bool
    """Whether it is near enough to be taken for that problem; a problem that we do not have is nearest to one, too."""


def nearest_problem(talk: str, knowledge: Knowledge, embedder: Embedder, folder: Path | None = None) -> Guess | None:
    """The problem that the beginning of the talk sounds most like; None without talk or problems.

    A problem is compared by its summary, its brief and its keywords with every piece of some forty words; the piece in
    which it sounds most like itself counts, since people say what the problem is once, amid other things. ``folder``
    keeps the problems' vectors.
    """
    at, slugs = thresholds().problem, [*knowledge.cases]
    words = talk.split()[: at.words]
    if not words or not slugs:
        return None
    half = at.piece // 2
    pieces = [" ".join(words[start : start + at.piece]) for start in range(0, max(1, len(words) - half), half)]
    about = []
    for case in (knowledge.cases[slug] for slug in slugs):
        about += [f"{case.title}. {case.summary}", case.brief, f"{case.title}: {', '.join(case.keywords)}"]
    likeness = embedder.encode(pieces) @ kept_vectors(about, embedder, folder).T
    each = likeness.reshape(len(pieces), len(slugs), 3).mean(axis=2).max(axis=0)
    best = int(each.argmax())
    return Guess(slugs[best], bool(each[best] >= at.alike))


# -- recorded moves --------------------------------------------------------------------------------------
# Reads the move out of a recorded interviewer's words, where the recording does not say it. Pure.


_CLOSE = re.compile(
    r"\b(that'?s (?:our|the|my) (?:time|list)|we(?:'re| are) (?:at|out of) time|stop (?:here|there)|"
    r"thank(?:s| you) for (?:coming|your|making|the time|sticking)|"
    r"we'?ll (?:stop|leave it|end)|time(?:'s| is) up)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(\w+ minutes? (?:left|to go|remaining)|(?:short|conscious|running out) o[fn] time|minutes left)\b",
    re.IGNORECASE,
)
_LAST_WORDS_ASKED = re.compile(
    r"\b(?:is there )?anything (?:else )?(?:that )?(?:you(?:'d| would)? (?:still )?(?:like|want) to|to) (?:add|ask)\b|"
    r"\banything (?:that )?you(?:'d| would) (?:do|have done) differently\b",
    re.IGNORECASE,
)
_MOVE_ON = re.compile(
    r"\b(let'?s (?:go|move|get|turn|talk|switch)|moving on|next topic|last topic|go on to|walk me through)\b",
    re.IGNORECASE,
)
_CURVEBALL = re.compile(
    r"\b(suppose|imagine|say (?:that )?(?:the|we|you|it)|what if|now assume|let'?s say)\b", re.IGNORECASE
)


def read_move(text: str, step: Step | None, *, first: bool, gave_facts: bool) -> Move:
    """The likeliest move of an interviewer's words; ``step`` is the step whose signals they are nearest to."""
    asks = bool(questions(spans(text)))
    if first:
        return Move(kind=MoveKind.OPEN)
    if _CLOSE.search(text) and not asks:
        return Move(kind=MoveKind.CLOSE)
    if _LAST_WORDS_ASKED.search(text):
        return Move(kind=MoveKind.WRAP_UP)
    if _TIME.search(text):
        return Move(kind=MoveKind.TIME_CHECK, step=step)
    if gave_facts and not asks:
        return Move(kind=MoveKind.ANSWER)
    if _CURVEBALL.search(text) and asks:
        return Move(kind=MoveKind.CURVEBALL, step=step)
    if _MOVE_ON.search(text):
        return Move(kind=MoveKind.MOVE_ON, step=step)
    if gave_facts:
        return Move(kind=MoveKind.ANSWER)
    if not asks and len(text.split()) <= 6:
        return Move(kind=MoveKind.LET_GO_ON)
    return Move(kind=MoveKind.PROBE, step=step)
