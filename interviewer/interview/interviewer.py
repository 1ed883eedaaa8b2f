"""The turn loop: a transcript in, the interviewer's next turn out.

    observe ─► state, agenda ─► policy.allowed ─► policy.act ─► each sentence checked while it streams ─► said
                                                    ▲                 │ broken: told why, and again;
                                                    └─────────────────┘ then the next policy

Nothing is written to a disk here; whoever calls stores the candidate's turn before asking for a reply.
"""

import logging
import os
import re
import threading
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import monotonic

from interviewer import InterviewerError, ModelError, MoveKind
from interviewer.background import Ahead, DroppedError, aside
from interviewer.interview import guardrails, thresholds
from interviewer.interview.llm_policy import LlmPolicy
from interviewer.interview.policy import Agenda, Allowed, Policy, Proposal, View, Violation, allowed, prepare
from interviewer.interview.rules_policy import RulesPolicy
from interviewer.interview.state import TEMPLATED, State, fold
from interviewer.interview.words import MOST_WORDS, without_second
from interviewer.knowledge import Knowledge
from interviewer.knowledge.embeddings import Embedder, shared_embedder, yielding
from interviewer.knowledge.retrieval import Retriever
from interviewer.listening.annotate import Listener
from interviewer.models import Budget
from interviewer.models.base import ModelChain
from interviewer.text import finished, last_sentences
from interviewer.transcript import WORDS_A_MINUTE, Move, Rejected, Transcript, Turn, with_clock

log = logging.getLogger(__name__)

_LISTENERS = 1 + (os.cpu_count() or 1)
"""Turns that are listened to at once: it takes a processor, and a hundred begun together are all ready late."""
_END = 100
"""Words at the end of an answer that are listened to before a model is asked: a longer answer is listened to as a whole
while the model thinks, since that takes a processor for as long as the answer is."""
_DROPPED = frozenset({"praise", "echo"})
"""Rules whose sentence can be left out without harm to the one after it."""
_NOD = re.compile(r"\b(?:all right|right|okay)\b(?= *[.,;:!-]|$)", re.IGNORECASE)
"""What is kept of such a sentence ("Mapped back, okay."): that it was heard."""


@dataclass(frozen=True)
class Reply:
    """The interviewer's next turn, and the state after it."""

    turn: Turn
    transcript: Transcript
    """Observed, with the new turn at its end."""
    state: State
    backend: str
    """The backend that really spoke."""
    policy: str = "rules"
    rejected: list[Rejected] = field(default_factory=list)
    """What was proposed and not said."""
    warnings: list[str] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=dict)
    """Tokens of all the tries at this turn; empty without a model."""


@dataclass(frozen=True)
class _Seen:
    """What is seen of a moment: at first, where the last answer is long, with only its end listened to."""

    view: View
    allowed: Allowed
    warnings: list[str]
    rest: "Future[_Seen] | None" = None
    """The same with all of it, which goes on meanwhile."""

    def whole(self, view: View) -> tuple[View, Allowed]:
        """All that is seen, for the try that the view is of; what a turn is checked against, and all that rules use."""
        if self.rest is None:
            return view, self.allowed
        found = self.rest.result()
        return replace(found.view, told=view.told, said=view.said, attempt=view.attempt), found.allowed


@dataclass
class _Draft:
    """A turn in the making."""

    out: str = ""
    """Words that were said already: they stay, whatever comes."""
    rejected: list[Rejected] = field(default_factory=list)
    usage: Counter[str] = field(default_factory=Counter)
    """Tokens of every try."""
    proposal: Proposal | None = None
    spoken_by: Policy | None = None

    def reject(self, broken: Iterable[Violation]) -> None:
        self.rejected += [Rejected(rule=one.rule, text=one.text[:4000]) for one in broken]

    def add(self, words: str) -> str:
        """Takes words up; what is to be shown of them."""
        piece = f" {words}" if self.out else words
        self.out += piece
        return piece


