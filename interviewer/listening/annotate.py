"""Listening: what was heard in each turn, stored with the turn. Fast: embeddings and words, no language model.

``annotate`` fills ``turn.heard`` of candidate turns and, for recordings made elsewhere, ``turn.move`` and
``turn.facts`` of interviewer turns. A turn that was listened to is never listened to again.
"""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from interviewer import Step
from interviewer.config import data_beside
from interviewer.knowledge import Knowledge
from interviewer.knowledge.embeddings import Embedder, Vectors
from interviewer.knowledge.schema import Signal
from interviewer.knowledge.validate import has_term
from interviewer.listening import thresholds
from interviewer.listening.examples import Bank, Exemplars, Sounds, affirmed, bank, exemplars
from interviewer.listening.facts import facts_said, match_facts, read_move
from interviewer.listening.intents import (
    OF_THE_INTERVIEWER,
    Intent,
    clauses,
    intents,
    is_question,
    questions,
    requests,
    says_anew,
    states,
)
from interviewer.text import Span, spans, without_fillers
from interviewer.transcript import Heard, Transcript, Turn

_LEAD = re.compile(
    r"^.{0,60}?\b(?:let me (?:now |just )?(?:come|get|turn|jump|switch) (?:back )?to |"
    r"(?:can|could|shall|may|should) (?:we|i) (?:please )?(?:move|go|get|turn|switch|jump) (?:on |over |ahead )?to |"
    r"(?:what )?i(?:'d| would) (?:now |also )?(?:like|want) to "
    r"(?:(?:talk|speak) about (?:is )?|(?:go|come|get|turn) (?:back )?to )|"
    r"i(?:'d| would|'ll| will) (?:now )?(?:go|move|come|get|turn) (?:on |back )?to )",
    re.IGNORECASE,
)
"""Ways to lead on which the grader does not know."""
_MOVING = re.compile(
    r"\b(?:let me|let's|moving|turning|going (?:on )?to|go (?:on |back )?to|move (?:on )?to|next|talk about|"
    r"come (?:back )?to|coming to|over to|back to)\b",
    re.IGNORECASE,
)
"""Words of somebody who goes somewhere: 'for the metric I'd take' names a subject and stays."""
_REMEMBERED = 4_096
"""Answers of which it is remembered what they name: those of a hundred interviews."""


@dataclass(frozen=True)
class CaseSounds:
    """What the listener knows of one case."""

    sounds: Exemplars
    signals: dict[str, Signal]
    step_of: dict[str, Step]
    cues: dict[str, list[re.Pattern[str]]]
    """Of red flags."""


def _is_heard(turn: Turn) -> bool:
    return turn.heard is not None if turn.speaker == "candidate" else turn.move is not None


