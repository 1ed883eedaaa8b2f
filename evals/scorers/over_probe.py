"""Better than the embedding probe?

kappa(ours, labels) − kappa(rival, labels); the rival: a ridge regression on mean sentence embeddings of 50-word chunks
"""

from functools import partial

from evals.scorers.marks import rival_triple
from evals.scorers.rivalry import kappa_gain
from evals.types import Scorer

SCORER = Scorer("over_probe", __doc__ or "", partial(rival_triple, name="probe"), kappa_gain)
