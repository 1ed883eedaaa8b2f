"""Whether words stand in an order in which people speak: shuffled words earn nothing.

Frequent words follow one another in some orders and not in others; ``data/word_order.npz`` holds how much more often
than by chance, counted in our own knowledge base (``python -m interviewer.grading.order`` writes it anew). Read over a
whole turn: single sentences, lists and captions are too uneven.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise

import numpy as np

from interviewer.grading.parameters import DATA, Floats, depth_examples, idle_talk

TABLE = DATA / "word_order.npz"
LEAST_WORDS = 50
SPOKEN = -0.08
"""Mean log ratio from which a turn of that many words is in spoken order. Of the turns in 64 recorded and re-voiced
interviews .1 % lie below, of the same turns shuffled 99 % (evals/LOG.md)."""
SPOKEN_AS_A_WHOLE = -0.05
"""The same for all that a candidate says: the lowest of the 64 interviews is .06, the highest of them shuffled -.16."""
_FREQUENT = 110
_CLIP = 2.0


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z']+|[0-9]+", text.lower().replace("\u2019", "'"))


@cache
def _table() -> tuple[dict[str, int], Floats]:
    with np.load(TABLE, allow_pickle=False) as file:
        return {str(word): index for index, word in enumerate(file["words"])}, file["ratios"].astype(np.float32)


def spoken_order(text: str) -> float:
    """The mean log ratio of neighbouring words: about .2 for talk and writing, about -.25 for shuffled words."""
    index, ratios = _table()
    kinds = [index.get(word, len(index)) for word in _words(text)]
    return float(np.mean([ratios[a, b] for a, b in pairwise(kinds)])) if len(kinds) > 1 else 0.0


def shuffled(text: str) -> bool:
    """Whether a turn's words stand in no order that people speak in."""
    return len(text.split()) >= LEAST_WORDS and spoken_order(text) < SPOKEN


def senseless(turns: Mapping[int, str]) -> set[int]:
    """The turns whose words are shuffled; all of them when the interview as a whole is."""
    words = {index: len(text.split()) for index, text in turns.items()}
    whole = sum(words.values())
    mean = sum(spoken_order(text) * words[index] for index, text in turns.items()) / max(whole, 1)
    if whole >= LEAST_WORDS and mean < SPOKEN_AS_A_WHOLE:
        return set(turns)
    return {index for index, text in turns.items() if shuffled(text)}


def count(texts: Iterable[str]) -> tuple[list[str], Floats]:
    """The frequent words, and the log ratios of their neighbourhoods; the last row and column are all other words."""
    every = list(texts)
    frequent = [word for word, _ in Counter(word for text in every for word in _words(text)).most_common(150)]
    chosen = [word for word in frequent if len(word) <= 7][:_FREQUENT]
    index = {word: number for number, word in enumerate(chosen)}
    seen = np.full((len(chosen) + 1, len(chosen) + 1), 0.5)
    for text in every:
        for sentence in re.split(r"[.;:?!]", text):
            kinds = [index.get(word, len(chosen)) for word in _words(sentence)]
            for a, b in pairwise(kinds):
                seen[a, b] += 1
    ratios = np.log(seen * seen.sum() / np.outer(seen.sum(1), seen.sum(0)))
    return chosen, np.clip(ratios, -_CLIP, _CLIP).astype(np.float32)


def main() -> None:
    """Counts the knowledge base and our own example answers, and writes the table."""
    from interviewer.knowledge.load import Knowledge

    knowledge = Knowledge.load()
    texts: dict[str, None] = {}
    for slug in ("", *knowledge.cases):
        for own in knowledge.signals(slug).values():
            for one in own:
                texts |= dict.fromkeys([*one.plain, *one.probes, one.strong])
    for slug in knowledge.cases:
        texts |= dict.fromkeys(knowledge.cases[slug].reference.values())
    for example in depth_examples():
        texts |= dict.fromkeys(example.values())
    for talk in idle_talk().values():
        texts |= dict.fromkeys(talk)
    words, ratios = count(texts)
    np.savez_compressed(TABLE, words=np.array(words), ratios=ratios.astype(np.float16))


if __name__ == "__main__":
    main()
