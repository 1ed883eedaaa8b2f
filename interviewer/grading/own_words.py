"""Whether a quote speaks in the words of the criterion that it is shown for. Pure.

Sentence embeddings hear what a sentence is about, and take a neighbouring subject for the same one. Words that few
criteria of the case share tell them apart: of 258 quotes that were read, those that support their signal share more
of them than those that do not (AUC .79; likeness of the embeddings .54; ``evals/data/quote_readings.jsonl``).
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from interviewer.knowledge.schema import Signal, TradeOff

STEM = 6
"""Letters by which a word is known: "calibrate" and "calibration" are one."""
_WORD = re.compile(r"[a-z][a-z'-]{2,}")


def stems(text: str) -> set[str]:
    """The words of a text by their first letters."""
    return {word[:STEM] for word in _WORD.findall(text.lower())}


class OwnWords:
    """The words of a case's criteria, each weighing as much as it is rare among them."""

    def __init__(self, signals: Iterable[Signal], choices: Iterable[TradeOff] = ()) -> None:
        self._of: Mapping[str, set[str]] = {one.id: stems(_says(one)) for one in signals} | {
            one.id: stems(" ".join((*one.between, *one.says))) for one in choices
        }
        often = Counter(stem for own in self._of.values() for stem in own)
        self._weight = {stem: math.log((len(self._of) + 1) / (count + 0.5)) for stem, count in often.items()}

    def shared(self, signal: str, quote: str) -> float:
        """The weight of the words that a quote shares with a signal's criterion, examples and strong answer."""
        return sum(self._weight[stem] for stem in stems(quote) & self._of[signal])

    def dense(self, signal: str, passage: str) -> float:
        """What a passage of sixty words with as many of the signal's words for its length would share."""
        return self.shared(signal, passage) * 60 / (len(passage.split()) + 20)


def _says(signal: Signal) -> str:
    return " ".join((signal.text, signal.topic, signal.strong, *signal.plain, *signal.jargon, *signal.terms))
