"""Gates: an absolute bound, and "not worse than the reference": the paired interval must not lie below −δ.

``gates.yaml`` holds them by suite, backend (or ``any``) and scorer:

    conduct: {any: {one_question: {at_least: 0.98, delta: 0.01}}}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from evals.statistics import Estimate
from evals.types import Json, Suite
from interviewer import BadInput

FILE = Path(__file__).parent / "gates.yaml"
_KEYS = {"at_least", "at_most", "delta", "why"}


@dataclass(frozen=True)
class Gate:
    """What a figure must satisfy."""

    scorer: str
    at_least: float | None = None
    at_most: float | None = None
    delta: float | None = None
    why: str = ""


@dataclass(frozen=True)
class Outcome:
    """A gate and what came of it."""

    gate: str
    passed: bool
    text: str

    def to_json(self) -> Json:
        return {"gate": self.gate, "passed": self.passed, "text": self.text}


def gates_for(suite: Suite, backend: str, file: Path = FILE) -> list[Gate]:
    """The gates of a suite on a backend; the backend's own bounds replace those of ``any``. Raises BadInput."""
    data = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    own = data.get(suite.name) or {}
    bounds = {**(own.get("any") or {}), **(own.get(backend) or {})}
    known = {scorer.name for scorer in suite.scorers}
    for name, bound in bounds.items():
        if name not in known:
            raise BadInput(f"{file}: {suite.name}: no scorer '{name}'")
        if unknown := set(bound) - _KEYS:
            raise BadInput(f"{file}: {suite.name}.{name}: unknown key '{min(unknown)}'")
    return [Gate(name, **bound) for name, bound in bounds.items()]


def check(
    gates: list[Gate],
    figures: Mapping[str, Json],
    changes: Mapping[str, Estimate],
    better: Mapping[str, str],
    unscored_share: float,
    max_unscored: float,
) -> list[Outcome]:
    """Every gate's outcome; a figure that is not there does not pass."""
    outcomes = [
        Outcome(
            "unscored",
            unscored_share <= max_unscored,
            f"{unscored_share:.1%} unscored; at most {max_unscored:.0%}",
        )
    ]
    for gate in gates:
        value = figures.get(gate.scorer, {}).get("value")
        if gate.at_least is not None or gate.at_most is not None:
            outcomes.append(_bound(gate, value))
        change = changes.get(gate.scorer)
        if gate.delta is not None and change is not None:
            outcomes.append(_not_worse(gate, gate.delta, change, better.get(gate.scorer, "higher")))
    return outcomes


def _bound(gate: Gate, value: float | None) -> Outcome:
    if value is None:
        return Outcome(gate.scorer, False, "nothing was scored")
    passed = (gate.at_least is None or value >= gate.at_least) and (gate.at_most is None or value <= gate.at_most)
    bound = f"at least {gate.at_least:g}" if gate.at_least is not None else f"at most {gate.at_most:g}"
    return Outcome(gate.scorer, passed, f"{value:.3f}; {bound}")


def _not_worse(gate: Gate, delta: float, change: Estimate, better: str) -> Outcome:
    """Fails when the whole interval of the change for the worse lies beyond δ."""
    if change.value is None or change.low is None or change.high is None:
        return Outcome(f"{gate.scorer} against the reference", True, "no shared points to compare")
    best_case = change.high if better == "higher" else -change.low
    text = f"change {change.value:+.3f} [{change.low:+.3f}, {change.high:+.3f}]; δ = {delta:g}"
    return Outcome(f"{gate.scorer} against the reference", best_case >= -delta, text)
