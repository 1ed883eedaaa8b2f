"""The report of the backends that cannot judge: what came up, no marks, no verdict, no false "you never said"."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from interviewer import Help, Step, Verdict
from interviewer.grading.page import to_html
from interviewer.grading.render import HELP, standing, to_markdown
from interviewer.grading.report import Report
from interviewer.knowledge import Knowledge
from interviewer.transcript import Transcript, Turn, transcript_from
from tests.grading.interviews import QUESTIONS, REASONED, RECITED, interview

Graded = Callable[..., Report]
PLAIN = yaml.safe_load((Path(__file__).parent / "plain_answers.yaml").read_text(encoding="utf-8"))
"""By step, answers that speak about it without its jargon."""


def test_there_is_no_verdict_and_no_mark(graded: Graded) -> None:
    for answers in (REASONED, RECITED):
        report = graded(interview(answers))
        assert (report.status, report.verdict, report.score, report.p_hire) == ("not_judged", None, None, None)
        assert report.confidence == 0
        assert all(own.score is None and not own.criteria for own in report.steps.values())
        assert "no verdict" in report.warnings[0]
        assert "OPENAI_API_KEY" in report.warnings[1]


def test_every_quote_stands_verbatim_in_a_candidates_turn(graded: Graded) -> None:
    transcript = interview(REASONED)
    report = graded(transcript)
    quotes = [(one.turn, one.quote) for own in report.steps.values() for one in own.evidence]
    quotes += [(one.turn, one.quote) for one in (*report.red_flags, *report.trade_offs)]
    assert len(quotes) >= 2
    for turn, quote in quotes:
        assert quote in transcript.turns[turn].text
        assert transcript.turns[turn].speaker == "candidate"


def test_a_comment_claims_nothing_without_a_quote(graded: Graded) -> None:
    for own in graded(interview(REASONED)).steps.values():
        for one in own.evidence:
            assert one.about in own.comment
        if not own.evidence:
            assert "for instance: “" in own.comment or "does not mean that nothing was said" in own.comment


def test_the_summary_names_no_step_that_its_own_section_could_not_tie_to_anything(graded: Graded) -> None:
    for answers in (REASONED[:2], REASONED[:4], RECITED[:3], REASONED):
        report = graded(interview(answers, QUESTIONS[: len(answers)]))
        named = [step for step in Step if step.label.lower() in report.summary.lower()]
        assert named
        for step in named:
            assert "Nothing could be tied" not in report.steps[step].comment, (step, report.summary)


@pytest.mark.parametrize("step", PLAIN)
def test_a_step_spoken_about_without_its_jargon_is_never_called_not_reached(graded: Graded, step: str) -> None:
    begin = interview(REASONED[:2], QUESTIONS[:2]).model_dump(mode="json", exclude_none=True)["turns"]
    for answer in PLAIN[step]:
        turns = [*begin, {"speaker": "interviewer", "text": "Go on."}, {"speaker": "candidate", "text": answer}]
        report = graded(transcript_from({"case": "video-recommendation", "level": "senior", "turns": turns}))
        assert report.steps[Step(step)].status == "insufficient_evidence", answer


def test_the_order_is_of_the_candidates_own_steps(graded: Graded) -> None:
    report = graded(interview(REASONED[:4], QUESTIONS[:4]))
    assert report.order
    counts = [len(report.steps[step].evidence) for step in report.order]
    assert counts == sorted(counts, reverse=True)


def test_after_a_hint_the_report_says_so(graded: Graded) -> None:
    whole = interview(REASONED)
    turns = whole.model_dump(mode="json", exclude_none=True)["turns"]
    for one in turns:
        if one["speaker"] == "interviewer":
            one["move"] = {"kind": "hint", "step": None, "signal": None}
    report = graded(transcript_from({"case": whole.case, "level": "senior", "turns": turns}))
    assert {one.help for own in report.steps.values() for one in own.evidence} == {Help.HINTED}


def test_labels_never_reach_the_report(graded: Graded) -> None:
    labels = {"verdict": "strong_hire", "steps": {step.value: 4 for step in Step}}
    assert graded(interview(RECITED, labels=labels)) == graded(interview(RECITED))


def test_the_same_transcript_gives_the_same_report(graded: Graded) -> None:
    assert graded(interview(REASONED)).model_dump_json() == graded(interview(REASONED)).model_dump_json()


def test_an_unknown_case_is_heard_on_general_criteria(graded: Graded) -> None:
    report = graded(interview(REASONED).model_copy(update={"case": "a-case-nobody-wrote"}))
    assert report.title == "A case nobody wrote"
    assert any("a-case-nobody-wrote" in warning for warning in report.warnings)


def test_what_a_strong_answer_has_claims_nothing_about_this_one_and_there_is_always_something_to_study(
    graded: Graded, knowledge: Knowledge
) -> None:
    report = graded(interview(REASONED))
    assert report.study_plan
    assert "What a strong answer has, whether or not you said it" in to_markdown(report)
    shown = {one.signal for own in report.steps.values() for one in own.evidence}
    for signals in knowledge.signals(report.case).values():
        for one in signals:
            assert one.id not in shown or all(one.strong not in text for text in report.strong.values()), one.id


def test_time_study_and_questions_are_there(graded: Graded) -> None:
    report = graded(interview(REASONED))
    assert 1 <= len(report.study_plan) <= 5
    assert all(item.notes for item in report.study_plan)
    assert report.questions
    assert sum(one.budget for one in report.time.values()) == pytest.approx(45 * 60, rel=0.01)
    assert sum(one.used for one in report.time.values()) > 60


def test_a_mistake_that_was_surely_made_is_shown_and_one_put_right_is_marked(graded: Graded) -> None:
    def flags(*later: str) -> dict[str, bool]:
        report = graded(_with_a_mistake(*later))
        return {flag.id: flag.corrected for flag in report.red_flags}

    assert flags("It would be very high as well I think, that is a good sign for us.") == {"accuracy-as-metric": False}
    assert flags("Hmm, I take that back. We should look at what the fraud costs us.") == {"accuracy-as-metric": True}


def _with_a_mistake(*later: str) -> Transcript:
    said = [
        ("Which payments?", "For data we take the payments of the last years and all the fields that come with them and "
         "then we train on those, which are stored by the bank and by us in the warehouse for each day."),
        ("How do you evaluate?", "Offline I would measure accuracy on the test set. The model should reach ninety-nine "
         "percent accuracy and we pick the model with the highest accuracy. And then of course I would take the "
         "model with the best number and give it to the people who run the service, they can put it live."),
    ]  # fmt: skip
    turns = []
    for question, answer in [*said, *(("And for one that lets all through?", text) for text in later)]:
        turns += [{"speaker": "interviewer", "text": question}, {"speaker": "candidate", "text": answer}]
    return transcript_from({"case": "fraud-detection", "level": "senior", "turns": turns})


@pytest.mark.parametrize(
    "answers",
    [[""] * 7, ["Yes."] * 7, QUESTIONS, ["asdf qwrt zxcv hjkl bnmq wert sdfg xcvb"] * 7],
    ids=["empty", "one word", "copied questions", "gibberish"],
)
def test_nothing_said_is_insufficient_evidence(graded: Graded, answers: list[str]) -> None:
    report = graded(interview(answers))
    assert report.status == "insufficient_evidence"
    assert report.verdict == Verdict.STRONG_NO_HIRE
    assert report.confidence <= 0.3
    assert report.score is None
    assert not any(own.evidence or own.missing for own in report.steps.values())
    assert "too little" in report.summary.lower()


def test_practice_of_one_step_is_about_that_step_alone(graded: Graded) -> None:
    report = graded(interview(REASONED, mode="step:evaluation", minutes=15))
    assert report.steps[Step.EVALUATE].status == "insufficient_evidence"
    assert {own.status for step, own in report.steps.items() if step is not Step.EVALUATE} == {"not_applicable"}
    assert {step: spent.budget for step, spent in report.time.items()} == {Step.EVALUATE: 900}
    assert {one.step for one in report.study_plan} <= {Step.EVALUATE}
    assert all(one.startswith("Evaluation:") for one in report.questions)
    assert not any(step.label.lower() in report.summary for step in Step if step is not Step.EVALUATE)


def test_no_turns_at_all(graded: Graded) -> None:
    report = graded(transcript_from({"case": "video-recommendation", "level": "mid", "turns": []}))
    assert report.status == "insufficient_evidence"
    assert set(report.steps) == set(Step)


FRAMED = (
    "I frame it as regression with quantiles. One number per video hides how sure we are, so the thing that comes out "
    "is a range of the minutes that somebody stays, and whoever shows it picks the edge that suits the place where it "
    "stands. The upper edge is for planning and the lower one is what I would dare to promise to a creator."
)
SHORT = "That is fine, thanks, go on please."


def asked(step: str, answer: str, kind: str = "probe") -> Transcript:
    """Two usual answers, then a question on a step and its answer."""
    turns = interview(REASONED[:2], QUESTIONS[:2]).model_dump(mode="json", exclude_none=True)["turns"]
    turns.append({"speaker": "interviewer", "text": "And so?", "move": {"kind": kind, "step": step, "signal": None}})
    turns.append({"speaker": "candidate", "text": answer})
    return transcript_from({"case": "video-recommendation", "level": "senior", "turns": turns})


@pytest.mark.parametrize("step", ["monitoring_and_infrastructure", "deployment_and_serving"])
def test_a_whole_answer_to_a_question_about_a_step_was_spoken_about(graded: Graded, step: str) -> None:
    aside = "My sister bakes bread on Sundays and the kitchen smells of it until noon. " * 4
    whole, short = graded(asked(step, aside)), graded(asked(step, SHORT))
    assert Step(step) in whole.order
    assert standing(Step(step), whole) == "spoken about, not marked"
    assert "You spoke about this step" in whole.steps[Step(step)].comment
    assert Step(step) not in short.order
    assert standing(Step(step), short) == "nothing heard for certain"


def test_the_opening_question_is_about_no_step(graded: Graded) -> None:
    aside = "My sister bakes bread on Sundays and the kitchen smells of it until noon. " * 4
    assert Step.MONITOR not in graded(asked("monitoring_and_infrastructure", aside, "open")).order


def test_a_step_that_the_candidate_names_was_spoken_about(graded: Graded) -> None:
    report = graded(asked("clarify_requirements", FRAMED))
    assert Step.FRAME in report.order
    assert standing(Step.FRAME, report) != "nothing heard for certain"
    assert "Nothing could be tied" not in report.steps[Step.FRAME].comment


def test_nothing_says_that_too_little_was_said_nor_how_much_help_came_before(graded: Graded) -> None:
    transcript = asked("frame_as_ml_task", FRAMED)
    hint = Turn.model_validate({"speaker": "candidate", "text": "", "event": "hint"})
    for talk in (transcript, interview(REASONED), interview(REASONED).with_turn(hint)):
        report = graded(talk)
        assert any(own.evidence for own in report.steps.values())
        for page in (to_html(report, talk), to_markdown(report, talk), report.summary):
            for untrue in (
                "too little was said",
                "least about",
                *HELP.values(),
                "Unasked",
                "When asked",
                "After a hint",
            ):
                assert untrue not in page, untrue
        assert all(one.help in Help for own in report.steps.values() for one in own.evidence)


def test_one_is_sent_only_to_what_nothing_touched(graded: Graded, knowledge: Knowledge) -> None:
    talk = interview(REASONED)
    before = graded(talk)
    signals = knowledge.every_signal(talk.case).values()
    sent = [one for one in signals if any(question.endswith(one.probes[0]) for question in before.questions)]
    assert sent
    for one in sent:
        again = graded(talk.with_turn(Turn(speaker="candidate", text=one.strong)))
        assert not any(question.endswith(one.probes[0]) for question in again.questions), one.id
        assert not any(one.probes[-1] in item.text for item in again.study_plan), one.id
