"""Verdict agreement with the labels after speech (quadratic weighted kappa).

as verdict_qwk, of the interview as it was heard; embedded voice
"""

from evals.scorers.marks import verdict_pair
from evals.scorers.through_speech import by_voice
from evals.statistics import quadratic_kappa
from evals.types import Point, Record, Scorer


def points(record: Record) -> list[Point]:
    return verdict_pair(record, "heard") if by_voice(record, robot=False) else []


SCORER = Scorer("speech_verdict_qwk", __doc__ or "", points, quadratic_kappa)
