"""Long real talk: interviews stretched to 5,000–9,000 words by wandering, repetition and drawing aloud, and told as a
talker would: turns of 600 words without the questions between them, restarts, as captions without punctuation.

Grading thousands of words takes seconds, so a fixed selection of transcripts stands for all.
"""

from collections.abc import Mapping
from typing import Any

from evals.changes import stretched
from evals.graded import brief
from evals.realtalk import real_talk
from evals.recorded import recorded, sample_of
from evals.scorers import stretch_steps, stretch_verdict, talk_steps, talk_verdict
from evals.suites.metamorphic import spread
from evals.types import Data, Json, Sample, Suite
from interviewer.transcript import transcript_from

LENGTHS = (5000, 9000)
COUNT, FAST = 10, 4


def samples(data: Data) -> list[Sample]:
    return spread([sample_of(one) for one in recorded(data) if not one.twin_of], FAST if data.fast else COUNT)


def task(sample: Sample, world: Any) -> Json:
    body = sample.inputs["transcript"]
    longer = {str(words): stretched(body, words) for words in LENGTHS}
    told = {"typed": real_talk(body), "captions": real_talk(body, captions=True)}
    return {"base": _graded(body, world), "stretched": _all(longer, world), "told": _all(told, world)}


def _graded(body: Json, world: Any) -> Json:
    """With the case left out of the fit: a probe knows the words that it was fitted on, and any change moves those."""
    return brief(world.grade(transcript_from(body), unseen=True))


def _all(bodies: Mapping[str, Json], world: Any) -> dict[str, Json]:
    return {name: _graded(body, world) for name, body in bodies.items()}


SUITE = Suite(
    "stretch",
    __doc__ or "",
    samples,
    task,
    (stretch_verdict.SCORER, stretch_steps.SCORER, talk_verdict.SCORER, talk_steps.SCORER),
)
