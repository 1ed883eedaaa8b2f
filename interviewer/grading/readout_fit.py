"""Fits the read-out of the embedded model's states and says how well it holds on cases left out.

    python -m interviewer.grading.readout_fit DIR… --states FILE [--seconds 3600] [--dry] [--left-out FILE]

DIR holds transcripts with ``labels``, FILE keeps the states: they cost about an hour of one core for 48 interviews, are
read round by round over all interviews, and a run that was stopped goes on. Labels are read here and in ``fit`` only.
``--left-out`` also writes a read-out for every case that never saw it, for honest figures on these transcripts.
"""

import argparse
import datetime
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from interviewer.config import load
from interviewer.domain import Step
from interviewer.grading import fit
from interviewer.grading.fit_report import kappa
from interviewer.grading.parameters import Floats, Probe, fitted, rubric
from interviewer.grading.readout import (
    MOST,
    TAIL,
    Heard,
    Readout,
    directions,
    pooled,
    save_readout,
    save_readouts,
    together,
)
from interviewer.grading.readout_states import Kept, gather
from interviewer.grading.scores import Scale, bounded, calibrated
from interviewer.grading.verdict import cut_offs, mean_score, verdict_of
from interviewer.grading.windows import Window
from interviewer.models.llama_cpp import open_model

RIDGE = 3e-3
SHARE = 0.3
HALF = 60.0
LEAST_PASSAGES = 3
DRAWS = 2_000


@dataclass(frozen=True)
class Read:
    """A labelled transcript with the passages that were read of it and their states."""

    labelled: fit.Labelled
    passages: tuple[Window, ...]
    states: Floats

    @property
    def case(self) -> str:
        """What is left out."""
        return self.labelled.transcript.case

    @property
    def target(self) -> float:
        """The panel's mean over the steps that it marked."""
        known = [score for score in self.labelled.steps.values() if score is not None]
        return sum(known) / len(known)

    @property
    def targets(self) -> Floats:
        """For each passage what its read-out should give: the marks of its steps, by words."""
        marks = {s: self.target if score is None else score for s, score in self.labelled.steps.items()}
        return np.array(
            [sum(marks[s] * n for s, n in one.steps.items()) / one.words for one in self.passages], np.float32
        )

    @property
    def weights(self) -> Floats:
        """Words; a transcript weighs as much as any other."""
        words = np.array([one.words for one in self.passages], np.float32)
        share: Floats = words / words.sum()
        return share


def fit_probe(chosen: Sequence[Read], middle: Floats) -> Probe:
    """The read-out of directions. Solved in the space of the rows, which are fewer than the model's dimensions."""
    x = np.concatenate([directions(one.states, middle) for one in chosen]).astype(np.float64)
    y = np.concatenate([one.targets for one in chosen]).astype(np.float64)
    weight = np.concatenate([one.weights for one in chosen]).astype(np.float64) / len(chosen)
    centre, level = weight @ x, weight @ y
    root = np.sqrt(weight)
    rows = (x - centre) * root[:, None]
    found = rows.T @ np.linalg.solve(rows @ rows.T + RIDGE * np.eye(len(rows)), root * (y - level))
    return Probe(found.astype(np.float32), np.asarray(level - centre @ found, np.float32))


def middle_of(every: Sequence[Read]) -> Floats:
    """The mean of all states."""
    mean: Floats = np.concatenate([one.states for one in every]).mean(axis=0)
    return mean


def left_out(every: Sequence[Read]) -> list[Floats]:
    """Each transcript's passages by a read-out that never saw its case, nor its middle."""
    found = {}
    for case in {one.case for one in every}:
        others = [one for one in every if one.case != case]
        middle = middle_of(others)
        found[case] = (middle, fit_probe(others, middle))
    return [found[one.case][1](directions(one.states, found[one.case][0])) for one in every]


def calibrate(every: Sequence[Read], scores: Sequence[Floats]) -> dict[str, float]:
    """From raw marks of passages to the panel's scale, and how far a step may lean away from the whole."""
    x = np.array([float(own @ one.weights) for one, own in zip(every, scores, strict=True)])
    y = np.array([one.target for one in every])
    slope, intercept = _spread(x, y)
    plain = {"slope": slope, "intercept": intercept, "lean": 1.0, "half": HALF}
    own, wanted = [], []
    for one, marks in zip(every, scores, strict=True):
        heard = pooled(one.passages, marks, plain)
        for step, mark in heard.steps.items():
            if (target := one.labelled.steps[step]) is not None:
                own.append(mark - heard.overall)
                wanted.append(target - heard.overall)
    lean = float(np.dot(own, wanted) / max(np.dot(own, own), 1e-9))
    return {**plain, "lean": min(1.0, max(0.0, lean))}