class Listener:
    """Annotates transcripts. ``folder`` keeps exemplar vectors between runs."""

    def __init__(self, knowledge: Knowledge, embedder: Embedder, folder: Path | None = None):
        self.knowledge = knowledge
        self.embedder = embedder
        self._folder = folder
        self._cases: dict[str, CaseSounds] = {}
        self._banks: dict[str, Bank] = {}
        self._making = threading.Lock()
        self.named = lru_cache(_REMEMBERED)(self._named)
        """The signals one of whose terms a text says, by case and text: every turn asks it of all answers so far."""
        self.near = lru_cache(_REMEMBERED)(self._near)
        """The signals that a statement of a text sounds like by at least so much; remembered likewise."""

    def sounds_of(self, slug: str) -> CaseSounds:
        """What is known of a case, of an unknown one the framework's; made once, by whoever is first."""
        if slug not in self._cases:
            with self._making:
                if slug not in self._cases:
                    self._cases[slug] = self._made(slug)
        return self._cases[slug]

    def bank(self, slug: str) -> Bank:
        """The follow-ups for a case; made once, by whoever is first."""
        if slug not in self._banks:
            with self._making:
                if slug not in self._banks:
                    self._banks[slug] = bank(self.knowledge, slug, self.embedder, self._folder)
        return self._banks[slug]

    def _made(self, slug: str) -> CaseSounds:
        by_step = self.knowledge.signals(slug)
        return CaseSounds(
            exemplars(self.knowledge, slug, self.embedder, self._folder),
            {signal.id: signal for signals in by_step.values() for signal in signals},
            {signal.id: step for step, signals in by_step.items() for signal in signals},
            {flag.id: [re.compile(cue, re.IGNORECASE) for cue in flag.cues] for flag in self.knowledge.red_flags(slug)},
        )

    def _named(self, slug: str, text: str) -> frozenset[str]:
        signals = self.sounds_of(slug).signals.values()
        return frozenset(one.id for one in signals if any(has_term(term, text) for term in one.terms))

    def _near(self, slug: str, text: str, likeness: float) -> frozenset[str]:
        own = [one for one in spans(text) if not one.text.endswith("?")]
        if not own:
            return frozenset()
        names, values = self.sounds_of(slug).sounds.signals.likeness(self.vectors(own))
        return frozenset(name for name, value in zip(names, values.max(0), strict=True) if value >= likeness)

    def annotate(self, transcript: Transcript) -> Transcript:
        """The transcript with every turn listened to. Stored results are kept as they are."""
        transcript = self._known(transcript)
        if all(_is_heard(turn) for turn in transcript.turns):
            return transcript  # nothing to listen to: an opening is shown before it is known what a case sounds like
        case = self.sounds_of(transcript.case)
        turns: list[Turn] = []
        said: set[str] = set()
        asked: set[str] = set()  # the words of the interviewer's last turn, the opening left out
        for turn in transcript.turns:
            if turn.speaker == "candidate" and turn.heard is None:
                turn = turn.model_copy(update={"heard": self._listen(turn.text, case, said, asked)})
            elif turn.speaker == "interviewer":
                if turn.move is None:
                    turn = self._overhear(turn, transcript.case, case, first=not turns)
                asked = _words(turn.text) if turns else asked
                said |= _words(turn.text)
            turns.append(turn)
        return transcript.model_copy(update={"turns": turns})

    def _known(self, transcript: Transcript) -> Transcript:
        """The transcript without what was heard of facts that its case does not have: the case was edited since, or the
        file is not ours. Such a turn is listened to anew."""
        case = self.knowledge.case(transcript.case)
        facts = {"", *(fact.id for fact in case.facts)} if case else {""}
        turns = [
            turn.model_copy(update={"heard": None})
            if any(one.kind == "question" and one.id not in facts for one in turn.heard or [])
            else turn
            for turn in transcript.turns
        ]
        return transcript.model_copy(update={"turns": turns})

    def _listen(self, text: str, case: CaseSounds, said: set[str], last: set[str]) -> list[Heard]:
        pieces = spans(text)
        if not pieces:
            return []
        heard = self._intents(pieces, case)
        to_us = {one.quote for one in heard if one.id in OF_THE_INTERVIEWER}
        # 'how many people, how many posts, and how long do I have?' asks for more than the time that is left
        both = {one.quote for one in heard if one.id == Intent.TIME_LEFT and len(clauses(one.quote)) > 1}
        both |= {quote for quote in to_us if _means_the_problem(quote, last)}
        asked = [piece for piece in questions(pieces) if piece.text not in to_us - both]
        asked += [piece for piece in pieces if _unanswered(piece, heard) and piece not in asked]
        for piece in asked:
            found = self._asked(piece, pieces, case)
            heard += [one for one in found if one.id or one.between] if piece.text in both else found
        # A question shows that somebody thought of asking; it is never a claim.
        wondered = [piece for piece in asked if not _echo(piece.text, said)]
        if wondered:
            found = _signals(wondered, self.vectors(wondered), case)
            heard += [one for one in found if one.step is Step.CLARIFY]
        own = [piece for piece in pieces if piece not in asked and not _echo(piece.text, said)]
        if own:
            vectors = self.vectors(own)
            about = _step(own, vectors, case.sounds.signals)
            subject = {one.step for one in about}
            elsewhere = thresholds().signal.heard + thresholds().signal.elsewhere
            heard += [one for one in _signals(own, vectors, case) if one.step in subject or one.score >= elsewhere]
            heard += _flags(own, vectors, case)
            heard += _trade_offs(own, vectors, case.sounds)
            heard += about
        return [*heard, *_announced(pieces)]

    def _asked(self, piece: Span, pieces: Sequence[Span], case: CaseSounds) -> list[Heard]:
        """What one sentence asks for: facts, one of two, and beside them the parts on which the case is silent."""
        at = pieces.index(piece)
        parts = [one for one in clauses(without_fillers(piece.text)) if not (states(one) or _asks_us(one))]
        parts = parts or [piece.text]
        found = match_facts(parts, case.sounds, self.embedder, pieces[at - 1].text if at else "")
        matches = [one for one in found if one.fact or one.between]
        heard = [
            Heard(
                kind="question",
                id=match.fact,
                quote=piece.text,
                score=min(1.0, match.similarity),
                between=list(match.between),
            )
            for match in matches
        ]
        if not matches:
            return [Heard(kind="question", id="", quote=piece.text, score=0.5)]
        silent = [one.question for one in found if not one.fact and not one.between]
        silent = [one for one in silent if is_question(one) and not says_anew(one) and one in piece.text]
        return heard + [Heard(kind="question", id="", quote=one, score=0.5) for one in silent]

    def _intents(self, pieces: Sequence[Span], case: CaseSounds) -> list[Heard]:
        """Intents by their words; talk counts as off the subject when it sounds like nothing of the problem."""
        found = [Heard(kind="intent", id=name, quote=piece.text) for name, piece in intents(pieces)]
        sounds = [one.vectors for one in (case.sounds.signals, case.sounds.facts) if len(one)]
        words = sum(len(piece.text.split()) for piece in pieces)
        nearest = float((self.vectors(pieces) @ np.concatenate(sounds).T).max())
        wished = requests(pieces, self.vectors(pieces), sounds, self.embedder)
        known = {one.id for one in found}
        found += [Heard(kind="intent", id=name, quote=piece.text) for name, piece in wished if name not in known]
        strayed = any(one.id == "off_topic" for one in found)
        if strayed and nearest >= thresholds().off_topic.strayed:
            return [one for one in found if one.id != "off_topic"]
        if not strayed and not found and nearest < thresholds().off_topic.far and words >= thresholds().off_topic.words:
            found.append(Heard(kind="intent", id="off_topic", quote=pieces[0].text))
        return found

    def vectors(self, pieces: Sequence[Span]) -> Vectors:
        """The sentences' vectors, fillers left out; what was listened to before costs nothing."""
        return self.embedder.encode([without_fillers(piece.text) or piece.text for piece in pieces])

    def _overhear(self, turn: Turn, slug: str, case: CaseSounds, first: bool) -> Turn:
        pieces = spans(turn.text)
        if not pieces:
            return turn.model_copy(update={"move": read_move(turn.text, None, first=first, gave_facts=False)})
        vectors = self.embedder.encode([piece.text for piece in pieces])
        facts = facts_said([piece.text for piece in pieces], vectors, self.knowledge, slug, self.embedder)
        about = _step(pieces, vectors, case.sounds.signals)
        step = about[0].step if about else None
        return turn.model_copy(
            update={"move": read_move(turn.text, step, first=first, gave_facts=bool(facts)), "facts": facts}
        )


