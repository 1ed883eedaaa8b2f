"""How sure a report is: the chance of the same verdict for talk of the labelled kind, and little for other talk."""

from collections.abc import Callable

import pytest

from interviewer.grading.confidence import UNLIKE, chance_of
from interviewer.grading.report import Report
from tests.grading.interviews import QUESTIONS, REASONED, interview

Graded = Callable[..., Report]
BAR = {"no_hire": 2.0, "hire": 3.0, "strong_hire": 3.5}


def test_in_the_middle_of_a_wide_band_it_is_sure() -> None:
    assert chance_of(1.0, BAR, 0.3) > 0.99
    assert chance_of(2.5, BAR, 0.3) > 0.85


def test_at_a_cut_off_it_is_half_sure() -> None:
    assert chance_of(2.0, BAR, 0.1) == pytest.approx(0.5, abs=0.01)


def test_the_less_exact_the_marks_the_less_sure() -> None:
    assert chance_of(2.5, BAR, 0.5) < chance_of(2.5, BAR, 0.2)


def test_all_verdicts_together_are_certain() -> None:
    inside = [chance_of(mean, BAR, 0.3) for mean in (1.9, 2.1, 3.1, 3.6)]
    assert all(0 < one < 1 for one in inside)


def test_turns_of_hundreds_of_words_lower_it_and_the_report_says_why(graded: Graded) -> None:
    tidy = graded(interview(REASONED))
    told = graded(interview([" ".join(REASONED)], QUESTIONS[:1]))
    assert told.confidence <= UNLIKE
    assert told.confidence < tidy.confidence
    assert any("confidence is low for that reason" in one for one in told.warnings)
    assert not any("confidence is low for that reason" in one for one in tidy.warnings)
