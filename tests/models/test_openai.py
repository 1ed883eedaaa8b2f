"""The backend ``openai`` over real HTTP, against a server that speaks the protocol and misbehaves on demand."""

import logging
import time
import traceback

import pytest
from pydantic import BaseModel, Field, SecretStr

from interviewer import CannotRun, ModelError
from interviewer.config import Settings
from interviewer.models import open_chain
from interviewer.models.base import A_WORD, LanguageModel, Message
from tests.models.protocol_server import ProtocolServer, serving

pytestmark = pytest.mark.slow

ASKED = [Message("system", "You are terse."), Message("user", "Say hello.")]


class Answer(BaseModel):
    label: str
    sure: float = Field(ge=0, le=1)


def model(server: ProtocolServer, **settings: object) -> LanguageModel:
    given = {
        "model": "openai:test-model",
        "openai_api_key": SecretStr(server.key),
        "openai_base_url": server.address,
        "request_timeout": 1.0,
        "total_timeout": 6.0,
        **settings,
    }
    return open_chain(Settings(_env_file=None, **given)).models[0]  # type: ignore[arg-type]


def said(server: ProtocolServer, **settings: object) -> str:
    return "".join(model(server, **settings).speak(ASKED)).strip()


def test_words_are_streamed_with_the_settings_that_were_asked_for() -> None:
    with serving("Hello to you") as server:
        one = model(server)
        list(one.speak(ASKED))
        pieces = list(one.speak(ASKED, max_tokens=50, temperature=0.2, seed=3))
    assert len(pieces) == 3
    assert "".join(pieces).strip() == "Hello to you"
    body = server.asked[1]
    assert body["model"] == "test-model"
    assert body["stream"]
    assert body["temperature"] == 0.2
    assert body["seed"] == 3
    assert 50 in (body.get("max_tokens"), body.get("max_completion_tokens"))
    assert [message["role"] for message in body["messages"]] == ["system", "user"]


def test_a_prompt_is_read_with_the_form_that_comes_before_it_and_what_is_answered_does_not_matter() -> None:
    with serving("no JSON", '{"label": "yes", "sure": 1}', "500", "500", "500") as server:
        one = model(server)
        one.read(ASKED, Answer)
        assert one.extract(ASKED, Answer).label == "yes"
        with pytest.raises(ModelError):
            one.read(ASKED, Answer)
    read, asked = server.asked[:2]
    assert (read["messages"], read["response_format"]) == (asked["messages"], asked["response_format"])
    assert A_WORD in (read.get("max_tokens"), read.get("max_completion_tokens"))


def test_a_busy_endpoint_is_asked_again_after_the_time_that_it_names() -> None:
    with serving("429", "Hello") as server:
        assert said(server) == "Hello"
    assert len(server.asked) == 2
    assert server.times[1] - server.times[0] >= 0.9


def test_a_broken_endpoint_is_asked_a_bounded_number_of_times() -> None:
    with serving("500") as server, pytest.raises(ModelError, match="500"):
        said(server, retries=1)
    assert len(server.asked) == 2


@pytest.mark.parametrize("behaviour", ["hang", "hang mid-stream", "drip"])
def test_an_endpoint_that_hangs_is_given_up_in_time(behaviour: str) -> None:
    began = time.monotonic()
    with serving(behaviour) as server, pytest.raises(ModelError, match=r"in time|broke off"):
        said(server, retries=0, total_timeout=2.0)
    assert time.monotonic() - began < 3


def test_retries_do_not_stretch_the_total_deadline() -> None:
    began = time.monotonic()
    with serving("hang") as server, pytest.raises(ModelError, match="in time"):
        model(server, retries=9, total_timeout=2.5).extract(ASKED, Answer)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("behaviour", ["cut stream", "empty"])
def test_half_an_answer_is_no_answer(behaviour: str) -> None:
    with serving(behaviour) as server, pytest.raises(ModelError, match=r"broke off|empty"):
        said(server)


def test_a_caller_who_stops_listening_stops_the_stream() -> None:
    with serving("Hello", "long") as server:
        one = model(server)
        list(one.speak(ASKED))  # the first answer is held until it is whole
        words = one.speak(ASKED)
        next(words)
        words.close()  # type: ignore[attr-defined]
        deadline = time.monotonic() + 3
        while not server.closed_early and time.monotonic() < deadline:
            time.sleep(0.05)
        assert server.closed_early


