"""A person's mark stands beside the machine's in every export, and what is no correction is left out."""

import json

from interviewer import Level, Step
from interviewer.grading.page import to_html
from interviewer.grading.render import to_json, to_markdown
from interviewer.grading.report import Report
from interviewer.models.base import ModelChain
from interviewer.practice import corrections_html, corrections_of, with_corrections
from interviewer.transcript import Transcript
from tests.web.stand_in import grade

REASON = "They *did* <b>split</b> by time."


def talk(*corrections: object) -> Transcript:
    turns = [{"speaker": "interviewer", "text": "Go."}, {"speaker": "candidate", "text": "I split by time."}]
    return Transcript.model_validate({"case": "x", "level": "senior", "turns": turns, "corrections": list(corrections)})


def mark(step: str = "evaluation", level: str = "senior", value: float = 3.5) -> dict[str, object]:
    return {"level": level, "step": step, "machine": 2.0, "mark": value, "reason": REASON, "at": 1}


def report(transcript: Transcript) -> Report:
    return grade(transcript, None, ModelChain(), Level.SENIOR, lambda *_: None)


def test_the_newest_mark_of_a_step_counts_and_other_levels_are_apart() -> None:
    transcript = talk(mark(), mark(value=3), mark(level="staff"), mark(step="nonsense"), "x", mark(value=9))
    assert [(one["level"], one["mark"]) for one in corrections_of(transcript)] == [("senior", 3), ("staff", 3.5)]
    assert [one["mark"] for one in corrections_of(transcript, Level.STAFF)] == [3.5]
    assert corrections_of(Transcript.model_validate({"case": "x", "level": "mid", "turns": []})) == []


def test_every_export_shows_both_marks_and_the_machines_stays() -> None:
    transcript = talk(mark())
    made = report(transcript)
    data = json.loads(with_corrections("json", to_json(made), transcript, made))
    assert data["corrections"][0]["mark"] == 3.5
    assert data["steps"][Step.EVALUATE] == json.loads(to_json(made))["steps"][Step.EVALUATE]
    assert Report.model_validate(data), "it is still a report"
    assert "machine 2, person 3.5" in with_corrections("markdown", to_markdown(made, transcript), transcript, made)
    page = with_corrections("html", to_html(made, transcript), transcript, made)
    assert "Marks corrected by a person" in page
    assert "<b>split</b>" not in page
    assert "<b>split</b>" not in corrections_html(transcript, Level.SENIOR)
    assert with_corrections("html", "<main></main>", talk(), made) == "<main></main>"
