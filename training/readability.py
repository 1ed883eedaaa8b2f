"""Counts and fits what ``interviewer/listening/utterance.py`` reads.

    python -m training.readability --garble SCRIPT FOLDER...     folders of transcripts to fit and measure on

The word table is counted from our own interviews (``evals/transcripts``) and the knowledge base, so nothing of others'
talk travels; the line is fitted on the folders' candidates, clean and garbled at ten rates with two kinds of noise, and
measured with each folder left out in turn. Writes ``data/readability.npz``; prints the weights for the YAML beside it.
"""

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from interviewer.listening import utterance
from interviewer.listening.utterance import measures, plain_words

ROOT = Path(__file__).parents[1]
FREQUENT = 250
RATES = ((0, 0), (0.05, 0.05), (0.1, 0.1), (0.1, 0.2), (0.2, 0.2), (0.2, 0.3), (0.3, 0.4), (0, 0.2), (0.2, 0), (0, 0.5))
LENGTHS = (120, 250, 500, 1000, 2000, 9999)
Floats = NDArray[np.float64]


def count() -> None:
    """Writes the table: frequent words, their neighbourhoods, and the words known twice or more."""
    talks = [
        " . ".join(turn["text"] for turn in json.loads(file.read_text(encoding="utf-8"))["turns"])
        for file in sorted((ROOT / "evals" / "transcripts").rglob("*.json"))
    ]
    notes = [file.read_text(encoding="utf-8") for file in sorted((ROOT / "knowledge").rglob("*.md"))]
    seen = Counter(word for text in talks + notes for word in plain_words(text))
    frequent = [word for word, _ in Counter(word for text in talks for word in plain_words(text)).most_common(FREQUENT)]
    index = {word: number for number, word in enumerate(frequent)}
    pairs = np.full((FREQUENT + 1, FREQUENT + 1), 0.5)
    for text in talks + notes:
        for sentence in re.split(r"[.;:?!\n]", text):
            kinds = [index.get(word, FREQUENT) for word in plain_words(sentence)]
            for one, other in pairwise(kinds):
                pairs[one, other] += 1
    ratios = np.clip(np.log(pairs * pairs.sum() / np.outer(pairs.sum(1), pairs.sum(0))), -2, 2)
    known = sorted(word for word, times in seen.items() if times > 1 and word.isalpha() and len(word) > 2)
    np.savez_compressed(
        ROOT / "interviewer" / "listening" / "data" / "readability.npz",
        frequent=np.array(" ".join(frequent)),
        ratios=np.round(ratios * 50).astype(np.int8),
        known=np.array(" ".join(known)),
    )
    utterance._table.cache_clear()
    print(f"{len(talks)} interviews, {len(notes)} notes; {len(known)} words known")


def garbled(text: str, lost: float, replaced: float, seed: float, sounds: dict[str, str], noise: Sequence[str]) -> str:
    """What a bad microphone makes of a text."""
    rnd = random.Random(seed)
    words = []
    for word in text.split():
        bare, chance = word.lower().strip(".,?!;:"), rnd.random()
        if bare in sounds:
            words.append(sounds[bare])
        elif chance >= lost + replaced:
            words.append(bare)
        elif chance >= lost:
            words.append(rnd.choice(noise))
    return " ".join(words)


def samples(folders: Sequence[Path], script: Path) -> Iterator[tuple[tuple[float, float, float], float, int]]:
    """(measures, share of words as said, folder's number) of pieces of talk, clean and garbled."""
    from interviewer.knowledge.embeddings import vocabulary

    source = script.read_text(encoding="utf-8")
    sounds = dict(re.findall(r'"([a-z]+)": "([a-z ]+)"', source))
    noise = (re.search(r'NOISE = "([^"]+)"', source) or ["", ""])[1].split()
    rnd = random.Random(3)
    other = rnd.sample(sorted(word for word in vocabulary() if word.isalpha() and len(word) > 3), 3000)
    for number, folder in enumerate(folders):
        for file in sorted(folder.glob("*.json")):
            turns = json.loads(file.read_text(encoding="utf-8"))["turns"]
            words = " ".join(turn["text"] for turn in turns if turn["speaker"] == "candidate").split()
            for repeat in range(14):
                length = rnd.choice(LENGTHS)
                start = rnd.randrange(max(1, len(words) - length))
                piece = words[start : start + length]
                if repeat < 5:
                    yield measures(plain_words(" ".join(piece))), 1.0, number
                    continue
                lost, replaced = rnd.choice(RATES)
                bad = garbled(" ".join(piece), lost, replaced, rnd.random(), sounds, rnd.choice([noise, other]))
                hit = float(np.mean([word.lower().strip(".,?!;:") in sounds for word in piece]))
                yield measures(plain_words(bad)), (1 - lost - replaced) * (1 - hit), number


def fit(x: Floats, y: Floats) -> Floats:
    """Least squares with a constant at the end."""
    weights: Floats = np.linalg.lstsq(np.c_[x, np.ones(len(x))], y, rcond=None)[0]
    return weights


def main() -> None:
    """Counts, fits, measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--garble", type=Path, required=True, help="the script whose SOUNDS and NOISE are used")
    parser.add_argument("folders", type=Path, nargs="+")
    given = parser.parse_args()
    count()
    rows = list(samples(given.folders, given.garble))
    x, y, of = (
        np.array([row[0] for row in rows]),
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
    )
    for name, columns in (("line: order, familiar, frequent, constant", [0, 1, 2]), ("notes: familiar, constant", [1])):
        errors = np.zeros(len(y))
        for left in sorted(set(of)):
            weights = fit(x[of != left][:, columns], y[of != left]) if len(set(of)) > 1 else fit(x[:, columns], y)
            errors[of == left] = np.c_[x[of == left][:, columns], np.ones((of == left).sum())] @ weights - y[of == left]
        print(name, np.round(fit(x[:, columns], y), 3), f"error {np.sqrt((errors**2).mean()):.3f} on folders left out")


if __name__ == "__main__":
    main()
