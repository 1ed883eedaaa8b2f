"""The clean and the spoken version of the same interview must get the same marks.

A twin is a transcript with ``labels.twin_of``; a transcript without one is paired with itself as raw captions would
write it: fillers and restarts, no capital letters, no punctuation.
"""

import re
from typing import Any

from evals import changes
from evals.graded import grade_all
from evals.recorded import recorded
from evals.scorers import twin_steps, twin_verdict
from evals.suites.metamorphic import spread
from evals.types import Data, Json, Sample, Suite

FAST = 10


def captioned(body: Json) -> Json:
    """The candidate's words as automatic captions: fillers, restarts, lower case, no punctuation."""
    noisy = changes.fillers(body)
    turns = [
        {**turn, "text": re.sub(r"[.,;:!?—–\"“”()]+", "", turn["text"]).lower()}
        if turn["speaker"] == "candidate"
        else turn
        for turn in noisy["turns"]
    ]
    return {**noisy, "turns": turns}


def samples(data: Data) -> list[Sample]:
    found = recorded(data)
    twins = {one.twin_of: one for one in found if one.twin_of}
    pairs = [
        Sample(
            one.id,
            one.body["case"],
            {"transcript": one.body, "twin": twins[one.id].body if one.id in twins else captioned(one.body)},
            {"made": one.id not in twins},
        )
        for one in found
        if not one.twin_of
    ]
    return spread(pairs, FAST) if data.fast else pairs


def task(sample: Sample, world: Any) -> Json:
    graded = grade_all({"base": sample.inputs["transcript"], "spoken": sample.inputs["twin"]}, world)
    return {"base": graded["base"], "twins": {"spoken": graded["spoken"]}}


SUITE = Suite("twins", __doc__ or "", samples, task, (twin_verdict.SCORER, twin_steps.SCORER))
