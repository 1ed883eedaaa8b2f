"""The metric of the over_… scorers: our kappa less the rival's. Not a scorer itself."""

from collections.abc import Sequence

from evals.statistics import pair, quadratic_kappa
from evals.types import Value


def kappa_gain(values: Sequence[Value]) -> float | None:
    """kappa(ours, panel) − kappa(rival, panel) of triples (ours, panel, rival); a constant rival has kappa 0."""
    triples = [pair(value) for value in values]
    ours = quadratic_kappa([(mine, theirs) for mine, theirs, _ in triples])
    rival = quadratic_kappa([(other, theirs) for _, theirs, other in triples])
    return None if ours is None else ours - (rival or 0.0)
