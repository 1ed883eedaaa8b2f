"""Step agreement with the labels (quadratic weighted kappa).

1 − Σ(ours − theirs)² ÷ E[Σ(ours − theirs)²] if independent, over all steps that both marked from 1 to 4
"""

from evals.scorers.marks import step_pairs
from evals.statistics import quadratic_kappa
from evals.types import Scorer

SCORER = Scorer("step_qwk", __doc__ or "", step_pairs, quadratic_kappa)