class Interviewer:
    """Conducts interviews. Holds no interview: every call gets the whole transcript.

    ``keep_going``: a backend that the user named and that fails in mid-interview is replaced for that turn, with a
    warning; without it the failure is raised (``interviewer reply``).
    """

    def __init__(
        self,
        knowledge: Knowledge,
        chain: ModelChain | None = None,
        *,
        retriever: Retriever | None = None,
        embedder: Embedder | None = None,
        vectors: Path | None = None,
        keep_going: bool = False,
        budget: Budget | None = None,
    ):
        embedder = embedder or shared_embedder()
        self.knowledge = knowledge
        self.listener = Listener(knowledge, embedder, vectors)
        self.chain = chain or ModelChain()
        self.retriever = retriever
        self.keep_going = keep_going
        self.budget = budget or Budget()
        self.rules: Policy = RulesPolicy(self.listener)
        self.policies: tuple[Policy, ...] = (
            *(LlmPolicy(model, retriever) for model in self.chain.models if model.capable),
            self.rules,
        )
        self._listening = threading.BoundedSemaphore(_LISTENERS)
        self._ahead = Ahead()

    def warm(self, case: str = "") -> None:
        """Makes ready, in the background, what the first answers on a case need. Returns at once.

        Without a case, what every case needs.
        """
        self._ahead.begin("waking", partial(self._wake, case))

    def close(self) -> None:
        """Ends what is still being made ready."""
        self._ahead.close()

    def _wake(self, case: str) -> None:
        try:
            with yielding(self._ahead.breathe):
                self.listener.sounds_of(case)
                if len(self.policies) == 1:
                    self.listener.bank(case)
                if self.retriever and not self._ahead.closed.is_set():
                    self.retriever.wake(case)
                for model in self.chain.models:
                    if model.capable and not self._ahead.closed.is_set():
                        model.warm(())
        except DroppedError:
            return
        except InterviewerError as error:
            log.warning("not ready ahead (%s); the first answer will try again", error)

    def state(self, transcript: Transcript, at: float | None = None) -> State:
        """The state of an interview at a time in seconds since its start, by default at its last turn."""
        timed, _ = with_clock(self.listener.annotate(transcript))
        return fold(timed, at)

    def view(self, transcript: Transcript, at: float | None = None) -> tuple[View, list[str]]:
        """What a policy sees at that moment, by default once the last turn has been said, and warnings."""
        # An opening needs nothing heard: the listener is made ready while the candidate reads the problem.
        timed, warnings = with_clock(self.listener.annotate(transcript) if transcript.turns else transcript)
        if self.knowledge.case(transcript.case) is None and not transcript.problem:
            warnings.append(
                f"The knowledge base has no case '{transcript.case}': the framework's general signals are used."
            )
        at = _asked_at(timed) if at is None else at
        state = fold(timed, at)
        last = timed.turns[state.last_candidate] if state.last_candidate is not None else None
        plain = not transcript.turns and transcript.mode == "interview"
        agenda = Agenda(transcript.level) if plain else prepare(timed, state, last, self.listener, self.retriever)
        return View(timed, at, state, agenda, self.knowledge, last), warnings

    def next_turn(self, transcript: Transcript, at: float | None = None) -> Reply:
        """The interviewer's next turn. ``at``: when it is asked for, in seconds since the start.

        Raises ModelError when the user named a backend that cannot serve, unless ``keep_going``.
        """
        for item in self.reply(transcript, at):
            if isinstance(item, Reply):
                return item
        raise InterviewerError("The interviewer fell silent.")

    def reply(self, transcript: Transcript, at: float | None = None) -> Iterator[str | Reply]:
        """The same sentence by sentence, each as soon as it has passed its checks, then the whole ``Reply``.

        The pieces, joined, are the turn's text. What was said is never taken back.
        """
        seen = self._begun(transcript, at)
        warnings = seen.warnings
        if self.chain.named and self.chain.models and len(self.policies) == 1 and not self.keep_going:
            warnings.append(f"{self.chain.models[0].name} is too small to conduct an interview: the rules spoke.")
        draft = _Draft()
        yield from self._spoken(seen, draft)
        view, _ = seen.whole(seen.view)
        proposal, policy = draft.proposal, draft.spoken_by
        assert proposal is not None  # the rules always speak
        assert policy is not None
        turn = Turn(
            speaker="interviewer",
            text=draft.out,
            at=view.at,
            move=Move(kind=proposal.move, step=proposal.step, signal=proposal.target.id if proposal.target else None),
            facts=list(proposal.facts),
            backend=policy.backend,
            policy=policy.name,
            rejected=draft.rejected,
            agreed=list(proposal.agreed),
            usage=dict(draft.usage) or None,
        )
        if self.retriever and self.retriever.trouble:
            warnings.append(self.retriever.trouble)
        after = view.transcript.with_turn(turn)
        yield Reply(
            turn, after, fold(after, view.at), policy.backend, policy.name, draft.rejected, warnings, dict(draft.usage)
        )

    def _begun(self, transcript: Transcript, at: float | None) -> _Seen:
        """What is seen of the moment, as far as the first policy needs it."""
        last = transcript.turns[-1] if transcript.turns else None
        if len(self.policies) == 1 or last is None or last.speaker == "interviewer" or last.heard is not None:
            return self._seen(transcript, at)
        end = last.model_copy(update={"text": last_sentences(last.text, _END)})
        if end.text == last.text:
            return self._seen(transcript, at)
        with self._listening:
            *before, by_end = self.listener.annotate(_with(transcript, *transcript.turns[:-1], end)).turns
        seen = self._seen(_with(transcript, *before, last.model_copy(update={"heard": by_end.heard})), at)
        return replace(seen, rest=aside("listening", partial(self._seen, _with(transcript, *before, last), at)))

    def _seen(self, transcript: Transcript, at: float | None) -> _Seen:
        with self._listening:
            view, warnings = self.view(transcript, at)
            return _Seen(view, allowed(view), warnings)

    def _spoken(self, seen: _Seen, draft: _Draft) -> Generator[str, None, None]:
        """Says a turn: policy after policy, try after try, until one stands."""
        ends, view, allowed, warnings = monotonic() + thresholds().patience, seen.view, seen.allowed, seen.warnings
        for policy in self._policies(view, allowed, warnings):
            last = policy is self.rules
            broken: list[Violation] = []
            for _ in range(policy.tries):
                if not last and view.attempt and monotonic() > ends:
                    break
                if last:
                    view, allowed = seen.whole(view)
                try:
                    proposal = policy.act(view, allowed)
                    view, allowed = seen.whole(view)
                    say = _by_rules(proposal, view, allowed, draft) if last else _say(proposal, view, allowed, draft)
                    broken = yield from say
                    draft.usage.update(proposal.usage())
                except ModelError as error:
                    if draft.proposal is not None and _stands(draft, draft.proposal):
                        draft.spoken_by = policy
                        warnings.append(f"The {policy.backend} model broke off ({error}); what it had said stands.")
                        return
                    if self.chain.named and not self.keep_going:
                        raise
                    warnings.append(
                        f"The model did not answer, so this turn comes from the case file: {str(error).rstrip('.')}."
                    )
                    view = view.after((), draft.out)
                    break
                if not broken:
                    draft.proposal, draft.spoken_by = proposal, policy
                    return
                draft.reject(broken)
                view = view.after(broken, draft.out)
            else:
                rules = ", ".join(sorted({one.rule for one in broken}))
                warnings.append(
                    f"What the {policy.backend} model proposed was turned down ({rules}); "
                    "this turn was made without it."
                )

    def _policies(self, view: View, allowed: Allowed, warnings: list[str]) -> Sequence[Policy]:
        """The policies that are asked, best first. The rules alone where the move is forced and needs no model, and
        where the money that was set aside is spent."""
        if allowed.forced in TEMPLATED:
            return (self.rules,)
        if len(self.policies) > 1 and self.budget.reached(view.transcript):
            warnings.append("The cost limit for this interview is reached: the model is kept for the report.")
            return (self.rules,)
        return self.policies


