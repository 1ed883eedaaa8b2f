"""The backend ``openai``: a strong model reads the interview once for each step; quotes first, score after.

A quote that is not verbatim in a candidate's turn is dropped, and a score without a verified quote is not taken.
The verdict is the same pure code as on every backend.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field

from interviewer.domain import Help, Step
from interviewer.grading.reading import Reading
from interviewer.grading.report import Evidence
from interviewer.knowledge.load import Knowledge
from interviewer.knowledge.schema import RedFlag, Signal
from interviewer.models.base import LanguageModel
from interviewer.models.prompts import render
from interviewer.transcript import Transcript

PROMPT = "grade-step-openai"
LONGEST_TRANSCRIPT = 90_000
"""Characters."""


class Quoted(BaseModel):
    """One piece of evidence as the model gives it."""

    id: str = Field(max_length=80)
    turn: int
    quote: str = Field(max_length=2000)
    sign: Literal["+", "-"]
    help: Help


class GradedStep(BaseModel):
    """A step as the model grades it: the fields stand in the order in which they are to be thought."""

    evidence: list[Quoted] = Field(max_length=12)
    score: float | None = Field(default=None, ge=1, le=4)
    comment: str = Field(default="", max_length=900)


@dataclass(frozen=True)
class Extracted:
    """A step after its quotes were verified."""

    score: float | None
    comment: str
    evidence: list[Evidence]
    dropped: int
    """Quotes that nobody said."""


def graded_steps(
    transcript: Transcript, reading: Reading, knowledge: Knowledge, model: LanguageModel, tell: Callable[[float], None]
) -> dict[Step, Extracted]:
    """Every step as the model grades it. Raises ModelError."""
    signals = knowledge.signals(transcript.case)
    case = knowledge.case(transcript.case)
    flags = knowledge.red_flags(transcript.case)
    text = numbered(transcript, reading)
    found = {}
    for number, step in enumerate(Step):
        tell(number / len(Step))
        messages = render(
            PROMPT,
            case_title=case.title if case else transcript.case.replace("-", " "),
            level=transcript.level.value,
            step=step.label,
            bar=knowledge.framework[step].levels[transcript.level],
            criteria=_lines(signals[step]),
            red_flags=_lines([flag for flag in flags if flag.step == step]),
            reference=case.reference.get(step, "") if case else "",
            transcript=text,
        )
        answer = model.extract(messages, GradedStep, max_tokens=2000)
        found[step] = verified(answer, transcript, reading, {one.id: one for one in signals[step]})
    return found


def numbered(transcript: Transcript, reading: Reading) -> str:
    """The transcript with turn numbers; what addresses the grader is left out of it."""
    barred: dict[int, list[tuple[int, int]]] = {}
    for unit, reason in reading.aside:
        if reason == "instruction":
            barred.setdefault(unit.turn, []).append((unit.start, unit.end))
    lines = []
    for index, turn in enumerate(transcript.turns):
        text = turn.text
        for start, end in reversed(barred.get(index, [])):
            text = f"{text[:start]}[set aside]{text[end:]}"
        lines.append(f"[{index}] {turn.speaker}: {text}")
    return "\n".join(lines)[:LONGEST_TRANSCRIPT]


def _lines(items: Sequence[Signal] | Sequence[RedFlag]) -> str:
    return "\n".join(f"{one.id}: {one.text}" for one in items)


def verified(answer: GradedStep, transcript: Transcript, reading: Reading, signals: Mapping[str, Signal]) -> Extracted:
    """The step with only those quotes that stand verbatim in an admitted part of a candidate's turn."""
    barred = [(unit.turn, unit.text.strip()) for unit, reason in reading.aside if reason != "idle"]
    kept: list[Evidence] = []
    for one in answer.evidence:
        quote = one.quote.strip()
        place = transcript.turns[one.turn] if 0 <= one.turn < len(transcript.turns) else None
        said = place is not None and place.speaker == "candidate" and len(quote.split()) >= 2 and quote in place.text
        banned = any(turn == one.turn and (quote in text or text in quote) for turn, text in barred)
        if said and not banned and one.id in signals:
            about = signals[one.id].topic
            kept.append(Evidence(signal=one.id, quote=quote, turn=one.turn, help=one.help, sign=one.sign, about=about))
    score = answer.score if kept else None
    return Extracted(score, answer.comment if kept else "", kept, len(answer.evidence) - len(kept))
