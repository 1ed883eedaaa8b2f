"""Recorded interviews said by a voice and heard again; what was heard is kept, so marks can be compared without sound.

``data/speech/<interview>.<voice>.json`` holds the words heard, by the candidate's turns, with what made them.
``python -m evals.voice_bench --only graded`` writes these files turn by turn: a run that was stopped goes on.
"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from evals.recorded import Recorded
from evals.types import Json
from evals.voice_words import errors, words
from interviewer import BadInput

FOLDER = Path(__file__).parent / "data" / "speech"
PAUSES = (0.4, 1.1)
"""Seconds between two sentences: from, to."""
Hear = Callable[[Sequence[Any]], str]


@dataclass
class HeardInterview:
    """What was heard of an interview's candidate."""

    id: str
    voice: str
    source: str
    """Hash of the typed transcript that was said."""
    made_by: Json = field(default_factory=dict)
    complete: bool = False
    turns: dict[str, str] = field(default_factory=dict)
    """The words heard, by the turn's number in the transcript."""

    def body(self, typed: Json) -> Json:
        """The transcript as the product would have stored it: other words, the same turns."""
        turns = [
            {**{key: value for key, value in turn.items() if key != "heard"}, "text": heard, "mode": "spoken"}
            if (heard := self.turns.get(str(number))) is not None
            else turn
            for number, turn in enumerate(typed["turns"])
        ]
        return {**typed, "turns": turns}

    def wrong(self, typed: Json) -> tuple[int, int]:
        """Wrong words, and words that were said."""
        pairs = [(words(typed["turns"][int(number)]["text"]), words(heard)) for number, heard in self.turns.items()]
        return sum(errors(said, heard) for said, heard in pairs), sum(len(said) for said, _ in pairs)


def path_of(id_: str, voice: str, folder: Path = FOLDER) -> Path:
    """Where it is kept."""
    return folder / f"{id_}.{voice}.json"


def read(path: Path) -> HeardInterview:
    """A kept file. Raises BadInput."""
    try:
        return HeardInterview(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BadInput(f"{path}: not an interview that was heard ({error})") from error


def kept(folder: Path = FOLDER) -> list[HeardInterview]:
    """All that are complete."""
    return [one for path in sorted(folder.glob("*.json")) if (one := read(path)).complete]


def pass_through(
    one: Recorded, voice: str, made_by: Json, say: Callable[[str], Any], hear: Hear, folder: Path = FOLDER
) -> HeardInterview:
    """Says and hears every turn of the candidate that is not kept yet; keeps each as soon as it is heard."""
    from interviewer.text import spans

    path = path_of(one.id, voice, folder)
    found = read(path) if path.exists() else HeardInterview(one.id, voice, one.sha256, made_by)
    if (found.source, found.made_by) != (one.sha256, made_by):  # another transcript or recogniser: from the beginning
        found = HeardInterview(one.id, voice, one.sha256, made_by)
    pauses = np.random.default_rng(int(one.sha256, 16))
    for number, turn in enumerate(one.body["turns"]):
        if turn["speaker"] != "candidate" or not turn["text"].strip():
            continue
        sentences = [span.text for span in spans(turn["text"])]
        silences = pauses.uniform(*PAUSES, size=len(sentences))  # drawn also for what is kept: the same ones every time
        if str(number) in found.turns:
            continue
        pieces = [part for text, silence in zip(sentences, silences, strict=True) for part in (say(text), silence)]
        found.turns[str(number)] = hear(pieces)
        _write(path, found)
    found.complete = True
    _write(path, found)
    return found


def _write(path: Path, found: HeardInterview) -> None:
    """Aside first, then renamed: a run that is stopped leaves no half file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".tmp")
    aside.write_text(json.dumps(asdict(found), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(aside, path)
