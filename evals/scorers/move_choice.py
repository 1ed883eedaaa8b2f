"""Choice of the next move at labelled positions (macro F1).

Our kind k at a position with the acceptable set A, whose first is the primary: k in A is a true positive of k; else it
is a false positive of k and a false negative of A's primary. F1 = 2·TP ÷ (2·TP + FP + FN) per kind, mean over the kinds
that are primary at ten positions or more.
"""

from collections import Counter
from collections.abc import Sequence

from evals.scorers.wording import positions, unscored
from evals.statistics import pair
from evals.types import Point, Record, Scorer, Value
from interviewer.domain import MoveKind

ENOUGH = 10
KINDS = list(MoveKind)


def points(record: Record) -> list[Point]:
    accept = record.target.get("accept")
    if not accept:
        return []
    found = []
    for ours, _ in positions(record):
        if "error" in ours:
            found.append(unscored(ours))
            continue
        kind, primary = KINDS.index(MoveKind(ours["kind"])), KINDS.index(MoveKind(accept[0]))
        good = ours["kind"] in accept
        note = "" if good else f"{ours['kind']}; good: {', '.join(accept)}: {ours['text'][:120]}"
        found.append(Point((float(kind), float(primary), float(good)), ours["turn"], note, good))
    return found


def macro_f1(values: Sequence[Value]) -> float | None:
    """Macro F1 of triples (our kind, primary kind, acceptable); None without a kind that has enough positions."""
    triples = [pair(value) for value in values]
    scored = [kind for kind, count in Counter(primary for _, primary, _ in triples).items() if count >= ENOUGH]
    figures = []
    for kind in scored:
        hits = sum(ours == kind and good > 0 for ours, _, good in triples)
        wrong = sum(ours == kind and not good for ours, _, good in triples)
        missed = sum(primary == kind and not good for _, primary, good in triples)
        figures.append(2 * hits / (2 * hits + wrong + missed) if hits + wrong + missed else 0.0)
    return sum(figures) / len(figures) if figures else None


SCORER = Scorer("move_choice", __doc__ or "", points, macro_f1)
