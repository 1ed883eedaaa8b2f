"""What an interview covered, as far as it can be heard without a model that understands. No marks, no verdict.

Embeddings know what a sentence is about, not whether it is thought through: of real interviews they ordered the
answers hardly better than chance. So this assessor says what came up and quotes it, which steps showed most of what a
grader looks for, which mistakes were surely made, and what to ask oneself. That a point was not heard it says only
where nothing in the talk comes near, and that a step was never reached not at all: of 42 answers that name a step
without its jargon (``tests/grading/plain_answers.yaml``) some sound less like their step than any talk about another.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from interviewer import Help, MoveKind, Step, Verdict
from interviewer.grading import rubric_in_use, thresholds
from interviewer.grading.assessor import (
    GENERAL,
    Material,
    Progress,
    Retrieve,
    Wording,
    expected_at,
    merged,
    strong_answers,
)
from interviewer.grading.evidence import aimed_at_the_grader, excerpts, inside, seconds_taken, words_of_their_own
from interviewer.grading.reading import STEPS, Reading, Sentence, read_interview, red_flags, trade_offs
from interviewer.grading.report import (
    TOO_LITTLE,
    Evidence,
    FlagReport,
    GradedBy,
    Missing,
    Remark,
    Report,
    Status,
    StepReport,
    StepTime,
    covered,
    covered_in_short,
    exercises,
    not_judged,
    questions_left,
)
from interviewer.interview import scope
from interviewer.interview.state import fold
from interviewer.knowledge.embeddings import Embedder, Vectors, shared_embedder
from interviewer.knowledge.schema import Signal
from interviewer.knowledge.validate import has_term
from interviewer.listening.utterance import depth
from interviewer.models.base import LanguageModel

_AT = thresholds().coverage


@dataclass
class CoverageAssessor:
    """The assessor of the backends that cannot judge. ``model`` names one that is there and too small."""

    model: LanguageModel | None = None
    folder: Path | None = None
    """Keeps the case's vectors."""
    retrieve: Retrieve | None = None
    unheard: str = ""
    """Why this talk cannot be judged by anybody, where that is so; else it is the backend that cannot judge."""

    failed: bool = False
    """Whether a model that could judge was asked before and did not answer."""

    @property
    def backend(self) -> str:
        """``scripted``, or that of the model that is too small."""
        return self.model.backend if self.model else "scripted"

    def assess(self, material: Material, progress: Progress) -> Report:
        """The report: ``not_judged``, or ``insufficient_evidence`` where hardly anything was said."""
        progress(0.05, "Reading the interview")
        embedder = shared_embedder()
        data = rubric_in_use()
        enough = words_of_their_own(material.transcript) >= int(data["evidence"]["least_words"])
        reading = read_interview(material.transcript, material.knowledge, embedder, self.folder)
        criteria = merged(material.knowledge, material.case, embedder, self.folder)
        progress(0.5, "Looking for what came up")
        signals = material.knowledge.every_signal(material.case)
        heard = Covered.of(reading, criteria, signals, embedder, material) if enough else None
        spoken = fold(material.transcript).spoken_about
        steps = {step: _step(step, reading, criteria[step], material, heard, step in spoken) for step in Step}
        progress(0.9, "Writing the report")
        spoken |= {step for step in Step if steps[step].evidence or _example(reading, step)}
        order = _order(reading, steps, spoken) if enough else []
        about = scope(material.transcript.mode)
        gaps = {step: _open(criteria[step], steps[step], material, heard) for step in Step}
        asked = {step: [one for one in own if not heard or one.signal in heard.untouched] for step, own in gaps.items()}
        strong = strong_answers(material.case, material.knowledge, gaps, material.level, self.retrieve)
        status: Status = "not_judged" if enough else "insufficient_evidence"
        report = Report(
            case=material.case,
            title=material.title,
            level=material.level,
            status=status,
            verdict=None if enough else Verdict.STRONG_NO_HIRE,
            confidence=0.0 if enough else 0.2,
            steps=steps,
            red_flags=heard.flags if heard else [],
            trade_offs=heard.choices if heard else [],
            time=_times(reading, material),
            summary=covered_in_short(steps, [step for step in order if step in about]) if enough else TOO_LITTLE,
            order=order,
            questions=questions_left(asked, order, signals) if enough else [],
            strong={step: text for step, text in strong.items() if gaps[step]},
            study_plan=exercises(asked if any(asked.values()) else gaps, order, signals),
            warnings=[*self._reasons(enough), *material.warnings],
            graded_by=GradedBy(
                backend=self.backend,
                model=self.model.name if self.model else None,
                model_sha256=self.model.sha256 if self.model else None,
                rubric=str(data["version"]),
            ),
        )
        progress(1.0, "Done")
        return report

    def _reasons(self, enough: bool) -> tuple[str, ...]:
        if not enough:
            return ()
        return (self.unheard,) if self.unheard else not_judged(self.model is not None, self.failed)


