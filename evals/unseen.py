"""The grader's numbers as they would be if a case had never been seen: for honest figures on labelled transcripts.

    Unseen(folders).without("fraud-detection")  ->  Fitted
    python -m evals.unseen [FOLDER…]            fits for our own transcripts and the rivals' marks, to be committed

The shipped numbers were fitted on our labelled transcripts, so marks on those are in-sample. Here depth probe and
calibration are fitted again on the labelled transcripts of the other cases (other candidates, other systems). What
stays: the probes for step and idle talk, fitted without labels; the basis of familiar talk; the rubric's bars and
cut-offs, chosen once with all cases in sight.

``data/fits.npz`` keeps them for our own transcripts, so that a run on a new machine need not read them all first; they
were fitted on the same transcripts as the shipped numbers (``fit``), those in FOLDER… included, less the case. Where
grader or own transcripts have changed since, it is passed over and they are fitted again, on our own alone.

The read-out of the embedded model's states was fitted on them too. The states took an hour, so the read-outs that left
a case out are only read here: ``data/readouts-*.npz``, written by ``readout_fit --left-out``.
"""

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from evals import places
from interviewer.domain import Step
from interviewer.errors import CannotRun
from interviewer.grading import fit
from interviewer.grading.parameters import Fitted, Floats, Probe, fitted
from interviewer.grading.readout import Readout, load_readouts
from interviewer.transcript import parse_transcript

READOUTS = Path(__file__).parent / "data"
Fit = tuple[Probe, dict[str, float]]
KEPT = Path(__file__).parent / "data" / "fits.npz"
READS = (
    "casebook/announce.py",
    "grading/admit.py",
    "grading/claims.py",
    "grading/depth.py",
    "grading/fit.py",
    "grading/locate.py",
    "grading/moments.py",
    "grading/reach.py",
    "grading/reading.py",
    "grading/scores.py",
    "grading/settle.py",
    "grading/units.py",
)
"""Modules that a reading or a fit depends on."""
DATA = (
    "casebook/data/announcements.yaml",
    "grading/data/claims.npz",
    "grading/data/depth-examples-*.yaml",
    "grading/data/fitted.npz",
    "grading/data/rubric.yaml",
    "grading/data/untouched.yaml",
    "grading/data/word_order.npz",
)
"""And its data."""


class Unseen:
    """Fits for the labelled transcripts of some folders; those in ``also`` are fitted on as well."""

    def __init__(self, folders: Sequence[Path], also: Sequence[Path] = ()):
        self._own = sorted(path for folder in folders for path in folder.glob("*.json"))
        self._files = [*self._own, *sorted(path for folder in also for path in folder.rglob("*.json"))]
        self._known: dict[str, Fitted] = {}

    def without(self, case: str) -> Fitted:
        """The numbers fitted without the case. Raises CannotRun where fewer than two other cases are labelled."""
        if case not in self._known:
            path = places.fits() / f"{self.key}-{hashlib.sha256(case.encode()).hexdigest()[:12]}.npz"
            kept = _kept(KEPT, self.key, case) or _kept(path, self.key, case)
            if kept is None:
                kept = self._fit(case)
                places.put(path, lambda file: _keep(file, self.key, {case: kept}))
            depth, scale = kept
            about = {**fitted().provenance, "transcripts_sha256": self.key, "without": case}
            self._known[case] = replace(fitted(), depth=depth, scale=scale, provenance=about)
        return self._known[case]

    def keep(self, path: Path) -> None:
        """Fits for every case there is, written to one file."""
        own = {file.stem for file in self._own}
        fits = {case: self._fit(case) for case in sorted({e.transcript.case for e in self._every if e.name in own})}
        places.put(path, lambda file: _keep(file, self.key, fits))
        path.chmod(0o644)

    @cached_property
    def key(self) -> str:
        digest = hashlib.sha256(_grader_hash().encode())
        for file in self._own:
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()[:16]

    @cached_property
    def _every(self) -> list[fit.Labelled]:
        """All readings with anything to fit. Workers start at different files and find each other's on the disk."""
        start = os.getpid() % 2
        order = self._files[::-1] if start else self._files
        found = {file: _reading(file) for file in order}
        return [one for file in self._files if (one := found[file]) is not None and _has_substance(one)]

    @cached_property
    def _left_out(self) -> list[Floats]:
        return fit.left_out(self._every, "case")

    def _fit(self, case: str) -> Fit:
        kept = [index for index, one in enumerate(self._every) if one.transcript.case != case]
        chosen = [self._every[index] for index in kept]
        if len({one.transcript.case for one in chosen}) < 2:
            raise CannotRun(f"leaving out '{case}' needs labelled transcripts of at least two other cases")
        return fit.fit_depth(chosen), fit.calibrate(chosen, [self._left_out[index] for index in kept])


