"""Wrong statements that must be heard as mistakes, and sound ones that look like them and must not."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from evals.scorers import flags_caught, flags_false
from evals.suites.conduct import read_lines
from evals.types import Data, Json, Sample, Suite
from interviewer.transcript import Transcript

FILE = Path(__file__).resolve().parent.parent / "data" / "red_flags.jsonl"


def samples(data: Data) -> list[Sample]:
    return [
        Sample(line["id"], line["case"], {"says": line["says"]}, {"flags": line["flags"]}) for line in read_lines(FILE)
    ]


def task(sample: Sample, world: Any) -> Json:
    """The mistakes that the listener hears in a turn of these words alone."""
    turn = {"speaker": "candidate", "text": sample.inputs["says"]}
    transcript = Transcript.model_validate({"case": sample.case, "level": "senior", "turns": [turn]})
    heard = listener(world).annotate(transcript).turns[0].heard or []
    return {"flags": sorted({one.id for one in heard if one.kind == "red_flag"})}


@lru_cache(maxsize=1)
def listener(world: Any) -> Any:
    """The product's listener; it needs no language model, so it is the same on every backend."""
    from evals import places
    from interviewer.knowledge.embeddings import shared_embedder
    from interviewer.listening.annotate import Listener

    return Listener(world.knowledge, shared_embedder(), places.vectors())


SUITE = Suite("red_flags", __doc__ or "", samples, task, (flags_caught.SCORER, flags_false.SCORER))
