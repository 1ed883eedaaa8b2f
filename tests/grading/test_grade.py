"""Grading on the backend without a language model: order, evidence, honesty about what is not there."""

import json
from collections.abc import Callable

import pytest

from interviewer.domain import Level, Step, Verdict
from interviewer.grading.report import Report
from interviewer.transcript import transcript_from
from tests.grading.interviews import QUESTIONS, REASONED, RECITED, interview

Graded = Callable[..., Report]


def test_plain_reasons_beat_fluent_names_of_the_same_length(graded: Graded) -> None:
    reasoned, recited = graded(interview(REASONED)), graded(interview(RECITED))
    assert reasoned.score is not None
    assert recited.score is not None
    assert reasoned.score > recited.score + 1
    assert recited.verdict.rank <= Verdict.NO_HIRE.rank
    assert reasoned.verdict.rank > recited.verdict.rank


def test_terse_reasons_beat_long_recitals(graded: Graded) -> None:
    terse = graded(interview([" ".join(answer.split()[:45]) for answer in REASONED]))
    padded = graded(interview([answer + " " + RECITED[(i + 3) % 7] for i, answer in enumerate(RECITED)]))
    assert (terse.score or 0) > (padded.score or 0) + 0.5


def test_every_quote_stands_verbatim_in_a_candidates_turn(graded: Graded) -> None:
    transcript = interview(REASONED)
    report = graded(transcript)
    quotes = [(one.turn, one.quote) for step in report.steps.values() for one in step.evidence]
    quotes += [(one.turn, one.quote) for one in (*report.red_flags, *report.trade_offs)]
    assert len(quotes) >= 3
    for turn, quote in quotes:
        assert quote in transcript.turns[turn].text
        assert transcript.turns[turn].speaker == "candidate"


def test_labels_never_reach_a_score(graded: Graded) -> None:
    labels = {"verdict": "strong_hire", "steps": {step.value: 4 for step in Step}}
    assert graded(interview(RECITED, labels=labels)) == graded(interview(RECITED))


def test_the_same_transcript_gives_the_same_report(graded: Graded) -> None:
    assert graded(interview(REASONED)).model_dump_json() == graded(interview(REASONED)).model_dump_json()


@pytest.mark.parametrize("answers", [REASONED, RECITED])
def test_a_higher_bar_never_gives_a_better_verdict(graded: Graded, answers: list[str]) -> None:
    reports = [graded(interview(answers), level) for level in Level]
    ranks = [report.verdict.rank for report in reports]
    assert ranks == sorted(ranks, reverse=True)
    assert [report.level for report in reports] == list(Level)


@pytest.mark.parametrize(
    "answers",
    [[""] * 7, ["Yes."] * 7, QUESTIONS, ["asdf qwrt zxcv hjkl bnmq wert sdfg xcvb"] * 7, ["мы делаем систему"] * 7],
    ids=["empty", "one word", "copied questions", "gibberish", "another script"],
)
def test_nothing_said_is_insufficient_evidence(graded: Graded, answers: list[str]) -> None:
    report = graded(interview(answers))
    assert report.status == "insufficient_evidence"
    assert report.verdict == Verdict.STRONG_NO_HIRE
    assert report.confidence <= 0.3
    assert report.score is None
    assert all(step.score is None for step in report.steps.values())
    assert not any(step.evidence for step in report.steps.values())


def test_no_turns_at_all(graded: Graded) -> None:
    report = graded(transcript_from({"case": "video-recommendation", "level": "mid", "turns": []}))
    assert report.status == "insufficient_evidence"
    assert set(report.steps) == set(Step)


def test_talk_beside_the_matter_is_no_hire_at_all(graded: Graded) -> None:
    tale = (
        "Last summer we drove to the lake with the children, it rained for three days and we played cards. My brother "
        "came later with the dog and we had a barbecue. The neighbours are very kind people, they gave us a cake."
    )
    report = graded(interview([tale + f" That was on day {number}." for number in range(7)]))
    assert report.verdict == Verdict.STRONG_NO_HIRE


def test_steps_never_reached_have_no_score(graded: Graded) -> None:
    report = graded(interview(REASONED[:4], QUESTIONS[:4]))
    assert report.steps[Step.MONITOR].status == "not_reached"
    assert report.steps[Step.MONITOR].score is None
    assert report.steps[Step.DATA].status == "assessed"


def test_an_unknown_case_is_graded_on_general_signals(graded: Graded) -> None:
    transcript = interview(REASONED).model_copy(update={"case": "a-case-nobody-wrote"})
    report = graded(transcript)
    assert report.status == "assessed"
    assert any("a-case-nobody-wrote" in warning for warning in report.warnings)


def test_an_estimated_clock_is_said(graded: Graded) -> None:
    assert any("clock" in warning for warning in graded(interview(REASONED)).warnings)


def test_the_rung_without_a_model_says_what_it_cannot_judge(graded: Graded) -> None:
    report = graded(interview(REASONED))
    assert report.graded_by.backend == "scripted"
    assert report.confidence <= 0.7
    assert any("without a language model" in warning for warning in report.warnings)


def test_a_report_tells_time_study_and_the_next_level(graded: Graded) -> None:
    report = graded(interview(REASONED))
    assert len(report.study_plan) <= 5
    assert report.study_plan
    assert sum(one.budget for one in report.time.values()) == pytest.approx(45 * 60, rel=0.01)
    assert sum(one.used for one in report.time.values()) > 60
    assert "staff" in report.next_level
    assert 1 <= len(report.reasons) <= 3
    json.dumps(report.model_dump(mode="json"), allow_nan=False)