_MEANING = re.compile(
    r"\bwhat do you mean (?:by|with|when you say) (?!(?:that|this|it)\b)((?:\w+\s?){1,4})", re.IGNORECASE
)


def _means_the_problem(text: str, last: set[str]) -> bool:
    """Whether 'What do you mean by similar?' may ask for a fact: not for what the interviewer has just said."""
    term = _MEANING.search(text)
    return term is not None and not (_words(term[1]) and _words(term[1]) <= last)


def _asks_us(clause: str) -> bool:
    """Whether a part of a question asks the interviewer as a person: how much time is left, whether to go on."""
    return any(name in OF_THE_INTERVIEWER for name, _ in intents(spans(clause)))


def _unanswered(piece: Span, heard: Sequence[Heard]) -> bool:
    """Whether a complaint names what was not answered: 'you didn't answer the fraud rate'."""
    return any(one.id == Intent.NOT_ANSWERED and one.quote == piece.text for one in heard)


def _announced(pieces: Sequence[Span]) -> list[Heard]:
    """The step that the candidate says they go to, the last one when there are several."""
    from interviewer.listening.intents import announced

    moving = [piece.text for piece in pieces if _MOVING.search(piece.text)]
    steps = [(step, text) for text in moving if (step := announced(_LEAD.sub("let's talk about ", text)))]
    return [Heard(kind="intent", id=Intent.GOES_TO, step=step, quote=quote) for step, quote in steps[-1:]]


@cache
def step_words() -> dict[Step, re.Pattern[str]]:
    """By step the words that belong to it and to no other."""
    data = data_beside(__file__, "step_words.yaml")
    return {step: re.compile(data[step.value], re.IGNORECASE) for step in Step}


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z0-9'-]+", text.lower()) if len(word) > thresholds().longest_common}


def _echo(text: str, said: set[str]) -> bool:
    """Whether a sentence only gives back the interviewer's own words."""
    own = _words(text)
    return len(own) >= thresholds().echo_words and len(own & said) / len(own) >= thresholds().echo


