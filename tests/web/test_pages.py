"""The pages around the room in a real browser: choosing, the report's jumps, progress, the coach, many tabs, restarts."""

import json
import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.web.conftest import PATIENCE, App
from tests.web.test_board import serious
from tests.web.test_room import finish, say, start

pytestmark = pytest.mark.browser
SETTLED = """() => {
    const frame = document.querySelector('#report-frame iframe'), whole = frame.contentDocument.documentElement;
    const now = () => [scrollY, frame.offsetHeight, whole.scrollHeight].join();
    const was = now();
    return new Promise(done => setTimeout(() => done(was === now() && frame.offsetHeight >= whole.scrollHeight), 700));
}"""
"""The report's frame is as high as its page, and nothing moves any more."""
TALK = "Anna: Let us design fraud detection. How would you begin?\nBen: I clarify who pays for a fraud, and how fast.\n"


def key(page: Any) -> str:
    """This browser's key."""
    return str(page.evaluate("() => localStorage.getItem('ml-design-interviewer:key')"))


def test_two_tabs_on_a_first_visit_share_one_key(app: App, browser: Any) -> None:
    context = browser.new_context()
    pages = [context.new_page() for _ in range(3)]
    for page in pages:
        page.goto(app.url, wait_until="commit")
    for page in pages:
        page.wait_for_selector("#setup-start")
    assert len({key(page) for page in pages}) == 1
    start(pages[0])
    pages[1].click("#nav-progress")
    pages[1].wait_for_selector("#progress-body tbody tr")
    context.close()


def test_after_a_restart_an_open_page_works_on(own_app: Callable[..., App], visit: Callable[..., Any]) -> None:
    app = own_app()
    app.start()
    page = visit(app.url)
    start(page)
    page.click("#nav-setup")
    page.wait_for_selector("#mine-list li")
    assert app.stop(signal.SIGKILL) == -signal.SIGKILL
    app.start()
    page.wait_for_timeout(500)
    page.click("#mine-list [data-act=room]")
    page.wait_for_selector("#room-chat .bot")


def test_what_nobody_could_judge_is_judged_once_a_model_is_there(
    own_app: Callable[..., App], visit: Callable[..., Any]
) -> None:
    app = own_app()
    app.start()
    page = visit(app.url)
    start(page)
    say(page, "unjudged, read slowly: I clarify", 2)
    finish(page)
    report = page.frame_locator("#report-frame iframe").locator(".verdict")
    assert "Not judged" in report.inner_text()
    page.wait_for_timeout(500)
    assert page.locator("#report-judge").count() == 0, "there is nobody who could"
    app.stop()
    app.extra["STAND_IN_JUDGES"] = "yes"
    app.start()
    page.reload()
    page.click("#report-judge")
    page.wait_for_function("() => /Hire/.test(document.querySelector('#report-frame iframe')?.srcdoc || '')")
    page.wait_for_selector("#report-judge", state="detached")
    page.reload()
    page.wait_for_selector("#report-frame iframe")
    assert "Hire" in report.inner_text(), "it is kept"
    page.click("#report-level label:has-text('Staff')")
    page.wait_for_selector("#report-unjudged:has-text('once more')")
    assert page.locator("#report-frame iframe").count() == 0, (
        "another level is another reading, which costs: asked first"
    )
    page.click("#report-judge")
    page.wait_for_selector("#report-frame progress")
    page.click("#report-level label:has-text('Senior')")
    page.wait_for_function("() => /Senior level/.test(document.querySelector('#report-frame iframe')?.srcdoc || '')")
    page.wait_for_timeout(3500)
    assert "Hire" in report.inner_text(), "the other reading, still under way, does not come in between"
    page.click("#report-level label:has-text('Staff')")
    page.wait_for_function("() => /Staff level/.test(document.querySelector('#report-frame iframe')?.srcdoc || '')")


def test_how_long_a_report_has_been_in_the_making_goes_on_while_one_looks_elsewhere(
    app: App, visit: Callable[..., Any]
) -> None:
    page = visit(app.url)
    start(page)
    say(page, "read for long: I clarify", 2)
    page.click("#room-end")
    page.click("#room-end-yes")
    page.wait_for_selector("#report-frame .since:has-text('0:03 so far')")
    page.click("#report-room")
    page.click("#room-report")
    page.wait_for_selector("#report-frame .since:has-text('so far')")
    told = page.inner_text("#report-frame .since")
    minutes, seconds = re.findall(r"\d+", told)[:2]
    assert int(minutes) * 60 + int(seconds) >= 4, told
    page.wait_for_selector("#report-frame iframe")