@dataclass(frozen=True)
class Covered:
    """What came up: evidence by step, the likeness of the talk to each signal, mistakes, trade-offs."""

    evidence: Mapping[Step, Sequence[Evidence]]
    absent: frozenset[str]
    """Signals to which nothing in the talk comes near."""
    untouched: frozenset[str]
    """Those that nothing in the talk plainly touches: worth asking oneself about. Claims less than ``absent``."""
    nearness: Mapping[str, float]
    """How near the talk comes to each signal: no share of anything, only to put them in order."""
    flags: list[FlagReport]
    choices: list[Remark]

    @classmethod
    def of(
        cls,
        reading: Reading,
        criteria: Mapping[Step, Sequence[Signal]],
        signals: Mapping[str, Signal],
        embedder: Embedder,
        material: Material,
    ) -> "Covered":
        """Hears all of it once."""
        case = material.knowledge.case(material.case)
        choices = case.trade_offs if case else []
        wording = Wording(signals.values(), choices)
        names, near = reading.sounds.signals.likeness(reading.vectors)
        flags = red_flags(reading, material.knowledge.red_flags(material.case))
        wrong = {(flag.turn, flag.quote) for flag in flags}
        return cls(
            _evidence(reading, criteria, signals, wording, names, near, wrong),
            *_not_heard(reading, signals, wording, names, near, embedder),
            flags,
            trade_offs(reading, choices, wording),
        )


def _evidence(
    reading: Reading,
    criteria: Mapping[Step, Sequence[Signal]],
    signals: Mapping[str, Signal],
    wording: Wording,
    names: Sequence[str],
    near: Vectors,
    wrong: set[tuple[int, str]],
) -> dict[Step, list[Evidence]]:
    """Per step the quotes that surely are about a criterion, the most telling first, each sentence once."""
    of = {signal.id: step for step, own in criteria.items() for signal in own}
    aimed = aimed_at_the_grader(reading.transcript)
    merged_away = [at for at, name in enumerate(names) if name not in of]
    near, around = near.copy(), reading.sounds.signals.likeness(reading.around)[1]
    near[:, merged_away] = around[:, merged_away] = -1.0
    found: list[tuple[float, Step, Evidence]] = []
    for at, one in enumerate(reading.sentences):
        column = int(near[at].argmax()) if names else 0
        name = names[column] if names else ""
        quote = ""
        if name in of:
            agrees = int(around[at].argmax()) == column
            quote = _quote(reading, at, name, wording, float(near[at, column]), agrees, of[name] is Step.CLARIFY)
        if not quote or (one.turn, one.text) in wrong or inside(aimed, one.turn, one.start, one.end):
            continue
        help_ = help_before(reading, one, signals[name])
        if help_ is not None:
            thought = depth(quote)
            worth = float(near[at, column]) + _AT.own_words * wording.shared(name, quote)
            worth += _AT.thought * (thought.reason + thought.number + thought.choice)
            about = signals[name].topic
            shown = Evidence(signal=name, quote=quote, turn=one.turn, help=help_, sign="+", about=about)
            found.append((worth, of[name], shown))
    kept: dict[Step, list[Evidence]] = {step: [] for step in Step}
    taken: set[str] = set()
    for _, step, shown in sorted(found, key=lambda each: (-each[0], each[2].turn, each[2].signal)):
        if shown.signal not in taken:
            taken.add(shown.signal)
            kept[step].append(shown)
    return kept