def _with(transcript: Transcript, *turns: Turn) -> Transcript:
    return transcript.model_copy(update={"turns": list(turns)})


def _by_rules(proposal: Proposal, view: View, allowed: Allowed, draft: _Draft) -> Generator[str, None, list[Violation]]:
    """The rules' words as they are; after words of a model's that are out, only what they ask."""
    if proposal.step not in allowed.steps:
        proposal.step = view.state.step if proposal.step else None
    text = " ".join("".join(proposal.words).split())
    sentences, rest = finished(text)
    pieces = [*sentences, *([rest.strip()] if rest.strip() else [])]
    if draft.out:
        pieces = [one for one in pieces if "?" in one][-1:] or pieces[-1:]
    for one in pieces:
        yield draft.add(one)
    return []


def _say(proposal: Proposal, view: View, allowed: Allowed, draft: _Draft) -> Generator[str, None, list[Violation]]:
    """Says a proposal sentence by sentence, as each passes; what was wrong with it, or nothing.

    A sentence that fails ends the turn when what is out is a whole turn; else the next try goes on from there.
    """
    broken = guardrails.of_move(proposal, view, allowed)
    if broken:
        return broken
    ground = guardrails.Ground.of(view, proposal)
    ending = proposal.move in (MoveKind.CLOSE, MoveKind.WRAP_UP)
    for sentence in _sentences(proposal.words):
        kept, cut = without_second(sentence)
        if cut:
            draft.reject([Violation("stacked", "", cut)])
        broken = guardrails.of_sentence(kept, draft.out, proposal, view, ground, forced=ending)
        if not broken:
            draft.proposal = proposal
            yield draft.add(kept)
        elif _stands(draft, proposal) or {one.rule for one in broken} <= _DROPPED:
            draft.reject(broken)
            if not {one.rule for one in broken} <= _DROPPED:
                break
            if not draft.out and (nod := _NOD.search(kept)):
                yield draft.add(f"{nod[0].capitalize()}.")
        else:
            return broken
    yield from _facts_left(proposal, view, draft)
    missing = guardrails.of_whole(draft.out, proposal, view)
    return [one for one in missing if one.rule != "fact_unsaid"]


