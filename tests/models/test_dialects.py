"""Endpoints as they are: each kind is set up with nothing but its address, speaks, and gives an answer in a form."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from interviewer import ModelError
from interviewer.config import Settings, variable
from interviewer.models.base import Message
from interviewer.models.openai_endpoint import OpenAIModel, open_model
from tests.models import dialects
from tests.models.dialects import Dialect
from tests.models.protocol_server import ProtocolServer, serving

pytestmark = pytest.mark.slow

ASKED = [Message("system", "You are terse."), Message("user", "Say hello.")]
JSON = '{"label": "click"}'
CHOSEN = {
    dialects.OPENAI.name: "gpt-5-mini",
    dialects.AZURE.name: "my-gpt-4o",
    dialects.OPENROUTER.name: "qwen/qwen3-32b:free",
    dialects.GROQ.name: "llama-3.3-70b-versatile",
    dialects.GEMINI.name: "models/gemini-2.5-flash",
    dialects.OLLAMA.name: "qwen3:8b",
    dialects.LM_STUDIO.name: "qwen/qwen3-8b",
    dialects.VLLM.name: "Qwen/Qwen3-32B-AWQ",
    dialects.LLAMA_CPP.name: "/models/qwen3-8b.gguf",
    dialects.MISTRAL.name: "mistral-large-latest",
    dialects.STRICT.name: "house-model",
}
WINDOWS = {
    dialects.OPENROUTER.name: 40_960,
    dialects.GROQ.name: 131_072,
    dialects.OLLAMA.name: 4_096,
    dialects.LM_STUDIO.name: 8_192,
    dialects.VLLM.name: 40_960,
    dialects.LLAMA_CPP.name: 16_384,
    dialects.MISTRAL.name: 131_072,
}


class Answer(BaseModel):
    label: str


def opened(server: ProtocolServer, address: str | None = None, **more: object) -> OpenAIModel:
    given = {
        "model": "openai" if server.dialect.models else f"openai:{CHOSEN[server.dialect.name]}",
        "openai_api_key": SecretStr(server.key),
        "openai_base_url": address or server.address,
        "request_timeout": 5.0,
        "total_timeout": 20.0,
        **more,
    }
    return open_model(Settings(_env_file=None, **given))  # type: ignore[arg-type]


@pytest.mark.parametrize("dialect", dialects.ALL, ids=lambda dialect: dialect.name)
def test_every_kind_speaks_and_answers_in_a_form(dialect: Dialect) -> None:
    with serving("Hello to you", dialect=dialect) as server:
        one = opened(server)
        assert one.name == CHOSEN[dialect.name]
        assert "".join(one.speak(ASKED, seed=3)).strip() == "Hello to you"
        server.script[:] = [JSON]
        assert one.extract(ASKED, Answer, max_tokens=900) == Answer(label="click")
        asked = len(server.asked)
        assert one.extract(ASKED, Answer, max_tokens=900) == Answer(label="click")
        assert len(server.asked) == asked + 1  # what was refused is known now
        assert one.out is None


@pytest.mark.parametrize(("name", "window"), WINDOWS.items())
def test_how_much_the_model_reads_is_asked_where_it_can_be(name: str, window: int) -> None:
    dialect = next(one for one in dialects.ALL if one.name == name)
    with serving("Hello", dialect=dialect) as server:
        one = opened(server)
        one.settle(5)
        assert one.window == window
        assert opened(server, window=2048).window == 2048


def test_a_token_limit_under_its_other_name_and_a_temperature_that_is_refused() -> None:
    with serving("Hello", dialect=dialects.OPENAI) as server:
        list(opened(server).speak(ASKED, max_tokens=800))
    first, second, third = server.asked
    assert "max_tokens" in first
    assert "temperature" in second
    assert "temperature" not in third
    assert third["max_completion_tokens"] == 800


def test_azures_address_keeps_its_query_and_the_key_goes_where_azure_looks() -> None:
    with serving("Hello", dialect=dialects.AZURE) as server:
        assert "".join(opened(server).speak(ASKED)).strip() == "Hello"
    assert set(server.queries) == {"api-version=2024-02-01"}
    assert server.headers[-1]["api-key"] == server.key


def test_a_refusal_about_one_field_is_not_taken_for_another() -> None:
    with serving("Hello", dialect=dialects.STRICT) as server:
        list(opened(server).speak(ASKED))
    assert "seed" in server.asked[0]
    last = server.asked[-1]
    assert "seed" not in last
    assert {"temperature", "max_tokens", "stream_options"} <= set(last)


@pytest.mark.parametrize(
    "tail", ["", "/", "/v1", "/v1/", "/v1/chat/completions", "/v1/models", "/v1?x=1"], ids=lambda tail: tail or "bare"
)
def test_an_address_is_understood_as_people_write_it(tail: str) -> None:
    with serving("Hello") as server:
        root = server.address.removesuffix("/v1")
        assert "".join(opened(server, root + tail, model="openai:m").speak(ASKED)).strip() == "Hello"


def test_a_server_without_v1_is_found_with_it_and_the_other_way_round() -> None:
    bare = Dialect("bare", base="", models=[{"id": "house-model"}])
    with serving("Hello", dialect=bare) as server:
        one = opened(server, server.address + "/v1", model="openai:m")
        assert "".join(one.speak(ASKED)).strip() == "Hello"
    deep = Dialect("deep", base="/api/v1", models=[{"id": "house-model"}])
    with serving("Hello", dialect=deep) as server:
        one = opened(server, server.address.removesuffix("/v1"), model="openai")
        assert "".join(one.speak(ASKED)).strip() == "Hello"
        assert one.name == "house-model"


def test_without_a_model_that_can_chat_it_says_what_there_is() -> None:
    only = Dialect("only", models={"data": [{"id": "bge-m3"}, {"id": "whisper-1"}]})
    with serving("Hello", dialect=only) as server, pytest.raises(ModelError, match="bge-m3, whisper-1"):
        list(opened(server, model="openai").speak(ASKED))


def test_a_prompt_that_ollama_cut_is_said_and_the_next_one_is_made_to_fit() -> None:
    quiet = Dialect("quiet", models=dialects.OLLAMA.models, cuts_at=4096)
    long = [Message("system", "case notes " * 4_000), Message("user", "Say hello.")]
    with serving("Hello", dialect=quiet) as server:
        one = opened(server)
        with pytest.raises(ModelError, match=r"cut the prompt.*num_ctx"):
            list(one.speak(long))
        assert one.window < 4_400
        asked = len(server.asked)
        with pytest.raises(ModelError, match="fit"):
            list(one.speak(long))
        assert len(server.asked) == asked


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": {"message": "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens.", "code": "context_length_exceeded", "param": "messages"}}),
        (500, {"error": {"code": 500, "message": "the request exceeds the available context size.", "type": "exceed_context_size_error", "n_prompt_tokens": 9000, "n_ctx": 4096}}),
        (400, {"object": "error", "message": "Prompt contains 9000 tokens, too large for model with 4096 maximum context length: 4096"}),
        (400, {"error": "The number of tokens to keep from the initial prompt is greater than the context length."}),
    ],
)  # fmt: skip
def test_a_conversation_that_is_too_long_is_shortened_and_asked_again(status: int, body: object) -> None:
    small = Dialect(
        "small",
        models=dialects.PLAIN_LIST,
        refuses=lambda sent: (status, body) if len(str(sent["messages"])) > 20_000 else None,
    )
    talk = [Message("system", "You interview."), *[Message("user", "labels arrive late " * 200) for _ in range(10)]]
    with serving("Hello", dialect=small) as server:
        assert "".join(opened(server).speak(talk)).strip() == "Hello"
        kept = server.asked[-1]["messages"]
        assert kept[0]["content"] == "You interview."
        assert kept[-1]["content"] == talk[-1].content
        assert len(kept) < len(talk)


def test_the_page_on_endpoints_names_only_what_is_there() -> None:
    root = Path(__file__).parents[2]
    page = (root / "docs/endpoints.md").read_text(encoding="utf-8")
    own = Path(__file__).read_text(encoding="utf-8")
    assert {name for name in re.findall(r"`(test_\w+)", page) if f"def {name}(" not in own} == set()
    kinds = set(re.findall(r"`(?:…|test_every_kind\w+)\[([^\]]+)\]", page))
    assert kinds == {kind.name for kind in dialects.ALL} - {dialects.MISTRAL.name, dialects.STRICT.name}
    settings = {variable(field) for field in Settings.model_fields}
    assert set(re.findall(r"\b(?:INTERVIEWER|OPENAI)_[A-Z_]+", page)) <= settings
