"""The page, the Markdown and the JSON: nothing a candidate says gets out of its place."""

import json
from collections.abc import Callable
from html.parser import HTMLParser

from interviewer.domain import Step
from interviewer.grading.render import to_html, to_json, to_markdown
from interviewer.grading.report import Report
from tests.grading.interviews import REASONED, interview

Graded = Callable[..., Report]
NASTY = '<img src=x onerror=alert(1)> <script>alert(2)</script> "quoted" &amp; [link](javascript:alert(3)) | pipe'


class _Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        assert not any(name.startswith("on") for name, _ in attrs)


def test_the_page_escapes_what_was_said_and_fetches_nothing(graded: Graded) -> None:
    transcript = interview([f"{answer} {NASTY}" for answer in REASONED])
    page = to_html(graded(transcript), transcript)
    found = _Tags(page)
    assert "script" not in found.tags
    assert "img" not in found.tags
    assert all(link.startswith("#") for link in found.links)
    assert "default-src 'none'" in page


def test_every_quote_links_to_a_turn_on_the_page(graded: Graded) -> None:
    transcript = interview(REASONED)
    found = _Tags(to_html(graded(transcript), transcript))
    links = [link.removeprefix("#") for link in found.links]
    assert links
    assert set(links) <= set(found.ids)
    assert found.tags.count("svg") == 2


def test_markdown_keeps_its_structure(graded: Graded) -> None:
    transcript = interview([f"{answer} {NASTY}" for answer in REASONED])
    text = to_markdown(graded(transcript), transcript)
    assert "<script" not in text
    assert "](javascript" not in text
    assert text.count("\n## ") >= 8


def test_json_is_the_contract(graded: Graded) -> None:
    report = graded(interview(REASONED))
    data = json.loads(to_json(report))
    assert Report.model_validate(data) == report
    assert {"case", "level", "status", "verdict", "confidence", "score", "steps", "warnings", "graded_by"} <= set(data)
    assert len(data["steps"]) == 7


def test_too_little_evidence_is_the_headline_and_no_verdict(graded: Graded) -> None:
    transcript = interview(["Hm."])
    report = graded(transcript)
    assert report.status == "insufficient_evidence"
    for text in (to_html(report, transcript), to_markdown(report, transcript)):
        assert "Not enough evidence" in text
        assert "no hire" not in text.lower()


def test_practice_of_one_step_is_headed_by_that_step_and_no_verdict(graded: Graded) -> None:
    transcript = interview(REASONED).model_copy(update={"mode": "step:evaluation"})
    report = graded(transcript)
    score = report.steps[Step.EVALUATE].score
    expected = "Not enough evidence" if score is None else f"Evaluation: {score:.1f} of 4"
    assert f"<strong>{expected}</strong>" in to_html(report, transcript)
