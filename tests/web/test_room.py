"""The pages in a real browser: an interview, what survives, and who sees what."""

import json
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import ROOT, App

pytestmark = pytest.mark.browser


def start(page: Any, **choices: str) -> None:
    """From the set-up page into the room, until the interviewer has opened."""
    for radio, label in choices.items():
        page.click(f"#setup-{radio} label:has-text('{label}')")
    page.click("#setup-start")
    heard(page, 1)
    page.wait_for_selector("#room-badge .badge")


def say(page: Any, text: str, answer: int) -> None:
    """Says something and waits for the interviewer's answer number ``answer`` (the opening is number 1)."""
    page.fill("#room-box textarea", text)
    page.press("#room-box textarea", "Enter")
    heard(page, answer)


def heard(page: Any, answer: int) -> None:
    """Waits until the interviewer has spoken so many times, and to the end: what is said into its words is answered
    together with what was said before."""
    page.wait_for_function(
        "n => { const said = [...document.querySelectorAll('#room-said .bot-row')];"
        " return said.length >= n && /[.?]$/.test(said.at(-1).innerText.trim()) &&"
        " !document.querySelector('#room-speaking .message'); }",
        arg=answer,
    )


def sketch(page: Any, source: str) -> None:
    """Writes onto the whiteboard and has it drawn."""
    page.click("#tab-board")
    page.fill("#sketch-source", source)
    page.click("#sketch-preview-button")


def finish(page: Any) -> None:
    """Ends the interview and waits for its report."""
    page.click("#room-end")
    page.click("#room-end-yes")
    page.wait_for_selector("#report-frame iframe")


def talk(page: Any) -> list[str]:
    """The conversation as the page shows it."""
    return [row.strip() for row in page.locator("#room-chat .message-row .message").all_inner_texts()]


def key_of(page: Any) -> str:
    """This browser's key."""
    page.click("#elsewhere button")
    key = page.input_value("#owner-key input")
    page.click("#owner-copy")
    page.wait_for_selector("#owner-copy:has-text('Copied'), #owner-key input[type=text]")
    assert re.fullmatch("[0-9a-f]{32}", key)
    return str(key)