def _spread(x: Floats, y: Floats) -> tuple[float, float]:
    """As in ``fit.calibrate``: halfway between regression and matching spreads."""
    slope = float(y.std() / x.std()) * (0.5 + 0.5 * float(np.corrcoef(x, y)[0, 1]))
    return slope, float(y.mean() - slope * x.mean())


def scripted_left_out(every: Sequence[fit.Labelled]) -> list[dict[Step, float]]:
    """The step scores of the grader without a model, cases left out, at senior level."""
    held = fit.left_out(every, "case")
    scale = Scale.of(fit.calibrate(every, held), dict.fromkeys(rubric()["level"]["offsets"], 0.0))
    found = []
    for one, own in zip(every, held, strict=True):
        found.append(calibrated(fit.pooled(one, own), one.transcript.level, scale, one.reached))
    return found


def joined(
    every: Sequence[Read], alone: Sequence[Mapping[Step, float]], heard: Sequence[Heard], scale: dict[str, float]
) -> dict[str, float]:
    """The scale with what restores the average's spread; its mean is that of the marks without a model, for which the
    cut-offs were chosen."""
    plain = {**scale, "share": SHARE, "stretch": 1.0, "shift": 0.0}
    both = [np.mean([*together(own, h, 0.0, plain).values()]) for own, h in zip(alone, heard, strict=True)]
    stretch, _ = _spread(np.array(both, np.float32), np.array([one.target for one in every], np.float32))
    shift = np.mean([np.mean([*own.values()]) for own in alone]) - stretch * np.mean(both)
    return {**plain, "stretch": stretch, "shift": float(shift)}


def without(every: Sequence[Read], alone: Sequence[Mapping[Step, float]], case: str, about: dict[str, Any]) -> Readout:
    """The read-out as it would be if the case had never been seen: probe, middle and scale are of the others."""
    kept = [index for index, one in enumerate(every) if one.case != case]
    others, marks = [every[index] for index in kept], [alone[index] for index in kept]
    scale, _ = scaled(others, marks, left_out(others))
    middle = middle_of(others)
    return Readout(middle, fit_probe(others, middle), scale, {**about, "without": case})


def scaled(
    every: Sequence[Read], alone: Sequence[Mapping[Step, float]], held: Sequence[Floats]
) -> tuple[dict[str, float], list[Heard]]:
    """The whole scale from marks of passages whose case was left out, and what they come to on it."""
    scale = calibrate(every, held)
    heard = [pooled(one.passages, own, scale) for one, own in zip(every, held, strict=True)]
    return joined(every, alone, heard, scale), heard


def verdicts(every: Sequence[Read], scores: Sequence[Mapping[Step, float]]) -> list[int]:
    """By the rubric's cut-offs."""
    data, found = rubric(), []
    for one, own in zip(every, scores, strict=True):
        level = one.labelled.transcript.level
        bar = float(data["level"]["offsets"][level.value])
        mean = mean_score(
            {step: bounded(own[step] - bar) if step in own else None for step in Step},
            float(data["not_reached"]["less"]),
        )
        found.append(verdict_of(mean or 1.0, cut_offs(data, level)).rank)
    return found


def describe(every: Sequence[Read], scores: Sequence[Mapping[Step, float]]) -> dict[str, float]:
    """Agreement with the panel, errors that hurt, contrast between steps, stability of twins."""
    data = rubric()["level"]["offsets"]
    ours, panel = np.array(verdicts(every, scores)), np.array([one.labelled.verdict for one in every])
    marks, contrast = [], []
    for one, own in zip(every, scores, strict=True):
        bar, whole = float(data[one.labelled.transcript.level.value]), np.mean([*own.values()])
        for step, score in own.items():
            if (target := one.labelled.steps[step]) is not None:
                marks.append((bounded(score - bar), target - bar))
                contrast.append((score - whole, target - one.target))
    pairs: dict[str, list[int]] = {}
    for index, one in enumerate(every):
        pairs.setdefault(one.labelled.twin, []).append(index)
    twins = [own for own in pairs.values() if len(own) == 2]
    apart = [abs(scores[a][s] - scores[b][s]) for a, b in twins for s in scores[a] if s in scores[b]]
    own, theirs = np.array(marks).T
    found = {
        "verdict_kappa": kappa(ours.tolist(), panel.tolist(), 0, 3),
        "verdict_exact": float((ours == panel).mean()),
        "hire_given_no": float((ours[panel < 2] >= 2).mean()),
        "no_given_hire": float((ours[panel >= 2] < 2).mean()),
        "step_kappa": kappa([round(v) for v in own], [round(v) for v in theirs], 1, 4),
        "step_bias": float((own - theirs).mean()),
        "step_correlation": float(np.corrcoef(own, theirs)[0, 1]),
        "step_contrast": float(np.corrcoef(np.array(contrast).T)[0, 1]),
        "twins": len(twins),
        "twins_same_verdict": float(np.mean([ours[a] == ours[b] for a, b in twins])) if twins else 1.0,
        "twins_steps_apart": float(np.mean(apart)) if apart else 0.0,
    }
    return {name: round(value, 3) for name, value in found.items()}