def _quote(reading: Reading, at: int, name: str, wording: Wording, near: float, agrees: bool, asking: bool) -> str:
    """The sentence, or with the next one where only both together are sure; empty when neither is. A question shows
    something only where ``asking`` does."""
    one = reading.sentences[at]
    if one.words < _AT.shortest or (one.text.rstrip().endswith("?") and not asking):
        return ""
    words = wording.shared(name, one.text)
    if words >= wording.best(one.text) and (
        (near >= _AT.heard and words >= _AT.shared) or (near >= _AT.like and words >= _AT.some)
    ):
        return one.text if one.words <= _AT.longest else ""
    following = reading.sentences[at + 1 : at + 2]
    if not following or following[0].turn != one.turn or not agrees or near < _AT.heard:
        return ""
    both = reading.transcript.turns[one.turn].text[one.start : following[0].end]
    sure = wording.shared(name, both) >= max(_AT.shared_by_two, wording.best(both))
    return both if sure and len(both.split()) <= _AT.longest else ""


def help_before(reading: Reading, sentence: Sentence, signal: Signal) -> Help | None:
    """How much help came before; None when the interviewer had named the point first."""
    terms = [term.lower() for term in signal.terms]
    own, given = "", Help.UNPROMPTED
    for index, turn in enumerate(reading.transcript.turns[: sentence.turn]):
        words = turn.text.lower()
        if turn.speaker == "candidate":
            own += " " + words
            hinted = turn.event == "hint" and index >= sentence.turn - 2
        else:
            if any(term in words and term in sentence.text.lower() and term not in own for term in terms):
                return None
            move = turn.move
            same = move is not None and move.signal == signal.id
            hinted = move is not None and move.kind == MoveKind.HINT and (same or index == sentence.turn - 1)
            if same and given == Help.UNPROMPTED:
                given = Help.PROBED
        if hinted:
            given = Help.HINTED
    asked = reading.asked_near.get(sentence.turn, {}).get(signal.id, 0.0)
    return Help.PROBED if given == Help.UNPROMPTED and asked >= _AT.asked_for else given


def _not_heard(
    reading: Reading,
    signals: Mapping[str, Signal],
    wording: Wording,
    names: Sequence[str],
    near: Vectors,
    embedder: Embedder,
) -> tuple[frozenset[str], frozenset[str], dict[str, float]]:
    """The signals to which nothing in the talk comes near, not in sound, not in sense, not in words; those that
    nothing plainly touches; and how near it comes to each."""
    if not len(near) or not names:
        return frozenset(), frozenset(names), {}
    _, around = reading.sounds.signals.likeness(reading.around)
    highest = np.maximum(near.max(axis=0), around.max(axis=0))
    meaning = embedder.encode([f"{signals[name].text} {signals[name].strong}" for name in names])
    meant = (reading.around @ meaning.T).max(axis=0)
    spoken = [reading.passage(at) for at in range(len(reading.sentences))]
    absent, untouched = set(), set()
    for name, likest, sense in zip(names, highest, meant, strict=True):
        if any(has_term(term, text) for term in signals[name].terms for text in spoken):
            continue
        words = max(wording.dense(name, text) for text in spoken)
        if likest < _AT.untouched and sense < _AT.nothing_meant and words < _AT.some:
            untouched.add(name)
        if likest < _AT.nothing_near and sense < _AT.nothing_meant and words < _AT.few_words:
            absent.add(name)
    return frozenset(absent), frozenset(untouched), dict(zip(names, (highest + meant).tolist(), strict=True))


