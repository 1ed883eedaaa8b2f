"""The rung ``local``: a small model checks, pair by pair, whether a quote covers its signal.

It sees mentions, not reasoning (measured: a mention is enough for it), so it may strike evidence out and never
raises a score. Its log-odds of yes are read against those for an answer that says nothing; the threshold is data,
keyed by the model's hash. Without a threshold for the model nothing is struck out, and the report says so.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

import yaml

from interviewer.casebook.case import Signal
from interviewer.grading.parameters import DATA
from interviewer.grading.report import Evidence
from interviewer.models.door import LanguageModel
from interviewer.models.prompts import render
from interviewer.steps import Step

CALLS = 16
PATIENCE = 120.0
"""Seconds for all of them: a busy machine must not keep a candidate waiting for the report."""
PROMPT = "judge-signal-local"
NOTHING_SAID = "Let me think about that for a moment."


def threshold_of(sha256: str | None) -> float | None:
    """The threshold fitted for these weights, or None."""
    known = yaml.safe_load((DATA / "judges.yaml").read_text(encoding="utf-8"))["thresholds"]
    entry = known.get(sha256 or "")
    return float(entry["least"]) if entry else None


def checked(
    found: Mapping[Step, Sequence[Evidence]],
    signals: Mapping[str, Signal],
    model: LanguageModel,
    tell: Callable[[float], None],
    now: Callable[[], float] = time.monotonic,
) -> tuple[dict[Step, list[Evidence]], list[str]]:
    """The evidence without what the model does not hear in it, and warnings. Raises ModelError.

    At most ``CALLS`` questions are asked, for at most ``PATIENCE`` seconds: the steps take turns, each with its least
    certain (last) evidence first.
    """
    until = now() + PATIENCE
    least = threshold_of(model.sha256)
    if least is None:
        return {step: list(own) for step, own in found.items()}, [
            f"No threshold is known for the model '{model.name}': it checked no evidence, and confidence is low."
        ]
    struck: set[tuple[str, int, str]] = set()
    nothing: dict[str, float] = {}
    asked = 0
    warnings: list[str] = []
    for one in _order(found):
        criterion = signals[one.signal].text
        cost = 1 + (one.signal not in nothing)
        if asked + cost > CALLS:
            break
        if now() > until:
            late = f"The model was slow: it checked evidence for {PATIENCE:.0f} s and left the rest unchecked."
            warnings.append(late)
            break
        tell(asked / CALLS)
        if one.signal not in nothing:
            nothing[one.signal] = _of_nothing(signals[one.signal], model)
        said = model.judge(render(PROMPT, answer=one.quote, criterion=criterion))
        asked += cost
        if said - nothing[one.signal] < least:
            struck.add((one.signal, one.turn, one.quote))
    kept = {
        step: [one for one in own if (one.signal, one.turn, one.quote) not in struck] for step, own in found.items()
    }
    return kept, warnings


def measured_ahead(signals: Iterable[Signal], model: LanguageModel, breathe: Callable[[], None]) -> None:
    """Asks what does not depend on the interview, so that afterwards each quote costs one question, not two."""
    if threshold_of(model.sha256) is not None:
        for signal in signals:
            breathe()
            _of_nothing(signal, model)


def _of_nothing(signal: Signal, model: LanguageModel) -> float:
    return model.judge(render(PROMPT, answer=NOTHING_SAID, criterion=signal.text))


def _order(found: Mapping[Step, Sequence[Evidence]]) -> list[Evidence]:
    queues = [[one for one in reversed(own) if one.sign == "+"] for own in found.values()]
    longest = max((len(queue) for queue in queues), default=0)
    return [queue[i] for i in range(longest) for queue in queues if i < len(queue)]
