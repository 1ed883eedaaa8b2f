"""Going back to an answer: the child transcript, and what the second take was worth."""

import pytest

from interviewer import BadInput, Help, Level, Step, Verdict
from interviewer.grading.report import Evidence, GradedBy, Report, StepReport
from interviewer.practice.retake import answers, difference, rewind
from interviewer.transcript import Transcript, Turn


def interview() -> Transcript:
    said = [
        ("interviewer", "Hello."),
        ("candidate", "A"),
        ("interviewer", "Why?"),
        ("candidate", "B"),
        ("candidate", "C"),
    ]
    turns = [Turn(speaker=who, text=text, at=30.0 * n) for n, (who, text) in enumerate(said)]  # type: ignore[arg-type]
    return Transcript(id="first", case="x", level=Level.MID, minutes=20, mode="warm_up", turns=turns)


def report(score: float | None, shown: dict[Step, list[str]], level: Level = Level.MID, **scores: float) -> Report:
    steps = {}
    for step in Step:
        evidence = [
            Evidence(signal=name, quote=name, turn=1, help=Help.PROBED, sign="+") for name in shown.get(step, [])
        ]
        steps[step] = StepReport(status="assessed", score=scores.get(step.name, 2.0), evidence=evidence)
    return Report(
        case="x", level=level, status="insufficient_evidence" if score is None else "assessed",
        verdict=Verdict.STRONG_NO_HIRE if score is None else Verdict.HIRE, confidence=0.3, score=score, steps=steps,
        graded_by=GradedBy(backend="scripted"),
    )  # fmt: skip


def test_a_rewind_starts_a_child_before_the_answer_and_leaves_the_first_take_alone():
    whole = interview()
    child = rewind(whole, 3)
    assert [turn.text for turn in child.turns] == ["Hello.", "A", "Why?"]
    assert (child.parent, child.id, child.minutes, child.mode) == ("first", None, 20, "warm_up")
    assert len(whole.turns) == 5


def test_the_second_of_two_answers_in_a_row_goes_back_to_their_question():
    assert [turn.text for turn in rewind(interview(), 4).turns] == ["Hello.", "A", "Why?"]


@pytest.mark.parametrize("turn", [-1, 0, 2, 5, 99])
def test_only_ones_own_answers_can_be_given_again(turn: int):
    with pytest.raises(BadInput, match="not one of the candidate's turns"):
        rewind(interview(), turn)


def test_the_answers_to_choose_from_are_the_candidates():
    assert answers(interview()) == [(1, "A"), (3, "B"), (4, "C")]


def test_the_difference_is_by_step_with_what_was_gained_and_lost():
    before = report(2.0, {Step.DATA: ["late-labels", "split"]})
    after = report(2.4, {Step.DATA: ["split"], Step.SERVE: ["cache"]}, SERVE=3.0)
    found = difference(before, after)
    assert found.overall.gain == pytest.approx(0.4)
    assert {step: change.gain for step, change in found.steps.items()} == {Step.SERVE: 1.0}
    assert [one.signal for one in found.gained] == ["cache"]
    assert [one.signal for one in found.lost] == ["late-labels"]
    assert found.verdicts == (Verdict.HIRE, Verdict.HIRE)


def test_too_little_evidence_has_no_verdict_and_no_gain():
    found = difference(report(None, {}), report(2.0, {}))
    assert (found.verdicts, found.overall.gain) == ((None, Verdict.HIRE), None)


def test_reports_on_two_levels_do_not_compare():
    with pytest.raises(BadInput, match="same level"):
        difference(report(2.0, {}), report(2.0, {}, level=Level.STAFF))
