"""The page, the Markdown and the JSON: nothing a candidate says gets out of its place, and statuses are honest."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from interviewer import Step
from interviewer.grading.page import to_html
from interviewer.grading.render import ended_early, excerpt, time_of, to_json, to_markdown
from interviewer.grading.report import Moment, Report, StepTime
from interviewer.interview import whole_minutes
from interviewer.transcript import Transcript, Turn
from tests.grading.interviews import REASONED, interview

Made = Callable[..., Report]
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


def _nasty() -> Transcript:
    return interview([f"{NASTY} {answer}" for answer in REASONED])


@pytest.fixture(params=["judged", "heard"])
def report(request: pytest.FixtureRequest) -> Made:
    """A report of a capable model, and one of a backend that cannot judge."""
    made: Made = request.getfixturevalue("judged" if request.param == "judged" else "graded")
    return made


def test_the_page_escapes_what_was_said_and_fetches_nothing(report: Made) -> None:
    page = to_html(report(_nasty()), _nasty())
    found = _Tags(page)
    assert "script" not in found.tags
    assert "img" not in found.tags
    assert all(link.startswith("#") for link in found.links)
    assert "default-src 'none'" in page


def test_every_quote_links_to_a_turn_on_the_page(report: Made) -> None:
    transcript = interview(REASONED)
    found = _Tags(to_html(report(transcript), transcript))
    links = [link.removeprefix("#") for link in found.links]
    assert links
    assert set(links) <= set(found.ids)


def test_markdown_keeps_its_structure(report: Made) -> None:
    text = to_markdown(report(_nasty()), _nasty())
    assert "<script" not in text
    assert not any("](javascript" in line.replace("\\](", "") for line in text.splitlines())
    assert text.count("\n## ") >= 8


def test_json_is_the_contract(report: Made) -> None:
    made = report(interview(REASONED))
    data = json.loads(to_json(made))
    assert Report.model_validate(data) == made
    assert {"case", "level", "status", "verdict", "confidence", "p_hire", "score", "steps", "red_flags", "trade_offs",
            "time", "summary", "decisive", "pacing", "work_on_first", "study_plan", "warnings", "graded_by"} <= set(data)  # fmt: skip
    assert len(data["steps"]) == 7
    assert {"status", "score", "comment", "criteria", "evidence", "missing"} <= set(data["steps"]["evaluation"])


def test_why_comes_before_the_steps(judged: Made) -> None:
    transcript = interview(REASONED)
    for text in (to_html(judged(transcript), transcript), to_markdown(judged(transcript), transcript)):
        order = [
            text.index(words) for words in ("Hire", "The goal came first.", "Say how it is served.", "You said why.")
        ]
        assert order == sorted(order)


def test_statuses_are_said_in_words_and_a_corrected_mistake_as_corrected(judged: Made) -> None:
    transcript = interview(REASONED)
    for text in (to_html(judged(transcript), transcript), to_markdown(judged(transcript), transcript)):
        assert "not reached" in text
        assert "put right later" in text
        assert "not_reached" not in text


def test_a_mistake_that_stands_comes_before_those_put_right(judged: Made) -> None:
    transcript = interview(REASONED)
    report = judged(transcript)
    right = report.red_flags[0].model_copy(update={"corrected": True, "text": "put right by themselves"})
    stands = right.model_copy(update={"corrected": False, "text": "never taken back"})
    page = to_html(report.model_copy(update={"red_flags": [right, right, right, stands]}), transcript)
    assert page.index("never taken back") < page.index("put right by themselves")


@pytest.mark.parametrize(
    ("score", "p_hire", "confidence", "said", "unsaid"),
    [
        (2.79, 0.42, 0.58, "close to the line", "Confidence"),
        (2.1, 0.1, 0.6, "would hire is put at 10%", "Confidence"),
    ],
)
def test_the_figures_say_when_it_was_close_and_no_number_twice(
    judged: Made, score: float, p_hire: float, confidence: float, said: str, unsaid: str
) -> None:
    transcript = interview(REASONED)
    changed = {"score": score, "p_hire": p_hire, "confidence": confidence, "bar": {"hire": 2.85}}
    page = to_html(judged(transcript).model_copy(update=changed), transcript)
    assert said in page
    assert unsaid not in page


def test_a_report_without_a_verdict_says_so_and_how_to_get_one(graded: Made) -> None:
    transcript = interview(REASONED)
    report = graded(transcript)
    for text in (to_html(report, transcript), to_markdown(report, transcript)):
        assert "Not judged" in text
        assert "OPENAI" in text
        assert not any(words in text for words in ("Strong no hire", "No hire", "Strong hire", ">Hire<"))


def test_too_little_evidence_is_the_headline_and_no_verdict(graded: Made) -> None:
    transcript = interview(["Hm."])
    report = graded(transcript)
    for text in (to_html(report, transcript), to_markdown(report, transcript)):
        assert "Not enough evidence" in text
        assert "no hire" not in text.lower()


@pytest.mark.parametrize(("score", "wanted"), [(2.5, "Evaluation: 2.5 of 4"), (None, "Not enough evidence")])
def test_practice_of_one_step_is_headed_by_that_step_and_no_verdict(
    judged: Made, score: float | None, wanted: str
) -> None:
    transcript = interview(REASONED).model_copy(update={"mode": "step:evaluation"})
    report = judged(transcript)
    report.steps[Step.EVALUATE] = report.steps[Step.EVALUATE].model_copy(update={"score": score})
    page, markdown = to_html(report, transcript), to_markdown(report, transcript)
    assert f"<strong>{wanted}</strong>" in page
    assert page.count('<article class="step') == markdown.count("\n## Evaluation") == 1
    assert "## Data preparation" not in markdown
    assert "<svg" not in page, "one step alone is no chart"


def test_a_quote_stands_amid_its_own_words() -> None:
    transcript = interview([" ".join(f"w{n}" for n in range(100))])
    before, after = excerpt("w40 w41 w42", 1, transcript)
    assert before.startswith("… w22 ")
    assert before.endswith(" w39")
    assert after.startswith("w43 ")
    assert after.endswith(" w60 …")
    assert excerpt("never said", 1, transcript) == ("", "")


def test_the_conversation_says_which_button_was_pressed_and_shows_a_diagrams_source_as_such(graded: Made) -> None:
    held = interview(REASONED)
    turns = [
        *held.turns,
        Turn(speaker="candidate", text="", event="hint"),
        Turn(speaker="candidate", text="flowchart LR\n  a[<b>] --> b", mode="drawn"),
    ]
    page = to_html(graded(held), held.model_copy(update={"turns": turns}))
    assert "<em>Asked for a hint</em>" in page
    assert "<figcaption>Sketch in Mermaid</figcaption><pre>flowchart LR\n  a[&lt;b&gt;] --&gt; b</pre>" in page


@pytest.mark.parametrize(
    ("at", "event", "said"),
    [
        (181.0, "end", "The interview ended early, after 3 of 30 min."),
        (28.0, "end", "The interview ended early, after 28 s of 30 min."),
        (1200.0, "end", ""),
        (181.0, None, ""),
        (None, "end", ""),
    ],
)
def test_an_interview_that_was_ended_early_says_so(
    graded: Made, at: float | None, event: str | None, said: str
) -> None:
    held = interview(REASONED)
    turns = [turn.model_copy(update={"at": None, "move": None}) for turn in held.turns]
    last = Turn.model_validate({"speaker": "candidate", "text": "", "at": at, "event": event})
    ended = held.model_copy(update={"turns": [*turns, last], "minutes": 30})
    assert ended_early(ended) == said
    report = graded(held)
    for page in (to_html(report, ended), to_markdown(report, ended)):
        assert ("ended early" in page) == bool(said)
        assert said in page


def test_time_below_a_minute_is_said_in_seconds() -> None:
    assert time_of(28, 300) == ("28 s", "5 min")
    assert time_of(0.3, 300) == ("0", "5 min")
    assert time_of(59.9, 300) == ("1", "5 min")


def test_the_parts_minutes_are_those_of_the_rooms_plan(judged: Made) -> None:
    transcript = interview(REASONED).model_copy(update={"minutes": 15})
    weights = dict(zip(Step, (90, 116, 180, 154, 118, 148, 94), strict=True))
    times = {step: StepTime(used=100, budget=seconds) for step, seconds in weights.items()}
    page = to_html(judged(transcript).model_copy(update={"time": times}), transcript)
    plan = whole_minutes(weights, 15)
    assert sum(plan.values()) == 15
    assert [int(one) for one in re.findall(r">2 / (\d+) min<", page)] == list(plan.values()), "as the chart says it"
    assert "<h2>Time on each part</h2>" in page, (
        "waiting and typing count in it: it is not the time that somebody spoke"
    )
    assert [int(one) for one in re.findall(r">2 of (\d+) min<", page)] == list(plan.values()), "as the parts say it"


def test_words_that_are_quoted_again_are_quoted_in_short(judged: Made) -> None:
    transcript = interview(REASONED)
    report = judged(transcript)
    quote = report.steps[Step.DATA].evidence[0].quote
    page = to_html(report, transcript)
    before, _, transcribed = page.partition("id='transcript'")
    assert before.count(quote) == 1, "in full where it stands first"
    assert before.count('class="again"') >= 3
    assert quote in transcribed
    assert "#stronger" not in page, "a file has nobody to ask"
    assert 'href="#stronger-1"' in to_html(report, transcript, headed=False)


def test_a_hint_and_an_edited_answer_are_told(judged: Made) -> None:
    held = interview(REASONED)
    for page in (to_html(judged(held), held), to_markdown(judged(held), held)):
        assert "Hints and edits" not in page
    hint = Turn.model_validate({"speaker": "candidate", "text": "", "event": "hint"})
    turns = [*held.turns[:3], held.turns[3].model_copy(update={"edited": True}), hint, *held.turns[4:]]
    helped = held.model_copy(update={"turns": turns})
    for page in (to_html(judged(helped), helped), to_markdown(judged(helped), helped)):
        told = page[page.index("Hints and edits", page.index("Mistakes")) :].lower()
        assert "asked for a hint" in told
        assert "owes" not in told, "a question names things, too"
        assert "“once it had been named” beside a quote: the point had been named, here or in a question" in told
        assert "turn 4" in told
        assert "one answer you changed" in told
        assert "turn 3" in told


def test_of_many_quotes_the_first_for_and_the_first_against_are_shown_and_the_rest_is_folded(judged: Made) -> None:
    transcript = interview(REASONED)
    whole = judged(transcript)
    step = whole.steps[Step.DATA]
    many = [
        step.evidence[0].model_copy(update={"about": f"number {at}", "sign": sign}) for at, sign in enumerate("++++-+")
    ]
    steps = {**whole.steps, Step.DATA: step.model_copy(update={"evidence": many})}
    page = to_html(whole.model_copy(update={"steps": steps}), transcript)
    own = page[page.index('id="data-preparation"') : page.index('id="model-development"')]
    shown, _, folded = own.partition("<summary>4 more quotes</summary>")
    assert [at for at in range(6) if f"number {at}" in shown] == [0, 4]
    assert [at for at in range(6) if f"number {at}" in folded] == [1, 2, 3, 5]


def test_quoted_words_stand_out_in_their_turn_and_quotes_that_overlap_are_one(judged: Made) -> None:
    held = interview(["First <b>we</b> log clicks, then we join them by id, then we train."])
    report = judged(held)
    quotes = ["<b>we</b> log clicks, then we join", "then we join them by id", "we train", "not said"]
    moments = [Moment(text="x", turn=1, quote=quote) for quote in quotes]
    steps = {step: own.model_copy(update={"evidence": [], "criteria": []}) for step, own in report.steps.items()}
    only = {"decisive": moments, "red_flags": [], "trade_offs": [], "contradictions": [], "steps": steps}
    page = to_html(report.model_copy(update=only), held)
    marks = [re.sub("<[^>]+>", "", one) for one in re.findall("<mark>(.*?)</mark>", page)]
    assert marks == ["&lt;b&gt;we&lt;/b&gt; log clicks, then we join them by id", "we train"]
    found = _Tags(page)
    jumps = re.findall('class="jump" href="#([^"]+)"', page)
    assert jumps == ["said-1-6", "said-1-28", "said-1-58", "turn-1"]
    assert set(jumps) <= set(found.ids)
    assert len(found.ids) == len(set(found.ids))


def test_the_contents_name_every_part_and_every_drawing(judged: Made) -> None:
    held = interview(REASONED)
    report = judged(held)
    turns = [*held.turns, Turn(speaker="candidate", text="boxes", mode="drawn")]
    page = to_html(report.model_copy(update={"questions": []}), held.model_copy(update={"turns": turns}))
    contents = page[page.index('class="contents"') : page.index("</details>", page.index('class="contents"'))]
    assert "Evaluation" in contents
    assert "Ask yourself" not in contents, "what is not there is not named"
    assert f"Drawing in turn {len(held.turns)}" in contents


def test_what_nobody_reached_lists_nothing_against_the_candidate(judged: Made) -> None:
    transcript = interview(REASONED)
    report = judged(transcript)
    own = report.steps[Step.DATA].model_copy(update={"status": "not_reached", "score": None})
    page = to_html(report.model_copy(update={"steps": {**report.steps, Step.DATA: own}}), transcript)
    part = page[page.index('id="data-preparation"') : page.index('id="model-development"')]
    assert "criteria" not in part
    assert "counted a little below the rest" in page
