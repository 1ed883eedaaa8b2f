"""Recorded transcripts as samples: reads folders, keeps labels apart from what the product sees."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.types import Data, Json, Sample
from interviewer import BadInput, Level
from interviewer.transcript import Transcript, transcript_from

OWN = Path(__file__).parent / "transcripts"


@dataclass(frozen=True)
class Recorded:
    """A transcript with its labels, read from a file."""

    id: str
    body: Json
    """Without labels: the product never sees them."""
    labels: Json

    @property
    def twin_of(self) -> str | None:
        twin = self.labels.get("twin_of")
        return str(twin) if twin else None

    @property
    def sha256(self) -> str:
        """Of the body; short."""
        return hashlib.sha256(json.dumps(self.body, sort_keys=True).encode()).hexdigest()[:16]


def read_folder(folder: Path) -> list[Recorded]:
    """All transcripts of a folder, by name. Raises BadInput."""
    if not folder.is_dir():
        raise BadInput(f"{folder}: no such folder of transcripts")
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            data = json.loads(path.read_text(encoding="utf-8-sig"))
        except (ValueError, OSError) as error:
            raise BadInput(f"{path}: not a transcript ({error})") from error
        if not isinstance(data, dict):
            raise BadInput(f"{path}: must be a JSON object with case, level and turns")
        labels = data.pop("labels", None) or {}
        transcript_from(data, str(path))
        found.append(Recorded(str(data.get("id") or path.stem), data, labels))
    return found


def recorded(data: Data) -> list[Recorded]:
    """The transcripts that the run asked for; our own by default."""
    folders = [Path(folder) for folder in data.folders] or [OWN]
    return [one for folder in folders for one in read_folder(folder)]


def labelled(data: Data) -> list[Recorded]:
    """Those with a verdict."""
    return [one for one in recorded(data) if one.labels.get("verdict")]


def sample_of(one: Recorded) -> Sample:
    """A transcript as a sample; its labels are the target."""
    return Sample(one.id, one.body["case"], {"transcript": one.body}, {"labels": one.labels})


def transcript_of(sample_inputs: Json) -> Transcript:
    """The transcript of a sample, without labels."""
    return transcript_from(sample_inputs["transcript"])


def prefix_hash(turns: Sequence[Json]) -> str:
    """Names a prefix of a transcript: what is said of it holds for exactly these words."""
    spoken = [[turn["speaker"], turn["text"], turn.get("event")] for turn in turns]
    return hashlib.sha256(json.dumps(spoken).encode()).hexdigest()[:12]


# -- graded ----------------------------------------------------------------------------------------------
# Grades a transcript and its changed versions; what the suites on stability keep of each report.


def brief(report: Json) -> Json:
    """Verdict, score, status, confidence and step scores of a report."""
    return {
        "status": report["status"],
        "verdict": report["verdict"],
        "score": report["score"],
        "confidence": report["confidence"],
        "steps": {step: body["score"] for step, body in report["steps"].items()},
        "evidence": sum(len(body["evidence"]) for body in report["steps"].values()),
    }


def grade_body(body: Json, world: Any, level: Level | None = None) -> Json:
    """The brief report of a transcript given as JSON."""
    return brief(world.grade(transcript_from(body), level))


def grade_all(bodies: Mapping[str, Json], world: Any) -> dict[str, Json]:
    """The brief report of each."""
    return {name: grade_body(body, world) for name, body in bodies.items()}


def overall(report: Json) -> float:
    """The overall score; 1 where there is none."""
    return float(report["score"]) if report["score"] is not None else 1.0
