"""Metrics and intervals against values that were worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.statistics import bootstrap, mean, paired, quadratic_kappa, spearman


def test_kappa_is_one_for_equal_marks_and_zero_for_a_constant_grader() -> None:
    marks = [0.0, 1.0, 2.0, 3.0]
    assert quadratic_kappa([(mark, mark) for mark in marks]) == pytest.approx(1)
    assert quadratic_kappa([(1.5, mark) for mark in marks]) == pytest.approx(0)


def test_kappa_of_a_table_worked_by_hand() -> None:
    # Σ(a−b)² ÷ n = 0.5; variances 1.25 and 1.1875, means 1.5 and 1.25: expected 2.5.
    pairs = [(0.0, 0.0), (1.0, 1.0), (2.0, 1.0), (3.0, 3.0)]
    assert quadratic_kappa(pairs) == pytest.approx(1 - 0.25 / (1.25 + 1.1875 + 0.0625))


def test_kappa_says_nothing_when_nobody_varies() -> None:
    assert quadratic_kappa([(2.0, 2.0), (2.0, 2.0)]) is None


def test_spearman_takes_ties_by_mean_rank() -> None:
    assert spearman([(1.0, 10.0), (2.0, 20.0), (3.0, 30.0)]) == pytest.approx(1)
    assert spearman([(1.0, 1.0), (1.0, 2.0), (2.0, 3.0)]) == pytest.approx(0.8660, abs=1e-3)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_an_interval_holds_its_mean_within_the_data(values: list[float]) -> None:
    points = {f"case{index % 3}": {} for index in range(3)}
    for index, value in enumerate(values):
        points[f"case{index % 3}"][f"record{index}"] = [value]  # type: ignore[assignment]
    estimate = bootstrap(points, mean, resamples=50)
    assert estimate.low is not None
    assert estimate.high is not None
    assert min(values) - 1e-9 <= estimate.low <= estimate.high <= max(values) + 1e-9


def test_the_same_data_give_the_same_interval_twice() -> None:
    points = {f"case{c}": {f"r{c}{r}": [float((c + r) % 2)] for r in range(5)} for c in range(6)}
    assert bootstrap(points, mean) == bootstrap(points, mean)


def test_a_clustered_interval_is_wider_than_one_that_ignores_the_clusters() -> None:
    clustered = {f"case{c}": {f"r{c}{r}": [float(c % 2)] for r in range(20)} for c in range(8)}
    loose = {f"c{c}{r}": {"r": [float(c % 2)]} for c in range(8) for r in range(20)}
    wide, narrow = bootstrap(clustered, mean), bootstrap(loose, mean)
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)  # type: ignore[operator]


def test_a_paired_difference_sees_a_small_change_that_separate_intervals_hide() -> None:
    before = {f"case{c}": {"r": [c / 10]} for c in range(10)}
    after = {f"case{c}": {"r": [c / 10 + 0.05]} for c in range(10)}
    change = paired(after, before, mean)
    assert change.value == pytest.approx(0.05)
    assert change.low is not None
    assert change.low > 0


def test_only_records_that_both_runs_hold_are_compared() -> None:
    change = paired({"a": {"x": [1.0], "new": [0.0]}}, {"a": {"x": [0.0]}, "gone": {"y": [1.0]}}, mean)
    assert (change.value, change.points) == (1.0, 1)