def _signals(pieces: Sequence[Span], vectors: Vectors, case: CaseSounds) -> list[Heard]:
    """Signals by the mean likeness to their two nearest exemplars, at most two a sentence, each once a turn."""
    at = thresholds().signal
    names, similarity = case.sounds.signals.likeness(vectors)
    best: dict[str, tuple[float, Span]] = {}
    for piece, row in zip(pieces, similarity, strict=True):
        if len(piece.text.split()) < at.fewest_words:
            continue
        kept = 0
        for index in np.argsort(-row)[: at.nearest]:
            name, value = names[index], float(row[index])
            termed = value >= at.with_term and any(has_term(term, piece.text) for term in case.signals[name].terms)
            if kept < at.most_a_sentence and (value >= at.heard or termed):
                kept += 1
                if value > best.get(name, (0.0, piece))[0]:
                    best[name] = (value, piece)
    return [
        Heard(kind="signal", id=name, quote=piece.text, step=case.step_of[name], score=round(min(1.0, value), 3))
        for name, (value, piece) in best.items()
    ]


def _flags(pieces: Sequence[Span], vectors: Vectors, case: CaseSounds) -> list[Heard]:
    """Wrong statements: the mistake's own words said without a no, in a sentence that sounds like it.

    A mistake whose file gives no cues must sound very much like it instead.
    """
    at, sounds = thresholds().mistake, case.sounds
    if not len(sounds.red_flags):
        return []
    wrong, right = vectors @ sounds.red_flags.vectors.T, vectors @ sounds.right.vectors.T
    found: dict[str, Heard] = {}
    for row, piece in enumerate(pieces):
        margin = wrong[row] - float(right[row].max(initial=-1))
        following = " ".join(one.text for one in pieces[row + 1 : row + 1 + at.taken_back])
        for index in np.argsort(-wrong[row])[: at.nearest]:
            name, value = sounds.red_flags.ids[index], float(wrong[row, index])
            cues = case.cues[name]
            sure = value >= at.alike and margin[index] >= at.margin
            cued = value >= at.with_cue and affirmed(cues, piece.text, following)
            if cued and _put_right(name, right[row + 1 : row + 1 + at.taken_back], sounds):
                continue
            if (cued if cues else sure) and (name not in found or found[name].score < value):
                step = sounds.red_flags.steps[index]
                found[name] = Heard(
                    kind="red_flag", id=name, quote=piece.text, step=step, score=round(min(1.0, value), 3)
                )
    return list(found.values())


def _put_right(name: str, following: Vectors, sounds: Exemplars) -> bool:
    """Whether one of the next sentences says the sound thing: 'as a feature. When serving I fix it to one value.'"""
    own = np.array([one == name for one in sounds.right.ids])
    return bool(following.size and own.any() and following[:, own].max() >= thresholds().mistake.put_right)


def _trade_offs(pieces: Sequence[Span], vectors: Vectors, sounds: Exemplars) -> list[Heard]:
    if not len(sounds.trade_offs):
        return []
    similarity = vectors @ sounds.trade_offs.vectors.T
    found: dict[str, Heard] = {}
    for piece, row in zip(pieces, similarity, strict=True):
        index = int(np.argmax(row))
        name, value = sounds.trade_offs.ids[index], float(row[index])
        if value >= thresholds().trade_off and (name not in found or found[name].score < value):
            step = sounds.trade_offs.steps[index]
            found[name] = Heard(kind="trade_off", id=name, quote=piece.text, step=step, score=round(min(1.0, value), 3))
    return list(found.values())


def _step(pieces: Sequence[Span], vectors: Vectors, sounds: Sounds) -> list[Heard]:
    """The steps that the turn was mostly about, by the similarity of its sentences, the strongest first."""
    at = thresholds().step
    similarity = vectors @ sounds.vectors.T
    weight = dict.fromkeys(Step, 0.0)
    quote: dict[Step, tuple[float, Span]] = {}
    for step, own in sounds.of_step.items():
        nearest = np.sort(similarity[:, own], axis=1)[:, -at.exemplars :].mean(axis=1)
        for piece, value in zip(pieces, nearest.tolist(), strict=True):
            weight[step] += max(0.0, value - at.floor) * len(piece.text)
            if value > quote.get(step, (0.0, piece))[0]:
                quote[step] = (value, piece)
    whole_text = " ".join(piece.text for piece in pieces)
    weight = {
        step: (value * (1 + at.word * min(at.most_words, len(pattern.findall(whole_text))))) ** at.sharper
        for (step, value), pattern in zip(weight.items(), step_words().values(), strict=True)
    }
    whole = sum(weight.values()) if len(whole_text.split()) >= at.fewest_words else 0.0
    ranked = sorted(Step, key=lambda step: -weight[step])[: at.told]
    return [
        Heard(kind="step", id=step, step=step, quote=quote[step][1].text, score=round(weight[step] / whole, 3))
        for step in ranked
        if whole > 0 and weight[step] > 0
    ]
