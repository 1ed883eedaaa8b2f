"""Interviews whose candidate was said by a voice and heard again: the marks must not hang on recognition errors.

What was heard is kept (``evals.speech``), nothing is corrected by hand, and both versions are graded with numbers
fitted without any transcript of the case. Synthetic voices are easier to hear than people.
"""

from typing import Any

from evals import speech
from evals.recorded import labelled, transcript_of
from evals.scorers import (
    robot_steps,
    robot_words,
    speech_step_loss,
    speech_step_qwk,
    speech_steps,
    speech_verdict_loss,
    speech_verdict_qwk,
    speech_words,
)
from evals.suites.metamorphic import spread
from evals.types import Data, Json, Sample, Suite
from interviewer.errors import BadInput
from interviewer.transcript import transcript_from

FAST = 4


def samples(data: Data) -> list[Sample]:
    """The labelled transcripts that were heard, a sample a voice. Raises BadInput where one changed since."""
    typed = {one.id: one for one in labelled(data)}
    found = []
    for heard in speech.kept():
        if heard.id not in typed:
            continue
        one = typed[heard.id]
        if one.sha256 != heard.source:
            raise BadInput(
                f"{heard.id} changed since it was heard: python -m evals.voice_bench --only graded "
                f"--voices {heard.voice} --interviews {heard.id}"
            )
        wrong, said = heard.wrong(one.body)
        inputs = {"transcript": one.body, "heard": heard.body(one.body)}
        target = {"labels": one.labels, "voice": heard.voice, "wrong": wrong, "said": said}
        found.append(Sample(f"{heard.id}.{heard.voice}", one.body["case"], inputs, target))
    return spread(found, FAST) if data.fast else found


def task(sample: Sample, world: Any) -> Json:
    return {
        "typed": _marks(world.grade(transcript_of(sample.inputs), unseen=True)),
        "heard": _marks(world.grade(transcript_from(sample.inputs["heard"]), unseen=True)),
    }


def _marks(report: Json) -> Json:
    steps = {step: {"score": body["score"]} for step, body in report["steps"].items()}
    return {"verdict": report["verdict"], "score": report["score"], "steps": steps}


SUITE = Suite(
    "speech",
    __doc__ or "",
    samples,
    task,
    (
        speech_verdict_qwk.SCORER,
        speech_verdict_loss.SCORER,
        speech_step_qwk.SCORER,
        speech_step_loss.SCORER,
        speech_steps.SCORER,
        speech_words.SCORER,
        robot_steps.SCORER,
        robot_words.SCORER,
    ),
)
