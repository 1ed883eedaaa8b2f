"""What the knowledge base itself calls right, wrong and strong, as lessons for the depth probe.

    python -m interviewer.grading.claims        writes data/claims.npz

The panel's transcripts are few and of few problems; the case files state for every problem which claims are mistakes,
which are sound, and what a strong answer has. Kept are sums over their embeddings (``Moments``): thousands of
sentences need not be embedded again for every fit. A fit without the file goes on without these lessons.
"""

import datetime
import json
import sys
from functools import cache
from pathlib import Path

import numpy as np

from interviewer.grading.moments import Moments
from interviewer.grading.parameters import DATA
from interviewer.knowledge.embeddings import model_sha256, shared_embedder
from interviewer.knowledge.load import Knowledge
from interviewer.knowledge.schema import Signal
from interviewer.listening.segments import plain_words

PATH = DATA / "claims.npz"
GRADES = {"mistake": 1.2, "sound": 3.2, "plain": 3.0, "jargon": 3.0, "strong": 3.8}
"""A panel's mark for talk that is made of such sentences: own choice; kinds weigh the same, however many there are."""


def claims(knowledge: Knowledge) -> list[tuple[str, str]]:
    """Every claim with its kind; what all cases share comes once."""
    found: dict[str, str] = {}
    for slug in ("", *knowledge.cases):
        for flag in knowledge.red_flags(slug):
            found |= dict.fromkeys(flag.says, "mistake") | dict.fromkeys(flag.right, "sound")
        for signals in knowledge.signals(slug).values():
            for signal in signals:
                found |= _of(signal)
    return sorted(found.items())


def _of(signal: Signal) -> dict[str, str]:
    strong = {signal.strong: "strong"} if signal.strong else {}
    return dict.fromkeys(signal.plain, "plain") | dict.fromkeys(signal.jargon, "jargon") | strong


@cache
def lessons() -> Moments | None:
    """The kept sums, of total weight 1; None where there are none for this embedding model."""
    try:
        with np.load(PATH, allow_pickle=False) as file:
            if json.loads(str(file["about"]))["embedding_sha256"] != model_sha256():
                return None
            return _unpacked(file["x"], file["xx"], float(file["y"]), file["xy"])
    except (OSError, ValueError, KeyError):
        return None


def _unpacked(x: np.ndarray, upper: np.ndarray, y: float, xy: np.ndarray) -> Moments:
    whole = np.zeros((len(x), len(x)))
    whole[np.triu_indices(len(x))] = upper
    whole = whole + np.triu(whole, 1).T
    return Moments(1.0, x.astype(np.float64), np.asarray(y, np.float64), whole, xy.astype(np.float64))


def learn(knowledge: Knowledge, path: Path = PATH) -> None:
    """Embeds all claims and writes their sums."""
    rows = claims(knowledge)
    kinds = [kind for _, kind in rows]
    weight = np.array([1 / kinds.count(kind) / len(GRADES) for kind in kinds], np.float32)
    grades = np.array([GRADES[kind] for kind in kinds], np.float32)
    found = Moments.of(shared_embedder().encode([plain_words(text) for text, _ in rows]), grades, weight)
    about = {
        "date": datetime.date.today().isoformat(),
        "command": "python -m interviewer.grading.claims",
        "claims": {kind: kinds.count(kind) for kind in GRADES},
        "embedding_sha256": model_sha256(),
    }
    np.savez_compressed(
        path,
        about=np.array(json.dumps(about, sort_keys=True)),
        x=(found.x / found.weight).astype(np.float32),
        y=np.asarray(found.y / found.weight, np.float32),
        xx=(found.xx / found.weight)[np.triu_indices(len(found.x))].astype(np.float32),
        xy=(found.xy / found.weight).astype(np.float32),
    )


if __name__ == "__main__":
    learn(Knowledge.load())
    sys.exit(0)
