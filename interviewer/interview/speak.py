"""Speaks a decision: on the best rung that can, with the scripted wording as plan and as net.

A model's words are checked before they are kept; after two failed checks, or when the model fails, the
scripted words are said. The wording is streamed once its checks have passed.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from interviewer.casebook.embed import Embedder
from interviewer.casebook.library import Library
from interviewer.errors import ModelError
from interviewer.interview.checks import problems
from interviewer.interview.direct import Decision
from interviewer.interview.state import State
from interviewer.interview.wording import Wording, step_name
from interviewer.models.door import Door, LanguageModel
from interviewer.steps import MoveKind
from interviewer.transcript import Transcript

_TRIES = 2
_RECENT_TURNS = 8
_NEAR_PLAN = {"local": 0.62, "openai": 0.0}
"""How near a small model's turn must stay to the planned question (cosine)."""
_LOCAL_KINDS = {MoveKind.PROBE, MoveKind.TRADE_OFF, MoveKind.CHALLENGE}
"""Moves that a small model may word; the others have nothing to gain from it."""
_FIXED_ANGLES = {"again", "smaller", "back", "other", "deferred"}

DO = {
    MoveKind.OPEN: "Open the interview: a short welcome, the problem as given, the length, and an invitation to think aloud.",
    MoveKind.ANSWER: "Answer the clarifying question with exactly the fact given; without a fact, hand the question back.",
    MoveKind.ASK_TO_CLARIFY: "Ask the candidate to make clear what they mean or to find out about the problem first.",
    MoveKind.LET_GO_ON: "Let the candidate go on: a few neutral words, no question.",
    MoveKind.PROBE: "Ask one question about the subject, hooked onto the candidate's own words.",
    MoveKind.TRADE_OFF: "Press for a choice and what it costs, in one question.",
    MoveKind.CHALLENGE: "Make the candidate look again at the quoted statement with one question; do not say what is wrong with it.",
    MoveKind.HINT: "Give the nudge of the fallback wording, no more than that.",
    MoveKind.REDIRECT: "Decline in half a sentence and bring the talk back to the design with one question.",
    MoveKind.MOVE_ON: "Move the interview to the next part with one open question.",
    MoveKind.TIME_CHECK: "Say how much time is left and move to the part named, with one open question.",
    MoveKind.CURVEBALL: "Change the situation as the fallback wording says and ask what changes.",
    MoveKind.WRAP_UP: "Say that the time is nearly over and leave room for last words or questions.",
    MoveKind.CLOSE: "End the interview and thank the candidate, without any judgement.",
}


@dataclass
class Spoken:
    """What was said, on which rung, and what went wrong on the way there."""

    text: str
    rung: str = "scripted"
    warnings: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    """The rules that a model's attempts broke."""


class Speaker:
    """Speaks. ``rejections`` counts the rules that models' turns broke, by rung and rule."""

    def __init__(self, library: Library, embedder: Embedder, door: Door):
        self._library = library
        self._embedder = embedder
        self._door = door
        self.rejections: Counter[tuple[str, str]] = Counter()

    def speak(self, decision: Decision, wording: Wording, transcript: Transcript, state: State) -> Spoken:
        """The turn's words. Raises ModelError only when the user named a rung and it failed."""
        spoken = Spoken(wording.text)
        for model in self._door.models:
            if model.rung == "local" and (decision.kind not in _LOCAL_KINDS or decision.angle in _FIXED_ANGLES):
                spoken.rung = "local"
                return spoken
            try:
                text = self._ask(model, decision, wording, transcript, state, spoken)
            except ModelError as error:
                if self._door.named:
                    raise
                spoken.warnings.append(f"The {model.rung} model could not speak this turn ({error}); the next rung did.")
                continue
            return Spoken(text or wording.text, model.rung, spoken.warnings, spoken.rejected)
        return spoken

    def _ask(
        self, model: LanguageModel, decision: Decision, wording: Wording, transcript: Transcript, state: State, spoken: Spoken
    ) -> str:
        """The model's words once they pass the checks, or nothing."""
        from interviewer.models.prompts import render

        name = "speak-local" if model.rung == "local" else "speak-openai"
        messages = render(name, **self._inputs(decision, wording, transcript, state))
        for attempt in range(_TRIES):
            text = _tidy("".join(model.speak(messages, max_tokens=110, temperature=0.3 + 0.4 * attempt, seed=7 + attempt)))
            broken = self._broken(text, model, decision, wording, transcript, state)
            if not broken:
                return text
            spoken.rejected += broken
            self.rejections.update((model.rung, rule.split(":")[0]) for rule in broken)
        return ""

    def _inputs(self, decision: Decision, wording: Wording, transcript: Transcript, state: State) -> dict[str, str]:
        case = self._library.case(transcript.case)
        last = transcript.turns[state.last_candidate].text if state.last_candidate is not None else ""
        recent = [f"{turn.speaker}: {turn.text}" for turn in transcript.turns[-_RECENT_TURNS:]]
        return {
            "move": DO[decision.kind],
            "topic": step_name(decision.step or state.step),
            "fact": wording.text if wording.facts else "",
            "quote": (decision.quote or wording.quote or last)[-1200:],
            "fallback": wording.question if decision.kind in _LOCAL_KINDS and wording.question else wording.text,
            "level": transcript.level.value,
            "manner": transcript.manner.value,
            "case_title": case.title if case else transcript.case,
            "recent": "\n".join(recent)[-6000:],
            "minutes_left": f"{state.left / 60:.0f}",
        }

    def _broken(
        self, text: str, model: LanguageModel, decision: Decision, wording: Wording, transcript: Transcript, state: State
    ) -> list[str]:
        candidate_said = " ".join(turn.text for turn in transcript.turns if turn.speaker == "candidate")
        found = problems(
            text,
            terms=self._terms(transcript.case),
            candidate_said=candidate_said,
            said=state.said,
            hint=decision.kind is MoveKind.HINT,
        )
        allowed = set(problems(wording.text, said=state.said))
        found = [rule for rule in found if rule not in allowed]
        if wording.question.endswith("?") and "?" not in text:
            found.append("question lost")
        nearest = _NEAR_PLAN.get(model.rung, 0.0)
        if nearest and wording.question:
            near = float(self._embedder.encode([text])[0] @ self._embedder.encode([wording.question])[0])
            if near < nearest:
                found.append("off plan")
        if wording.facts and _numbers(text) != _numbers(wording.text):
            found.append("fact changed")
        return found

    def _terms(self, slug: str) -> Sequence[str]:
        return [term for own in self._library.signals(slug).values() for signal in own for term in signal.terms]


def _numbers(text: str) -> set[str]:
    import re

    return set(re.findall(r"\d+(?:[.,]\d+)*", text))


def _tidy(text: str) -> str:
    """A model's words without quotation marks round the whole, role names and line breaks."""
    text = " ".join(text.split())
    for lead in ("Interviewer:", "New line:", "Line:"):
        text = text.removeprefix(lead).strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    return text
