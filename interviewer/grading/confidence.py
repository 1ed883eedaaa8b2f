"""How sure the report may be of its verdict, and what it doubts. Pure."""

import math
from collections.abc import Mapping

from interviewer.grading.parameters import rubric
from interviewer.grading.reading import Reading
from interviewer.grading.scores import Pooled

CEILING = {None: 0.85, "local": 0.85, "openai": 0.9}
"""By backend: a backend that cannot judge whether a claim is true is never surer than this."""
UNLIKE = 0.35
"""The most that may be said of talk unlike any that the marks were compared with a panel's on: recordings of real
interviews, where simple probes order people hardly better than chance."""
FAMILIAR, STRANGE = 0.84, 0.78
"""Share of an embedding inside the talk that the probe was fitted on: from here full trust, to here none."""
INSUFFICIENT = 0.2
UNKNOWN_JUDGE = 0.3
"""A model whose judgements were never calibrated."""
LONG_TURN, LONG_TALK = 300, 4500
"""Words of substance in a turn and in all from which talk is unlike the tidy interviews that were labelled."""


def confidence_of(
    mean: float | None,
    bar: Mapping[str, float],
    pooled: Pooled,
    reading: Reading,
    backend: str | None,
    known_judge: bool = True,
) -> tuple[float, list[str]]:
    """A probability that a panel would give this verdict, and sentences on what lowers it."""
    if mean is None:
        return INSUFFICIENT, []
    doubts = []
    value = chance_of(mean, bar, float(rubric()["confidence"]["typical_error"]))
    if backend is None:
        doubts.append(
            "Graded without a language model: how deep the answers go was estimated from how they sound, not checked."
        )
    per_turn: dict[int, int] = {}
    for unit in reading.units:
        per_turn[unit.turn] = per_turn.get(unit.turn, 0) + unit.words
    words = sum(pooled.words.values())
    trust = min(1.0, max(0.0, (pooled.familiar - STRANGE) / (FAMILIAR - STRANGE)))
    said = words + sum(unit.words for unit, _ in reading.aside)  # wandering that was set aside is talk as well
    if said > LONG_TALK or (per_turn and max(per_turn.values()) > LONG_TURN):
        trust = 0.0
        doubts.append(
            "Long free-flowing talk, unlike the interviews that this grader was compared with a panel on: trust the "
            "quotes and the order of the steps more than the marks. The confidence is low for that reason."
        )
    elif trust < 0.5:
        doubts.append(
            "This talk is unlike the interviews that the grader was fitted on: trust the order of the steps more than "
            "the marks. The confidence is low for that reason."
        )
    value = min(value, UNLIKE + trust * (1 - UNLIKE)) * min(1.0, 0.5 + words / 1600)
    ceiling = CEILING.get(backend, 0.85) if known_judge else UNKNOWN_JUDGE
    return round(min(ceiling, max(0.05, value)), 2), doubts


def chance_of(mean: float, bar: Mapping[str, float], error: float) -> float:
    """The chance that a panel's mean lies within the same cut-offs when ours is off by that much."""
    cuts = sorted(bar.values())
    low = max((cut for cut in cuts if cut <= mean), default=-math.inf)
    high = min((cut for cut in cuts if cut > mean), default=math.inf)
    return _normal((high - mean) / error) - _normal((low - mean) / error)


def _normal(z: float) -> float:
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))
