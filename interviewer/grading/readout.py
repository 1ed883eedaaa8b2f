"""The backend ``local``: how deep answers go, read out of the embedded model's states.

Asked aloud, or by the odds of yes against no, the small model cannot tell a reasoned answer from a mention. Its
states can: it reads a question, the answer and ``TAIL``, the beginning of a mark, and a linear read-out of the mean
states over answer and tail was fitted on a panel's step scores. Its marks are averaged with those of ``scripted``.
The numbers are data keyed by the weights' SHA-256; for other weights there are none.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from interviewer.domain import Step
from interviewer.grading.parameters import DATA, Floats, Probe
from interviewer.grading.windows import Window, spread
from interviewer.models.base import Embeds, LanguageModel

MOST, LEAST = 12, 4
"""Passages that are read; an interview of 45 minutes has about twenty. The fit had nine of each on average."""
PATIENCE = 120.0
"""Seconds for all of them: a busy machine must not keep a candidate waiting for the report."""
_PARTS = ("middle", "weights", "intercept")
TAIL = "\nMark for depth, 1 to 4:"


@dataclass(frozen=True)
class Heard:
    """What the read-out gave: the panel's scale at senior level, before the bar of a level."""

    overall: float
    steps: dict[Step, float]
    words: dict[Step, int]


@dataclass(frozen=True)
class Readout:
    """The fitted numbers for one model; see ``readout_fit``."""

    middle: Floats
    """The mean of all states: directions are taken from here."""
    probe: Probe
    scale: Mapping[str, float]
    provenance: Mapping[str, Any]

    def heard(self, read: Sequence[Window], states: Floats) -> Heard | None:
        """The marks of passages by their states, one row for each."""
        if not read:
            return None
        return pooled(read, self.probe(directions(states, self.middle)), self.scale)

    def together(self, scores: Mapping[Step, float], heard: Heard, bar: float) -> dict[Step, float]:
        """Step scores of the backend ``scripted`` averaged with what was heard; both relative to a level's bar."""
        return together(scores, heard, bar, self.scale)


def prompt_parts(window: Window) -> tuple[str, str, str]:
    """What the model reads: the question, the answer, and the beginning of a mark."""
    return f"Machine learning design interview.\nInterviewer: {window.asked}\nCandidate:", f" {window.said}", TAIL


def state_of(window: Window, model: Embeds) -> Floats:
    """The mean states over answer and tail, side by side. Raises ModelError."""
    state: Floats = model.embed(prompt_parts(window))[1:].reshape(-1)
    return state


def directions(states: Floats, middle: Floats) -> Floats:
    """States as directions from their middle, of answer and tail each on its own."""
    apart = (states - middle).reshape(*states.shape[:-1], 2, -1)
    each = apart / np.maximum(np.linalg.norm(apart, axis=-1, keepdims=True), 1e-9) / np.sqrt(2)
    found: Floats = each.reshape(states.shape).astype(np.float32)
    return found


def pooled(read: Sequence[Window], scores: Floats, scale: Mapping[str, float]) -> Heard:
    """The mean over passages, weighted by words, for the interview and for each step, on the panel's scale."""
    words = np.array([one.words for one in read], float)
    overall = float(scores @ words / words.sum())
    level = scale["slope"] * overall + scale["intercept"]
    steps, counted = {}, {}
    for step in Step:
        own = np.array([one.steps.get(step, 0) for one in read], float)
        if own.sum() > 0:
            counted[step] = int(own.sum())
            lean = scale["lean"] * own.sum() / (own.sum() + scale["half"])
            steps[step] = level + lean * scale["slope"] * (float(scores @ own / own.sum()) - overall)
    return Heard(level, steps, counted)


def together(scores: Mapping[Step, float], heard: Heard, bar: float, scale: Mapping[str, float]) -> dict[Step, float]:
    """The average, its spread restored."""
    share = scale["share"]
    return {
        step: scale["stretch"] * ((1 - share) * (own + bar) + share * heard.steps.get(step, heard.overall))
        + scale["shift"]
        - bar
        for step, own in scores.items()
    }


