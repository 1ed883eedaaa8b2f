"""Rewind: go back to an answer, give another one, and see what the difference was worth. Pure.

A rewind never changes what was said: it starts a child transcript that shares the turns before the answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from interviewer.domain import Step, Verdict
from interviewer.errors import BadInput
from interviewer.grading.report import Evidence, Report
from interviewer.transcript import Transcript


def answers(transcript: Transcript) -> list[tuple[int, str]]:
    """The candidate's turns that can be given again: 0-based index and words."""
    return [(index, turn.text) for index, turn in transcript.candidate_turns()]


def rewind(transcript: Transcript, turn: int, parent: str | None = None) -> Transcript:
    """A child of the transcript that ends just before the candidate's turn. Raises BadInput.

    Of several candidate's turns in a row the whole run is given again: the question before them is the one to answer.
    """
    if not 0 <= turn < len(transcript.turns) or transcript.turns[turn].speaker != "candidate":
        raise BadInput(f"turn {turn}: not one of the candidate's turns; choose an answer of yours")
    first = turn
    while first and transcript.turns[first - 1].speaker == "candidate":
        first -= 1
    return transcript.model_copy(
        update={"id": None, "parent": parent or transcript.id, "turns": list(transcript.turns[:first])}
    )


@dataclass(frozen=True)
class Change:
    """A score before and after; None where it was not assessed."""

    before: float | None
    after: float | None

    @property
    def gain(self) -> float | None:
        """The difference where both are known."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True)
class Difference:
    """What answering again was worth."""

    overall: Change
    verdicts: tuple[Verdict | None, Verdict | None]
    """Before and after; None with too little evidence."""
    steps: dict[Step, Change]
    """The steps whose score changed or came or went."""
    gained: tuple[Evidence, ...]
    """Signals shown in the second take only, each with its quote there."""
    lost: tuple[Evidence, ...]
    """Signals shown in the first take only."""


def difference(before: Report, after: Report) -> Difference:
    """What lies between two reports of the same problem on the same level. Raises BadInput when they do not compare."""
    if (before.case, before.level) != (after.case, after.level):
        raise BadInput("The two reports are about different problems or levels; grade both on the same level.")
    steps = {step: Change(before.steps[step].score, after.steps[step].score) for step in Step}
    return Difference(
        overall=Change(before.score, after.score),
        verdicts=(_verdict(before), _verdict(after)),
        steps={step: change for step, change in steps.items() if change.before != change.after},
        gained=tuple(_only_in(after, before)),
        lost=tuple(_only_in(before, after)),
    )


def _verdict(report: Report) -> Verdict | None:
    return report.verdict if report.status == "assessed" else None


def _only_in(report: Report, other: Report) -> Iterable[Evidence]:
    """The first evidence for each signal that the report has and the other has not."""
    seen = {one.signal for one in _shown(other)}
    for one in _shown(report):
        if one.signal not in seen:
            seen.add(one.signal)
            yield one


def _shown(report: Report) -> list[Evidence]:
    return [one for step in Step for one in report.steps[step].evidence if one.sign == "+"]
