"""Better than counting keywords?

kappa(ours, labels) − kappa(rival, labels); the rival: a line fitted on the number of different technical words
"""

from functools import partial

from evals.scorers.marks import rival_triple
from evals.scorers.rivalry import kappa_gain
from evals.types import Scorer

SCORER = Scorer("over_keywords", __doc__ or "", partial(rival_triple, name="keywords"), kappa_gain)
