"""No word is lost in the browser: the six ways in which words went missing, and what the server says to each."""

import hashlib
import json
import re
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interviewer import BadInput, Level, Manner, MoveKind, Step
from interviewer.interview.state import State
from interviewer.models.base import ModelChain
from interviewer.storage import owner_of_user
from interviewer.storage.store import MovedOnError, OverError, Store
from interviewer.transcript import Transcript, Turn
from interviewer.web import Engine, bound, speaking
from interviewer.web.conversation import brief_html, steps_html
from interviewer.web.service import HOLD, LONGEST_ANSWER, Choice, Room, Service
from tests.web.conftest import App
from tests.web.stand_in import StandIn, StandInLibrary, grade
from tests.web.test_room import heard, say, start, talk

BOX = "#room-box textarea"
ANN = owner_of_user("ann")


@pytest.fixture
def service(tmp_path: Path) -> Any:
    knowledge: Any = StandInLibrary()
    made = Service(
        Store.open(f"sqlite:///{tmp_path / 'interviews.sqlite'}"),
        knowledge,
        lambda: Engine(StandIn(), ModelChain(), grade),
    )
    yield made
    made.close()
    made.store.close()


def held(service: Service, *texts: str) -> str:
    id_ = service.begin(ANN, Choice("fraud-detection", Level.SENIOR, 45, Manner.NEUTRAL))
    list(service.answer(ANN, id_))
    for text in texts:
        service.say(ANN, id_, Turn(speaker="candidate", text=text))
        list(service.answer(ANN, id_))
    return id_


def said(service: Service, id_: str) -> list[str]:
    return [turn.text for turn in service.store.transcript(ANN, id_).turns if turn.speaker == "candidate"]


def stored(app: App, page: Any) -> list[str]:
    """What the database has of the interview that the page shows."""
    id_ = page.evaluate("() => new URLSearchParams(location.search).get('interview')")
    with sqlite3.connect(app.home / "interviews.sqlite") as db:
        rows = db.execute("select data from turns where interview = ? order by number", (id_,)).fetchall()
    turns = [json.loads(data) for (data,) in rows]
    return [turn["text"] for turn in turns if turn["speaker"] == "candidate"]


def test_a_key_belongs_to_its_words(service: Service) -> None:
    id_ = held(service)
    for text in ("first", "first", "second"):
        service.say(ANN, id_, Turn(speaker="candidate", text=text), key="k" * 32)
    assert said(service, id_) == ["first", "second"], "the same words once; other words are another turn"
    assert bound("k", "a") != bound("k", "b")
    assert len(bound("k" * 40, "a")) <= 64


def test_words_after_the_end_are_refused_and_an_acknowledgement_that_was_lost_is_given_again(service: Service) -> None:
    id_ = held(service)
    service.say(ANN, id_, Turn(speaker="candidate", text="end"), key="a" * 32)
    list(service.answer(ANN, id_))
    service.say(ANN, id_, Turn(speaker="candidate", text="end"), key="a" * 32)
    with pytest.raises(OverError):
        service.say(ANN, id_, Turn(speaker="candidate", text="one more thing"), key="b" * 32)
    assert said(service, id_) == ["end"]


def test_too_long_is_said_and_nothing_is_cut(service: Service) -> None:
    id_ = held(service)
    with pytest.raises(BadInput, match="50,000 characters; this one has 50,001"):
        service.say(ANN, id_, Turn(speaker="candidate", text="x" * (LONGEST_ANSWER + 1)))
    service.say(ANN, id_, Turn(speaker="candidate", text="x" * LONGEST_ANSWER))
    assert [len(text) for text in said(service, id_)] == [LONGEST_ANSWER]


def test_an_answer_is_edited_until_a_reply_stands_below_it(service: Service) -> None:
    id_ = held(service)
    service.say(ANN, id_, Turn(speaker="candidate", text="ten milions"))
    service.edit(ANN, id_, 1, "ten million")
    list(service.answer(ANN, id_))
    assert said(service, id_) == ["ten million"]
    with pytest.raises(MovedOnError):
        service.edit(ANN, id_, 1, "twenty million")
    service.say(ANN, id_, Turn.model_validate({"speaker": "candidate", "text": "wait", "event": "pause"}))
    assert service.room(ANN, id_).editable == 3
    list(service.answer(ANN, id_))  # a bare "take your time" is an answer, too: the page shows it below the words
    move = service.store.transcript(ANN, id_).turns[4].move
    assert move
    assert move.kind is MoveKind.LET_GO_ON
    assert service.room(ANN, id_).editable is None
    with pytest.raises(MovedOnError):
        service.edit(ANN, id_, 3, "wait, I was wrong")
    assert len(service.store.transcript(ANN, id_).turns) == 5


