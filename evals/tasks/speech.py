"""Interviews whose candidate was said by a voice and heard again."""

from typing import Any

from evals import speech
from evals.recorded import labelled, transcript_of
from evals.scorers import named
from evals.tasks import spread
from evals.types import Data, Json, Sample, Suite
from interviewer import BadInput
from interviewer.transcript import transcript_from

FAST = 4


def heard_samples(data: Data) -> list[Sample]:
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


def heard_task(sample: Sample, world: Any) -> Json:
    """The status of every step, typed and heard."""
    return {
        "typed": _statuses(world.grade(transcript_of(sample.inputs))),
        "heard": _statuses(world.grade(transcript_from(sample.inputs["heard"]))),
    }


def _statuses(report: Json) -> dict[str, str]:
    return {step: body["status"] for step, body in report["steps"].items()}


SPEECH = Suite(
    "speech",
    """Interviews said by a voice and heard again: wrong words, and what a report still finds.

    What was heard is kept (``data/speech``) and nothing is corrected by hand; synthetic voices are easier to hear than
    people.
    """,
    heard_samples,
    heard_task,
    named("speech_words", "speech_status", "robot_words"),
)
