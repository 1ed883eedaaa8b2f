"""Grading ahead: the report so far is made behind the turns and thrown away; what it cost is remembered.

Embeddings and the model's states are remembered by what determines them, so at the end only what is new must be
computed, and the report is the same as without this.
"""

from collections.abc import Callable
from contextlib import suppress

from interviewer.casebook.embed import yielding
from interviewer.casebook.library import Library
from interviewer.errors import ModelError
from interviewer.grading.report import Report
from interviewer.models.behind import Breathe, Job
from interviewer.models.door import Door
from interviewer.transcript import Transcript

PAID = "openai"
"""A rung whose calls cost money is not asked for a report that nobody reads."""


def ahead(grade: Callable[..., Report], transcript: Transcript, library: Library, door: Door) -> list[Job]:
    """The job that prepares the report of an interview that goes on; none before the first answer, and none on a rung
    that is paid by the call."""
    if door.rung == PAID or not transcript.candidate_turns():
        return []
    only = Door(door.models[:1], named=True)

    def so_far(breathe: Breathe) -> None:
        with suppress(ModelError), yielding(breathe):  # at the end it is asked again, and the report says what failed
            grade(transcript, library, only, transcript.level, lambda *_: breathe())

    return [so_far]
