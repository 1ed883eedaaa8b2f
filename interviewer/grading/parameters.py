"""The fitted numbers of the grader: read from ``data/``, written by ``python -m interviewer.grading.fit``.

They are keyed by the embedding model's SHA-256: with other weights the numbers mean nothing, and loading refuses.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from interviewer.errors import CannotRun

DATA = Path(__file__).parent / "data"
FITTED = DATA / "fitted.npz"
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Probe:
    """A linear read-out of an embedding."""

    weights: Floats
    """(384,) or (384, classes)."""
    intercept: Floats

    def __call__(self, vectors: Floats) -> Floats:
        """One number (or one per class) for each vector."""
        return vectors @ self.weights + self.intercept


@dataclass(frozen=True)
class Fitted:
    """Everything that was fitted, with where it comes from."""

    step: Probe
    """Which of the seven steps a unit is about."""
    idle: Probe
    """Above 0: talk that shows nothing about the design."""
    instruction: Probe
    """Above 0: words addressed to the grader."""
    depth: Probe
    """How a panel would rate a step that is answered like this: 1 to 4 at senior level."""
    familiar: Floats
    """(k, 384): an orthonormal basis of the talk that the depth probe was fitted on."""
    scale: dict[str, float]
    """Calibration of pooled scores; see ``scores``."""
    provenance: dict[str, Any]


@cache
def fitted() -> Fitted:
    """The fitted numbers. Raises CannotRun when they are missing or belong to another embedding model."""
    from interviewer.knowledge.embeddings import model_sha256

    return load_fitted(FITTED, model_sha256())


def load_fitted(path: Path, embedding_sha256: str) -> Fitted:
    """The fitted numbers in a file. Raises CannotRun."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError) as error:
        raise CannotRun(
            f"{path}: the grader's fitted numbers are missing: python -m interviewer.grading.fit"
        ) from error
    about = json.loads(str(arrays["about"]))
    if about["provenance"]["embedding_sha256"] != embedding_sha256:
        raise CannotRun(f"{path}: fitted for another embedding model: python -m interviewer.grading.fit")

    def probe(name: str) -> Probe:
        return Probe(
            arrays[f"{name}_weights"].astype(np.float32),
            arrays[f"{name}_intercept"].astype(np.float32),
        )

    return Fitted(
        probe("step"),
        probe("idle"),
        probe("instruction"),
        probe("depth"),
        arrays["familiar"].astype(np.float32),
        {name: float(value) for name, value in about["scale"].items()},
        about["provenance"],
    )


def save_fitted(value: Fitted, path: Path = FITTED) -> None:
    """Writes the numbers; half precision keeps the file small and changes no score by more than 0.001."""
    arrays: dict[str, Any] = {"familiar": value.familiar.astype(np.float16)}
    for name in ("step", "idle", "instruction", "depth"):
        probe: Probe = getattr(value, name)
        arrays[f"{name}_weights"] = probe.weights.astype(np.float32)
        arrays[f"{name}_intercept"] = np.asarray(probe.intercept, np.float32)
    arrays["about"] = np.array(json.dumps({"scale": value.scale, "provenance": value.provenance}, sort_keys=True))
    np.savez_compressed(path, **arrays)


@cache
def rubric() -> dict[str, Any]:
    """``data/rubric.yaml``: cut-offs, weights and thresholds, each with its provenance."""
    data: dict[str, Any] = yaml.safe_load((DATA / "rubric.yaml").read_text(encoding="utf-8"))
    return data


def depth_examples() -> list[dict[str, str]]:
    """Own answers of graded depth, by subject."""
    found: list[dict[str, str]] = []
    for path in sorted(DATA.glob("depth-examples-*.yaml")):
        found += yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def idle_talk() -> dict[str, list[str]]:
    """Own examples of talk that shows nothing, by kind."""
    found: dict[str, list[str]] = yaml.safe_load((DATA / "idle-talk.yaml").read_text(encoding="utf-8"))
    return found
