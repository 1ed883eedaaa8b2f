"""What to practise next: weak steps come back soon, strong ones late, and a problem that fits comes with them."""

from interviewer import Level, Step
from interviewer.grading.report import GradedBy, Missing, Report, StepReport
from interviewer.practice import DAY, Held, due, recommended, weakest

TRAINS = {"fraud": [Step.DATA, Step.EVALUATE], "feed": [Step.FRAME, Step.EVALUATE], "search": [Step.MODEL]}


def held(day: float, case: str = "fraud", **scores: float | None) -> Held:
    steps = {
        Step[name]: StepReport(status="assessed", score=score, missing=[Missing(signal="x", text=f"{name} missing")])
        for name, score in scores.items()
    }
    report = Report(
        case=case, level=Level.SENIOR, status="not_judged", confidence=0.5, steps=steps, graded_by=GradedBy(backend="x")
    )  # fmt: skip
    return Held(case, Level.SENIOR, day * DAY, report)


def test_a_weak_step_is_due_tomorrow_and_a_strong_one_in_sixteen_days() -> None:
    plan = due([held(0, DATA=1.5, EVALUATE=3.2, MODEL=2.7)], TRAINS)
    assert [(one.step, one.due / DAY) for one in plan] == [(Step.DATA, 1), (Step.MODEL, 7), (Step.EVALUATE, 16)]
    assert [one.case for one in plan] == ["fraud", "search", "feed"], "the fitting problem tried longest ago"


def test_what_goes_well_again_waits_twice_as_long_and_a_setback_starts_over() -> None:
    well = [held(day, DATA=3.5) for day in (0, 16, 48)]
    assert due(well, TRAINS)[0].due / DAY == 48 + 64
    assert due([*well, held(60, DATA=1.0)], TRAINS)[0].due / DAY == 61


def test_steps_without_a_score_are_not_scheduled_and_a_beginner_gets_an_easy_problem() -> None:
    assert due([held(0, DATA=None)], TRAINS) == []
    assert recommended([], TRAINS, ["search"]) == "search"
    assert recommended([held(0, MODEL=1.0)], TRAINS) == "search"
    assert recommended([], {}) == ""


def test_what_is_missing_most_often_stands_first() -> None:
    found = weakest([held(0, DATA=1.0, MODEL=2.0), held(1, DATA=1.0)])
    assert found == [("DATA missing", 2), ("MODEL missing", 1)]
