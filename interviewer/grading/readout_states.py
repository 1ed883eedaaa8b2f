"""The states that ``readout_fit`` fits on: read once by the embedded model, round by round, kept in one file."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from interviewer.domain import Step
from interviewer.grading.fit import Labelled
from interviewer.grading.parameters import Fitted, Floats
from interviewer.grading.reading import read
from interviewer.grading.readout import state_of
from interviewer.grading.windows import Window, spread, windows
from interviewer.models.base import Embeds


@dataclass
class Kept:
    """Passages with their states, by transcript."""

    path: Path
    rows: list[tuple[str, Window]] = field(default_factory=list)
    states: list[Floats] = field(default_factory=list)

    @classmethod
    def at(cls, path: Path) -> "Kept":
        """What a file holds; nothing where there is none."""
        if not path.is_file():
            return cls(path)
        with np.load(path, allow_pickle=False) as file:
            about, states = json.loads(str(file["rows"])), file["states"].astype(np.float32)
        rows = [
            (
                one["name"],
                Window(one["asked"], one["said"], one["words"], {Step(s): n for s, n in one["steps"].items()}),
            )
            for one in about
        ]
        return cls(path, rows, list(states))

    def of(self, name: str) -> tuple[tuple[Window, ...], Floats]:
        """A transcript's passages and their states."""
        found = [index for index, (own, _) in enumerate(self.rows) if own == name]
        states = np.stack([self.states[i] for i in found]) if found else np.zeros((0, 0), np.float32)
        return tuple(self.rows[i][1] for i in found), states

    def add(self, name: str, window: Window, state: Floats) -> None:
        """One more passage."""
        self.rows.append((name, window))
        self.states.append(state)

    def save(self) -> None:
        """Writes the file; half precision changes no mark by more than 0.001."""
        rows = [
            {"name": name, "asked": one.asked, "said": one.said, "words": one.words, "steps": one.steps}
            for name, one in self.rows
        ]
        part = self.path.with_suffix(".part.npz")
        np.savez(part, rows=np.array(json.dumps(rows)), states=np.array(self.states, np.float16))
        part.replace(self.path)


def _window(about: dict[str, Any]) -> Window:
    steps = {Step(step): words for step, words in about["steps"].items()}
    return Window(about["asked"], about["said"], about["words"], steps)


def gather(kept: Kept, every: Sequence[Labelled], numbers: Fitted, model: Embeds, most: int, seconds: float) -> None:
    """Reads up to ``most`` passages of each transcript, by turns, until the time is up. Raises ModelError."""
    from interviewer.knowledge.embeddings import shared_embedder

    until = time.monotonic() + seconds
    known = {(name, one.said) for name, one in kept.rows}
    queues = []
    for one in every:
        reading = read(one.transcript, shared_embedder().encode, numbers)
        cut = windows(one.transcript, reading.units, reading.steps)
        queues.append((one.name, [w for w in spread(cut, most) if (one.name, w.said) not in known]))
    for turn in range(most):
        for name, own in queues:
            if turn < len(own) and time.monotonic() < until:
                kept.add(name, own[turn], state_of(own[turn], model))
        kept.save()