def _step(
    step: Step, reading: Reading, criteria: Sequence[Signal], material: Material, heard: Covered | None, spoken: bool
) -> StepReport:
    if heard is None:
        return StepReport(status="insufficient_evidence")
    evidence = list(heard.evidence[step][: _AT.per_step])
    missing = [Missing.of(one) for one in expected_at(criteria, material.level) if one.id in heard.absent][
        : _AT.per_step
    ]
    comment = covered(evidence, missing, _example(reading, step), spoken)
    return StepReport(status="insufficient_evidence", comment=comment, evidence=evidence, missing=missing)


def _example(reading: Reading, step: Step) -> str:
    """The sentence that most surely is about a step; empty when none surely is."""
    column = STEPS.index(step)
    own = [
        (float(reading.by_step[at, column]), -at)
        for at, one in enumerate(reading.sentences)
        if reading.steps[at] == step == STEPS[int(reading.by_step[at].argmax())]
        and _AT.shortest + 2 <= one.words <= _AT.longest
    ]
    likest, at = max(own, default=(0.0, 0))
    return reading.sentences[-at].text if likest >= _AT.surely_about else ""


def _order(reading: Reading, steps: Mapping[Step, StepReport], spoken: Collection[Step]) -> list[Step]:
    """The steps that were spoken about, by how many points of theirs can be quoted, then by reasons, numbers and
    choices in the talk about them."""
    thought = dict.fromkeys(Step, 0)
    for one, step in zip(reading.sentences, reading.steps, strict=True):
        said = depth(one.text)
        thought[step] += said.reason + said.number + said.choice
    return sorted(spoken, key=lambda step: (-len(steps[step].evidence), -thought[step], step.rank))


def _open(criteria: Sequence[Signal], own: StepReport, material: Material, heard: Covered | None) -> list[Missing]:
    """What is worth asking oneself about: expected at the level and not quoted; what was surely not heard, and the
    case's own, come first, and what the talk came near to last. Claims nothing."""
    shown = {one.signal for one in own.evidence}
    absent, untouched = (heard.absent, heard.untouched) if heard else (frozenset(), frozenset())
    near = heard.nearness if heard else {}
    wanted = [one for one in expected_at(criteria, material.level) if one.id not in shown]
    rank = {one.id: (one.id not in absent, one.id not in untouched, one.id.startswith(GENERAL)) for one in wanted}
    wanted.sort(key=lambda one: (*rank[one.id], near.get(one.id, 0.0)))
    return [Missing.of(one) for one in wanted]


def _times(reading: Reading, material: Material) -> dict[Step, StepTime]:
    budgets = material.knowledge.budgets(material.transcript.minutes)
    own = [
        excerpt
        for excerpt in excerpts(material.transcript)
        if material.transcript.turns[excerpt.turn].speaker == "candidate"
    ]
    words: dict[tuple[int, int], dict[Step, int]] = {(one.turn, one.number): {} for one in own}
    for sentence, step in zip(reading.sentences, reading.steps, strict=True):
        inside_ = next(
            (one for one in own if one.turn == sentence.turn and one.start <= sentence.start < one.end), None
        )
        if inside_ is not None:
            count = words[inside_.turn, inside_.number]
            count[step] = count.get(step, 0) + sentence.words
    found = {}
    for step in Step:
        parts = []
        for one in own:
            count = words[one.turn, one.number]
            if step in count:
                parts.append((one, count[step] / max(1, sum(count.values()))))
        found[step] = StepTime(used=seconds_taken(material.transcript, parts), budget=round(budgets[step], 1))
    return found
