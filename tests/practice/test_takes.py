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
    assert "<td>2</td><td>2.6</td><td class='up'>+0.6</td>" in page
    assert "<td>–</td><td>3</td><td class='same'></td>" in page, "where nothing was assessed there is no gain"
    assert "serving &amp; cost: <q>&lt;b&gt;cache&lt;/b&gt;</q>" in page
    assert "Counted only in the first take" not in page


def test_practice_of_one_step_has_no_overall_and_no_verdict():
    page = difference_html(found(steps={Step.SERVE: Change(3.0, 2.0), Step.DATA: Change(1.0, 2.0)}), Step.SERVE)
    assert "class='down'>−1<" in page
    assert not any(word in page for word in ("Overall", "Hire", "Data preparation"))
    assert "worth as much" in difference_html(found(steps={}), Step.SERVE)


def test_takes_that_were_not_judged_are_not_compared():
    page = difference_html(found(overall=Change(None, None), verdicts=(None, None), steps={}))
    assert page.count("Neither take was judged") == 1
    assert "worth as much" not in page
    page = difference_html(found(overall=Change(None, 2.6), verdicts=(None, Verdict.HIRE)))
    assert "Only this take was judged" in page
    assert "<table>" not in page
    page = difference_html(found(steps={Step.SERVE: Change(3.0, None)}), Step.SERVE)
    assert "Only the first take was judged" in page


def test_marks_stand_in_the_comparison_as_they_stand_in_the_report():
    report = Change(2.25, 2.5)
    page = difference_html(found(overall=Change(2.57, 2.61), steps={Step.SERVE: report}))
    assert "<td>2.25</td><td>2.5</td><td class='up'>+0.25</td>" in page
    assert "<td>2.57</td><td>2.61</td><td class='up'>+0.04</td>" in page


def test_answers_are_offered_by_their_turn_and_first_words():
    turns = [
        {"speaker": "interviewer", "text": "Hello."},
        {"speaker": "candidate", "text": "word " * 20},
        {"speaker": "candidate", "text": "", "event": "hint"},
    ]
    transcript = Transcript.model_validate({"case": "x", "level": "mid", "turns": turns})
    assert turn_choices(transcript) == [("1 · " + "word " * 14 + "…", 1)]
    later = transcript.model_copy(update={"turns": [*transcript.turns, transcript.turns[0], transcript.turns[1]]})
    assert [name.partition(" ")[0] for name, _ in turn_choices(later)] == ["1", "4"]
    assert [name.partition(" ")[0] for name, _ in turn_choices(later, counted=True)] == ["1", "2"]
