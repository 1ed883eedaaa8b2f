"""From a unit that shows something to words that can be read alone: still an exact substring of the turn. Pure.

A fragment takes its neighbours in, as long as they were admitted too and the whole stays short; fillers at either
end go.
"""

import re
from collections.abc import Callable, Sequence

from interviewer.listening.segments import Unit
from interviewer.listening.thought import depth

LONGEST = 45
"""Words."""
ADDS = 4.0
"""How much more telling a neighbour must make a quote to join it."""
_ALONE = 16
"""Words from which a sentence is long enough to be read by itself."""
_LEANS = re.compile(
    r"^\W*(?:(?:um+|uh+|er+|yeah|okay|ok|well|right)\W+)*"
    r"(?:it|its|it's|it'd|it'll|that|that's|that'd|this|they|they're|those|these|them|because|since|which|so|then|and|"
    r"but|or|otherwise|same|also|both|neither|he|she)\b",
    re.IGNORECASE,
)
_EDGE = r"(?:um+|uh+|erm*|hmm+|okay|ok|yeah|so|and|well|like|you know|right|uh huh|then|i mean|actually|also)"
_OPENING = re.compile(rf"^(?:\W*\b{_EDGE}\b(?!['’]))+[\s,.…-]*", re.IGNORECASE)
_ENDING = re.compile(rf"(?:[\s,]*\b{_EDGE})+[\s,]*$", re.IGNORECASE)


def quote_at(units: Sequence[Unit], index: int, text: str, telling: Callable[[str], float] | None = None) -> str:
    """The quote for ``units[index]`` of a turn with this ``text``; a neighbour that makes it more ``telling`` joins."""
    first = last = index
    own = units[index]
    if (_unfinished_before(text, own.start) or _LEANS.match(own.text) or own.words < _ALONE) and _joins(
        units, first - 1, first, text, last
    ):
        first -= 1
    thin = depth(own.text).thin
    while (
        (_unfinished_after(text, units[last].end) or (thin and last == index and first == index))
        and last + 1 < len(units)
        and _joins(units, last, last + 1, text, first)
    ):
        last += 1
    if telling is not None:
        first, last = _told(units, first, last, text, telling)
    return trimmed(text[units[first].start : units[last].end])


def _told(units: Sequence[Unit], first: int, last: int, text: str, telling: Callable[[str], float]) -> tuple[int, int]:
    """The span with the neighbour that adds most to what it tells, when that is much."""
    spans = [(first, last)]
    if last + 1 < len(units) and _joins(units, last, last + 1, text, first):
        spans.append((first, last + 1))
    if _joins(units, first - 1, first, text, last):
        spans.append((first - 1, last))
    worth = [telling(text[units[a].start : units[b].end]) for a, b in spans]
    best = max(range(len(spans)), key=worth.__getitem__)
    return spans[best] if worth[best] >= worth[0] + ADDS else spans[0]


def trimmed(text: str) -> str:
    """The text without blanks and fillers at its ends."""
    text = text.strip()
    shorter = _ENDING.sub("", _OPENING.sub("", text)).strip()
    return shorter if len(shorter.split()) >= 5 else text


def _unfinished_before(text: str, start: int) -> bool:
    before = text[:start].rstrip()
    return bool(before) and before[-1] not in ".?!:;"


def _unfinished_after(text: str, end: int) -> bool:
    return text[:end].rstrip()[-1:] not in ".?!"


def _joins(units: Sequence[Unit], left: int, right: int, text: str, other: int) -> bool:
    """Whether two units lie side by side in one turn and the whole, out to ``other``, stays short."""
    if left < 0 or units[left].turn != units[right].turn or text[units[left].end : units[right].start].strip():
        return False
    ends = (left, right, other)
    return len(text[units[min(ends)].start : units[max(ends)].end].split()) <= LONGEST
