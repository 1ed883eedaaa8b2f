"""Better than always giving the commonest verdict?

kappa(ours, labels) − kappa(rival, labels); the rival: the commonest verdict of the other cases
"""

from functools import partial

from evals.scorers.marks import rival_triple
from evals.scorers.rivalry import kappa_gain
from evals.types import Scorer

SCORER = Scorer("over_majority", __doc__ or "", partial(rival_triple, name="majority"), kappa_gain)