def test_a_whole_interview_from_set_up_to_report(app: App, visit: Callable[..., Any]) -> None:
    page = visit(app.url)
    start(page, level="Staff", minutes="30", manner="Tough")
    assert "Staff · 30 minutes" in page.inner_text("#room-heading")
    ticking = "() => /^29:\\d\\d left/.test(document.querySelector('#room-clock .left').innerText)"
    page.wait_for_timeout(1500)
    assert page.inner_text("#room-clock") == "30:00 left", "who reads the problem has not begun"
    page.reload()
    page.wait_for_selector("#room-paused:has-text('when you begin to answer')")
    page.fill("#answer", "First I")
    page.wait_for_selector("#room-paused", state="hidden")
    page.wait_for_function(ticking)
    say(page, "First I clarify who uses it.", 2)
    page.wait_for_selector("#room-steps li.current[data-step=clarify_requirements]")
    say(page, "Then the data, and the model.", 3)
    page.wait_for_selector("#room-steps [data-step=data_preparation]:is(.touched, .current)")
    assert page.locator("#room-steps [data-step=evaluation].untouched").count() == 1
    assert "subject" not in page.inner_text("#room-side"), "a mark names no criterion, said or unsaid"
    page.click("#room-hint")
    page.wait_for_selector("#room-chat .bot:has-text('and when.')")
    page.click("#room-moment")
    page.wait_for_selector("#room-chat .bot:has-text('Take your time.')")
    assert talk(page)[-4:] == [
        "Asked for a hint", "Think about who labels this, and when.", "Asked for a moment to think", "Take your time."
    ]  # fmt: skip
    sketch(page, "flowchart LR\n  logs[Logs] --> model[Model]")
    page.wait_for_selector("#sketch-preview svg")
    page.click("#sketch-send")
    heard(page, 6)
    page.wait_for_selector("#room-chat .user-row svg")
    assert page.input_value("#sketch-source"), "the source stays for the next version"
    page.click("#tab-plan")
    assert "No language model" in page.inner_text("#room-badge")
    page.click("#room-end")
    page.click("#room-end-no")
    page.wait_for_selector("#room-end-yes", state="hidden")
    page.click("#room-end")
    page.click("#room-end-yes")
    page.wait_for_selector("#report-frame iframe")
    report = page.frame_locator("#report-frame iframe").locator("body")
    assert "First I clarify who uses it." in report.inner_text()
    page.click("#report-room")
    page.wait_for_selector("#room-over")
    page.wait_for_function("() => /^Over after \\d+ s/.test(document.querySelector('#room-clock').innerText)")
    assert page.locator("#room-steps .touched[data-step=data_preparation]").count() == 1
    assert page.locator("#room-steps .current, #room-said .after").count() == 0, "nothing goes on any more"
    page.click("#room-report")
    page.wait_for_selector("#report-frame iframe")
    page.click("#report-level label:has-text('Mid')")
    page.wait_for_function("() => /Mid level/.test(document.querySelector('#report-frame iframe')?.srcdoc || '')")
    files = {}
    for kind in ("html", "markdown", "json", "transcript"):
        with page.expect_download() as download:
            page.click(f"#report-{kind}")
        files[download.value.suggested_filename] = download.value.path().read_text(encoding="utf-8")
    assert sorted(files) == [
        "fraud-detection-mid-report.html", "fraud-detection-mid-report.json", "fraud-detection-mid-report.md",
        "fraud-detection-transcript.json",
    ]  # fmt: skip
    assert json.loads(files["fraud-detection-mid-report.json"])["level"] == "mid"
    turns = json.loads(files["fraud-detection-transcript.json"])["turns"]
    assert [turn["event"] for turn in turns if turn.get("event")] == ["hint", "pause", "end"]
    assert [turn["text"] for turn in turns if turn.get("mode") == "drawn"] == [
        "flowchart LR\n  logs[Logs] --> model[Model]"
    ]
    page.reload()
    page.wait_for_selector("#report-frame iframe")
    page.click("#nav-progress")
    page.wait_for_selector("#progress-body .spark circle")
    assert page.locator("#progress-body .spark").count() == 8
    assert "staff" in page.inner_text("#progress-body tbody").lower()


@pytest.mark.slow
@pytest.mark.timeout(600)  # half a minute on a quiet machine
def test_a_whole_interview_with_the_real_interviewer_and_grader(home: Path, visit: Callable[..., Any]) -> None:
    app = App(home, ROOT / "app.py")
    app.start()
    try:
        page = visit(app.url)
        page.set_default_timeout(180_000)  # the first interview on a problem makes its vectors
        page.click("label.case:has-text('Video recommendation')")
        page.click("#setup-start")
        page.wait_for_selector("#room-badge .badge")
        said = [
            "Before I design anything: what should get better, and how many people use this a day?",
            "I would rank candidates by the expected watch time, because clicks alone reward misleading titles.",
            "Labels come from the watch logs and arrive late, so I wait a day before a row counts, and split by time.",
        ]
        for number, text in enumerate(said):
            say(page, text, number + 2)
        page.wait_for_selector("#tab-brief.grew[data-facts='2']")  # what should get better, and how many use it
        page.click("#tab-brief")
        page.wait_for_selector("#tab-brief:not(.grew)")
        assert page.locator("#room-brief li").count() == 2
        page.click("#room-hint")
        heard(page, len(said) + 2)
        page.click("#room-end")
        page.click("#room-end-yes")
        page.wait_for_selector("#report-frame iframe")
        report = page.frame_locator("#report-frame iframe").locator("body").text_content()
        assert all(text in report for text in said)
        assert "not enough evidence" in report.lower(), "three sentences are no interview"
        assert "Traceback" not in app.log.read_text()
    finally:
        app.stop()


