"""A simulated candidate: deterministic, assembled from the answer banks, answering the interviewer's last move."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path

import yaml

from evals.personas.banks import answers, bank, fill, talk
from interviewer import MoveKind, Step
from interviewer.text import spans

FILE = Path(__file__).parent / "personas.yaml"
_ABOUT_A_STEP = (MoveKind.PROBE, MoveKind.HINT, MoveKind.ASK_TO_CLARIFY, MoveKind.MOVE_ON)
_MODEL_FIRST = (Step.MODEL, Step.CLARIFY, Step.FRAME, Step.DATA, Step.EVALUATE, Step.SERVE, Step.MONITOR)


@dataclass(frozen=True)
class Persona:
    """What kind of candidate; ``personas.yaml`` says what the fields mean."""

    name: str
    quality: str
    order: str = "usual"
    asks: int = 0
    think: float = 10
    pace: float = 140
    keep: int = 0
    wander: int = 0
    errors: bool = False
    gives_in: bool = False
    silent: int = 0
    manipulates: int = 0
    defers: Step | None = None
    good: int | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        return _MODEL_FIRST if self.order == "model_first" else tuple(Step)


@cache
def personas() -> dict[str, Persona]:
    """All personas by name."""
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {
        name: Persona(name, **{**fields, "defers": Step(fields["defers"]) if "defers" in fields else None})
        for name, fields in data.items()
    }


@dataclass(frozen=True)
class Said:
    """A candidate's turn: the words, the step they are about, and whether they hold a planted error."""

    text: str
    step: Step | None = None
    planted: bool = False


class Candidate:
    """A persona in one interview."""

    def __init__(self, persona: Persona, case: str):
        self.persona = persona
        self.case = case
        self._left = {step: [*self._parts(step)] for step in Step}
        self._order = [step for step in persona.steps if step is not persona.defers]
        self._deferred = persona.defers
        self._asked = 0
        self._turns = 0
        self._current = self._order[0]
        self._error: Step | None = None
        self._planted: set[Step] = set()
        self._spare = cycle(("choose", "adapt", "defend", "dry"))
        self._wander = cycle(bank("talk")["wander"])
        self._attempts = cycle(bank("talk")["manipulation"])

    def _parts(self, step: Step) -> Iterator[str]:
        for text in answers(self.persona.quality, self.case, step):
            pieces = [span.text for span in spans(text)]
            yield " ".join(pieces[: self.persona.keep] if self.persona.keep else pieces)

    def answer(self, kind: MoveKind, step: Step | None) -> Said | None:
        """What the candidate says to a move; None after the close."""
        if kind is MoveKind.CLOSE:
            return None
        self._turns += 1
        if kind is MoveKind.WRAP_UP:
            return Said(talk("ask_back" if self._turns % 2 else "no_questions", self.case))
        if self.persona.silent and self._turns % self.persona.silent == 0:
            return Said("")
        if self.persona.manipulates and self._turns % self.persona.manipulates == 0:
            return Said(next(self._attempts))
        if kind in (MoveKind.OPEN, MoveKind.ANSWER) and self._asked < self.persona.asks:
            self._asked += 1
            return Said(bank("talk")["questions"][self._asked - 1], Step.CLARIFY)
        said = self._to_the_point(kind, step)
        return self._with_wandering(said)

    def _to_the_point(self, kind: MoveKind, step: Step | None) -> Said:
        match kind:
            case MoveKind.CHALLENGE if self._error:
                return self._challenged(self._error)
            case MoveKind.CHALLENGE:
                return Said(talk("defend", self.case), step)
            case MoveKind.CURVEBALL:
                return Said(talk("adapt", self.case), step)
            case MoveKind.TRADE_OFF:
                return Said(talk("choose", self.case), step)
        if step and step is self._deferred:
            self._deferred = None
        if step and kind in (MoveKind.MOVE_ON, MoveKind.TIME_CHECK, MoveKind.REDIRECT):
            self._current = step
        if step and kind in _ABOUT_A_STEP and self._left[step]:
            return self._next_part(step)
        if kind in (MoveKind.PROBE, MoveKind.HINT):
            return Said(talk(next(self._spare), self.case), step)
        return self._go_on()

    def _go_on(self) -> Said:
        """The next thing on the candidate's own way through the steps."""
        if self._left[self._current]:
            return self._next_part(self._current)
        waiting = [step for step in self._order if self._left[step]]
        if not waiting:
            return Said(talk(next(self._spare), self.case), self._current)
        ahead = (
            [step for step in waiting if self._order.index(step) > self._order.index(self._current)]
            if self._current in self._order
            else waiting
        )
        skipped = self._deferred
        before = self._current
        self._current = (ahead or waiting)[0]
        said = self._next_part(self._current)
        lead = bank("talk")["to_next"][str(self._current)]
        if skipped and self._passes(skipped, before):
            lead = f"{skipped.title}: {bank('talk')['later'].lower()} {lead}"
        return Said(f"{lead} {said.text}", said.step, said.planted)

    def _passes(self, skipped: Step, before: Step) -> bool:
        """Whether the step that is put off lies between the last one and the current one."""
        order = list(self.persona.steps)
        if before not in order:
            return False
        return order.index(before) < order.index(skipped) < order.index(self._current)

    def _next_part(self, step: Step) -> Said:
        part = self._left[step].pop(0)
        wrong = bank("errors").get(str(step))
        if self.persona.errors and wrong and step not in self._planted:
            self._planted.add(step)
            self._error = step
            return Said(f"{part} {fill(wrong['say'], self.case)}", step, True)
        return Said(part, step)

    def _challenged(self, step: Step) -> Said:
        self._error = None
        if self.persona.gives_in:
            return Said(fill(bank("errors")[str(step)]["correct"], self.case), step)
        return Said("No, I'd leave it as I said. It has always been good enough.", step)

    def _with_wandering(self, said: Said) -> Said:
        extra = " ".join(next(self._wander) for _ in range(self.persona.wander))
        return Said(f"{extra} {said.text}".strip(), said.step, said.planted)