def listen(
    every: Sequence[Window],
    model: LanguageModel,
    tell: Callable[[float], None],
    now: Callable[[], float] = time.monotonic,
    known: Readout | None = None,
) -> tuple[tuple[Readout, Heard] | None, list[str]]:
    """What the model's states say, where its read-out is known, and warnings. ``known`` replaces the shipped read-out.
    Raises ModelError."""
    known = known or readout_of(model.sha256)
    if known is None or not isinstance(model, Embeds):
        return None, [
            f"No read-out is known for the model '{model.name}': the scores are those of the grader without a model."
        ]
    rows: list[Floats] = []
    chosen, until = spread(every, MOST), now() + PATIENCE
    for window in chosen:
        if now() > until:
            break
        tell(len(rows) / len(chosen))
        rows.append(state_of(window, model))
    if len(rows) < min(LEAST, len(chosen)):
        return None, ["The model was too slow to read the answers: the scores are those of the grader without a model."]
    read = chosen[: len(rows)]
    heard = known.heard(read, np.stack(rows)) if rows else None
    return (known, heard) if heard else None, _left_unread(every, read)


def _left_unread(every: Sequence[Window], read: Sequence[Window]) -> list[str]:
    if len(read) == len(every):
        return []
    words, there = (sum(one.words for one in some) for some in (read, every))
    return [f"The model read {len(read)} passages spread evenly over the interview, {words} of {there} words."]


def readout_of(sha256: str | None) -> Readout | None:
    """The read-out fitted for these weights, or None."""
    path = DATA / f"readout-{(sha256 or '')[:12]}.npz"
    return load_readout(path, sha256) if sha256 and path.is_file() else None


def _about(file: Mapping[str, Any], sha256: str) -> dict[str, Any] | None:
    """What a file says of itself; None where it belongs to other weights or another question."""
    about: dict[str, Any] = json.loads(str(file["about"]))
    ours = about["provenance"]["model_sha256"] == sha256 and about["provenance"]["tail"] == TAIL
    return about if ours else None


def load_readout(path: Path, sha256: str) -> Readout | None:
    """The read-out in a file; None where it belongs to other weights."""
    with np.load(path, allow_pickle=False) as file:
        about = _about(file, sha256)
        if about is None:
            return None
        probe = Probe(file["weights"].astype(np.float32), file["intercept"].astype(np.float32))
        return Readout(file["middle"].astype(np.float32), probe, about["scale"], about["provenance"])


def save_readout(value: Readout, folder: Path = DATA) -> None:
    """Writes the numbers."""
    about = json.dumps({"scale": dict(value.scale), "provenance": dict(value.provenance)}, sort_keys=True)
    np.savez_compressed(
        folder / f"readout-{value.provenance['model_sha256'][:12]}.npz",
        middle=value.middle.astype(np.float32),
        weights=value.probe.weights.astype(np.float32),
        intercept=np.asarray(value.probe.intercept, np.float32),
        about=np.array(about),
    )


def load_readouts(path: Path, sha256: str) -> dict[str, Readout]:
    """Read-outs by the case that each never saw; none where there is no file or it belongs to other weights."""
    if not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as file:
        about = _about(file, sha256)
        if about is None:
            return {}
        rows = zip(about["cases"], *(file[name].astype(np.float32) for name in _PARTS), strict=True)
        return {
            case: Readout(middle, Probe(weights, intercept), scale, {**about["provenance"], "without": case})
            for (case, scale), middle, weights, intercept in rows
        }


def save_readouts(every: Sequence[Readout], path: Path) -> None:
    """Writes read-outs that each left a case out; half precision changes no mark by more than 0.001."""
    provenance = {name: value for name, value in every[0].provenance.items() if name != "without"}
    cases = [(one.provenance["without"], dict(one.scale)) for one in every]
    np.savez_compressed(
        path,
        middle=np.stack([one.middle for one in every]).astype(np.float16),
        weights=np.stack([one.probe.weights for one in every]).astype(np.float16),
        intercept=np.array([one.probe.intercept for one in every], np.float32),
        about=np.array(json.dumps({"cases": cases, "provenance": provenance}, sort_keys=True)),
    )
