"""Agreement of the report with readers: written interviews from a cassette, real recordings from a folder."""

from pathlib import Path
from typing import Any

from evals.recorded import labelled, read_folder, sample_of, transcript_of
from evals.scorers import named
from evals.types import Data, Json, Sample, Suite
from interviewer import BadInput

WRITTEN = (
    "ad-click-prediction-01",
    "eta-prediction-02",
    "event-recommendation-01",
    "fraud-detection-01",
    "fraud-detection-02",
    "harmful-content-detection-02",
    "image-recognition-pipeline-01",
    "llm-rag-assistant-02",
    "notification-ranking-02",
    "people-you-may-know-01",
    "search-ranking-02",
    "similar-listings-01",
    "spam-bot-detection-02",
    "video-recommendation-21",
    "video-search-02",
    "visual-search-02",
)
"""Sixteen of our own: fifteen cases, all verdicts and levels; chosen before any was graded."""


def written(data: Data) -> list[Sample]:
    """The sixteen; with ``--data`` all labelled transcripts of the folders, four of the sixteen with ``--fast``."""
    found = [sample_of(one) for one in labelled(data) if data.folders or one.id in WRITTEN]
    return found[::4] if data.fast and not data.folders else found


def graded(sample: Sample, world: Any) -> Json:
    """The report, and which backend wrote it."""
    return {"report": world.grade(transcript_of(sample.inputs)), "backend": world.identity["backend"]}


_AGREEMENT = (
    "verdict_qwk",
    "verdict_exact",
    "verdict_within_one",
    "same_side",
    "false_hire",
    "false_no_hire",
    "rank_order",
    "step_qwk",
    "step_error",
    "bias",
    "not_reached",
    "calibration",
    "confidence_on_errors",
    "hire_chance",
    "quotes",
)

GRADING = Suite(
    "grading-llm",
    """Written interviews: the report of a capable model against the readers' verdicts and marks.

    Replayed in CI: ``--cassette grading-llm``. A backend that gives no verdict has nothing to agree with.
    """,
    written,
    graded,
    named(*_AGREEMENT),
)


def real(data: Data) -> list[Sample]:
    """Recordings with ``labels.reviewers`` from the folders given. Raises BadInput without a folder."""
    if not data.folders:
        raise BadInput("real: name the folder of recordings with --data; their words are not part of this project")
    found = [one for folder in data.folders for one in read_folder(Path(folder)) if one.labels.get("reviewers")]
    return [sample_of(one) for one in found]


REAL = Suite(
    "real",
    """Real recordings against reviewers: the side of hire first, marks second.

    Runs where a folder of recordings is given (``--data``); only scores by recording are ever kept.
    """,
    real,
    graded,
    named("same_side", "verdict_qwk", "step_qwk", "step_error", "bias", "not_reached", "hire_chance", "quotes"),
)
