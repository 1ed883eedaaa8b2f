"""Agreement of the report with readers' verdicts and marks.

Verdicts are ranks 0 (strong no hire) to 3 (strong hire), steps 1 to 4. A report without a verdict gives no point.
"""

from collections.abc import Iterator, Sequence

from evals.scorers import scorer
from evals.statistics import mean, pair, quadratic_kappa, spearman
from evals.types import Json, Point, Record, Value, verdict
from interviewer import Step, Verdict

HIRE = 2
"""The lowest rank that is a hire."""


def rank(verdict: str) -> float:
    """0 for strong no hire … 3 for strong hire."""
    return float(Verdict(verdict).rank)


def judged(body: Json) -> bool:
    """Whether a report holds a verdict; a backend that cannot stand behind one gives none."""
    return body["verdict"] is not None


def report(record: Record) -> Json:
    """The report of the record's output."""
    found: Json = (record.output or {})["report"]
    return found


def reviewers(record: Record) -> list[float]:
    """The rank of every reader's verdict; of one where only a common verdict is known."""
    labels = record.target["labels"]
    return [rank(one["verdict"]) for one in labels.get("reviewers", [])] or [rank(labels["verdict"])]


def panel(record: Record) -> float:
    """The labelled verdict's rank; the mean of the reviewers' where there are several."""
    found = reviewers(record)
    return sum(found) / len(found)


def verdict_pair(record: Record) -> list[Point]:
    """(ours, panel) as one point; not ok where hire and no hire are confused; nothing without a verdict of ours."""
    if not judged(report(record)):
        return []
    ours, theirs = rank(report(record)["verdict"]), panel(record)
    note = f"{report(record)['verdict']}; panel: {record.target['labels']['verdict']}"
    return [Point((ours, theirs), note=note if ours != theirs else "", ok=(ours >= HIRE) == (theirs >= HIRE))]


def step_marks(record: Record) -> Iterator[tuple[Step, float | None, float | None]]:
    """Per labelled step our score and the panel's; None where not reached."""
    labels = record.target["labels"].get("steps") or {}
    ours = report(record)["steps"]
    for step in Step:
        if step in labels:
            yield step, ours.get(step, {}).get("score"), labels[step]


def step_pairs(record: Record) -> list[Point]:
    """(ours, panel) for every step that both marked; far off by 1.5 or more is shown as failing."""
    return [
        Point(
            (ours, theirs),
            note=f"{step}: {ours:.1f}; panel {theirs:g}",
            ok=abs(ours - theirs) < 1.5,
        )
        for step, ours, theirs in step_marks(record)
        if ours is not None and theirs is not None
    ]


def _both(point: Point) -> tuple[float, ...]:
    assert point.value is not None
    return pair(point.value)


@scorer(quadratic_kappa)
def verdict_qwk(record: Record) -> list[Point]:
    """Verdict agreement with the labels (quadratic weighted kappa).

    1 − Σ(ours − theirs)² ÷ E[Σ(ours − theirs)²] if the two were independent; verdicts are ranks 0–3.
    """
    return verdict_pair(record)


@scorer(mean)
def verdict_exact(record: Record) -> list[Point]:
    """Verdicts that equal the label.

    records with ours = theirs ÷ records
    """
    return [verdict(_both(one)[0] == _both(one)[1], note=one.note) for one in verdict_pair(record)]


@scorer(mean)
def verdict_within_one(record: Record) -> list[Point]:
    """Verdicts within one of the label.

    records with |ours − theirs| ≤ 1 on ranks 0–3 ÷ records
    """
    return [verdict(abs(_both(one)[0] - _both(one)[1]) <= 1, note=one.note) for one in verdict_pair(record)]


@scorer(mean, "lower")
def false_hire(record: Record) -> list[Point]:
    """P(hire | the label says no hire).

    records that we call hire or strong hire ÷ records that every reader labelled no hire or strong no hire
    """
    return _wrong_side(record, hired=False)


@scorer(mean, "lower")
def false_no_hire(record: Record) -> list[Point]:
    """P(no hire | the label says hire).

    records that we call no hire or strong no hire ÷ records that every reader labelled hire or strong hire
    """
    return _wrong_side(record, hired=True)


def _wrong_side(record: Record, hired: bool) -> list[Point]:
    body = report(record)
    if not judged(body) or any((reviewer >= HIRE) is not hired for reviewer in reviewers(record)):
        return []
    wrong = (rank(body["verdict"]) >= HIRE) is not hired
    return [Point(float(wrong), note=body["verdict"] if wrong else "", ok=not wrong)]


