"""What a reader found who judged quotes and claims drawn at random from reports: the newest draw of each kind.

Nothing is graded here. The readings are data (``python -m evals.readings`` draws what is to be read); of what was drawn
earlier much is no longer shown. One reader, a language model that also works on the grader.
"""

from typing import Any

from evals.readings import last_draw, readings
from evals.scorers import quotes_support, truly_missing
from evals.types import Data, Json, Sample, Suite


def samples(data: Data) -> list[Sample]:
    return [
        Sample(f"{kind}-{number}", line["case"], {"kind": kind, "line": line})
        for kind in ("quotes", "claims")
        for number, line in enumerate(last_draw(readings(kind)))
    ]


def task(sample: Sample, world: Any) -> Json:
    line = sample.inputs["line"]
    return {"kind": sample.inputs["kind"], "right": line["supports" if "supports" in line else "missing"]}


SUITE = Suite("readings", __doc__ or "", samples, task, (quotes_support.SCORER, truly_missing.SCORER))
