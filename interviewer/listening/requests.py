"""What a candidate asks of the interviewer as a person: time left, say that again, a moment to think, the end.

    Requests(embedder).of(spans("ok. how much time is left?"), near)  ->  [(Intent.TIME_LEFT, Span(...))]

By likeness to exemplars and by words that show it; both are data (``data/requests.yaml``, ``data/intents.yaml``).
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from interviewer.knowledge.embeddings import Embedder, Vectors
from interviewer.listening.intents import Intent
from interviewer.listening.thresholds import thresholds
from interviewer.text import Span

_DATA = Path(__file__).parent / "data" / "requests.yaml"
_NOTHING = "nothing"


@cache
def _exemplars() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names and the sentences, row by row."""
    data: dict[str, list[str]] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    rows = [(name, text) for name, texts in data.items() for text in texts]
    return tuple(name for name, _ in rows), tuple(text for _, text in rows)


def texts() -> tuple[str, ...]:
    """All exemplars, for whoever keeps their vectors."""
    return _exemplars()[1]


def requests(
    pieces: Sequence[Span], vectors: Vectors, problem: Sequence[Vectors], embedder: Embedder
) -> list[tuple[Intent, Span]]:
    """The requests among the sentences, in order; ``problem`` holds what the case's sentences sound like."""
    at = thresholds().request
    names, known = _exemplars()
    near = vectors @ embedder.encode(known).T
    own = np.array([name == _NOTHING for name in names])
    about = np.max([(vectors @ rows.T).max(1) for rows in problem if len(rows)] or [np.zeros(len(pieces))], axis=0)
    found = []
    for row, piece in enumerate(pieces):
        if len(piece.text.split()) > at.longest or row < len(pieces) - at.last:
            continue
        best = int(np.argmax(np.where(own, -1.0, near[row])))
        likeness = float(near[row, best])
        clear = likeness >= max(near[row][own].max() + at.over_nothing, about[row] - at.over_problem)
        if likeness >= at.alike and clear:
            found.append((Intent(names[best]), piece))
    return found