def paired(every: Sequence[Read], ours: Sequence[int], theirs: Sequence[int]) -> dict[str, float]:
    """The difference of two graders' verdict kappas: estimate and 95 % interval, interviews drawn with their twins."""
    panel, random = [one.labelled.verdict for one in every], np.random.default_rng(7)
    clusters: dict[str, list[int]] = {}
    for index, one in enumerate(every):
        clusters.setdefault(one.labelled.twin, []).append(index)
    groups, found = list(clusters.values()), []

    def difference(chosen: Sequence[int]) -> float:
        truth = [panel[i] for i in chosen]
        a, b = ([verdict[i] for i in chosen] for verdict in (ours, theirs))
        return kappa(a, truth, 0, 3) - kappa(b, truth, 0, 3)

    for _ in range(DRAWS):
        drawn = random.integers(0, len(groups), len(groups))
        found.append(difference([i for g in drawn for i in groups[g]]))
    low, high = np.percentile(found, [2.5, 97.5])
    return {"difference": round(difference(range(len(every))), 3), "low": round(low, 3), "high": round(high, 3)}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--states", type=Path, required=True, help="keeps what the model made of the passages")
    parser.add_argument("--seconds", type=float, default=0, help="how long to read passages that are not there yet")
    parser.add_argument("--left-out", type=Path, help="where to write the read-outs that never saw a case")
    parser.add_argument("--dry", action="store_true", help="measure, write nothing")
    options = parser.parse_args(arguments)
    model = open_model(load())
    labelled, kept = fit.labelled(options.folders, fitted()), Kept.at(options.states)
    if options.seconds:
        gather(kept, labelled, fitted(), model, MOST, options.seconds)
        model.close()
    alone_all = scripted_left_out(labelled)
    every, alone = [], []
    for one, marks in zip(labelled, alone_all, strict=True):
        passages, states = kept.of(one.name)
        if len(passages) >= LEAST_PASSAGES:
            every.append(Read(one, passages, states))
            alone.append(marks)
    if len({one.case for one in every}) < 3:
        print("needs the states of labelled transcripts of at least three cases", file=sys.stderr)
        return 2
    scale, heard = scaled(every, alone, left_out(every))
    own = [{s: h.steps.get(s, h.overall) for s in a} for h, a in zip(heard, alone, strict=True)]
    both = [together(a, h, 0.0, scale) for a, h in zip(alone, heard, strict=True)]
    measured = {"scripted": describe(every, alone), "states": describe(every, own), "together": describe(every, both)}
    gain = paired(every, verdicts(every, both), verdicts(every, alone))
    print(json.dumps({"scale": scale, "gain": gain, **measured}, indent=1))
    middle = middle_of(every)
    provenance = {
        "date": datetime.date.today().isoformat(),
        "command": "python -m interviewer.grading.readout_fit",
        "model": model.name,
        "model_sha256": model.sha256,
        "tail": TAIL,
        "transcripts": len(every),
        "interviews": len({one.labelled.twin for one in every}),
        "cases": len({one.case for one in every}),
        "passages": sum(len(one.passages) for one in every),
        "left_out": {**measured, "gain": gain},
    }
    if options.left_out:
        cases = sorted({one.case for one in every})
        save_readouts([without(every, alone, case, provenance) for case in cases], options.left_out)
    if not options.dry:
        save_readout(Readout(middle, fit_probe(every, middle), scale, provenance))
    return 0


if __name__ == "__main__":
    sys.exit(main())
