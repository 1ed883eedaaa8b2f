"""The list of all interviews: which is which, also where two are of one problem on one day."""

import re
from dataclasses import replace

from interviewer import Level, Manner, Step, Verdict
from interviewer.grading.report import GradedBy, Missing, Report, StepReport
from interviewer.knowledge import Knowledge
from interviewer.storage import Header
from interviewer.web.pages.progress import progress_html

NOON = 1_700_000_000.0
FIRST = Header("a" * 32, "fraud-detection", Level.SENIOR, 30, Manner.NEUTRAL, "interview", None, NOON, NOON + 60, 60, {}, 3, 0)  # fmt: skip


def rows(*headers: Header) -> list[str]:
    """The list's rows as text."""
    page = progress_html(Knowledge.load(), headers, [], NOON)
    found = re.findall(r"<tr>(<td.*?)</tr>", page)
    return [re.sub(r"<[^>]+>", " ", row) for row in found]


def report(bar: dict[str, float]) -> Report:
    """A report with that bar."""
    steps = {step: StepReport(status="assessed", score=3.0) for step in Step}
    return Report(
        case="fraud-detection",
        level=Level.SENIOR,
        status="assessed",
        verdict=Verdict.HIRE,
        confidence=0.5,
        score=3.0,
        bar=bar,
        steps=steps,
        graded_by=GradedBy(backend="scripted"),
    )


def test_two_interviews_of_one_problem_on_one_day_differ_by_their_time() -> None:
    later, earlier = rows(replace(FIRST, id="b" * 32, created=NOON + 1860), FIRST)
    assert re.search(r"\d\d:\d\d", later)
    assert re.findall(r"\d\d:\d\d", later) != re.findall(r"\d\d:\d\d", earlier)


def test_a_second_take_is_called_that() -> None:
    taken, first = rows(replace(FIRST, id="b" * 32, parent=FIRST.id), FIRST)
    assert "second take" in taken
    assert "second take" not in first


def test_what_has_no_score_is_marked_so_and_a_narrow_page_leaves_it_out() -> None:
    page = progress_html(Knowledge.load(), [FIRST], [], NOON)
    assert "<td class='score none' dir='auto'>–</td>" in page


def test_only_what_a_judge_missed_in_a_whole_interview_is_missing() -> None:
    gap = StepReport(status="assessed", score=2.0, missing=[Missing(signal="x", text="Splits by time")])
    judged = report({}).model_copy(update={"steps": dict.fromkeys(Step, gap)})
    unheard = judged.model_copy(update={"status": "not_judged", "verdict": None, "score": None})
    take = replace(FIRST, id="b" * 32, parent=FIRST.id)
    for header, own, shown in ((FIRST, judged, True), (FIRST, unheard, False), (take, judged, False)):
        assert ("Splits by time" in progress_html(Knowledge.load(), [header], [(header, own)], NOON)) is shown


def test_the_line_of_a_hire_is_the_newest_reports_in_every_picture() -> None:
    def lines(*bars: dict[str, float]) -> tuple[str, set[str]]:
        graded = [(FIRST, report(bar)) for bar in bars]
        page = progress_html(Knowledge.load(), [FIRST], graded, NOON)
        return page, set(re.findall(r"<line class='hire'[^>]* y1='([\d.]+)'", page))

    page, heights = lines({"hire": 2.5}, {"hire": 2.85, "strong_hire": 3.4})
    assert "the bar for a hire in your newest report, 2.85;" in page
    assert page.count("class='hire'") == len(Step) + 1
    assert len(heights) == 1
    older, others = lines({"hire": 2.5})
    assert "2.50" in older
    assert others != heights
    page, heights = lines({})
    assert not heights, "a report without a bar draws none"
    assert "dashed" not in page
