"""The same transcript at mid, senior and staff: never a better verdict at a higher bar."""

from typing import Any

from evals.graded import grade_body
from evals.recorded import recorded, sample_of
from evals.scorers import level_matters, level_order
from evals.suites.metamorphic import spread
from evals.types import Data, Json, Sample, Suite
from interviewer.domain import Level

FAST = 6


def samples(data: Data) -> list[Sample]:
    found = [sample_of(one) for one in recorded(data)]
    return spread(found, FAST) if data.fast else found


def task(sample: Sample, world: Any) -> Json:
    return {"levels": {str(level): grade_body(sample.inputs["transcript"], world, level) for level in Level}}


SUITE = Suite("levels", __doc__ or "", samples, task, (level_order.SCORER, level_matters.SCORER))