def test_a_mistyped_or_foreign_address_says_so(app: App, visit: Callable[..., Any]) -> None:
    page = visit(f"{app.url}?view=rooom&interview=1")
    page.wait_for_selector("#setup-status .bad:has-text('no page')")
    page.goto(f"{app.url}?view=report&interview=0123")
    page.wait_for_selector("#setup-status .bad:has-text('no such interview')")
    page.goto(f"{app.url}interviews/7")
    assert "Nothing is at this address" in page.inner_text("body")


def test_headers_and_shut_doors(app: App) -> None:
    answer = httpx.get(app.url)
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy, "nothing from elsewhere"
    assert answer.headers["x-frame-options"] == "DENY"
    for path in ("gradio_api/deep_link?session_hash=x", "gradio_api/runs", "monitoring", "?deep_link=abc"):
        assert httpx.get(app.url + path).status_code == 404, path
    assert httpx.get(f"{app.url}gradio_api/run-history/records").status_code == 404


def test_choosing_by_keyboard_and_a_problem_of_ones_own(app: App, visit: Callable[..., Any]) -> None:
    page = visit(app.url, height=720)
    fold = page.locator("#setup-start").bounding_box()
    assert fold["y"] + fold["height"] <= 720, "start stands above the fold"
    page.focus("[name=level]:checked")
    page.keyboard.press("ArrowRight")
    assert page.input_value("[name=level]:checked") == "staff"
    page.focus("[name=case]:checked")
    first = page.input_value("[name=case]:checked")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.id") == "setup-problem"
    assert page.input_value("[name=case]:checked") == first, "who only passes there chooses nothing"
    page.keyboard.type("x")
    assert page.input_value("[name=case]:checked") == "own", "who writes there does"
    page.fill("#setup-problem", "")
    page.check("[name=case] >> nth=0", force=True)
    page.focus("[name=case]:checked")
    page.keyboard.press("ArrowDown")
    assert page.input_value("[name=case]:checked") != first
    page.check("label.own input")
    page.click("#setup-start")
    assert "Describe your own problem" in page.inner_text("#setup-word")
    word = page.locator("#setup-word").bounding_box()
    assert word["y"] + word["height"] <= 720, "what is missing is said in view"
    assert page.evaluate("() => document.activeElement.id") == "setup-problem", "and can be typed at once"
    page.fill("#setup-problem", "Rank the flats of a <b>rental</b> site")
    page.click("#setup-start")
    page.wait_for_selector("#room-badge .badge")
    assert page.inner_text("#room-heading h1") == "Rank the flats of a <b>rental</b> site"
    assert "Staff" in page.inner_text("#room-heading")
    page.click("#tab-brief")
    assert "Rank the flats of a <b>rental</b> site" in page.inner_text("#room-brief")
    page.click("#tab-notes")
    page.fill("#notes", "ask about money")
    page.evaluate("() => interviewer.went('room/' + new URLSearchParams(location.search).get('interview'))")
    assert page.evaluate("() => document.body.dataset.panel") == "notes", "a tab chosen before the page arrived stays"
    page.click("#room-resume:has-text('Start the clock')")
    page.wait_for_selector("#room-clock [data-running='1']")
    page.click("#room-pause")
    page.wait_for_selector("#room-paused:visible")
    page.wait_for_selector("#room-clock .paused")
    page.reload()
    page.wait_for_selector("#room-paused:visible")
    page.click("#room-resume")
    page.wait_for_selector("#room-clock .clock:not(.paused)")
    page.click("#tab-notes")
    page.wait_for_function("() => document.querySelector('#notes').value === 'ask about money'")


