"""Long real talk: interviews stretched to 5,000–9,000 words by wandering, repetition and drawing aloud."""

from typing import Any

from evals.changes import stretched
from evals.graded import grade_all
from evals.recorded import recorded, sample_of
from evals.scorers import stretch_steps, stretch_verdict
from evals.suites.metamorphic import spread
from evals.vocabulary import Data, Json, Sample, Suite

LENGTHS = (5000, 9000)
FAST = 5


def samples(data: Data) -> list[Sample]:
    found = [sample_of(one) for one in recorded(data) if not one.twin_of]
    return spread(found, FAST) if data.fast else found


def task(sample: Sample, world: Any) -> Json:
    body = sample.inputs["transcript"]
    graded = grade_all({"base": body, **{str(words): stretched(body, words) for words in LENGTHS}}, world)
    return {"base": graded.pop("base"), "stretched": graded}


SUITE = Suite("stretch", __doc__ or "", samples, task, (stretch_verdict.SCORER, stretch_steps.SCORER))
