"""Rival graders: simple ways to guess the verdict, which ours must beat. Each is fitted with the case left out.

majority   the commonest verdict of the other cases
length     a line on log(candidate's words)
keywords   a line on the number of different technical words (``data/keywords.txt``)
probe      ridge on mean MiniLM embeddings of 50-word chunks, alpha 10
asked      the model of the run asked for a mark (``ask``)
"""

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals import places
from evals.recorded import Recorded
from evals.statistics import ridge
from interviewer.domain import Verdict
from interviewer.transcript import Transcript

DATA = Path(__file__).parent / "data"
CHUNK = 50
ALPHA = 10.0
KEPT = DATA / "rivals.json"


def kept_or_made(found: Sequence[Recorded], every: Sequence[Recorded]) -> dict[str, dict[str, float]]:
    """The committed marks where they were made from these transcripts, otherwise made now."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    return kept["marks"] if kept.get("key") == key_of(every) else marks(found, every)


def keep(every: Sequence[Recorded]) -> None:
    """Writes the marks of our own transcripts, a line each."""
    rows = [f"  {json.dumps(name)}: {json.dumps(own)}" for name, own in sorted(marks(every).items())]
    KEPT.write_text(f'{{"key": "{key_of(every)}",\n "marks": {{\n' + ",\n".join(rows) + "\n}}\n", encoding="utf-8")


def key_of(every: Sequence[Recorded]) -> str:
    """Names the transcripts, their verdicts and what the rivals are made of."""
    from interviewer.knowledge.embeddings import model_sha256

    parts = sorted(f"{one.id} {one.sha256} {one.labels.get('verdict')}" for one in every)
    own = (DATA / "keywords.txt").read_text(encoding="utf-8")
    return hashlib.sha256("\0".join([model_sha256(), str(CHUNK), str(ALPHA), own, *parts]).encode()).hexdigest()[:16]


def marks(found: Sequence[Recorded], others: Sequence[Recorded] = ()) -> dict[str, dict[str, float]]:
    """Every rival's verdict (rank 0–3) for every transcript found, fitted on the other cases among all of them.

    Too few cases to leave one out: no marks.
    """
    wanted = {one.id for one in found}
    found = [*found, *(one for one in others if one.id not in wanted)]
    cases = sorted({one.body["case"] for one in found})
    if len(cases) < 2:
        return {}
    cases = sorted({one.body["case"] for one in found if one.id in wanted})
    fitted: dict[str, dict[str, float]] = {one.id: {} for one in found}
    features = {
        "length": _column(found, lambda text: math.log(1 + len(text.split()))),
        "keywords": _column(found, _keywords),
    }
    chunks = [_chunks(one) for one in found]
    ranks = np.array([Verdict(one.labels["verdict"]).rank for one in found], float)
    for case in cases:
        out = np.array([one.body["case"] == case for one in found])
        common = Counter(ranks[~out].tolist()).most_common(1)[0][0]
        guesses = {name: _guess(matrix, ranks, out) for name, matrix in features.items()}
        probe = _probe(chunks, ranks, out)
        for row, index in enumerate(np.flatnonzero(out)):
            one = fitted[found[int(index)].id]
            one["majority"] = float(common)
            one.update({name: guess[row] for name, guess in guesses.items()})
            one["probe"] = probe[row]
    return {name: marks for name, marks in fitted.items() if name in wanted}


def _guess(matrix: NDArray[np.float64], ranks: NDArray[np.float64], out: NDArray[np.bool_]) -> list[float]:
    return [_verdict(value) for value in ridge(matrix[~out], ranks[~out], 1e-6)(matrix[out])]


def _probe(chunks: Sequence[NDArray[np.float64]], ranks: NDArray[np.float64], out: NDArray[np.bool_]) -> list[float]:
    """Fitted on the chunks of the other cases, each with its interview's verdict; the mean over the chunks counts."""
    known = [chunk for chunk, left_out in zip(chunks, out, strict=True) if not left_out]
    targets = np.concatenate([np.full(len(chunk), rank) for chunk, rank in zip(known, ranks[~out], strict=True)])
    predict = ridge(np.concatenate(known), targets, ALPHA)
    return [_verdict(predict(chunks[int(index)]).mean()) for index in np.flatnonzero(out)]


def _verdict(value: float) -> float:
    return float(min(3, max(0, round(value))))


def candidate_text(body: dict[str, Any]) -> str:
    """All that the candidate said."""
    return " ".join(turn["text"] for turn in body["turns"] if turn["speaker"] == "candidate")


def _column(found: Sequence[Recorded], measure: Callable[[str], float]) -> NDArray[np.float64]:
    return np.array([[measure(candidate_text(one.body))] for one in found])


def _keywords(text: str) -> float:
    words = [line for line in (DATA / "keywords.txt").read_text(encoding="utf-8").splitlines() if line]
    lower = text.lower()
    return float(sum(bool(re.search(rf"\b{re.escape(word)}", lower)) for word in words))


def _chunks(one: Recorded) -> NDArray[np.float64]:
    """The chunk vectors of a transcript; kept on the disk by the text's and the weights' hash."""
    from interviewer.knowledge.embeddings import model_sha256, shared_embedder

    text = candidate_text(one.body)
    key = hashlib.sha256(f"{model_sha256()}\0{CHUNK}\0{text}".encode()).hexdigest()[:24]
    path = places.chunks() / f"{key}.npy"
    if path.exists():
        kept: NDArray[np.float64] = np.load(path)
        return kept
    words = text.split()
    pieces = [" ".join(words[start : start + CHUNK]) for start in range(0, len(words), CHUNK)] or [""]
    vectors = shared_embedder().encode(pieces).astype(np.float64).round(4)
    places.put(path, lambda file: np.save(file, vectors))
    return vectors


def ask(chain: Any, transcript: Transcript) -> float | None:
    """The mark, 1 to 4, that the chain's first model gives when simply asked for it."""
    from pydantic import BaseModel, Field

    from interviewer.models.base import Message

    class Mark(BaseModel):
        mark: int = Field(ge=1, le=4)

    talk = "\n".join(f"{turn.speaker}: {turn.text}" for turn in transcript.turns)
    messages = [
        Message("system", (DATA / "ask_for_mark.txt").read_text(encoding="utf-8")),
        Message(
            "user",
            f"Level: {transcript.level}\n<transcript>\n{talk[:24000]}\n</transcript>\nThe mark, as JSON:",
        ),
    ]
    return float(chain.models[0].extract(messages, Mark, max_tokens=20).mark)
