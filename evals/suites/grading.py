"""Agreement of the report with labelled transcripts: verdict and steps, against rivals that must be beaten.

Every transcript is graded with numbers fitted without any transcript of its case (``evals.unseen``), as are the
rivals; once more with its own case file withheld as well; and by the grader as shipped, which was fitted on our own
transcripts: on those its figures are in-sample.
"""

from typing import Any

from evals import rivals
from evals.graded import brief
from evals.recorded import Recorded, labelled, sample_of, transcript_of
from evals.scorers import (
    bias,
    calibration,
    confidence_on_errors,
    false_hire,
    false_no_hire,
    not_reached,
    over_asked,
    over_keywords,
    over_length,
    over_majority,
    over_probe,
    probe_qwk,
    quotes,
    rank_order,
    shipped_step_qwk,
    shipped_verdict_qwk,
    step_qwk,
    verdict_exact,
    verdict_qwk,
    verdict_within_one,
    withheld_step_qwk,
    withheld_verdict_qwk,
)
from evals.suites.metamorphic import spread
from evals.types import Data, Json, Sample, Suite

FAST, FAST_WORDS = 3, 2500


def samples(data: Data) -> list[Sample]:
    """Labelled transcripts; the rivals' marks are fitted with each transcript's case left out."""
    found = every = labelled(data)
    if data.folders and not data.alone:
        every = [*found, *labelled(Data())]
    if data.fast:
        found = [one for some in _by_verdict(found).values() for one in spread(some, FAST)]
    marks = rivals.kept_or_made(found, every)
    return [
        Sample(
            sample.id,
            sample.case,
            sample.inputs,
            {**sample.target, "rivals": marks.get(sample.id, {})},
        )
        for sample in map(sample_of, found)
    ]


def _by_verdict(found: list[Recorded]) -> dict[str, list[Recorded]]:
    """Shorter interviews by verdict: a small selection needs some of each."""
    by: dict[str, list[Recorded]] = {}
    for one in found:
        if not one.twin_of and sum(len(turn["text"].split()) for turn in one.body["turns"]) <= FAST_WORDS:
            by.setdefault(one.labels["verdict"], []).append(one)
    return by


def task(sample: Sample, world: Any) -> Json:
    """Three reports, and the model's own mark where there is a model."""
    transcript = transcript_of(sample.inputs)
    return {
        "report": world.grade(transcript, unseen=True),
        "withheld": world.grade(transcript, withhold=True, unseen=True),
        "shipped": brief(world.grade(transcript)),
        "asked": world.ask_for_mark(transcript),
    }


SUITE = Suite(
    "grading",
    __doc__ or "",
    samples,
    task,
    (
        verdict_qwk.SCORER,
        verdict_exact.SCORER,
        verdict_within_one.SCORER,
        false_hire.SCORER,
        false_no_hire.SCORER,
        rank_order.SCORER,
        step_qwk.SCORER,
        bias.SCORER,
        not_reached.SCORER,
        calibration.SCORER,
        confidence_on_errors.SCORER,
        quotes.SCORER,
        withheld_verdict_qwk.SCORER,
        withheld_step_qwk.SCORER,
        shipped_verdict_qwk.SCORER,
        shipped_step_qwk.SCORER,
        probe_qwk.SCORER,
        over_probe.SCORER,
        over_majority.SCORER,
        over_length.SCORER,
        over_keywords.SCORER,
        over_asked.SCORER,
    ),
)