def test_a_quote_leads_to_its_turn_and_back(app: App, visit: Callable[..., Any]) -> None:
    page = visit(app.url)
    start(page)
    for number in range(6):
        say(page, f"Answer {number} about the data. " * 12, number + 2)
    finish(page)
    frame = page.frame_locator("#report-frame iframe")
    quote = frame.locator("a.jump").first
    # The frame grows to its page once that is there; until then the quote only seems to be in view.
    page.wait_for_function(SETTLED)
    quote.scroll_into_view_if_needed()
    page.wait_for_function(SETTLED)
    before, address = page.evaluate("() => scrollY"), page.url
    quote.click()
    page.wait_for_selector("#report-back")
    words = frame.locator("mark.jumped")
    assert words.inner_text() in frame.locator(".turn.jumped").inner_text()
    assert words.inner_text() == frame.locator("q").first.inner_text().strip('“”"')
    assert 0 <= words.bounding_box()["y"] <= 400, "the quoted words are in view"
    assert page.url == address
    assert "Answer 0 about the data." in frame.locator("body").inner_text()
    page.click("#report-back")
    page.wait_for_function("before => Math.abs(scrollY - before) < 5", arg=before)
    quote.click()
    page.wait_for_selector("#report-back")
    page.go_back()  # the browser's own way back is the same
    page.wait_for_function("before => Math.abs(scrollY - before) < 5", arg=before)
    page.wait_for_selector("#report-back", state="detached")
    assert page.url == address
    assert quote.evaluate("at => at.ownerDocument.activeElement === at"), "and the keyboard goes on from there"
    frame.locator(".turn .stronger").nth(1).click()
    page.wait_for_selector("#report-said .opinion")
    chosen = page.locator("#report-turn-choice option:checked").inner_text()
    assert "Answer 1" in chosen, "the stronger answer is to that turn"
    seen = "() => { const { top, bottom } = document.querySelector('.opinion').getBoundingClientRect();"
    page.wait_for_function(f"{seen} return top >= 0 && bottom <= innerHeight; }}")
    page.go_back()
    page.wait_for_function("() => document.querySelector('#report-takes').getBoundingClientRect().top > innerHeight")
    page.evaluate("() => scrollTo(0, document.body.scrollHeight / 2)")
    page.click("#report-contents")
    frame.locator(".contents a:has-text('Evaluation')").click()
    place = frame.locator("#evaluation").bounding_box()
    assert 0 <= place["y"] <= 400, "what the contents name comes into view"
    assert page.url == address


def test_the_report_is_printed_whole_and_alone(app: App, visit: Callable[..., Any]) -> None:
    page = visit(app.url)
    start(page)
    for number in range(9):
        say(page, f"Answer {number} about the data. " * 40, number + 2)
    finish(page)
    page.click("#report-correct > button")
    page.fill("#report-correct [name=reason]", "They did split by time.")
    page.wait_for_function(SETTLED)
    page.locator("#correct-save").scroll_into_view_if_needed()
    at = page.locator("#correct-save").bounding_box()["y"]
    page.click("#correct-save")
    page.wait_for_selector("#report-corrected td:has-text('split by time')")
    page.wait_for_function(SETTLED)
    assert abs(page.locator("#correct-save").bounding_box()["y"] - at) < 5, "the table further up pushes nothing away"
    whole = page.pdf(format="A4", tagged=False)
    title = page.inner_text("#report-heading h1")
    sheets = len(re.findall(rb"/Type\s*/Page\b", whole))
    assert sheets >= 3, "what does not fit on one sheet goes on"
    page.emulate_media(media="print")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    paper = page.locator("#paper")
    assert not page.locator("#top").is_visible()
    assert paper.locator("h1").inner_text() == title, "on paper the report has its title itself"
    assert "Answer 8 about the data." in paper.inner_text(), "what is folded on the page is open on paper"
    assert "They did split by time." in paper.inner_text(), "a coach's marks are part of what is printed"
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("() => document.body.classList.add('dark')")
    for what in ("h1", ".verdict p", "#transcript .turn"):
        ink = paper.locator(what).first.evaluate("at => getComputedStyle(at).color")
        assert ink == "rgb(0, 0, 0)", f"{what}: by night the ink is black as well"
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen", color_scheme="light")
    assert paper.count() == 0
    assert page.locator("#top").is_visible()


