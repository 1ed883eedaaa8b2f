"""Picks a few of the candidate's own words to come back to: verbatim, short, and to the point."""

import re
from collections.abc import Sequence

import numpy as np

from interviewer.casebook.embed import Embedder
from interviewer.sentences import without_fillers

_CUT = re.compile(
    r"[.,;:!?()\"“”]|\s[-–—]\s|"
    r"\b(?:and then|and|so|because|but|or|which|um+|uh+|you know|i mean|okay|right|like|well|yeah|hmm+)\b",
    re.IGNORECASE,
)
_EDGE = re.compile(
    r"^(?:i'?d|i would|i|i'll|we|we'd|you|you'd|it|it's|it is|that|that's|this|the|a|an|"
    r"then|also|just|maybe|probably|of|to|for|with|in|on|is|are|was|be|use|have|then|let|me|say|do|if)\s+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s+(?:the|a|an|of|to|for|with|in|on|is|are|was|be|i|it|we|you|that|this|at|by|from|as|if|my|our)$", re.IGNORECASE
)
_MOST = 80
_FULLER = 0.02
_EMPTY = frozenset(
    [
        "that",
        "this",
        "then",
        "there",
        "they",
        "them",
        "what",
        "which",
        "when",
        "where",
        "would",
        "could",
        "should",
        "have",
        "just",
        "like",
        "some",
        "more",
        "much",
        "very",
        "also",
        "into",
        "from",
        "with",
        "want",
        "think",
        "thing",
        "things",
        "going",
        "need",
        "really",
        "maybe",
        "unless",
        "because",
        "about",
        "it's",
        "i'd",
        "that's",
        "don't",
    ]
)
SHORTEST, LONGEST = 2, 9
NEAR = 0.15
"""Cosine similarity to the subject from which a clause is worth coming back to."""


def clauses(text: str) -> list[str]:
    """Verbatim pieces of 2 to 9 words between commas, conjunctions and fillers, without weak words at the edges."""
    found = []
    start = 0
    for end in [*(match.span() for match in _CUT.finditer(text)), (len(text), len(text))]:
        piece = text[start : end[0]].strip()
        start = end[1]
        while (shorter := _TAIL.sub("", _EDGE.sub("", piece))) != piece:
            piece = shorter
        if SHORTEST <= len(piece.split()) <= LONGEST and len(piece) >= 8 and "<" not in piece and '"' not in piece:
            found.append(piece)
    return found


def recall(text: str, topic: str, embedder: Embedder, used: Sequence[str] = ()) -> str:
    """The clause of the text that lies nearest to the topic, or an empty string. ``used`` are not taken again."""
    pieces = [piece for piece in dict.fromkeys(clauses(text)) if not any(piece in one for one in used)][-_MOST:]
    if not pieces:
        return ""
    similarity = embedder.encode([without_fillers(piece) or piece for piece in pieces]) @ embedder.encode([topic])[0]
    weight = similarity + np.array([_FULLER * min(5, _content(piece)) for piece in pieces])
    best = int(weight.argmax())
    return pieces[best] if similarity[best] >= NEAR and _content(pieces[best]) >= 1 else ""


def _content(piece: str) -> int:
    """The number of words that carry meaning."""
    return sum(len(word) > 3 and word.lower() not in _EMPTY for word in re.findall(r"[\w'-]+", piece))
