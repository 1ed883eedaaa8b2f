"""Picks what to come back to of the candidate's own words: a clause that stands on its own, else a thing they named."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from interviewer.knowledge.embeddings import Embedder
from interviewer.listening.clauses import Clause, named, standing

Kind = Literal["choice", "claim", "thing", "left", "quoted"]
NEAR: dict[Kind, float] = {"choice": 0.22, "claim": 0.26, "thing": 0.3}
"""Cosine similarity to the subject from which something is worth coming back to."""
NEAR_BEFORE = 0.36
"""The same for what was said long ago: among so much, something is always a little near."""
_QUOTABLE = 16
"""Words of a sentence that may be quoted whole."""
_LEFT = 1
"""Words of a thing that is only taken note of; longer ones too often have swallowed a verb or an adjective."""
CLAUSE_LEAD = 0.08
"""How much nearer a mere thing must be than a clause to be taken instead of it."""
_MOST = 60


@dataclass(frozen=True)
class Recalled:
    """Something of the candidate's to come back to."""

    quote: str
    """Verbatim, for whoever looks it up."""
    told: str
    """As it is said back: 'you'd leave the last month out', 'the help desk'."""
    kind: Kind


def recall(
    text: str,
    topic: str,
    embedder: Embedder,
    said: Sequence[str] = (),
    kinds: Sequence[Kind] = tuple(NEAR),
    least: float = 0.0,
) -> Recalled | None:
    """What of the text lies nearest to the topic, at ``least`` so near, or nothing; nothing ``said`` is taken again."""
    spoken = " ".join(said).lower()
    options = [
        one
        for one in _options(text)
        if one.kind in kinds and one.told.lower() not in spoken and one.quote not in spoken
    ]
    if not options:
        return None
    options = options[-_MOST:]
    similarity = embedder.encode([one.told for one in options]) @ embedder.encode([topic])[0]
    values = [(float(value), one) for value, one in zip(similarity, options, strict=True)]
    near = [
        (value + (CLAUSE_LEAD if one.kind != "thing" else 0.0), one)
        for value, one in values
        if value >= max(least, NEAR[one.kind])
    ]
    return max(near, key=lambda pair: pair[0])[1] if near else None


def of_clause(clause: Clause) -> Recalled:
    """A clause to come back to. 'You'd keep a holdout' is told to their face; 'we keep one' would sound like ours."""
    own = clause.choice and clause.told.startswith("you")
    return Recalled(clause.quote, clause.told, "choice" if own else "claim")


def left(text: str, embedder: Embedder, said: Sequence[str] = ()) -> Recalled | None:
    """What the talk was most about of the things it named, to be taken note of before another subject."""
    spoken = " ".join(said).lower()
    things = [one for one in named(text) if one not in spoken and len(one.removeprefix("the ").split()) <= _LEFT]
    if not things:
        return None
    near = embedder.encode(things) @ embedder.encode([text])[0]
    thing = things[int(near.argmax())]
    return Recalled(thing, thing, "left")


def said_so(text: str) -> Recalled | None:
    """A short statement as it stands: its last whole clause, else the whole of it in quotation marks."""
    clauses = standing(text)
    if clauses:
        return of_clause(clauses[-1])
    plain = text.strip().rstrip(".!,;: ")
    whole = 2 < len(plain.split()) <= _QUOTABLE and not set(plain) & set('<>{}[]"“”`*_|')
    return quoted(plain) if whole else None


def about(text: str, embedder: Embedder) -> Recalled | None:
    """What the talk was most about, to be looked at."""
    found = left(text, embedder)
    return Recalled(found.quote, found.told, "thing") if found else None


def quoted(piece: str) -> Recalled:
    """A piece of the candidate's talk in quotation marks, where it can't be said back."""
    return Recalled(piece, f'"{piece}"', "quoted")


def _named(one: Recalled, topic: str) -> bool:
    """Whether the question names the thing itself: nobody says 'about clicks' before asking about clicks."""
    return one.kind == "thing" and one.told.split()[-1] in topic.lower()


def _options(text: str) -> list[Recalled]:
    whole = [of_clause(one) for one in standing(text)]
    return [*whole, *(Recalled(thing, thing, "thing") for thing in named(text))]