@scorer(spearman)
def rank_order(record: Record) -> list[Point]:
    """Order of the candidates (Spearman).

    rank correlation of our overall score (the verdict where there is none) with the labelled verdict, ties by mean rank
    """
    body = report(record)
    if not judged(body):
        return []
    score = body["score"] if body["score"] is not None else rank(body["verdict"]) + 1
    return [Point((float(score), panel(record)))]


@scorer(quadratic_kappa)
def step_qwk(record: Record) -> list[Point]:
    """Step agreement with the labels (quadratic weighted kappa).

    1 − Σ(ours − theirs)² ÷ E[Σ(ours − theirs)²] if independent, over all steps that both marked from 1 to 4
    """
    return step_pairs(record)


@scorer(mean, "zero")
def bias(record: Record) -> list[Point]:
    """Mean bias of the step scores.

    mean of (ours − theirs) over all steps that both marked; above zero is lenient
    """
    return [
        Point(ours - theirs, note=str(step))
        for step, ours, theirs in step_marks(record)
        if ours is not None and theirs is not None
    ]


def f1(values: Sequence[Value]) -> float | None:
    """F1 of pairs of 0 and 1; None where neither side has a 1."""
    both = [pair(value) for value in values]
    hits = sum(ours * theirs for ours, theirs in both)
    every = sum(ours + theirs for ours, theirs in both)
    return 2 * hits / every if every else None


@scorer(f1)
def not_reached(record: Record) -> list[Point]:
    """Steps that were not reached are recognised, and only those.

    F1 of "no score for the step" against labels that are null: 2·TP ÷ (2·TP + FP + FN) over all labelled steps
    """
    return [
        Point(
            (float(ours is None), float(theirs is None)),
            note=f"{step}: {'not scored' if ours is None else ours}; label {theirs}",
            ok=(ours is None) == (theirs is None),
        )
        for step, ours, theirs in step_marks(record)
    ]


def expected_error(values: Sequence[Value]) -> float | None:
    """Expected calibration error of pairs (confidence, right)."""
    if not values:
        return None
    bins: dict[int, list[tuple[float, ...]]] = {}
    for value in values:
        bins.setdefault(min(3, int(pair(value)[0] * 4)), []).append(pair(value))
    return sum(abs(sum(sure - right for sure, right in found)) for found in bins.values()) / len(values)


@scorer(expected_error, "lower")
def calibration(record: Record) -> list[Point]:
    """Calibration of the confidence (expected calibration error, four bins).

    Σ over bins [0, ¼) … [¾, 1] of share × |mean confidence − share with the panel's verdict|
    """
    body = report(record)
    if not judged(body):
        return []
    right = rank(body["verdict"]) == panel(record)
    return [Point((float(body["confidence"]), float(right)))]


@scorer(mean, "lower")
def confidence_on_errors(record: Record) -> list[Point]:
    """Confidence where the verdict is on the wrong side of the hire bar.

    mean confidence over the records that confuse hire and no hire; lower is more honest
    """
    body = report(record)
    if not judged(body) or (rank(body["verdict"]) >= HIRE) == (panel(record) >= HIRE):
        return []
    return [Point(float(body["confidence"]))]


@scorer(mean)
def same_side(record: Record) -> list[Point]:
    """The same side of hire as the readers.

    mean over recordings of the share of readers on our side of the bar (hire or strong hire against the others)
    """
    body = report(record)
    if not judged(body):
        return [Point(None, note="no verdict")]
    ours, theirs = rank(body["verdict"]) >= HIRE, [reviewer >= HIRE for reviewer in reviewers(record)]
    share = sum(one is ours for one in theirs) / len(theirs)
    return [Point(share, note=f"{body['verdict']}; readers {theirs}", ok=share >= 0.5)]


@scorer(mean, "lower")
def step_error(record: Record) -> list[Point]:
    """Mean absolute error of the step scores.

    mean of |ours − theirs| over all steps that both marked
    """
    return [
        Point(abs(ours - theirs), note=f"{step}: {ours}; readers {theirs}")
        for step, ours, theirs in step_marks(record)
        if ours is not None and theirs is not None
    ]


@scorer(mean, "lower")
def hire_chance(record: Record) -> list[Point]:
    """The chance of a hire against the readers' own estimate (Brier).

    mean of (p_hire − the readers' mean p_hire)²; of their verdicts' side where they gave no estimate
    """
    ours = report(record).get("p_hire")
    if ours is None:
        return []
    given = [one["p_hire"] for one in record.target["labels"].get("reviewers", []) if one.get("p_hire") is not None]
    theirs = (
        sum(given) / len(given)
        if given
        else sum(reviewer >= HIRE for reviewer in reviewers(record)) / len(reviewers(record))
    )
    return [Point((float(ours) - theirs) ** 2, note=f"{ours:.2f}; readers {theirs:.2f}")]
