"""What the page says about a second take: figures, verdicts, evidence; words stay words."""

from interviewer import Help, Step, Verdict
from interviewer.grading.report import Evidence
from interviewer.practice.retake import Change, Difference
from interviewer.transcript import Transcript
from interviewer.web.afterwards import difference_html, turn_choices


def found(**changes) -> Difference:
    quote = Evidence(signal="cache", quote="<b>cache</b>", turn=3, help=Help.PROBED, sign="+", about="serving & cost")
    usual = {
        "overall": Change(2.0, 2.6), "verdicts": (None, Verdict.HIRE), "steps": {Step.SERVE: Change(None, 3.0)},
        "gained": (quote,), "lost": (),
    }  # fmt: skip
    return Difference(**{**usual, **changes})


def test_the_difference_shows_scores_verdicts_and_what_was_gained():
    page = difference_html(found())
    assert "No verdict → Hire" in page
    assert "<td>2.0</td><td>2.6</td><td class='up'>+0.6</td>" in page
    assert "<td>–</td><td>3.0</td><td class='same'></td>" in page, "where nothing was assessed there is no gain"
    assert "serving &amp; cost: <q>&lt;b&gt;cache&lt;/b&gt;</q>" in page
    assert "Counted only in the first take" not in page


def test_practice_of_one_step_has_no_overall_and_no_verdict():
    page = difference_html(found(steps={Step.SERVE: Change(3.0, 2.0), Step.DATA: Change(1.0, 2.0)}), Step.SERVE)
    assert "class='down'>-1.0" in page
    assert not any(word in page for word in ("Overall", "Hire", "Data preparation"))
    assert "worth as much" in difference_html(found(steps={}), Step.SERVE)


def test_takes_that_were_not_judged_are_not_compared():
    page = difference_html(found(overall=Change(None, None), verdicts=(None, None), steps={}))
    assert "Neither take was judged" in page
    assert "worth as much" not in page


def test_answers_are_offered_by_their_turn_and_first_words():
    turns = [
        {"speaker": "interviewer", "text": "Hello."},
        {"speaker": "candidate", "text": "word " * 20},
        {"speaker": "candidate", "text": "", "event": "hint"},
    ]
    transcript = Transcript.model_validate({"case": "x", "level": "mid", "turns": turns})
    assert turn_choices(transcript) == [("1 · " + "word " * 14 + "…", 1)]
