"""The list of all interviews: which is which, also where two are of one problem on one day."""

import re
from dataclasses import replace

from interviewer import Level, Manner
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
