"""How well fitted numbers agree with the panel on what they never saw: figures for ``fit``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from interviewer.domain import Step
from interviewer.grading.parameters import Floats, rubric
from interviewer.grading.scores import Scale, bounded, calibrated
from interviewer.grading.verdict import cut_offs, mean_score, verdict_of

if TYPE_CHECKING:
    from interviewer.grading.fit import Labelled


def kappa(ours: Sequence[int], theirs: Sequence[int], low: int, high: int) -> float:
    """Quadratic weighted kappa."""
    n = high - low + 1
    seen = np.zeros((n, n))
    for a, b in zip(ours, theirs, strict=True):
        seen[a - low, b - low] += 1
    weight = np.subtract.outer(np.arange(n), np.arange(n)) ** 2
    chance = np.outer(seen.sum(1), seen.sum(0)) / seen.sum()
    return float(1 - (weight * seen).sum() / (weight * chance).sum())


def describe(every: Sequence["Labelled"], scores: Sequence[Floats], scale: dict[str, float]) -> dict[str, float]:
    """Agreement of verdicts and steps, errors that hurt, bias, stability of twins."""
    from interviewer.grading.fit import pooled

    data = rubric()
    bars, less = data["level"]["offsets"], float(data["not_reached"]["less"])
    verdicts, truth, ours, theirs, raw = [], [], [], [], []
    twins: dict[str, list[tuple[int, dict[Step, float]]]] = {}
    for one, own in zip(every, scores, strict=True):
        level = one.transcript.level
        found = {
            s: bounded(v) for s, v in calibrated(pooled(one, own), level, Scale.of(scale, bars), one.reached).items()
        }
        mean = mean_score({step: found.get(step) for step in Step}, less) or 1.0
        verdict = verdict_of(mean, cut_offs(data, level)).rank
        verdicts.append(verdict)
        truth.append(one.verdict)
        higher = float(bars[level.value])
        for step, score in found.items():
            if (panel := one.steps[step]) is not None:
                raw.append((score, panel - higher))
        twins.setdefault(one.twin, []).append((verdict, found))
    ours = [round(a) for a, _ in raw]
    theirs = [round(b) for _, b in raw]
    v, t = np.array(verdicts), np.array(truth)
    pairs = [p for p in twins.values() if len(p) == 2]
    moved = [abs(a[s] - b[s]) for (_, a), (_, b) in pairs for s in a if s in b]
    return {
        "verdict_kappa": round(kappa(verdicts, truth, 0, 3), 3),
        "verdict_exact": round(float((v == t).mean()), 3),
        "hire_given_no": round(float((v[t < 2] >= 2).mean()), 3),
        "no_given_hire": round(float((v[t >= 2] < 2).mean()), 3),
        "step_kappa": round(kappa(ours, theirs, 1, 4), 3),
        "step_bias": round(float(np.mean([a - b for a, b in raw])), 3),
        "step_correlation": round(float(np.corrcoef(np.array(raw).T)[0, 1]), 3),
        "twins_same_verdict": round(float(np.mean([a[0] == b[0] for a, b in pairs])), 3) if pairs else 1.0,
        "twins_steps_apart": round(float(np.mean(moved)), 3) if moved else 0.0,
    }