def test_the_brief_pins_what_was_told_and_the_rest_once_it_is(tmp_path: Path, knowledge: Any) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'brief.sqlite'}")
    turns = [
        {"speaker": "interviewer", "text": "Please design fraud detection."},
        {"speaker": "candidate", "text": "How many payments?"},
        {
            "speaker": "interviewer",
            "text": "A hundred million a day. What would you do with them?",
            "facts": ["transaction-volume"],
        },
    ]

    def brief() -> str:
        talk = Transcript.model_validate({"case": "fraud-detection", "level": "mid", "minutes": 15, "turns": turns})
        id_ = store.create(ANN, talk)
        return brief_html(knowledge, Room(store.header(ANN, id_), talk, State(), "scripted", "scripted"))

    assert "</span> A hundred million a day.</li>" in brief()
    assert "at peak" not in brief()
    assert "What would you do" not in brief()
    turns.append(
        {"speaker": "interviewer", "text": "Five thousand a second at peak; go on.", "facts": ["transaction-volume"]}
    )
    assert "</span> A hundred million a day. Five thousand a second at peak.</li>" in brief()
    turns.append({"speaker": "interviewer", "text": "Say <two> shops.", "agreed": ["<two> shops."]})
    assert "Agreed.</span> &lt;two&gt; shops.</li>" in brief()


def test_while_the_last_answer_is_edited_the_interviewer_waits_and_answers_the_new_words(service: Service) -> None:
    id_ = held(service)
    service.say(ANN, id_, Turn(speaker="candidate", text="ten milions"))
    service.hold(ANN, id_, 1)
    told: list[Any] = []
    speaking_ = threading.Thread(target=lambda: told.extend(service.answer(ANN, id_)))
    speaking_.start()
    speaking_.join(0.5)
    assert speaking_.is_alive()
    assert not told, "no word is out"
    service.edit(ANN, id_, 1, "ten million")
    speaking_.join(5)
    assert [turn.text for turn in service.store.transcript(ANN, id_).turns[1:2]] == ["ten million"]
    assert len(service.store.transcript(ANN, id_).turns) == 3, "answered once"


