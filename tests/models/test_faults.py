"""An endpoint that fails holds nobody up: every fault × every call, over real HTTP. The whole table: ``fault_table``."""

import itertools
import threading
import time

import pytest

from interviewer import ModelError
from interviewer.models import failures, openai_compatible
from interviewer.models.answers import AnswerFilter
from interviewer.models.base import Message
from interviewer.models.client import Client
from interviewer.models.connection import DeadlineError, within
from tests.attacks.endpoint import DONE, HEAD, chunk, for_ever, model_at, wire
from tests.models.fault_table import ASKED, HARMLESS, LISTS, ONE, OUT, SITES, back, called, opened, speak
from tests.models.protocol_server import Said, serving

pytestmark = pytest.mark.slow

LIMIT = 0.8
SLACK = 1.0
"""Seconds: other tests and other work share the processors."""


@pytest.fixture(autouse=True)
def _short_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are short here (``fault_table`` has the true ones); imports are no part of a call."""
    Client.prepare()
    monkeypatch.setattr(openai_compatible, "PING", 0.8)
    monkeypatch.setattr(failures, "FIRST_WAIT", 0.5)


@pytest.mark.parametrize("name", SITES)
@pytest.mark.parametrize("fault", OUT)
def test_a_fault_costs_one_call_its_limit_the_next_one_a_moment_and_is_over_when_it_is(fault: str, name: str) -> None:
    with serving(fault) as server:
        model, site = opened(server), SITES[name]
        first = called(site, model, LIMIT)
        assert first.error
        assert first.seconds < LIMIT + SLACK
        then = called(site, model, LIMIT)
        assert then.error
        assert then.seconds < 1.0 + SLACK / 2
        asked = len(server.asked)
        server.script[:] = ['{"label": "click"}']
        if fault != "429 for 20 s":
            assert back(site, model, 5.0, 12.0) < 12
        else:
            assert called(site, model, LIMIT).error
            assert len(server.asked) == asked, "it is left alone for as long as it asked to be"
        model.close()


@pytest.mark.parametrize("name", SITES)
@pytest.mark.parametrize("fault", ONE)
def test_a_bad_answer_is_an_error_and_says_nothing_about_the_next_one(fault: str, name: str) -> None:
    with serving(fault) as server:
        model, site = opened(server), SITES[name]
        first = called(site, model, LIMIT)
        assert first.error
        assert first.seconds < 4  # a megabyte is read, on a slow machine beyond the limit
        server.script[:] = ['{"label": "click"}']
        assert back(site, model, 5.0, 4.0) < 4
        model.close()


@pytest.mark.parametrize("fault", HARMLESS)
def test_what_can_be_mended_is_mended(fault: str) -> None:
    with serving(fault) as server:
        assert called(speak, opened(server), 5.0).words == "Half  a character"


@pytest.mark.parametrize("fault", LISTS)
def test_a_list_of_models_that_fails_holds_nobody_up(fault: str) -> None:
    with serving("Hello", lists=fault) as server:
        model = opened(server, "openai")
        first = called(speak, model, LIMIT)
        assert first.error
        assert first.seconds < LIMIT + SLACK
        assert called(speak, model, LIMIT).seconds < 1.0 + SLACK / 2
        server.lists = ""
        assert back(speak, model, 5.0, 12.0) < 12
        model.close()


def test_candidates_who_come_while_the_list_hangs_do_not_wait_for_each_other() -> None:
    with serving("Hello", lists="hang") as server:
        model = opened(server, "openai")
        took: list[float] = []
        threads = [threading.Thread(target=lambda: took.append(called(speak, model, LIMIT).seconds)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert max(took) < LIMIT + SLACK
        model.close()


def test_one_candidates_time_out_mutes_nobody_else() -> None:
    """The endpoint hangs on one candidate's prompt and serves everybody else's."""
    with serving(lambda body: "hang" if "a long story" in str(body) else "Hello") as server:
        model = opened(server)
        slow = [Message("user", "a long story")]
        outcomes: list[str] = []
        stop = threading.Event()

        def others() -> None:
            while not stop.is_set():
                outcomes.append(called(speak, model, 5.0).error or "served")
                time.sleep(0.05)

        thread = threading.Thread(target=others)
        thread.start()
        for _ in range(2):
            with pytest.raises(ModelError, match="in time"):
                list(model.speak(slow, limit=LIMIT))
        stop.set()
        thread.join()
        assert set(outcomes) == {"served"}
        model.close()


def test_after_a_lone_time_out_the_next_one_is_served_when_the_endpoint_answers() -> None:
    with serving(lambda body: "hang" if "a long story" in str(body) else "Hello") as server:
        model = opened(server)
        with pytest.raises(ModelError, match="in time"):
            list(model.speak([Message("user", "a long story")], limit=LIMIT))
        assert called(speak, model, 5.0).words.strip() == "Hello"
        model.close()


@pytest.mark.parametrize(
    ("said", "finish"),
    [(Said("I would ask. And", "length"), "length"), (Said("I", "content_filter"), "content_filter")],
)
def test_how_an_answer_ended_that_may_not_be_said_is_told(said: Said, finish: str) -> None:
    with serving("Hello", said) as server:
        model = opened(server)
        list(model.speak(ASKED))
        words: list[str] = []
        with pytest.raises(ModelError) as caught:
            words.extend(model.speak(ASKED))
        assert caught.value.finish == finish


def test_a_model_that_spends_its_answer_on_thinking_is_given_room_from_then_on() -> None:
    thought = {"completion_tokens": 120, "prompt_tokens": 9, "completion_tokens_details": {"reasoning_tokens": 120}}

    def answer(body: dict[str, object]) -> Said:
        room = body["max_tokens"]
        assert isinstance(room, int)
        return Said("Why?", "stop") if room > 1_000 else Said("", "length", thought)

    with serving(answer) as server:
        model = opened(server)
        assert "".join(model.speak(ASKED, limit=5)) == "Why?"
        assert len(server.asked) == 2
        assert "".join(model.speak(ASKED, limit=5)) == "Why?"
        assert len(server.asked) == 3
        assert server.asked[-1]["reasoning_effort"] == "low"


@pytest.mark.parametrize("name", SITES)
def test_a_model_that_only_thinks_is_named_for_it(name: str) -> None:
    with serving(Said("<think>They want a hint, so", "length")) as server:
        outcome = called(SITES[name], opened(server), 5.0)
        assert "thinking" in (outcome.error or "")
        assert len(server.asked) == 2


def test_thinking_without_an_opening_tag_is_never_said_whichever_answer_it_comes_in() -> None:
    thinks = Said(("They want ", "a hint.</think>", "Why?"))
    with serving(thinks, "Hello", thinks, thinks) as server:
        model = opened(server)
        assert "".join(model.speak(ASKED)) == "Why?"  # the first answer is held until it is whole
        assert "".join(model.speak(ASKED)).strip() == "Hello"
        assert "".join(model.speak(ASKED)) == "Why?"
    with serving("Hello", thinks) as server:
        model = opened(server)
        list(model.speak(ASKED))
        with pytest.raises(ModelError, match="thought aloud"):
            list(model.speak(ASKED))
        assert "".join(model.speak(ASKED)) == "Why?"


def test_parts_and_reasoning_fields_are_read_for_their_text_alone() -> None:
    parts = Said(
        ([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}], [{"type": "text", "text": "Why?"}]),
        more={"reasoning_content": "They want a hint."},
    )
    with serving(parts) as server:
        model = opened(server)
        assert "".join(model.speak(ASKED)) == "".join(model.speak(ASKED)) == "Why?"


def test_what_a_call_used_is_known_afterwards() -> None:
    used = {"prompt_tokens": 900, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 640}}
    with serving(Said("Why?", usage=used)) as server:
        model = opened(server)
        list(model.speak(ASKED))
        assert model.usage == {"input": 900, "cached": 640, "output": 20, "reasoning": 0}


def test_a_server_that_answers_whole_when_it_was_asked_for_a_stream() -> None:
    with serving("whole: Why?") as server:
        model = opened(server)
        assert "".join(model.speak(ASKED)) == "".join(model.speak(ASKED)) == "Why?"


NOTHING = {"no choices": chunk("").replace(b'"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": null}]', b'"choices": []'), "empty": chunk("")}  # fmt: skip


@pytest.mark.parametrize("what", NOTHING)
def test_nothing_again_and_again_is_silence(what: str) -> None:
    assert (b"delta" in NOTHING[what]) == (what == "empty")

    def act(send, _: bytes) -> None:
        send(HEAD)
        for_ever(NOTHING[what], seconds=4 * LIMIT)(send)

    with wire(act) as (address, _):
        outcome = called(speak, model_at(address), LIMIT)
    assert "in time" in str(outcome.error)
    assert outcome.seconds < LIMIT + SLACK


def test_thinking_that_streams_in_a_field_of_its_own_is_a_sign_of_life() -> None:
    thinking = chunk("").replace(b'"content": ""', b'"content": null, "reasoning_content": "Hm."')

    def act(send, _: bytes) -> None:
        send(HEAD)
        for_ever(thinking, seconds=6.0)(send)
        send(chunk("Hello.") + DONE)

    with wire(act) as (address, _):  # longer than the limit, which leaves a slow machine time for the first sign
        assert called(speak, model_at(address), 4.0).words == "Hello."


def test_more_than_can_be_read_ends_in_time() -> None:
    began = time.monotonic()
    with pytest.raises(DeadlineError):
        all(time.sleep(0.001) is None for _ in within(0.3, itertools.count))  # type: ignore[func-returns-value]
    assert time.monotonic() - began < 0.3 + SLACK


def test_what_is_held_for_long_is_looked_at_once() -> None:
    """It took minutes for these: everything that was held was searched again with every piece."""
    words, began = AnswerFilter(held=True), time.monotonic()
    for _ in range(40_000):
        words.feed("word ")
    words.feed("</thi")
    assert words.feed("nk>So?") == "So?", "a closing tag in two pieces"
    assert words.thought
    assert time.monotonic() - began < 8


@pytest.mark.parametrize("wait", ["1e308", "NaN", "-1", "9" * 400, "Thu, 01 Jan 9999 00:00:00 GMT"])
def test_an_endpoint_that_wants_to_be_left_alone_for_ever_is_asked_again(wait: str) -> None:
    refusal = f"HTTP/1.1 429 X\r\nRetry-After: {wait}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode()
    with wire(lambda send, _: send(refusal)) as (address, _):
        model = model_at(address)
        outcome = called(speak, model, 20.0)  # it ends by itself, long before
        assert "too busy (429)" in str(outcome.error)
        assert len(str(outcome.error)) < 300
        asking = model._breaker._thread
        assert asking is None or asking.is_alive(), "nobody would ask it again"
        model.close()


def test_a_question_that_is_sent_on_to_another_place_is_answered_and_keeps_its_key_to_itself() -> None:
    with wire(lambda send, _: send(HEAD + chunk("Hello.") + DONE)) as (elsewhere, there):
        on = f"HTTP/1.1 307 X\r\nLocation: {elsewhere}/chat/completions\r\nContent-Length: 0\r\n\r\n".encode()
        for query in ("", "?api-version=2024-10-21"):
            with wire(lambda send, _: send(on)) as (address, here):
                outcome = called(speak, model_at(address + query), 5.0)
            assert (outcome.words, outcome.error) == ("Hello.", None)
            assert any(b"sk-very-secret" in one for one in here)
    assert there
    assert not any(b"sk-very-secret" in one for one in there)
