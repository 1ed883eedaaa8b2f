"""Recorded transcripts as samples: reads folders, keeps labels apart from what the product sees."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.types import Data, Json, Sample
from interviewer.errors import BadInput
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


def sample_of(one: Recorded, suffix: str = "") -> Sample:
    """A transcript as a sample; its labels are the target."""
    return Sample(
        one.id + suffix,
        one.body["case"],
        {"transcript": one.body},
        {"labels": one.labels},
    )


def transcript_of(sample_inputs: Json) -> Transcript:
    """The transcript of a sample, without labels."""
    return transcript_from(sample_inputs["transcript"])


def prefix_hash(turns: Sequence[Json]) -> str:
    """Names a prefix of a transcript: what is said of it holds for exactly these words."""
    spoken = [[turn["speaker"], turn["text"], turn.get("event")] for turn in turns]
    return hashlib.sha256(json.dumps(spoken).encode()).hexdigest()[:12]
