"""What speech costs the agreement of verdicts.

κ(typed, panel) − κ(heard, panel), quadratic weights, the same interviews; embedded voice
"""

from evals.scorers.through_speech import lost, verdict_triples
from evals.types import Scorer

SCORER = Scorer("speech_verdict_loss", __doc__ or "", verdict_triples, lost, "lower")
