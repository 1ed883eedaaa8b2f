"""Grades an interview.

    grade(transcript, Knowledge.load(), ModelChain())  ->  Report

One backend grades from start to end. If it fails and was not named by the user, the next one starts again.
"""

from collections.abc import Callable
from pathlib import Path

from interviewer.domain import Level, Step, Verdict
from interviewer.errors import ModelError
from interviewer.grading import feedback
from interviewer.grading.bar import rubric_in_use
from interviewer.grading.confidence import confidence_of
from interviewer.grading.evidence import gather
from interviewer.grading.extraction import PROMPT as STEP_PROMPT
from interviewer.grading.extraction import Extracted, graded_steps
from interviewer.grading.filters import Reason
from interviewer.grading.flags import mistakes, red_flags, trade_offs
from interviewer.grading.matching import compare, criteria_vectors, perhaps_said
from interviewer.grading.own_words import OwnWords
from interviewer.grading.parameters import Fitted, fitted, rubric
from interviewer.grading.reach import reached
from interviewer.grading.reading import Reading, asked_vectors, read, settle
from interviewer.grading.readout import Heard, Readout, listen, readout_of
from interviewer.grading.reasoned import reasoned, subjects, touched
from interviewer.grading.report import (
    Evidence,
    GradedBy,
    Missing,
    Report,
    StepReport,
    StepStatus,
    StepTime,
)
from interviewer.grading.scores import Pooled, Scale, bounded, calibrated, pool
from interviewer.grading.strong import Retrieve, strong_answers
from interviewer.grading.timing import time_used
from interviewer.grading.verdict import cut_offs, distance, mean_score, verdict_of
from interviewer.grading.windows import windows
from interviewer.knowledge.embeddings import shared_embedder
from interviewer.knowledge.load import Knowledge
from interviewer.listening.examples import exemplars
from interviewer.models.base import LanguageModel, ModelChain
from interviewer.models.prompts import prompt as prompt_named
from interviewer.transcript import Transcript, with_clock

Inner = tuple[Readout, Heard]
Progress = Callable[[float, str], None]
"""Told the share done (0 to 1) and what is being done; may raise to cancel."""


def grade(
    transcript: Transcript,
    knowledge: Knowledge,
    chain: ModelChain,
    level: Level | None = None,
    progress: Progress | None = None,
    *,
    retrieve: Retrieve | None = None,
    vectors: Path | None = None,
    numbers: Fitted | None = None,
    readout: Readout | None = None,
) -> Report:
    """The report. ``vectors`` is a folder that keeps the case's vectors; ``numbers`` and ``readout`` replace the
    shipped fitted ones (the evals grade with some that never saw the case). Raises ModelError when
    a named backend fails."""
    tell = progress or (lambda share, what: None)
    asked_for = transcript.model_copy(update={"level": level or transcript.level})
    failed: list[str] = []
    for model in chain.models:
        try:
            return _graded(asked_for, knowledge, model, tell, retrieve, vectors, failed, numbers or fitted(), readout)
        except ModelError as error:
            if chain.named:
                raise
            failed.append(
                f"The backend '{model.backend}' failed ({error}); the report was started again on the next one."
            )
    return _graded(asked_for, knowledge, None, tell, retrieve, vectors, failed, numbers or fitted(), readout)