def test_progress_filters_practises_exports_and_imports(app: App, visit: Callable[..., Any], tmp_path: Path) -> None:
    page = visit(app.url)
    start(page)
    say(page, "the data", 2)
    finish(page)
    page.click("#nav-progress")
    page.wait_for_selector("#progress-body .spark .hire", state="attached")
    assert page.locator("#progress-body tbody tr:visible").count() == 1
    page.fill("#progress-filter", "nothing like it")
    page.wait_for_selector("#progress-none:visible")
    page.fill("#progress-filter", "senior hire")
    page.wait_for_selector("#progress-body tbody tr:visible")
    with page.expect_download() as download:
        page.click("#progress-export")
    file = tmp_path / download.value.suggested_filename
    shutil.copy(download.value.path(), file)
    other = visit(app.url)
    other.click("#nav-progress")
    other.wait_for_selector("#progress-body h1")
    other.set_input_files("#progress-view input[type=file]", file)
    other.wait_for_selector("#progress-status :text('1 interview taken in.')")
    other.click("#progress-body [data-act=report]")
    other.wait_for_selector("#report-frame iframe")
    page.locator("#progress-body [data-act=practise]").first.click()
    page.wait_for_selector("#room-heading:has-text('15 minutes · One step')")


def test_a_coach_grades_a_transcript_and_corrects_a_mark(app: App, visit: Callable[..., Any], tmp_path: Path) -> None:
    page = visit(app.url)
    page.click("#nav-coach")
    page.wait_for_selector("#coach-upload")
    picture = tmp_path / "x.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    page.set_input_files("#coach-view input[type=file]", picture)
    page.wait_for_selector("#coach-status .bad")
    talk = tmp_path / "talk.txt"
    talk.write_text(TALK * 3, encoding="utf-8")
    page.set_input_files("#coach-view input[type=file]", talk)
    page.wait_for_selector("#coach-grade")
    assert page.locator(".lines li[data-role=candidate]").count() == 3
    assert "talk.txt was read as plain text: 6 pieces of talk." in page.inner_text("#coach-status")
    assert "the problem is taken to be “Fraud detection”" in page.inner_text("#coach-status")
    assert page.input_value("#coach-form [name=case]") == "fraud-detection"
    assert not page.locator("#coach-problem").is_visible(), "one of ours needs no description"
    page.select_option("#coach-form [name=case]", "unknown")
    assert page.locator("#coach-problem").is_visible()
    page.select_option("#coach-form [name=case]", "fraud-detection")
    page.click("#coach-who label:has-text('Anna')")
    page.wait_for_selector(".lines li[data-role=candidate]:has-text('How would you begin?')")
    page.click("#coach-who label:has-text('Ben')")
    page.wait_for_selector(".lines li[data-role=candidate]:has-text('I clarify')")
    page.locator(".lines button").last.click()
    assert page.locator(".lines li[data-role=nobody]").count() == 1
    page.click("#coach-level label:has-text('Mid')")
    page.click("#coach-grade")
    page.wait_for_selector("#report-frame iframe")
    assert page.inner_text("#report-heading h1") == "Fraud detection"
    frame = page.frame_locator("#report-frame iframe")
    assert not frame.locator("h1").is_visible(), "the title stands on the page once"
    assert page.locator("#report-level input:checked").input_value() == "mid"
    page.click("#report-correct > button")
    page.select_option("#correct-form [name=step]", "evaluation")
    page.click("#correct-save")
    page.wait_for_selector("#correct-said .bad:has-text('Say why')")
    page.fill("#correct-form [name=reason]", "They <i>did</i> say it.")
    page.click("#correct-save")
    page.wait_for_selector("#report-corrected td:has-text('They <i>did</i> say it.')")
    with page.expect_download() as download:
        page.click("#report-json")
    report = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert report["corrections"][0]["mark"] == 3
    assert report["steps"]["evaluation"]["score"] == 3.0


