"""From step scores to the verdict: pure, monotone, and fair to steps that were never reached."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.domain import Level, Step, Verdict
from interviewer.grading.parameters import rubric
from interviewer.grading.verdict import cut_offs, mean_score, verdict_of

LESS = float(rubric()["not_reached"]["less"])


def _steps(*scores: float | None) -> dict[Step, float | None]:
    return dict(zip(Step, scores, strict=True))


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [
        ((4, 4, 4, 4, None, None, None), Verdict.HIRE),
        ((4, 4, 4, 4, 4, 4, 4), Verdict.STRONG_HIRE),
        ((1, 1, 1, 2, 1, 1, None), Verdict.STRONG_NO_HIRE),
        ((2, 3, 2, 3, 2, 3, 2), Verdict.NO_HIRE),
        ((3, 3, 2, 4, 3, 4, 2), Verdict.HIRE),
    ],
)
def test_the_panels_own_step_scores_give_the_panels_verdict(scores: tuple[float | None, ...], verdict: Verdict) -> None:
    mean = mean_score(_steps(*scores), LESS)
    assert mean is not None
    assert verdict_of(mean, cut_offs(rubric(), Level.SENIOR)) == verdict


def test_nothing_reached_has_no_mean() -> None:
    assert mean_score(_steps(*[None] * 7), LESS) is None


@given(st.lists(st.floats(1, 4), min_size=7, max_size=7), st.integers(0, 6), st.floats(0, 1))
def test_a_better_step_never_gives_a_worse_verdict(scores: list[float], at: int, more: float) -> None:
    better = list(scores)
    better[at] += more
    bar = cut_offs(rubric(), Level.SENIOR)
    before, after = mean_score(_steps(*scores), LESS), mean_score(_steps(*better), LESS)
    assert before is not None
    assert after is not None
    assert verdict_of(after, bar).rank >= verdict_of(before, bar).rank


def test_cut_offs_rise_and_the_same_answers_need_no_less_at_a_higher_level() -> None:
    """Scores are relative to the level, so what is asked of an answer is the cut-off and the level's own bar together."""
    previous = {"no_hire": 0.0, "hire": 0.0, "strong_hire": 0.0}
    for level in Level:
        bar = cut_offs(rubric(), level)
        assert 1 < bar["no_hire"] < bar["hire"] < bar["strong_hire"] < 4
        asked = {name: cut + rubric()["level"]["offsets"][level.value] for name, cut in bar.items()}
        assert all(asked[name] >= previous[name] for name in asked)
        previous = asked
