"""How the interview's time was spent: seconds per step, from the clock and from which step each unit is about."""

from collections.abc import Sequence

from interviewer.domain import Step
from interviewer.listening.segments import Unit
from interviewer.transcript import WORDS_A_MINUTE, Transcript


def time_used(transcript: Transcript, units: Sequence[Unit], steps: Sequence[Step]) -> dict[Step, float]:
    """Seconds per step: each candidate turn's time, with the question before it, shared out by words.

    ``transcript`` has every ``at`` set (see ``with_clock``).
    """
    words: dict[int, dict[Step, int]] = {}
    for unit, step in zip(units, steps, strict=True):
        per_step = words.setdefault(unit.turn, {})
        per_step[step] = per_step.get(step, 0) + unit.words
    used = dict.fromkeys(Step, 0.0)
    begun = 0.0
    for index, turn in enumerate(transcript.turns):
        if index not in words:
            continue
        ends = next((t.at for t in transcript.turns[index + 1 :] if t.at is not None), None)
        end = ends if ends is not None else (turn.at or 0.0) + turn.words * 60 / WORDS_A_MINUTE
        total = sum(words[index].values())
        for step, count in words[index].items():
            used[step] += max(0.0, end - begun) * count / max(total, 1)
        begun = max(begun, end)
    return {step: round(seconds, 1) for step, seconds in used.items()}