def _graded(
    transcript: Transcript,
    knowledge: Knowledge,
    model: LanguageModel | None,
    tell: Progress,
    retrieve: Retrieve | None,
    vectors: Path | None,
    failed: list[str],
    numbers: Fitted,
    readout: Readout | None,
) -> Report:
    data = rubric_in_use()
    clocked, warnings = with_clock(transcript)
    tell(0.02, "Reading the interview")
    embedder = shared_embedder()
    reading = read(clocked, embedder.encode, numbers)
    asked = asked_vectors(clocked, embedder.encode)
    least = int(data["evidence"]["least_words_of_a_step"])
    got_to = reached(clocked, reading, asked, numbers.step, least, whole=transcript.mode == "interview")
    reading = settle(reading, got_to, embedder.encode, numbers, least)
    pooled = pool(reading.depths)
    case = knowledge.case(transcript.case)
    if case is None:
        warnings.append(f"The knowledge base has no case '{transcript.case}': general signals were used.")
    tell(0.3, "Looking for evidence")
    sounds = exemplars(knowledge, transcript.case, embedder, vectors)
    signals = knowledge.signals(transcript.case)
    by_id = {one.id: one for own in signals.values() for one in own}
    scale = Scale.of(numbers.scale, data["level"]["offsets"])
    deep = _deep(reading, transcript.level, scale)
    criteria = criteria_vectors(signals, embedder, vectors)
    compared = compare(reading, sounds.signals, criteria)
    own_words = OwnWords(by_id.values())
    said_wrong = mistakes(reading, knowledge.red_flags(transcript.case), sounds)
    mistaken = {index for one in said_wrong for index in one.said}
    found = gather(clocked, reading, by_id, sounds, compared, own_words, asked, deep, mistaken)
    enough = pooled.total >= int(data["evidence"]["least_words"])
    inner = None
    if model is not None and model.backend == "local" and enough:
        passages = windows(clocked, reading.units, reading.steps)

        def read_so_far(share: float) -> None:
            tell(0.35 + 0.5 * share, "The model reads the answers")

        inner, doubts = listen(passages, model, read_so_far, known=readout)
        warnings += doubts
    steps = _scored(reading, pooled, transcript.level, scale, got_to, inner)
    scores = {step: own.score for step, own in steps.items()}
    flags = red_flags(clocked, reading, said_wrong, deep, scores)
    argued = reasoned(found, scores, clocked, reading, deep, numbers, asked)
    comments: dict[Step, str] = {}
    if model is not None and model.backend == "openai" and enough:

        def told(share: float) -> None:
            tell(0.6 + 0.3 * share, "Asking the model")

        extracted = graded_steps(clocked, reading, knowledge, model, told)
        steps, found, comments = _taken(extracted, steps, _penalty(reading))
    if model is None or model.backend == "local":
        found = {step: own + argued[step] for step, own in found.items()}
    topics = {id_: one.topic for id_, one in by_id.items()} | {one.id: one.topic for one in subjects().values()}
    perhaps = perhaps_said(compared, reading, own_words) | touched(argued, embedder.encode, criteria, signals)
    points: dict[Step, list[Missing]] = {}
    for step, own in steps.items():
        own.evidence = feedback.telling(found[step], own.score) if enough and own.status != "not_reached" else []
        heard = {one.signal for one in own.evidence if one.sign == "+"}
        points[step] = feedback.open_points(signals[step], heard, perhaps, transcript.level, own.score)
        own.missing = feedback.missing(points[step], own.score)
        own.comment = comments.get(step) or feedback.comment(own, topics)
    tell(0.92, "Writing the report")
    mean = mean_score({s: r.score for s, r in steps.items()}, float(data["not_reached"]["less"])) if enough else None
    bar = cut_offs(data, transcript.level)
    verdict = verdict_of(mean, bar) if mean is not None else Verdict.STRONG_NO_HIRE
    scored = [(own.score, step) for step, own in steps.items() if own.score is not None]
    weakest = min(scored)[1] if scored else None
    used, budget = time_used(clocked, reading.units, reading.steps), knowledge.budgets(transcript.minutes)
    known_model = model is None or model.backend != "local" or inner is not None or readout_of(model.sha256) is not None
    backend = model.backend if model is not None else None
    confidence, doubts = confidence_of(mean, bar, pooled, reading, backend, known_model)
    graded = Report(
        case=transcript.case,
        level=transcript.level,
        status="insufficient_evidence" if mean is None else "assessed",
        verdict=verdict,
        confidence=confidence,
        score=None if mean is None else bounded(mean),
        steps=steps,
        red_flags=[remark for _, remark in flags],
        trade_offs=trade_offs(clocked, reading, by_id.values(), case, sounds, deep),
        time={step: StepTime(used=used[step], budget=round(budget[step], 1)) for step in Step},
        summary=_summary(verdict, mean, bar, confidence),
        reasons=feedback.reasons(steps, [remark for _, remark in flags], bar["hire"], topics),
        next_level=feedback.next_level(transcript.level, mean, scale.bars, bar["hire"], knowledge.framework, weakest),
        strong=strong_answers(transcript.case, knowledge, points, transcript.level, retrieve),
        study_plan=feedback.study_plan(steps, points, by_id),
        bar=bar,
        warnings=[*failed, *warnings, *doubts, *_asides(reading)],
        graded_by=_graded_by(model, numbers, data["version"], inner),
    )
    tell(1.0, "Done")
    return graded


