"""What the rules look at: the view, what was heard in the last turn, and ways to propose."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from interviewer.domain import Level, MoveKind, Step
from interviewer.interview.modes import Mode, ModeKind, known_mode
from interviewer.interview.policy import Allowed, Proposal, Target, TargetKind, View
from interviewer.interview.rules.settings import settings
from interviewer.interview.rules.wording import WordChoice
from interviewer.interview.state import State
from interviewer.knowledge.load import Knowledge
from interviewer.knowledge.schema import Case, Signal
from interviewer.listening.intents import Intent
from interviewer.text import spans
from interviewer.transcript import Heard, Turn


@dataclass(frozen=True)
class Situation:
    """One moment of an interview, as the rules see it."""

    view: View
    allowed: Allowed
    knowledge: Knowledge
    voice: WordChoice

    @property
    def state(self) -> State:
        return self.view.state

    @property
    def last(self) -> Turn | None:
        """The candidate's turn to be answered."""
        return self.view.last

    @cached_property
    def mode(self) -> Mode:
        return known_mode(self.view.transcript.mode)

    @cached_property
    def case(self) -> Case | None:
        return self.knowledge.case(self.view.transcript.case)

    @property
    def level(self) -> Level:
        return self.view.transcript.level

    @property
    def text(self) -> str:
        """The words to be answered, with plain apostrophes."""
        return self.last.text.strip().replace("’", "'") if self.last else ""

    @property
    def words(self) -> int:
        return len(self.text.split())

    @cached_property
    def everything(self) -> str:
        """All that the candidate has said, with plain apostrophes."""
        return "\n".join(turn.text for _, turn in self.view.transcript.candidate_turns()).replace("’", "'")

    def heard(self, kind: str) -> list[Heard]:
        """What was heard of one kind in the last turn."""
        return [one for one in (self.last.heard or [] if self.last else []) if one.kind == kind]

    @cached_property
    def intents(self) -> dict[str, str]:
        """The intents of the last turn, each with the words that show it."""
        return {one.id: one.quote for one in self.heard("intent")}

    def wants(self, *intents: Intent) -> Intent | None:
        """The first of the intents that stands at the end of the last turn, or makes up most of it."""
        return next((one for one in intents if one in self.intents and self._awaits(self.intents[one])), None)

    def just_said(self, quote: str) -> bool:
        """Whether the words stand in the last part of the turn, on which a follow-up hangs."""
        text = self.last.text if self.last else ""
        return len(text[text.rfind(quote) :].split()) <= settings().tail

    def _awaits(self, quote: str) -> bool:
        """Whether nothing much follows the words in the turn."""
        text = self.last.text if self.last else ""
        return len(text[text.rfind(quote) + len(quote) :].split()) <= settings().words_after_a_request

    @cached_property
    def spoken_step(self) -> Step | None:
        """The step that the last turn was mostly about, where that is clear."""
        about = sorted(self.heard("step"), key=lambda one: -one.score)
        if not about or about[0].score < settings().clear_step:
            return None
        rival = about[1].score if len(about) > 1 else 0.0
        return about[0].step if about[0].score >= settings().clear_lead * rival else None

    def minutes_left(self) -> str:
        """Whole minutes, at least one."""
        return str(max(1, round(self.state.left / 60)))

    def last_question(self) -> str:
        """The last question that the interviewer asked, in the same words; empty without one."""
        for text in reversed(self.state.said):
            for piece in reversed(spans(text)):
                if piece.text.endswith("?"):
                    return piece.text
        return ""

    def signal(self, name: str) -> Signal | None:
        """The criterion of that id."""
        signals = self.knowledge.signals(self.view.transcript.case)
        return next((one for own in signals.values() for one in own if one.id == name), None)

    def told(self, texts: Iterable[str]) -> bool:
        """Whether any of the texts was said by the interviewer."""
        return any(text in said for text in texts for said in self.state.said)

    def propose(
        self,
        move: MoveKind,
        text: str,
        *,
        step: Step | None = None,
        target: tuple[TargetKind, str] | None = None,
        facts: tuple[str, ...] = (),
        agreed: tuple[str, ...] = (),
    ) -> Proposal:
        """A proposal with these words."""
        about = Target(*target) if target else None
        return Proposal(move, [text], step or self.state.step, about, facts, agreed)

    def turn(self, move: MoveKind, occasion: str, **slots: str) -> Proposal:
        """A proposal in the words of an occasion."""
        return self.propose(move, self.voice.say(occasion, **slots))

    @property
    def one_subject(self) -> bool:
        """Whether the interview never leaves a step or a topic."""
        return self.mode.kind in (ModeKind.STEP, ModeKind.DRILL)


def begins(text: str, pattern: str) -> bool:
    """Whether the text begins with the pattern, fillers aside."""
    return (
        re.match(rf"\W*(?:(?:um+|uh+|so|well|okay|ok|oh|ah|hm+|yeah)\W+)*?(?:{pattern})", text, re.IGNORECASE)
        is not None
    )
