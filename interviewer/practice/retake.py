"""Rewind: another answer and what the difference was worth; what a stronger answer would have had.

A rewind never changes what was said: it starts a child transcript that shares the turns before the answer.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from interviewer import BadInput, Level, ModelError, MoveKind, Step, Verdict
from interviewer.grading.assessor import expected_at, is_aside, strong_answer
from interviewer.grading.report import Evidence, Report
from interviewer.interview.briefing import case_knowledge
from interviewer.knowledge import Knowledge
from interviewer.knowledge.schema import Pushback, Signal, TradeOff
from interviewer.models.base import LanguageModel, render
from interviewer.practice import NAME as CORRECTIONS
from interviewer.transcript import Transcript, Turn


def answers(transcript: Transcript) -> list[tuple[int, str]]:
    """The candidate's turns that can be given again: 0-based index and words."""
    return [(index, turn.text) for index, turn in transcript.candidate_turns()]


def rewind(transcript: Transcript, turn: int, parent: str | None = None) -> Transcript:
    """A child of the transcript that ends just before the candidate's turn. Raises BadInput.

    Of several candidate's turns in a row the whole run is given again: the question before them is the one to answer.
    """
    _answer(transcript, turn)
    first = turn
    while first and transcript.turns[first - 1].speaker == "candidate":
        first -= 1
    child = transcript.model_copy(
        update={"id": None, "parent": parent or transcript.id, "turns": list(transcript.turns[:first])}, deep=True
    )
    for name in (CORRECTIONS, STRONGER):  # they are about the answers that are given anew
        (child.model_extra or {}).pop(name, None)
    return child


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
    if before.judged_as != after.judged_as:
        raise BadInput("The two takes were judged by different problems' criteria, so their marks do not compare.")
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


# -- second opinion --------------------------------------------------------------------------------------
# A second opinion, once the interview is over: what a stronger answer to one question would have had.
#
# A capable model gives that answer, in the talk's own terms. Without one it comes from the case file's ``strong`` of
# what the question was about and from passages that only the grader may read, each with its source. While an interview
# runs there is none: it would be the solution.


Search = Callable[..., Sequence[Any]]
"""``Retriever.search``."""
_PASSAGES = 3
_STRONG = 2
_BEFORE = 12
"""Turns before the question that a model gets."""
_MAX_TOKENS = 700
_LIMIT = 40.0
"""Seconds that its answer may take."""
_KINDS = {
    "reference": "Reference solution",
    "strong": "What graders look for",
    "fact": "From a real system",
    "note": "Study note",
}


@dataclass(frozen=True)
class Point:
    """One thing that a stronger answer has, and where that is from."""

    text: str
    source: str


@dataclass(frozen=True)
class Opinion:
    """What a stronger answer would have had."""

    question: str
    """The interviewer's turn that was answered."""
    answer: str
    points: tuple[Point, ...]
    study: tuple[str, ...]
    """Titles of notes."""
    stronger: str = ""
    """The answer that a capable model would have given; ``points`` are then what it has and theirs had not."""


STRONGER = "stronger"
"""Where a transcript keeps what a model gave, by turn."""
_OPINION = TypeAdapter(Opinion)


def kept_opinion(transcript: Transcript, turn: int) -> Opinion | None:
    """What a model gave for that turn earlier, if that can be read."""
    known = (transcript.model_extra or {}).get(STRONGER)
    try:
        return _OPINION.validate_python(known[str(turn)]) if isinstance(known, dict) else None
    except (KeyError, ValidationError):
        return None


def as_judged(transcript: Transcript, reports: Iterable[Report]) -> Transcript:
    """The transcript under the problem by whose criteria its reports judged it."""
    judged = next((one.judged_as for one in reports if one.judged_as), None)
    return transcript.model_copy(update={"case": judged}) if judged else transcript


def criteria_shown(report: Report) -> set[str]:
    """The criteria that the report says were shown."""
    return {
        criterion.signal for own in report.steps.values() for criterion in own.criteria if criterion.status == "shown"
    }


def step_spoken_of(report: Report, turn: int) -> Step | None:
    """The step that a turn is quoted most often for; None where it is not quoted."""
    quoted = []
    for step, own in report.steps.items():
        turns = [*(one.turn for one in own.evidence), *(each.nearest.turn for each in own.criteria if each.nearest)]
        quoted += [step] * turns.count(turn)
    return max(quoted, key=quoted.count, default=None)


class _Stronger(BaseModel):
    """What the model is asked for."""

    answer: str
    more: list[str]


def stronger_answer(transcript: Transcript, turn: int, knowledge: Knowledge, model: LanguageModel) -> Opinion:
    """The opinion of a capable model on a candidate's turn, once the interview is over; one call.

    Raises ModelError, and BadInput for a turn that is not the candidate's.
    """
    asked, answer = _asked(transcript, turn), _answer(transcript, turn)
    question = asked.text if asked else transcript.problem or ""
    before = [f"{one.speaker}: {one.text}" for one in transcript.turns[max(0, turn - _BEFORE) : max(0, turn - 1)]]
    messages = render(
        "stronger",
        knowledge=case_knowledge(knowledge, transcript.case, transcript.level),
        level=transcript.level.value,
        before="\n".join(before),
        question=question,
        answer=answer,
    )
    found = model.extract(messages, _Stronger, max_tokens=_MAX_TOKENS, limit=_LIMIT)
    if not found.answer.strip():
        raise ModelError(f"the model '{model.name}' gave no answer")
    points = tuple(Point(one.strip(), "") for one in found.more if one.strip())
    return Opinion(question, answer, points, (), found.answer.strip())