def _graded_by(model: LanguageModel | None, numbers: Fitted, version: object, inner: Inner | None) -> GradedBy:
    if model is None:
        return GradedBy(backend="scripted", rubric=_rubric_name(version, numbers))
    asked = {STEP_PROMPT: prompt_named(STEP_PROMPT).sha256} if model.backend == "openai" else {}
    states = f", states read out as fitted {inner[0].provenance['date']}" if inner else ""
    return GradedBy(
        backend=model.backend,
        model=model.name,
        model_sha256=model.sha256,
        prompts=asked,
        rubric=_rubric_name(version, numbers) + states,
    )


def _penalty(reading: Reading) -> float:
    """What words addressed to the grader cost every step: setting them aside takes honest words along, and that
    must never pay."""
    attacks = sum(reason == Reason.INSTRUCTION for _, reason in reading.aside)
    cost = rubric()["instruction_penalty"]
    return min(float(cost["most"]), float(cost["first"]) + (attacks - 1) * float(cost["each"])) if attacks else 0.0


def _taken(
    extracted: dict[Step, Extracted], own: dict[Step, StepReport], penalty: float
) -> tuple[dict[Step, StepReport], dict[Step, list[Evidence]], dict[Step, str]]:
    """The model's steps: a score only where a verified quote carries it."""
    steps, found, comments = {}, {}, {}
    for step, one in extracted.items():
        if one.score is not None:
            steps[step] = StepReport(status="assessed", score=bounded(one.score - penalty))
            comments[step] = one.comment
        else:
            status: StepStatus = "insufficient_evidence" if own[step].status == "assessed" else own[step].status
            steps[step] = StepReport(status=status)
        found[step] = one.evidence
    return steps, found, comments


def _rubric_name(version: object, numbers: Fitted) -> str:
    about = numbers.provenance
    return f"{version}, fitted {about['date']} on {about['transcripts_sha256'][:12]}"


def _deep(reading: Reading, level: Level, scale: Scale) -> list[float]:
    """For each unit how deep the group reads that it stands in, 1 to 4 at the level."""
    deep: dict[tuple[int, int], float] = {}
    for one in reading.depths:
        own = scale.slope * one.score + scale.intercept - scale.bars[level.value]
        for unit in one.group.units:
            deep[unit.turn, unit.start] = own
    return [deep.get((unit.turn, unit.start), 1.0) for unit in reading.units]


def _scored(
    reading: Reading, pooled: Pooled, level: Level, scale: Scale, got_to: list[Step], inner: Inner | None
) -> dict[Step, StepReport]:
    enough = pooled.total >= int(rubric()["evidence"]["least_words"])
    scores = calibrated(pooled, level, scale, got_to if enough else [])
    if inner is not None:
        readout, heard = inner
        scores = readout.together(scores, heard, scale.bars[level.value])
    found = {}
    for step in Step:
        if step in scores:
            found[step] = StepReport(status="assessed", score=bounded(scores[step] - _penalty(reading)))
        else:
            status: StepStatus = "not_reached" if enough or not pooled.words[step] else "insufficient_evidence"
            found[step] = StepReport(status=status)
    return found


def _summary(verdict: Verdict, mean: float | None, bar: dict[str, float], confidence: float) -> str:
    if mean is None:
        return "There is too little in this interview to judge; nothing was scored."
    gap = mean - bar["hire"]
    side = "above" if gap >= 0 else "below"
    cut = min(bar, key=lambda name: abs(mean - bar[name])).replace("_", " ")
    close = (
        f" It lies close to the cut-off for “{cut}” and could fall either way." if distance(mean, bar) < 0.12 else ""
    )
    return (
        f"{feedback.WORDS[verdict]}. The steps average {mean:.2f} of 4, {abs(gap):.2f} {side} the bar for a hire "
        f"({bar['hire']:.2f}).{close} Confidence {confidence:.0%}."
    )


def _asides(reading: Reading) -> list[str]:
    reasons = [reason for _, reason in reading.aside]
    found = []
    if attacks := reasons.count(Reason.INSTRUCTION):
        found.append(
            f"{attacks} passage(s) addressed the grader or imitated a report; they were set aside and never help."
        )
    if copied := reasons.count(Reason.COPIED):
        found.append(f"{copied} passage(s) repeat the interviewer's words and earn nothing.")
    words = sum(
        unit.words for unit, reason in reading.aside if reason in (Reason.IDLE, Reason.REPEATED, Reason.UNREADABLE)
    )
    if words > 60:
        found.append(f"About {words} words of repetition or talk beside the matter were set aside.")
    return found