def test_a_reload_brings_back_the_interview_and_the_draft(app: App, visit: Callable[..., Any]) -> None:
    page = visit(app.url)
    start(page)
    box = page.locator("#room-box textarea")
    box.press_sequentially("one")
    box.press("Shift+Enter")
    box.press_sequentially("two")
    assert box.input_value() == "one\ntwo", "Shift+Enter starts a line"
    box.press("Enter")
    heard(page, 2)
    assert talk(page)[1] == "one\ntwo", "Enter sends"
    box.press_sequentially("half a thou")
    before = talk(page)
    page.reload()
    page.wait_for_selector("#room-chat .bot")
    page.wait_for_function("() => document.querySelector('#room-box textarea').value === 'half a thou'")
    assert talk(page) == before
    box.press_sequentially("ght")
    box.press("Enter")
    heard(page, 3)
    box.press_sequentially("   ")
    box.press("Enter")
    page.reload()
    heard(page, 3)
    page.wait_for_selector("#room-badge .badge")
    assert not page.input_value("#room-box textarea").strip()
    assert talk(page)[3:] == ["half a thought", talk(page)[-1]], "said once; nothing is no answer"


def test_two_browsers_do_not_see_each_other(app: App, visit: Callable[..., Any]) -> None:
    ann, bob = visit(app.url), visit(app.url)
    start(ann)
    say(ann, "Ann's own words.", 2)
    bob.goto(ann.url)
    bob.wait_for_selector("#setup-status .bad")
    assert "no such interview" in bob.inner_text("#setup-status")
    assert "Ann's own words" not in bob.content()
    assert bob.locator("#mine-list li").count() == 0
    ann.goto(app.url)
    ann.wait_for_selector("#mine-list li")
    shown = ann.locator("#mine-list .row button").all_inner_texts()
    assert shown == ["Go on", "Export", "Delete"], "no report before its end"
    key = key_of(ann)
    bob.goto(app.url)
    bob.wait_for_selector("#setup-start")
    assert key_of(bob) != key
    bob.fill("#owner-key input", key)
    bob.click("#owner-use")
    bob.wait_for_selector("#mine-list li")


def test_two_tabs_of_one_browser_share_one_interview(app: App, visit: Callable[..., Any]) -> None:
    one = visit(app.url)
    start(one)
    two = one.context.new_page()
    two.goto(one.url)
    two.wait_for_selector("#room-chat .bot")
    say(one, "slowly: from the first tab", 1)
    say(two, "from the second tab", 2)
    one.reload()
    heard(one, 2)
    one.wait_for_selector("#room-status .bad", state="detached")
    said = talk(one)
    assert sum("from the first tab" in text for text in said) == 1
    assert sum("from the second tab" in text for text in said) == 1
    assert "2 times" in said[-1], "the last answer takes both into account"


def test_words_stay_words(app: App, visit: Callable[..., Any]) -> None:
    page = visit(app.url)
    start(page)
    attacks = "<img src=x onerror=window.pwned=1> <script>window.pwned=1</script>"
    text = f"{attacks} ![x](http://example.invalid/x.png) [y](javascript:window.pwned=1) **bold** `code` $x$ ```"
    say(page, text, 2)
    assert talk(page)[1] == text
    sketch(page, f'flowchart LR\n  a["{attacks}"] --> b\n```\n{attacks}')
    page.wait_for_selector("#sketch-word.bad:has-text('cannot be drawn')")
    page.click("#sketch-send")
    page.wait_for_timeout(300)
    assert len(talk(page)) == 3, "what cannot be drawn is shown to its author and not sent"
    page.fill("#sketch-source", 'flowchart LR\n  a["<img src=x onerror=window.pwned=1>"] --> b[b]')
    page.click("#sketch-send")
    heard(page, 3)
    page.click("#tab-plan")
    page.click("#room-takes > button")
    page.wait_for_function("() => /pwned/.test(document.querySelector('#room-turn select')?.innerText)")
    finish(page)
    assert attacks in page.frame_locator("#report-frame iframe").locator("body").inner_text()
    page.click("#report-takes > button")
    page.wait_for_function("() => /pwned/.test(document.querySelector('#report-turn select')?.innerText)")
    page.evaluate(
        "() => new MutationObserver(() => { window.asked ||= /being written/.test(document.body.innerText); })"
        ".observe(document.body, { childList: true, subtree: true, characterData: true })"
    )
    page.click("#report-opinion")
    page.wait_for_selector("#report-said .opinion")
    assert page.evaluate("window.asked"), "a model takes its time: that it works is said at once"
    pwned = "() => [window, ...Array.from(frames)].some(w => w.pwned)"
    assert page.evaluate(pwned) is False


