"""A fit from sums is the fit from rows."""

import numpy as np
import pytest

from interviewer.grading.moments import Moments


@pytest.fixture
def rows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    x = random.normal(size=(40, 3)).astype(np.float32)
    y = (2 * x[:, 0] - x[:, 1] + 5).astype(np.float32)
    return x, y, np.ones(40, np.float32)


def test_a_line_is_found_again(rows: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    probe = Moments.of(*rows).ridge(1e-9)
    assert probe.weights == pytest.approx([2, -1, 0], abs=1e-4)
    assert float(probe.intercept) == pytest.approx(5, abs=1e-4)


def test_two_halves_add_up_to_the_whole(rows: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    x, y, weight = rows
    halves = Moments.of(x[:25], y[:25], weight[:25]) + Moments.of(x[25:], y[25:], weight[25:])
    assert halves.ridge(0.1).weights == pytest.approx(Moments.of(x, y, weight).ridge(0.1).weights, abs=1e-6)


def test_what_weighs_nothing_changes_nothing(rows: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    x, y, weight = rows
    spoilt = Moments.of(x, y, weight) + Moments.of(x, -9 * y, weight).times(0)
    assert spoilt.ridge(0.1).weights == pytest.approx(Moments.of(x, y, weight).ridge(0.1).weights, abs=1e-6)


def test_several_classes_at_once(rows: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    x, y, weight = rows
    both = Moments.of(x, np.stack([y, -y], axis=1), weight).ridge(0.01)
    alone = Moments.of(x, y, weight).ridge(0.01)
    assert both.weights[:, 0] == pytest.approx(alone.weights, abs=1e-5)
    assert both.weights[:, 1] == pytest.approx(-alone.weights, abs=1e-5)