def test_structured_answers_are_asked_for_by_schema() -> None:
    with serving('{"label": "click", "sure": 0.9}') as server:
        assert model(server).extract(ASKED, Answer, max_tokens=77) == Answer(label="click", sure=0.9)
    (body,) = server.asked
    assert body["response_format"]["type"] == "json_schema"
    assert 77 in (body.get("max_tokens"), body.get("max_completion_tokens"))


@pytest.mark.parametrize("bad", ["no JSON at all", "truncated", '{"label": "click", "sure": 7}'])
def test_a_bad_structured_answer_is_asked_for_once_more(bad: str) -> None:
    with serving(bad, '{"label": "click", "sure": 0.9}') as server:
        assert model(server).extract(ASKED, Answer).label == "click"
    assert [body["response_format"]["type"] for body in server.asked] == ["json_schema", "json_schema"]
    first, second = server.asked
    assert first["temperature"] != second["temperature"] or first["max_tokens"] < second["max_tokens"]


def test_then_in_json_mode_with_the_schema_in_words() -> None:
    with serving("bad", "bad", '```json\n{"label": "click", "sure": 0.9}\n```') as server:
        assert model(server).extract(ASKED, Answer).label == "click"
    assert server.asked[2]["response_format"] == {"type": "json_object"}
    assert "JSON schema" in server.asked[2]["messages"][-1]["content"]


def test_then_it_is_an_error() -> None:
    with serving("bad") as server, pytest.raises(ModelError, match="Answer"):
        model(server).extract(ASKED, Answer)
    forms = [body.get("response_format", {}).get("type") for body in server.asked]
    assert forms == ["json_schema", "json_schema", "json_object", None]


def test_an_endpoint_without_json_schema_is_asked_in_json_mode_from_then_on() -> None:
    with serving("no json_schema") as server:
        one = model(server)
        assert one.extract(ASKED, Answer).label == one.extract(ASKED, Answer).label == "click"
    kinds = [body["response_format"]["type"] for body in server.asked]
    assert kinds == ["json_schema", "json_object", "json_object"]


def test_a_refusal_is_an_error() -> None:
    with serving("refusal") as server, pytest.raises(ModelError, match="refus"):
        model(server).extract(ASKED, Answer)


def test_settings_that_a_model_refuses_are_left_out_from_then_on() -> None:
    with serving("no sampling", "no sampling", "Hello", "Hello") as server:
        one = model(server)
        assert "".join(one.speak(ASKED)).strip() == "".join(one.speak(ASKED)).strip() == "Hello"
    assert "temperature" in server.asked[0]
    assert "temperature" not in server.asked[-1]
    assert "seed" not in server.asked[-1]
    assert len(server.asked) == 4


@pytest.mark.parametrize(("behaviour", "cure"), [("401", "OPENAI_API_KEY"), ("404", "INTERVIEWER_MODEL")])
def test_the_key_never_shows_and_the_error_says_what_to_do(
    behaviour: str, cure: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(behaviour) as server, pytest.raises(ModelError, match=cure) as caught:
        said(server)
    assert server.key not in "".join(traceback.format_exception(caught.value))
    assert server.key not in "".join(record.getMessage() for record in caplog.records)
    assert len(server.asked) == 1


def test_nobody_listens_there() -> None:
    nowhere = ProtocolServer([""], address="http://127.0.0.1:9/v1")
    with pytest.raises(ModelError, match=r"cannot be reached: .*OPENAI_BASE_URL"):
        said(nowhere, retries=0)


def test_a_local_endpoint_needs_no_key_and_names_its_model() -> None:
    with serving("Hello") as server:
        one = model(server, openai_api_key=None, model="openai")
        assert one.name == "house-model"
        assert "".join(one.speak(ASKED)).strip() == "Hello"


def test_without_key_and_address_the_named_backend_cannot_run() -> None:
    with pytest.raises(CannotRun, match="OPENAI_API_KEY"):
        open_chain(Settings(_env_file=None, model="openai"))


def test_a_prompt_that_is_too_long_is_refused_before_it_is_sent() -> None:
    with serving("Hello") as server, pytest.raises(ModelError, match="tokens"):
        list(model(server).speak([Message("user", "word " * 120_000)]))
    assert not server.asked