def test_an_answer_is_given_again_and_the_report_says_what_it_was_worth(app: App, visit: Callable[..., Any]) -> None:
    page = visit(app.url)
    page.click("#setup-mode label:has-text('One step')")
    page.wait_for_selector("#setup-step")
    page.wait_for_function("() => document.querySelector('#setup-minutes input:checked').value === '15'")
    page.select_option("#setup-step select", "evaluation")
    start(page)
    assert "Senior · 15 minutes · One step: Evaluation" in page.inner_text("#room-heading")
    assert page.locator("#room-steps [data-step]").count() == 1
    say(page, "My first answer.", 2)
    say(page, "My second answer.", 3)
    page.click("#tab-notes")
    assert page.locator("#room-opinion").count() == 0, "no second opinion while the interview runs"
    finish(page)
    first = page.url
    page.click("#report-takes > button")
    page.wait_for_function("() => /My second/.test(document.querySelector('#report-turn option:checked')?.innerText)")
    page.click("#report-opinion")
    page.wait_for_selector("#report-said .opinion .source")
    assert "the best on the subject of evaluation." in page.inner_text("#report-said")
    page.click("#report-share > button")
    page.fill("#share-names input, #share-names textarea", "My")
    page.click("#share-give")
    page.wait_for_selector("text=Without your consent")
    page.check("#share-consent input")
    with page.expect_download() as download:
        page.click("#share-give")
    given = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert given["consent"] == {"evals": True}
    assert given["turns"][1]["text"] == "[name] first answer."
    page.click("#report-retake")
    page.wait_for_selector("#room-heading:has-text('second take')")
    heard(page, 2)
    assert [text for text in talk(page) if text.startswith("My")] == ["My first answer."]
    assert page.inner_text("[role=tab][aria-selected=true]") == "Plan"
    page.wait_for_selector("#room-steps", timeout=5000)  # the tab that is marked is the panel that is shown
    page.wait_for_selector("#room-paused", timeout=5000)  # who answers again may read first as well
    say(page, "A better answer, with the serving of it.", 3)
    finish(page)
    page.wait_for_selector("#report-difference .difference")
    assert "worth as much as the first" in page.inner_text("#report-difference"), "the stand-in grades all alike"
    assert page.url != first
    page.click("#nav-progress")
    page.wait_for_selector("#progress-body tbody")
    assert page.locator("#progress-body tbody tr:has-text('One step: Evaluation')").count() == 2


def improve(page: Any) -> None:
    """From a report takes the last answer again, with a better one, to the end."""
    page.click("#report-takes > button")
    page.wait_for_selector("#report-turn-choice")
    page.click("#report-retake")
    page.wait_for_selector("#room-heading:has-text('second take')")
    heard(page, 1)
    say(page, "My improved answer.", 2)
    finish(page)


def test_of_a_second_take_only_what_it_changed_is_shown(app: App, visit: Callable[..., Any]) -> None:
    page = visit(app.url)
    start(page)
    say(page, "My first answer.", 2)
    finish(page)
    improve(page)
    page.wait_for_selector("#report-difference table")
    rows = page.locator("#report-difference tbody tr").all_inner_texts()
    assert [" ".join(row.split()) for row in rows] == ["Overall 2.8 2.9 +0.1", "Evaluation 3 3.5 +0.5"]
    assert "Hire, as before" in page.inner_text("#report-difference")


def test_a_report_on_another_problem_is_called_by_it_and_not_compared(app: App, visit: Callable[..., Any]) -> None:
    page = visit(app.url)
    start(page)
    say(page, "My answer is about songs.", 2)
    finish(page)
    page.wait_for_selector("#report-heading h1:has-text('The next song of a playlist')")
    improve(page)
    page.wait_for_selector("#report-difference:has-text('their marks do not compare')")
    assert page.inner_text("#report-heading h1") == "Fraud detection"
    assert page.locator("#report-frame iframe").count() == 1