def readouts(sha256: str | None) -> dict[str, Readout]:
    """For weights, by case, the read-out that never saw it; the shipped one never saw the cases that are not there."""
    return load_readouts(READOUTS / f"readouts-{sha256[:12]}.npz", sha256) if sha256 else {}


def _kept(path: Path, key: str, case: str) -> Fit | None:
    """The fit without a case in a file; None where it is not there or was made of other things."""
    try:
        with np.load(path, allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            if about["key"] != key or case not in about["scales"]:
                return None
            return Probe(file[f"{case}_weights"], file[f"{case}_intercept"]), about["scales"][case]
    except (OSError, ValueError, KeyError):
        return None


def _keep(file: BinaryIO, key: str, fits: Mapping[str, Fit]) -> None:
    arrays: dict[str, Any] = {f"{case}_weights": depth.weights for case, (depth, _) in fits.items()}
    arrays |= {f"{case}_intercept": depth.intercept for case, (depth, _) in fits.items()}
    about = {"key": key, "scales": {case: scale for case, (_, scale) in fits.items()}}
    np.savez(file, about=np.array(json.dumps(about)), **arrays)


def _has_substance(one: fit.Labelled) -> bool:
    """Whether anything said counts and any step was marked."""
    return bool(one.words.sum()) and any(score is not None for score in one.steps.values())


@cache
def _grader_hash() -> str:
    """Of the code and data that reading and fitting depend on."""
    folder = Path(fit.__file__).parents[1]
    digest = hashlib.sha256()
    for path in (path for name in (*READS, *DATA) for path in sorted(folder.glob(name))):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _reading(file: Path) -> fit.Labelled | None:
    """A labelled transcript as the grader reads it, from the disk where it was read before; None without labels."""
    raw = file.read_bytes()
    key = hashlib.sha256(_grader_hash().encode() + file.name.encode() + raw).hexdigest()[:24]
    path = places.readings() / f"{key}.npz"
    try:
        with np.load(path, allow_pickle=False) as kept:
            about = json.loads(str(kept["about"]))
            if not about:
                return None
            vectors, words, said = kept["vectors"], kept["words"], kept["said"]
    except (OSError, ValueError, KeyError):
        return _read_afresh(file, path)
    steps = {Step(step): score for step, score in about["steps"].items()}
    of = tuple(Step(step) for step in about["of"])
    got_to = tuple(Step(step) for step in about["reached"])
    return fit.Labelled(
        file.stem, parse_transcript(raw, file.name), about["verdict"], steps, vectors, words, said, of, got_to
    )


def _read_afresh(file: Path, path: Path) -> fit.Labelled | None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / file.name).write_bytes(file.read_bytes())
        found = fit.labelled([Path(folder)], fitted())
    one = found[0] if found else None
    about = {"verdict": one.verdict, "steps": one.steps, "of": one.of, "reached": one.reached} if one else {}
    arrays: dict[str, Any] = {"vectors": one.vectors, "words": one.words, "said": one.said} if one else {}

    def write(target: BinaryIO) -> None:
        np.savez(target, about=np.array(json.dumps(about)), **arrays)

    places.put(path, write)
    return one


if __name__ == "__main__":
    from evals import rivals
    from evals.recorded import OWN, labelled
    from evals.types import Data

    Unseen([OWN], [Path(folder) for folder in sys.argv[1:]]).keep(KEPT)
    rivals.keep(labelled(Data()))
