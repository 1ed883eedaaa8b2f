"""What speech costs the agreement of steps.

κ(typed, panel) − κ(heard, panel), quadratic weights, over the steps that all three marked; embedded voice
"""

from evals.scorers.through_speech import lost, step_triples
from evals.types import Scorer

SCORER = Scorer("speech_step_loss", __doc__ or "", step_triples, lost, "lower")