def test_a_failing_interviewer_says_so_in_a_line_and_keeps_the_words(app: App, visit: Callable[..., Any]) -> None:
    page = visit(app.url)
    start(page)
    page.fill("#room-box textarea", "please break")
    page.press("#room-box textarea", "Enter")
    page.wait_for_selector("#room-status .bad")
    assert page.inner_text("#room-status") == (
        "The interviewer could not answer: the model said nothing for 30 s; try again. Everything you said is kept."
    )
    assert talk(page)[-1] == "please break"
    page.reload()
    page.wait_for_selector("#room-status .bad")
    assert talk(page)[-1] == "please break"
    page.fill("#room-box textarea", "something else")
    page.press("#room-box textarea", "Enter")
    heard(page, 2)
    page.wait_for_selector("#room-status .bad", state="detached")


def test_deleted_is_deleted(app: App, visit: Callable[..., Any]) -> None:
    page = visit(app.url)
    start(page)
    say(page, "PLUGH is what I said.", 2)
    address = page.url
    page.click("#nav-setup")
    with page.expect_download() as download:
        page.click("#mine-list [data-act=export]")
    assert "PLUGH" in download.value.path().read_text()
    page.click("#mine-list [data-confirm]")
    page.click("#mine-list [data-keep]")
    page.wait_for_selector("#mine-list [data-act=delete]", state="hidden")
    page.click("#mine-list [data-confirm]")
    page.click("#mine-list [data-act=delete]")
    page.wait_for_selector("#mine-list", state="detached")
    assert not any(b"PLUGH" in file.read_bytes() for file in app.home.glob("interviews.sqlite*"))
    page.goto(address)
    page.wait_for_selector("#setup-status .bad")


def test_a_server_killed_in_mid_turn_loses_no_word(own_app: Callable[..., App], visit: Callable[..., Any]) -> None:
    app = own_app()
    app.start()
    page = visit(app.url)
    start(page)
    say(page, "before the crash", 2)
    page.fill("#room-box textarea", "slowly answered, never finished")
    page.press("#room-box textarea", "Enter")
    page.wait_for_function("() => document.querySelectorAll('#room-chat .bot-row').length >= 3")
    assert app.stop(signal.SIGKILL) == -signal.SIGKILL
    app.start()
    page.goto(page.url)
    heard(page, 3)
    said = talk(page)
    assert said[1] == "before the crash"
    assert said[3] == "slowly answered, never finished"
    page.wait_for_function("() => document.body.innerText.includes('spoken 2 times. What happens when traffic grows')")


def narrow_and_wide(page: Any, question: str) -> list[str]:
    """The answers of the page on a telephone and on a desk."""
    found: list[str] = []
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        found += page.evaluate(question)
    return found


def test_nothing_sticks_out_and_the_keyboard_reaches_everything(app: App, visit: Callable[..., Any]) -> None:
    page = visit(app.url)
    sticks_out = (
        "() => [...document.querySelectorAll('button, input, textarea, .card')].filter(e => e.offsetParent"
        " && e.getBoundingClientRect().right > window.innerWidth + 1 && !e.closest('.cards, .scroll')).map(e => e.id || e.outerHTML.slice(0, 80))"
    )
    assert narrow_and_wide(page, sticks_out) == []
    page.focus("#setup-start")
    page.keyboard.press("Enter")
    page.wait_for_selector("#room-badge .badge")
    assert narrow_and_wide(page, sticks_out) == []
    reached = set()
    page.focus("#room-box textarea")
    focused = "() => document.activeElement.closest('[id]')?.id || ''"
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(focused))
    assert {"room-send", "room-hint", "room-moment", "room-skip", "room-pause", "room-end"} <= reached
    unnamed = page.evaluate(
        "() => [...document.querySelectorAll('button, input, textarea, select')]"
        ".filter(e => e.offsetParent && !(e.innerText || '').trim() && !e.getAttribute('aria-label')"
        " && !(e.labels && [...e.labels].some(l => l.innerText.trim() || l.textContent.trim())))"
        ".map(e => e.outerHTML.slice(0, 120))"
    )
    assert unnamed == []
