"""How sure the report may be of its verdict, and what it doubts. Pure."""

import math
from collections.abc import Mapping

from interviewer.grading.reading import Reading
from interviewer.grading.scores import Pooled
from interviewer.grading.verdict import distance

TYPICAL_ERROR = 0.42
"""Standard error of the mean step score against the panel, cases left out (fit)."""
CEILING = {None: 0.7, "local": 0.75, "openai": 0.85}
"""By rung: a rung that cannot judge whether a claim is true is never surer than this."""
FAMILIAR, STRANGE = 0.92, 0.82
"""Share of an embedding inside the talk that the probe was fitted on: from here full, to here no trust."""
INSUFFICIENT = 0.2
UNKNOWN_JUDGE = 0.3
"""A model whose judgements were never calibrated."""
LONG_TURN = 250


def confidence_of(
    mean: float | None,
    bar: Mapping[str, float],
    pooled: Pooled,
    reading: Reading,
    rung: str | None,
    known_judge: bool = True,
) -> tuple[float, list[str]]:
    """A probability that a panel would give this verdict, and sentences on what lowers it."""
    if mean is None:
        return INSUFFICIENT, []
    doubts = []
    error = math.hypot(TYPICAL_ERROR, pooled.spread)
    sure = 2 * _normal(distance(mean, bar) / error) - 1
    value = 0.35 + 0.6 * sure
    if rung is None:
        doubts.append(
            "Graded without a language model: how deep the answers go was estimated from how they sound, not checked."
        )
    trust = min(1.0, max(0.0, (pooled.familiar - STRANGE) / (FAMILIAR - STRANGE)))
    per_turn: dict[int, int] = {}
    for unit in reading.units:
        per_turn[unit.turn] = per_turn.get(unit.turn, 0) + unit.words
    if per_turn and max(per_turn.values()) > LONG_TURN:
        trust = min(trust, 0.5)
        doubts.append(
            "Long free-flowing turns: on recordings of real talk this grader orders candidates less reliably."
        )
    elif trust < 0.5:
        doubts.append(
            "This talk is unlike the interviews that the grader was fitted on: trust the order of steps, not the marks."
        )
    words = sum(pooled.words.values())
    value *= (0.6 + 0.4 * trust) * min(1.0, 0.5 + words / 1600)
    ceiling = CEILING.get(rung, 0.7) if known_judge else UNKNOWN_JUDGE
    return round(min(ceiling, max(0.05, value)), 2), doubts


def _normal(z: float) -> float:
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))
