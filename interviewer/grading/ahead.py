"""Grading ahead: the report so far is made behind the turns and thrown away; what it cost is remembered.

Embeddings are remembered by what determines them, so at the end only what is new must be computed, and the report is
the same as without this. A model that judges is asked at the end only: its calls cost money or minutes.
"""

from collections.abc import Callable
from contextlib import suppress

from interviewer.background import Breathe, Job
from interviewer.errors import ModelError
from interviewer.grading.report import Report
from interviewer.knowledge.embeddings import yielding
from interviewer.knowledge.load import Knowledge
from interviewer.models.base import ModelChain
from interviewer.transcript import Transcript


def ahead(grade: Callable[..., Report], transcript: Transcript, knowledge: Knowledge, chain: ModelChain) -> list[Job]:
    """The job that prepares the report of an interview that goes on; none before the first answer, and none for a
    model that judges."""
    if any(model.capable for model in chain.models[:1]) or not transcript.candidate_turns():
        return []
    only = ModelChain(chain.models[:1], named=True)

    def so_far(breathe: Breathe) -> None:
        with suppress(ModelError), yielding(breathe):  # at the end it is asked again, and the report says what failed
            grade(transcript, knowledge, only, transcript.level, lambda *_: breathe())

    return [so_far]
