"""Better than the length of the answers?

kappa(ours, labels) − kappa(rival, labels); the rival: a line fitted on the logarithm of the candidate's words
"""

from functools import partial

from evals.scorers.marks import rival_triple
from evals.scorers.rivalry import kappa_gain
from evals.types import Scorer

SCORER = Scorer("over_length", __doc__ or "", partial(rival_triple, name="length"), kappa_gain)