def second_opinion(
    transcript: Transcript,
    turn: int,
    knowledge: Knowledge,
    search: Search | None = None,
    *,
    ended: bool = False,
    report: Report | None = None,
) -> Opinion:
    """The opinion on a candidate's turn. Raises BadInput while the interview runs, and for any other turn.

    ``ended``: the interview was marked as over although no closing words were said. What its ``report`` says was shown
    is not asked for again; it also knows what a turn was about where the question does not tell.
    """
    if not (ended or transcript.is_over):
        raise BadInput("A second opinion is there after the interview only: it would give the solution away.")
    asked, answer = _asked(transcript, turn), _answer(transcript, turn)
    step, points, study = _known(transcript, asked, turn, knowledge, report)
    query = " ".join([asked.text if asked else "", answer[-400:]]).strip()
    points += _looked_up(search, query, transcript.case, step, {point.text for point in points}, knowledge)
    if not points:
        raise BadInput("The knowledge base has nothing on that question.")
    titles = [knowledge.topics[slug].title for slug in study if slug in knowledge.topics]
    return Opinion(asked.text if asked else "", answer, tuple(points), tuple(dict.fromkeys(titles)))


def _answer(transcript: Transcript, turn: int) -> str:
    if not 0 <= turn < len(transcript.turns) or transcript.turns[turn].speaker != "candidate":
        raise BadInput(f"turn {turn}: not one of the candidate's turns; choose an answer of yours")
    return transcript.turns[turn].text


def _asked(transcript: Transcript, turn: int) -> Turn | None:
    """The interviewer's last turn before the answer."""
    return next((one for one in reversed(transcript.turns[:turn]) if one.speaker == "interviewer"), None)


def _known(
    transcript: Transcript, asked: Turn | None, turn: int, knowledge: Knowledge, report: Report | None
) -> tuple[Step | None, list[Point], list[str]]:
    """What the case file says about the question itself: its step, what it listens for, what to study."""
    ref = (asked.move.signal or "").removeprefix("press:") if asked and asked.move else ""
    first = next((one for one in transcript.turns if one.speaker == "interviewer"), None)
    opened = asked is first or (asked is not None and asked.move is not None and asked.move.kind is MoveKind.OPEN)
    step = asked.move.step if asked and asked.move else None
    step = step or (step_spoken_of(report, turn) if report else None) or _spoken(transcript.turns[turn])
    step = step or (Step.CLARIFY if opened else None)
    case = knowledge.case(transcript.case)
    signals = knowledge.signals(transcript.case)
    for own_step, own in signals.items():
        for one in own:
            if one.id == ref:
                return own_step, [_strong(one)], list(one.study)
    pressure: list[TradeOff | Pushback] = [*case.trade_offs, *case.pushbacks] if case else []
    for option in pressure:
        if option.id == ref:
            return option.step, [Point(option.listen_for, "What this question listens for")], []
    for flag in knowledge.red_flags(transcript.case):
        if flag.id == ref:
            return flag.step, [Point(flag.text, "What was wrong")], []
    unheard = _unheard(transcript, signals.get(step, []) if step else [], transcript.level)
    shown = criteria_shown(report) if report else set()
    unheard = [one for one in unheard if one.id not in shown][:_STRONG]
    return step, [_strong(one) for one in unheard], [slug for one in unheard for slug in one.study]


def _strong(signal: Signal) -> Point:
    return Point(strong_answer(signal), f"On {signal.topic}")


def _unheard(transcript: Transcript, signals: Sequence[Signal], level: Level) -> list[Signal]:
    heard = {one.id for turn in transcript.turns for one in turn.heard or () if one.kind == "signal"}
    return [signal for signal in expected_at(signals, level) if signal.id not in heard]


def _spoken(turn: Turn) -> Step | None:
    """The step that the answer was about."""
    steps = [one for one in turn.heard or () if one.step and one.kind in ("step", "signal")]
    return max(steps, key=lambda one: one.score).step if steps else None


def _looked_up(
    search: Search | None, query: str, case: str, step: Step | None, said: set[str], knowledge: Knowledge
) -> list[Point]:
    """Passages for graders near the question, each with its source; the study notes' and the framework's too."""
    if search is None or not query:
        return []
    found = search(query, audience="grader", case=case, step=step, limit=_PASSAGES + len(said) + 8)
    points: list[Point] = []
    for passage in (one.passage for one in found):
        if passage.kind == "strong" or is_aside(passage.title):
            continue
        if any(passage.text in text or text in passage.text for text in said):
            continue
        own = knowledge.case(passage.case)
        title = passage.title or (own.title if own else passage.case)
        kind = _KINDS.get(passage.kind, passage.kind.capitalize())
        text = passage.text.removeprefix(f"{title.partition(':')[0]}. ")  # the source names it
        points.append(Point(text, f"{kind}: {title}" if title else kind))
    return points[:_PASSAGES]
