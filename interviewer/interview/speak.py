"""Speaks a decision: on the best backend that can, with the scripted wording as plan and as net.

A model's words are checked before they are kept; after two failed checks, or when the model fails, the
scripted words are said. The wording is streamed once its checks have passed. The embedded model gets so many
seconds a turn (``PATIENCE``): nobody waits for a busy machine.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from time import monotonic

from interviewer.domain import MoveKind
from interviewer.errors import ModelError
from interviewer.interview.decision import Decision
from interviewer.interview.guardrails import problems
from interviewer.interview.lead import excerpt, faults, tidy
from interviewer.interview.state import State
from interviewer.interview.templates import Wording, step_name
from interviewer.interview.warmth import Warmth
from interviewer.knowledge.embeddings import Embedder
from interviewer.knowledge.load import Knowledge
from interviewer.listening.thought import telling
from interviewer.models.base import LanguageModel, ModelChain
from interviewer.models.deadline import DeadlineError, within
from interviewer.text import spans
from interviewer.transcript import Transcript

_TRIES = 2
_OF_A_FACT = 0.6
"""Share of a fact's telling words that its wording by a model must have."""
_RECENT_TURNS = 8
PATIENCE = 6.0
"""Seconds that the embedded model has for a turn, all tries together."""
_LEAD_TOKENS = 32
_HANG_UP = 0.5
"""Seconds after the deadline when the model's server is told to drop the work, so that the next turn finds it free."""
_REST = 2
"""Turns that a model which was too slow sits out, for each time in a row."""
_LOCAL_KINDS = {MoveKind.PROBE, MoveKind.TRADE_OFF, MoveKind.CHALLENGE}
"""Moves that a small model may word; the others have nothing to gain from it."""
_FIXED_ANGLES = {"again", "smaller", "back", "other", "deferred"}

TOO_SLOW = "The embedded model is too slow at the moment: scripted words were said."

