"""What the rules look at: the view, what was heard in the last turn, and ways to propose."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from interviewer import Level, MoveKind, Step
from interviewer.interview import Mode, ModeKind, Subject, known_mode, settings, subjects
from interviewer.interview.policy import Allowed, Proposal, Target, TargetKind, View
from interviewer.interview.state import State
from interviewer.interview.words import WordChoice, said_times
from interviewer.knowledge import Knowledge
from interviewer.knowledge.embeddings import Vectors
from interviewer.knowledge.schema import Case, CaseSituation, Followup, Signal
from interviewer.listening.annotate import Listener
from interviewer.listening.examples import Bank, denies
from interviewer.listening.intents import Intent, announced
from interviewer.text import Span, spans, stems
from interviewer.transcript import Heard, Turn

_AGAIN = frozenset({MoveKind.OPEN, MoveKind.WRAP_UP, MoveKind.CLOSE})
"""The beginning and the end, which nothing else may take the place of."""


_ASKS_AGAIN = (Intent.REPEAT, Intent.WHAT_MEANT, Intent.TIME_LEFT, Intent.END)
"""What is answered however often it is asked."""
_WORDS_OF = {Step.EVALUATE: "of_evaluation", Step.SERVE: "of_serving", Step.MONITOR: "of_monitoring"}
LATE = frozenset(_WORDS_OF)
"""The parts that are asked about until the end."""


@dataclass(frozen=True)
class Fitting:
    """A follow-up of the bank that fits here."""

    entry: Followup
    worth: float
    """How well it follows, on the scale of ``bank`` in ``../data/rules.yaml``."""


@dataclass(frozen=True)
class Situation:
    """One moment of an interview, as the rules see it."""

    view: View
    allowed: Allowed
    listener: Listener
    voice: WordChoice

    @property
    def knowledge(self) -> Knowledge:
        return self.listener.knowledge

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
    def led(self) -> bool:
        """Whether the candidate said in one of their last four turns where they go."""
        turns = [turn for _, turn in self.view.transcript.candidate_turns()][-4:]
        return any(one.id == Intent.GOES_TO for turn in turns for one in turn.heard or [])

    @property
    def words(self) -> int:
        return len(self.text.split())

    @cached_property
    def everything(self) -> str:
        """All that the candidate has said, with plain apostrophes."""
        return "\n".join(turn.text for _, turn in self.view.transcript.candidate_turns()).replace("’", "'")

    @cached_property
    def talked(self) -> str:
        """All that anybody has said since the problem was posed."""
        return "\n".join(turn.text for turn in self.view.transcript.turns[1:]).replace("’", "'")

    def left_to_ask(self, step: Step, *, begun: bool = False) -> Iterator[str]:
        """Questions on what nobody has come to in a part: the case's own situations, then plain ones.

        The situation that opens the part is kept for that, and what opens it isn't asked of one that is ``begun``. Each
        question is looked for when it is wanted.
        """
        yield from self.situations_left(step)
        opener = [*self.situations(step)][:1]
        for one in self._left(step):
            if not (begun and one.id in opener):
                yield from (self.voice.unsaid(one.asks[:1]) or self.voice.unsaid(one.asks))[:1]

    def essential(self, step: Step) -> str:
        """The question on what no such part may leave out and nobody has come to; empty without one."""
        one = next((one for one in self._left(step) if one.essential), None)
        return next(iter(self.voice.unsaid(one.asks[:1])), "") if one else ""

    def _left(self, step: Step) -> Iterator[Subject]:
        """What is plainly asked about in a part and nobody has asked or come to."""
        own = self.situations(step)
        for one in self.subjects(step):
            asks = [*one.asks, *([own[one.id].ask] if one.id in own else [])]
            if not self.told(asks) and not one.touched(self.talked):
                yield one

    def question_on(self, step: Step) -> str:
        """The first question that is left on a part; empty without one."""
        return next(self.left_to_ask(step, begun=True), "")

    def barely_begun(self, step: Step) -> bool:
        """Whether a part got but a little of its time."""
        return self.state.used.get(step, 0.0) < settings().untouched_share * self.view.agenda.budgets.get(step, 0.0)

    @cached_property
    def _lately(self) -> frozenset[str]:
        """The content words of the candidate's last answers."""
        turns = [turn for _, turn in self.view.transcript.candidate_turns()][-settings().last_answers :]
        return frozenset().union(*(stems(turn.text) for turn in turns))

    def scene_spoken(self, question: str) -> bool:
        """Whether what a question tells of was just spoken of: many of its content words were said lately."""
        own, at = stems(question), settings()
        common = len(own & self._lately)
        return common >= at.scene_words and common >= at.scene_share * len(own)

    @property
    def framed(self) -> bool:
        """Whether the problem was gone into before its solution, or the time for that is over."""
        state = self.state
        gone_into = bool(state.facts) or Step.FRAME in state.visited
        return gone_into or self.one_subject or state.elapsed > settings().early_share * state.length

    def situations_left(self, step: Step) -> list[str]:
        """The case's own situations for a part that nobody has come to, nearest to the last answer first; not the one
        that opens it."""
        own = [one.ask for name, one in [*self.situations(step).items()][1:] if self._is_open(step, name, one)]
        return self._nearest(self.voice.unsaid(own))

    def _is_open(self, step: Step, name: str, one: CaseSituation) -> bool:
        """Whether nobody has come to what a situation of the case is about."""
        if self.scene_spoken(one.ask):
            return False
        if one.said:
            return re.search(one.said, self.talked, re.IGNORECASE) is None
        return not any(subject.touched(self.talked) for subject in subjects()[step] if subject.id == name)

    def _nearest(self, asks: list[str]) -> list[str]:
        """The questions, that first whose likeness to a sentence of the last answer is greatest."""
        said = spans(self.last.text if self.last else "")[-settings().bank.sentences :]
        if len(asks) < 2 or not said:
            return asks
        near = (self.listener.embedder.encode(asks) @ self.listener.vectors(said).T).max(axis=1)
        return [asks[place] for place in np.argsort(-near, kind="stable")]

    @cached_property
    def spoken_of(self) -> dict[Step, float]:
        """Of each part the share of its subjects that the candidate has come to, 0 to 1."""
        by_step = {step: self.subjects(step) for step in subjects()}
        return {step: sum(one.touched(self.everything) for one in own) / len(own) for step, own in by_step.items()}

    def subjects(self, step: Step) -> list[Subject]:
        """What is plainly asked about in a part, without what presupposes another task than the case's."""
        task = self.case.task if self.case else None
        return [one for one in subjects()[step] if task is None or task in one.tasks]

    def opener(self, step: Step) -> str:
        """A question that opens a part: the case's own situation for it, else a plain one."""
        own = [(name, one) for name, one in self.situations(step).items() if self.voice.unsaid([one.ask])]
        first = [*own[:1], *(one for one in own[1:] if self._is_open(step, *one))]
        return next((one.ask for _, one in first), self.voice.opener(step))

    def situations(self, step: Step) -> Mapping[str, CaseSituation]:
        """The case's own for a part, by subject; none where another problem was posed."""
        return self.case.situations.get(step, {}) if self.case and self._posed else {}

    @cached_property
    def _posed(self) -> bool:
        """Whether the case's problem was posed, and not a neighbouring one, as in a recording from elsewhere."""
        first = [turn.text for turn in self.view.transcript.turns[:4] if turn.speaker == "interviewer"]
        if self.case is None or not first or self.case.brief in first[0]:
            return self.case is not None
        vectors = self.listener.embedder.encode([" ".join(first), self.case.brief, self.case.summary])
        return float((vectors[1:] @ vectors[0]).max()) >= settings().posed_alike

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

    @property
    def part(self) -> Step:
        """The part under way: what a long answer was about; a short one is about what we asked, or about what comes
        next."""
        if self.one_subject:
            return self.state.step
        spoken = self.spoken_step or (min(self.late_parts) if len(self.late_parts) == 1 else None)
        goes = next((step for one in spans(self.text) if (step := announced(one.text))), None)
        ours = next((turn.move for turn in reversed(self.view.transcript.turns) if turn.speaker == "interviewer"), None)
        if goes:
            return goes
        if self.words >= settings().substantial or not ours or not ours.step:
            return spoken or self.state.step
        onward = spoken and spoken.rank == ours.step.rank + 1
        about = max((one.score for one in self.heard("step") if one.step == spoken), default=0.0)
        sure = about >= settings().sure_step
        return spoken if spoken and (onward or sure) and self.words >= settings().design_from else ours.step

    @cached_property
    def late_parts(self) -> frozenset[Step]:
        """The late parts that the talk is in: the interviewer just named them, or the last turns say several words."""
        turns = self.view.transcript.turns
        ours = next((turn.text for turn in reversed(turns) if turn.speaker == "interviewer"), "")
        lately, several = "\n".join(turn.text for turn in turns[-4:]), settings().words_of_a_part
        return frozenset(
            step for step, name in _WORDS_OF.items() if said_times(name, ours) or said_times(name, lately) >= several
        )

    @property
    def part_just_opened(self) -> bool:
        """Whether the last answer is the first on a late part that the interviewer has just come to, whoever it was."""
        ours = [turn.text for turn in self.view.transcript.turns if turn.speaker == "interviewer"][-2:]
        name = _WORDS_OF.get(self.part)
        return name is not None and len(ours) == 2 and not said_times(name, ours[0]) and said_times(name, ours[1]) > 0

    def minutes_left(self) -> str:
        """Whole minutes, at least one."""
        return str(max(1, round(self.state.left / 60)))

    @property
    def bank(self) -> Bank:
        """The follow-ups for this case."""
        return self.listener.bank(self.view.transcript.case)

    @cached_property
    def fitting(self) -> list[Fitting]:
        """The follow-ups that fit, best first: near to what was just stated, not answered, denied or asked yet."""
        at, bank, sentences = settings().bank, self.bank, self._stated()
        if not sentences or not bank.entries:
            return []
        vectors = self.listener.vectors(sentences)
        near = bank.nearness(vectors, self.talk)
        which = (near - at.older * np.arange(len(sentences) - 1, -1, -1)[:, None]).argmax(0)
        columns = np.arange(len(bank.entries))
        likeness, worth = near[which, columns], self._worth(near, vectors, which)
        fits = (worth >= at.worth) & (likeness >= at.likeness) & ((columns >= bank.own) | self._posed)
        found: list[Fitting] = []
        for column in columns[fits][np.argsort(-worth[fits], kind="stable")]:
            if len(found) < at.most and self._open(column, sentences[which[column]].text, float(likeness[column])):
                found.append(Fitting(bank.entries[column], float(worth[column])))
        return found

    def _open(self, column: int, sentence: str, likeness: float) -> bool:
        """Whether a follow-up may be asked: its statement is meant, and its question neither answered nor asked."""
        at, entry = settings().bank, self.bank.entries[column]
        if entry.step.rank > Step.FRAME.rank and not self.framed:
            return False
        if entry.step not in self.view.agenda.scope or denies(sentence) > any(map(denies, entry.said)):
            return False
        answered = self.bank.answered(column, self.talk)
        fresh = answered < at.answered or (answered < at.surely and answered < likeness - at.sooner)
        return fresh and bool(self.voice.unsaid([entry.ask]))

    @cached_property
    def talk(self) -> Vectors:
        """All sentences of the candidate's."""
        turns = self.view.transcript.candidate_turns()
        return self.listener.vectors([one for _, turn in turns for one in spans(turn.text)])

    def _worth(self, near: Vectors, vectors: Vectors, which: NDArray[np.intp]) -> Vectors:
        """Shape (entries,): how well each question follows. ``which``: the sentence that it would follow from.

        The likeness of the sentence to the statement and to the question, what the answer was about, and its words.
        """
        at, bank, columns = settings().bank, self.bank, np.arange(len(which))
        about = {one.step: one.score for one in self.heard("step")}
        worth: Vectors = (
            near[which, columns]
            - at.older * (len(near) - 1 - which)
            + at.asks * (vectors @ bank.asks.T)[which, columns]
            + at.about * np.array([about.get(one.step, 0.0) for one in bank.entries])
            + at.words * bank.in_common(" ".join(self.text.split()[-at.tail :]))
            - (at.general if bank.own else 0.0) * (columns >= bank.own)
        )
        return worth

    def _stated(self) -> list[Span]:
        """The last sentences of the answer that state something; 'so opens are the label?' does as well."""
        at, asked = settings().bank, {one.quote for one in self.heard("question") if one.id}
        pieces = [one for one in spans(self.last.text if self.last else "") if one.text not in asked]
        return [one for one in pieces if len(one.text.split()) >= at.fewest_words][-at.sentences :]

    def followup(self, question: str) -> Followup | None:
        """The follow-up of the bank that asks this."""
        return next((one for one in self.bank.entries if one.ask == question), None)

    def signal(self, name: str) -> Signal | None:
        """The criterion of that id."""
        return self.knowledge.every_signal(self.view.transcript.case).get(name)

    def open_step(self, name: str) -> Step | None:
        """The step of a criterion that may be asked about: in reach, and neither asked, spoken of nor come near to."""
        agenda, state = self.view.agenda, self.state
        option = agenda.options.get(name)
        closed = name in state.asked or name in agenda.brushed or state.heard(name)
        if option is None or closed or option.step not in agenda.scope or option.level.rank > self.level.rank:
            return None
        return option.step

    def told(self, texts: Iterable[str]) -> bool:
        """Whether any of the texts was said by the interviewer."""
        return any(text in said for text in texts for said in self.state.said)

    def told_last(self, texts: Iterable[str], turns: int = 1) -> bool:
        """Whether one of the interviewer's last turns, so many, said one of the texts."""
        return any(text in said for text in texts for said in self.state.said[-turns:])

    def says_again(self, proposal: Proposal) -> bool:
        """Whether a proposal says what was said before, though nobody asked to hear it again."""
        asked = proposal.facts or proposal.move in _AGAIN or self.wants(*_ASKS_AGAIN)
        return not asked and any(self.voice.says_again(text) for text in proposal.words)

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
