"""Interviews told anew as an hour of real talk: 5,500 to 6,500 words in long turns, drawn and thought aloud, every idea
spread over half-sentences, by writers who did not know the grader; decisions, reasons, numbers and mistakes stayed.

Both versions are graded with numbers fitted without any transcript of the case; the labels are those of the tidy one.
"""

from pathlib import Path
from typing import Any

from evals.graded import brief
from evals.recorded import OWN, Recorded, read_folder, transcript_of
from evals.scorers import bias, false_hire, quotes, step_qwk, talk_steps, talk_verdict, verdict_qwk
from evals.suites.metamorphic import spread
from evals.types import Data, Json, Sample, Suite
from interviewer.transcript import transcript_from

RETOLD = Path(__file__).parents[1] / "data" / "retold"
FAST = 4


def samples(data: Data) -> list[Sample]:
    """Every interview that was told anew, with its tidy version; of our own transcripts only."""
    tidy = {one.id: one for one in read_folder(OWN)}
    found = [_sample(one, tidy[one.labels["retold_from"]]) for one in read_folder(RETOLD)]
    return spread(found, FAST) if data.fast else found


def _sample(told: Recorded, tidy: Recorded) -> Sample:
    return Sample(told.id, told.body["case"], {"transcript": told.body, "tidy": tidy.body}, {"labels": told.labels})


def task(sample: Sample, world: Any) -> Json:
    report = world.grade(transcript_of(sample.inputs), unseen=True)
    tidy = world.grade(transcript_from(sample.inputs["tidy"]), unseen=True)
    return {"report": report, "base": brief(tidy), "told": {"retold": brief(report)}}


SUITE = Suite(
    "retold",
    __doc__ or "",
    samples,
    task,
    (
        verdict_qwk.SCORER,
        step_qwk.SCORER,
        bias.SCORER,
        false_hire.SCORER,
        talk_verdict.SCORER,
        talk_steps.SCORER,
        quotes.SCORER,
    ),
)