def _facts_left(proposal: Proposal, view: View, draft: _Draft) -> Iterator[str]:
    """Facts that were announced and not stated: in the case's own words after hardly anything ("Quite a lot.").

    After an answer of some length they are left to be asked for again: it told them in its own way ("Right on both."),
    and said twice they would read as a stutter.
    """
    bare = len(draft.out.split()) <= thresholds().facts.bare
    for fact in guardrails.unsaid_facts(draft.out, proposal, view):
        draft.reject([Violation("fact_unsaid", "", fact.id)])
        if bare and len(draft.out.split()) + len(fact.answer.split()) <= MOST_WORDS:
            yield draft.add(fact.answer)
        else:
            proposal.facts = tuple(name for name in proposal.facts if name != fact.id)


def _stands(draft: _Draft, proposal: Proposal) -> bool:
    """Whether what is out is a whole turn of that move."""
    return bool(draft.out) and guardrails.stands(draft.out, proposal)


def _sentences(words: Iterable[str]) -> Iterator[str]:
    """Whole sentences, each as soon as it is there."""
    held = ""
    for piece in words:
        done, held = finished(held + piece)
        yield from (" ".join(one.split()) for one in done)
    if held.strip():
        yield " ".join(held.split())


def _asked_at(timed: Transcript) -> float:
    """When the last turn has been said, at 140 words a minute."""
    if not timed.turns:
        return 0.0
    last = timed.turns[-1]
    return round((last.at or 0.0) + last.words * 60 / WORDS_A_MINUTE + 1.0, 1)