def test_an_edit_that_is_given_up_lets_the_answer_come(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = held(service)
    service.say(ANN, id_, Turn(speaker="candidate", text="ten million"))
    service.hold(ANN, id_, 1)
    service.hold(ANN, id_, None)
    list(service.answer(ANN, id_))
    assert len(service.store.transcript(ANN, id_).turns) == 3
    monkeypatch.setattr("interviewer.web.service.HOLD", 0.3)
    service.say(ANN, id_, Turn(speaker="candidate", text="and so on"))
    service.hold(ANN, id_, 3)
    list(service.answer(ANN, id_))  # nobody is waited for longer than that
    assert len(service.store.transcript(ANN, id_).turns) == 5


def test_an_edit_that_came_too_late_holds_no_later_answer_back(service: Service) -> None:
    id_ = held(service)
    service.say(ANN, id_, Turn(speaker="candidate", text="ten million"))
    list(service.answer(ANN, id_))
    service.hold(ANN, id_, 1)  # was on its way while the answer came
    service.say(ANN, id_, Turn(speaker="candidate", text="and so on"))
    began = time.monotonic()
    list(service.answer(ANN, id_))
    assert time.monotonic() - began < HOLD / 3


def test_what_is_said_alike_on_every_backend_is_no_standing_in() -> None:
    def said(*turns: tuple[str, str]) -> Transcript:
        spoken = [
            {"speaker": "interviewer", "text": "x", "move": {"kind": kind}, "backend": who} for kind, who in turns
        ]
        return Transcript.model_validate({"case": "x", "level": "mid", "turns": spoken})

    assert speaking(said(("open", "scripted")), "openai") == "openai"
    assert speaking(said(("open", "scripted"), ("probe", "openai"), ("let_go_on", "scripted")), "openai") == "openai"
    assert speaking(said(("open", "scripted"), ("probe", "scripted")), "openai") == "scripted"


def test_the_clock_starts_when_the_candidate_does(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = held(service)
    now = service.store.header(ANN, id_).created
    monkeypatch.setattr("interviewer.storage.store.time.time", lambda: now)
    now += 100
    service.pause(ANN, id_, True)
    header = service.clock(ANN, id_)
    assert (header.waiting, header.elapsed) == (True, 0.0), "the problem is read; stopping what stands changes nothing"
    service.pause(ANN, id_, False)
    now += 20
    service.say(ANN, id_, Turn(speaker="candidate", text="I begin."))
    assert [turn.at for turn in service.store.transcript(ANN, id_).turns] == [0, 20]
    assert not service.store.header(ANN, id_).waiting
    service.store.end(ANN, id_)
    again = service.again(ANN, id_, 1)
    assert service.store.header(ANN, again).waiting, "a second take waits as well"
    now += 60
    service.say(ANN, again, Turn(speaker="candidate", text="I begin at once."))
    assert service.store.transcript(ANN, again).turns[-1].at == 0, "who says something has begun"


def test_what_a_step_took_is_told_while_the_interview_goes_on(service: Service) -> None:
    id_ = held(service, "I clarify.")
    state = State(used={Step.CLARIFY: 120.0}, spoken_about={Step.CLARIFY})
    room = replace(service.room(ANN, id_), state=state)
    assert "2 of " in steps_html(service.knowledge, room)
    over = replace(room, header=replace(room.header, ended=1.0))
    assert "2 of " not in steps_html(service.knowledge, over), "then it is the report's to say"
    assert "3 of " in steps_html(service.knowledge, replace(over, reported={Step.CLARIFY: 170.0}))


def test_how_long_a_report_takes_is_said_from_what_was_seen_here(service: Service) -> None:
    id_ = held(service, "I clarify.")
    service.store.end(ANN, id_)
    assert service.waits.told() == "", "nothing was seen yet"
    list(service.grade(ANN, id_, Level.SENIOR))
    assert re.fullmatch(r"The last report here took about \d+ s\.", service.waits.told())
    assert service.room(ANN, id_).wait == service.waits.told()
    list(service.grade(ANN, id_, Level.STAFF))
    assert service.waits.told().startswith("The last 2 reports here took ")
    service.waits.took(765.0)
    assert service.waits.told() == "The last 3 reports here took 1 to 13 minutes."


def test_a_stopped_clock_does_not_count(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = held(service)
    now = service.store.header(ANN, id_).created
    monkeypatch.setattr("interviewer.storage.store.time.time", lambda: now)
    service.pause(ANN, id_, False)
    for seconds, paused in ((60, True), (100, False), (30, False)):
        now += seconds
        service.pause(ANN, id_, paused)
    elapsed = service.clock(ANN, id_).elapsed
    assert elapsed == pytest.approx(90, abs=2)
    service.pause(ANN, id_, True)
    service.say(ANN, id_, Turn(speaker="candidate", text="I go on."))
    assert not service.store.header(ANN, id_).paused, "an answer starts the clock again"
    assert "paused" not in service.store.transcript(ANN, id_).model_dump()


@pytest.mark.browser
def test_typing_on_while_a_send_is_under_way(app: App, visit: Callable[..., Any]) -> None:
    page = visit(app.url)
    start(page)
    page.fill(BOX, "slowly: the first part")
    page.press(BOX, "Enter")
    page.locator(BOX).press_sequentially("and the second")
    heard(page, 2)
    assert page.input_value(BOX) == "and the second"
    page.reload()
    page.wait_for_function("() => document.querySelector('#room-box textarea')?.value === 'and the second'")
    assert stored(app, page) == ["slowly: the first part"]


@pytest.mark.browser
def test_typing_and_sending_while_the_connection_is_gone(app: App, visit: Callable[..., Any]) -> None:
    page = visit(app.url)
    start(page)
    page.context.set_offline(True)
    page.wait_for_selector("#answer-word .bad:has-text('The connection is gone')")
    page.fill(BOX, "said without a connection")
    page.press(BOX, "Enter")
    page.wait_for_selector("#outbox .pending:has-text('Not sent yet')")
    page.locator(BOX).press_sequentially("typed without one")
    page.context.set_offline(False)
    heard(page, 2)
    page.wait_for_function("() => document.querySelector('#room-box textarea')?.value === 'typed without one'")
    page.wait_for_function("() => !document.querySelector('#outbox .pending')")
    assert stored(app, page) == ["said without a connection"]


@pytest.mark.browser
def test_paste_cut_delete_undo_and_what_a_script_fills_in_are_kept(app: App, visit: Callable[..., Any]) -> None:
    page = visit(app.url)
    start(page)
    box = page.locator(BOX)
    box.press_sequentially("abc")
    box.evaluate("at => { at.focus(); document.execCommand('insertText', false, ' pasted'); }")

    def kept() -> str:
        page.reload()
        page.wait_for_function("() => document.querySelector('#room-box textarea')?.dataset.interview")
        return str(page.input_value(BOX))

    assert kept() == "abc pasted"
    box.evaluate("at => { at.focus(); at.setSelectionRange(3, 10); document.execCommand('delete'); }")
    assert kept() == "abc"
    box.evaluate("at => { at.value = 'filled in by a script'; }")  # dictation does so: no event at all
    assert kept() == "filled in by a script"
    box.evaluate("at => { at.focus(); at.select(); document.execCommand('cut'); }")
    assert kept() == ""


@pytest.mark.browser
def test_after_a_lost_acknowledgement_the_same_words_count_once_and_others_count_too(
    app: App, visit: Callable[..., Any]
) -> None:
    page = visit(app.url)
    start(page)
    page.route("**/gradio_api/queue/data*", lambda route: route.abort())
    page.evaluate("() => { document.querySelector('#room-box textarea').value = 'filled without keys'; }")
    page.click("#room-send")
    page.wait_for_selector("#outbox .pending")
    page.wait_for_timeout(600)
    page.fill(BOX, "and other words")
    page.click("#room-send")
    page.wait_for_timeout(600)
    page.unroute("**/gradio_api/queue/data*")
    page.reload()
    page.wait_for_function("() => document.querySelectorAll('#room-chat .user-row').length >= 2")
    page.wait_for_function("() => !document.querySelector('#outbox .pending')")
    page.reload()
    heard(page, 2)
    assert sorted(stored(app, page)) == ["and other words", "filled without keys"]


@pytest.mark.browser
def test_a_long_paste_is_whole_or_refused_aloud(app: App, visit: Callable[..., Any]) -> None:
    page = visit(app.url)
    start(page)
    text = ("word " * 5001) + "!"
    page.fill(BOX, text)
    page.click("#room-send")
    heard(page, 2)
    (found,) = stored(app, page)
    assert hashlib.sha256(found.encode()).digest() == hashlib.sha256(text.encode()).digest()
    page.fill(BOX, "x" * (LONGEST_ANSWER + 1))
    page.click("#room-send")
    page.wait_for_selector("#answer-word .bad:has-text('this one has 50,001')")
    assert len(page.input_value(BOX)) == LONGEST_ANSWER + 1
    buttons = page.locator("#room-end").bounding_box()
    assert buttons["y"] + buttons["height"] <= 900, "a long answer never pushes the buttons away"


@pytest.mark.browser
def test_words_after_the_end_are_kept_and_said_so(app: App, visit: Callable[..., Any]) -> None:
    one = visit(app.url)
    start(one)
    two = one.context.new_page()
    two.goto(one.url)
    two.wait_for_selector("#room-badge .badge")
    two.wait_for_timeout(1000)  # its own question whether somebody must speak has been answered
    two.fill(BOX, "one more thing")
    say(one, "end", 2)
    one.wait_for_selector("#room-over:visible")
    two.press(BOX, "Enter")
    two.wait_for_selector("#answer-word .bad:has-text('kept in your notes')")
    two.click("#tab-notes")
    assert two.input_value("#notes") == "one more thing"
    assert stored(app, one) == ["end"]
    assert "one more thing" not in talk(two)
    three = visit(app.url)
    start(three)
    three.fill(BOX, "half a sentence")
    three.click("#room-end")
    three.click("#room-end-yes")
    three.wait_for_selector("#report-frame iframe")
    three.click("#report-room")
    three.wait_for_selector("#answer-word .bad:has-text('kept in your notes')")
    three.click("#tab-notes")
    assert three.input_value("#notes") == "half a sentence"


def test_once_there_is_a_report_the_plan_calls_spoken_about_what_the_report_does(service: Service) -> None:
    id_ = held(service, "I clarify, unjudged.")
    service.store.end(ANN, id_)
    transcript = service.store.transcript(ANN, id_)
    ring = "<li class='touched' data-step='evaluation'>"
    assert ring not in steps_html(service.knowledge, service.room(ANN, id_))
    report = grade(transcript, service.knowledge, ModelChain(), None, lambda *_: None)
    report = report.model_copy(update={"order": [Step.EVALUATE]})
    service.store.add_report(ANN, id_, report, turns_graded=len(transcript.turns))
    assert ring in steps_html(service.knowledge, service.room(ANN, id_))
