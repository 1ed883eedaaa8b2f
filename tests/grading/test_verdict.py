"""From step marks and the second look to the verdict: pure, monotone, fair to steps that were never reached."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer import Level, Step, Verdict
from interviewer.grading import cut_offs, rubric
from interviewer.grading.assessor import judge, mean_mark
from interviewer.grading.report import StepReport, StepStatus

LESS = float(rubric()["steps"]["not_reached_less"])


def steps(*marks: float | StepStatus | None) -> dict[Step, StepReport]:
    """A mark, None for not reached, or a status."""

    def one(mark: Any) -> StepReport:
        if mark is None or isinstance(mark, str):
            return StepReport(status=mark or "not_reached")
        return StepReport(status="assessed", score=mark)

    return {step: one(mark) for step, mark in zip(Step, marks, strict=True)}


def verdict(p_hire: float, *marks: float | StepStatus | None) -> Verdict:
    found = judge(steps(*marks), p_hire, Level.SENIOR, rubric())
    assert found is not None
    return found.verdict


@pytest.mark.parametrize(
    ("marks", "p_hire", "wanted"),
    [
        ((4, 4, 4, 4, None, None, None), 0.85, Verdict.HIRE),
        ((4, 4, 4, 4, 4, 4, None), 0.9, Verdict.STRONG_HIRE),
        ((1, 1, 1, 2, 1, 1, None), 0.03, Verdict.STRONG_NO_HIRE),
        ((2, 3, 2, 3, 2, 3, 2), 0.3, Verdict.NO_HIRE),
        ((3, 3, 2, 4, 3, 4, 2), 0.7, Verdict.HIRE),
    ],
)
def test_the_panels_own_marks_give_the_panels_verdict(
    marks: tuple[float | None, ...], p_hire: float, wanted: Verdict
) -> None:
    assert verdict(p_hire, *marks) == wanted


def test_near_the_bar_the_second_look_decides_and_far_from_it_the_marks_do() -> None:
    near = (2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5)
    assert verdict(0.55, *near) == Verdict.HIRE
    assert verdict(0.45, *near) == Verdict.NO_HIRE
    assert verdict(0.9, 2, 2, 2, 2, 2, 2, 2) == Verdict.NO_HIRE
    assert verdict(0.2, 4, 4, 3.5, 4, 3.5, 4, 4) == Verdict.HIRE


@pytest.mark.parametrize(("p_hire", "says"), [(0.65, "so near to it the whole decides"), (0.35, "")])
def test_a_disagreement_is_said(p_hire: float, says: str) -> None:
    found = judge(steps(*[2.5] * 7), p_hire, Level.MID, rubric())
    assert found is not None
    assert [says in doubt for doubt in found.doubts] == ([True] if says else [])


@pytest.mark.parametrize(("p_hire", "close"), [(0.45, True), (0.41, True), (0.39, False), (0.55, True), (0.61, False)])
def test_a_close_call_is_said_where_the_chance_decides_and_lies_near_a_half(p_hire: float, close: bool) -> None:
    found = judge(steps(*[2.6] * 7), p_hire, Level.MID, rubric())
    assert found is not None
    assert any("close call" in doubt for doubt in found.doubts) is close
    far = judge(steps(*[1.5] * 7), p_hire, Level.MID, rubric())
    assert far is not None
    assert not any("close call" in doubt for doubt in far.doubts), "the marks decide there"


def test_what_a_step_without_a_mark_is_worth() -> None:
    assert mean_mark(steps(3, 3, 3, 3, 3, 3, "not_applicable"), rubric()) == 3
    assert mean_mark(steps(3, 3, 3, 3, 3, 3, None), rubric()) == pytest.approx((18 + 3 - LESS) / 7)
    assert mean_mark(steps(3, 3, 3, 3, 3, 3, "evaded"), rubric()) == pytest.approx(19 / 7)
    assert mean_mark(steps(*[None] * 7), rubric()) is None
    assert judge(steps(*[None] * 7), 0.5, Level.MID, rubric()) is None


@given(st.lists(st.floats(1, 4), min_size=7, max_size=7), st.integers(0, 6), st.floats(0, 1), st.floats(0, 1))
def test_a_better_step_never_gives_a_worse_verdict(marks: list[float], at: int, more: float, p_hire: float) -> None:
    better = list(marks)
    better[at] = min(4.0, better[at] + more)
    assert verdict(p_hire, *better).rank >= verdict(p_hire, *marks).rank


@given(st.lists(st.floats(1, 4), min_size=7, max_size=7), st.floats(0, 1), st.floats(0, 1))
def test_a_better_chance_never_gives_a_worse_verdict(marks: list[float], one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert verdict(high, *marks).rank >= verdict(low, *marks).rank


@given(st.lists(st.floats(1, 4), min_size=7, max_size=7), st.floats(0, 1))
def test_confidence_is_a_chance_below_certainty(marks: list[float], p_hire: float) -> None:
    found = judge(steps(*marks), p_hire, Level.STAFF, rubric())
    assert found is not None
    assert 0.05 <= found.confidence <= 0.95


def test_cut_offs_rise() -> None:
    for level in Level:
        bar = cut_offs(rubric(), level)
        assert 1 < bar["no_hire"] < bar["hire"] < bar["strong_hire"] < 4
