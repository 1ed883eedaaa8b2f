"""Verdict agreement with the labels (quadratic weighted kappa).

1 − Σ(ours − theirs)² ÷ E[Σ(ours − theirs)²] if the two were independent; verdicts are ranks 0–3.
"""

from evals.scorers.marks import verdict_pair
from evals.statistics import quadratic_kappa
from evals.types import Scorer

SCORER = Scorer("verdict_qwk", __doc__ or "", verdict_pair, quadratic_kappa)
