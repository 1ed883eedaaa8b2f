"""Long real talk: interviews stretched to 5,000–9,000 words by wandering, repetition and drawing aloud, and told as a
talker would: turns of 600 words without the questions between them, restarts, as captions without punctuation.

Grading thousands of words takes seconds, so a fixed selection of transcripts stands for all.
"""

from typing import Any

from evals.changes import stretched
from evals.graded import grade_all
from evals.realtalk import real_talk
from evals.recorded import recorded, sample_of
from evals.scorers import stretch_steps, stretch_verdict, talk_steps, talk_verdict
from evals.suites.metamorphic import spread
from evals.vocabulary import Data, Json, Sample, Suite

LENGTHS = (5000, 9000)
COUNT, FAST = 10, 4


def samples(data: Data) -> list[Sample]:
    return spread([sample_of(one) for one in recorded(data) if not one.twin_of], FAST if data.fast else COUNT)


def task(sample: Sample, world: Any) -> Json:
    body = sample.inputs["transcript"]
    base = grade_all({"base": body}, world)["base"]
    longer = {str(words): stretched(body, words) for words in LENGTHS}
    told = {"typed": real_talk(body), "captions": real_talk(body, captions=True)}
    return {"base": base, "stretched": grade_all(longer, world), "told": grade_all(told, world)}


SUITE = Suite(
    "stretch",
    __doc__ or "",
    samples,
    task,
    (stretch_verdict.SCORER, stretch_steps.SCORER, talk_verdict.SCORER, talk_steps.SCORER),
)