def test_a_reload_keeps_what_a_coach_mended_and_a_half_written_problem(
    app: App, visit: Callable[..., Any], tmp_path: Path
) -> None:
    page = visit(app.url)
    page.fill("#setup-problem", "Rank the flats of a rental")
    page.reload()
    page.wait_for_function("() => document.querySelector('#setup-problem')?.value === 'Rank the flats of a rental'")
    page.click("#nav-coach")
    page.wait_for_selector("#coach-upload")
    talk = tmp_path / "talk.txt"
    talk.write_text(TALK * 3, encoding="utf-8")
    page.set_input_files("#coach-view input[type=file]", talk)
    page.wait_for_selector("#coach-grade")
    page.locator(".lines p").nth(1).fill("I clarify who pays for a <b>fraud</b>.")
    page.locator(".lines button").last.click()
    page.click("#coach-level label:has-text('Staff')")
    page.select_option("#coach-form [name=case]", "unknown")
    page.fill("#coach-form [name=problem]", "Catch stolen cards")
    for again in (page.reload, lambda: (page.click("#nav-progress"), page.click("#nav-coach"))):
        again()
        page.wait_for_selector("#coach-status :text('still here')")
        assert page.locator(".lines p").nth(1).inner_text() == "I clarify who pays for a <b>fraud</b>."
        assert page.locator(".lines > li").last.get_attribute("data-role") == "nobody"
        assert page.input_value("#coach-level input:checked") == "staff"
        assert page.input_value("#coach-form [name=problem]") == "Catch stolen cards"
    page.click("#coach-grade")
    page.wait_for_selector("#report-frame iframe")
    assert page.inner_text("#report-heading h1") == "Catch stolen cards"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_for_those_who_see_or_move_differently(
    app: App, browser: Any, axe: str, theme: str, tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 720}, bypass_csp=True, color_scheme=theme)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    found: dict[str, list[str]] = {}

    def check(name: str) -> None:
        found[name] = serious(page, axe)

    page.goto(f"{app.url}?__theme={theme}")
    page.wait_for_selector("#setup-start")
    check("set-up")
    page.click("#nav-progress")
    page.wait_for_selector("#progress-body [data-act=setup]")
    check("no progress yet")
    page.click("#nav-setup")
    page.wait_for_selector("#nav-setup[aria-current=page]")
    start(page)
    say(page, "the data", 2)
    for panel in ("brief", "notes", "board", "plan"):
        page.click(f"#tab-{panel}")
        check(f"room, {panel}")
    page.click("#room-pause")
    page.wait_for_selector("#room-paused:visible")
    page.click("#room-end")
    check("room, paused and ending")
    finish(page)
    for fold in ("takes", "correct", "share"):
        page.click(f"#report-{fold} > button")
    page.wait_for_selector("#report-turn-choice")
    check("report")
    page.click("#nav-progress")
    page.wait_for_selector("#progress-body .spark")
    check("progress")
    page.click("#nav-coach")
    page.wait_for_selector("#coach-upload")
    talk = tmp_path / "talk.txt"
    talk.write_text(TALK * 3, encoding="utf-8")
    page.set_input_files("#coach-view input[type=file]", talk)
    page.wait_for_selector("#coach-form")
    check("coach")
    context.close()
    assert not any(found.values()), found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_at_the_door(own_app: Callable[..., App], browser: Any, axe: str, theme: str) -> None:
    app = own_app(INTERVIEWER_AUTH="ann:a-secret")
    app.start()
    context = browser.new_context(bypass_csp=True, color_scheme=theme)
    page = context.new_page()
    page.goto(app.url)
    page.fill("#username", "ann")
    page.fill("#password", "wrong")
    page.click("button:has-text('Sign in')")
    page.wait_for_selector("#password")
    found = serious(page, axe)
    context.close()
    assert not found, found


def test_the_newest_words_stay_in_view_when_the_board_makes_the_talk_narrow(
    app: App, visit: Callable[..., Any]
) -> None:
    page = visit(app.url, height=600)
    start(page)
    for number in range(4):
        say(page, f"{number}. " + "I would join late labels to the features as they were at the time. " * 4, number + 2)
    below = (
        "() => { const at = document.getElementById('room-chat');"
        " return at.scrollHeight - at.scrollTop - at.clientHeight; }"
    )
    assert page.evaluate("() => document.getElementById('room-chat').scrollTop") > 100
    for tab in ("board", "plan", "board"):
        page.click(f"#tab-{tab}")
        page.wait_for_timeout(600)
        assert page.evaluate(below) < 2
    page.evaluate("() => { document.getElementById('room-chat').scrollTop = 0; }")
    page.wait_for_timeout(300)
    page.click("#tab-plan")
    page.wait_for_timeout(600)
    assert page.evaluate(below) > 100, "somebody who reads further up is left there"