DO = {
    MoveKind.OPEN: "Open the interview: a short welcome, the problem as given, the length.",
    MoveKind.ANSWER: "Answer the question with exactly the fact given; without a fact, hand the question back.",
    MoveKind.ASK_TO_CLARIFY: "Ask the candidate to make clear what they mean or to find out about the problem first.",
    MoveKind.LET_GO_ON: "Let the candidate go on: a few neutral words, no question.",
    MoveKind.PROBE: "Ask one question about the subject, hooked onto the candidate's own words.",
    MoveKind.TRADE_OFF: "Press for a choice and what it costs, in one question.",
    MoveKind.CHALLENGE: "Make the candidate look again at the quoted words with one question; not what is wrong.",
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
    """What was said, on which backend, and what went wrong on the way there."""

    text: str
    backend: str = "scripted"
    warnings: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    """The rules that a model's attempts broke."""


class Speaker:
    """Speaks. ``rejections`` counts the rules that models' turns broke, by backend and rule."""

    def __init__(self, knowledge: Knowledge, embedder: Embedder, chain: ModelChain, patience: float = PATIENCE):
        self._knowledge = knowledge
        self._chain = chain
        self._patience = patience
        self.warmth = Warmth(chain)
        self.rejections: Counter[tuple[str, str]] = Counter()
        self._slow = 0
        self._resting = 0

    def speak(self, decision: Decision, wording: Wording, transcript: Transcript, state: State) -> Spoken:
        """The turn's words. Raises ModelError only when the user named a backend and it failed."""
        spoken = Spoken(wording.text)
        for model in self._chain.models:
            if model.backend == "local" and not _worth_a_lead(decision, wording):
                spoken.backend = "local"
                return spoken
            if model.backend == "local" and self._resting:
                self._resting -= 1
                spoken.warnings.append(TOO_SLOW)
                return spoken
            try:
                ask = self._lead if model.backend == "local" else self._ask
                text = ask(model, decision, wording, transcript, state, spoken)
            except DeadlineError:
                self._reject(model, ["too slow"], spoken)
                spoken.warnings.append(TOO_SLOW)
                self._slow += 1
                self._resting = _REST * self._slow
                return spoken
            except ModelError as error:
                if self._chain.named:
                    raise
                spoken.warnings.append(f"The {model.backend} model could not speak ({error}); the next backend did.")
                continue
            self._slow = 0
            return Spoken(text or wording.text, model.backend, spoken.warnings, spoken.rejected)
        return spoken

    def _lead(
        self,
        model: LanguageModel,
        decision: Decision,
        wording: Wording,
        transcript: Transcript,
        state: State,
        spoken: Spoken,
    ) -> str:
        """The planned question after a clause of the embedded model's, or nothing. Raises DeadlineError."""
        from interviewer.models.prompts import render

        ends = self.warmth.ready(self._patience)
        said = transcript.turns[state.last_candidate].text if state.last_candidate is not None else ""
        given = excerpt(said, decision.quote or wording.quote)
        inputs = self._inputs(decision, wording, transcript, state)
        messages = render("speak-local", **{**inputs, "quote": given})
        for attempt in range(_TRIES):
            left = max(ends - monotonic(), 0.0)
            ask = partial(
                model.speak,
                messages,
                max_tokens=_LEAD_TOKENS,
                temperature=0.5 * attempt,
                seed=7 + attempt,
                limit=left + _HANG_UP,
            )
            lead = tidy("".join(within(left, ask)))
            text = f"{lead} {wording.question}"
            broken = [*faults(lead, given), *self._broken(text, decision, wording, transcript, state)]
            if any(lead in one for one in state.said):
                broken.append("lead repeated")
            if not broken:
                return text
            self._reject(model, broken, spoken)
        return ""

    def _ask(
        self,
        model: LanguageModel,
        decision: Decision,
        wording: Wording,
        transcript: Transcript,
        state: State,
        spoken: Spoken,
    ) -> str:
        """The model's words once they pass the checks, or nothing."""
        from interviewer.models.prompts import render

        messages = render("speak-openai", **self._inputs(decision, wording, transcript, state))
        for attempt in range(_TRIES):
            pieces = model.speak(messages, max_tokens=110, temperature=0.3 + 0.4 * attempt, seed=7 + attempt)
            text = _tidy("".join(pieces))
            broken = self._broken(text, decision, wording, transcript, state)
            if not broken:
                return text
            self._reject(model, broken, spoken)
        return ""

    def _reject(self, model: LanguageModel, broken: list[str], spoken: Spoken) -> None:
        spoken.rejected += broken
        self.rejections.update((model.backend, rule.split(":")[0]) for rule in broken)

    def _inputs(self, decision: Decision, wording: Wording, transcript: Transcript, state: State) -> dict[str, str]:
        case = self._knowledge.case(transcript.case)
        last = transcript.turns[state.last_candidate].text if state.last_candidate is not None else ""
        recent = [f"{turn.speaker}: {turn.text}" for turn in transcript.turns[-_RECENT_TURNS:]]
        return {
            "move": DO[decision.kind],
            "topic": step_name(decision.step or state.step),
            "fact": wording.text if wording.facts else "",
            "quote": (decision.quote or wording.quote or last)[-1200:],
            "fallback": wording.text,
            "level": transcript.level.value,
            "manner": transcript.manner.value,
            "case_title": case.title if case else transcript.case,
            "recent": "\n".join(recent)[-6000:],
            "minutes_left": f"{state.left / 60:.0f}",
        }

    def _broken(
        self,
        text: str,
        decision: Decision,
        wording: Wording,
        transcript: Transcript,
        state: State,
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
        if wording.facts and (_numbers(text) != _numbers(wording.text) or not _all_said(wording.text, text)):
            found.append("fact changed")
        return found

    def _terms(self, slug: str) -> Sequence[str]:
        return [term for own in self._knowledge.signals(slug).values() for signal in own for term in signal.terms]


def _worth_a_lead(decision: Decision, wording: Wording) -> bool:
    """Whether the embedded model has something to add: a question, and words of the candidate's to lead over from."""
    able = decision.kind in _LOCAL_KINDS and decision.angle not in _FIXED_ANGLES
    return able and bool(wording.question and wording.quote)


def _all_said(facts: str, text: str) -> bool:
    """Whether the text has most telling words of every sentence of the facts: none of them is left out."""
    said = {word[:5] for word in telling(text)}
    own = [{word[:5] for word in telling(one.text)} for one in spans(facts)]
    return all(len(words & said) >= _OF_A_FACT * len(words) for words in own)


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
