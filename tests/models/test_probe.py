"""What doctor and the set-up page ask an endpoint, what an error says, proxies, and what calls cost."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

import interviewer.doctor
from interviewer import Level, ModelError
from interviewer.config import Settings, tame_proxies
from interviewer.doctor import examine_all as doctor
from interviewer.models import FREE, Budget, Price, openai_endpoint, price_date, price_of
from interviewer.models.answers import read
from interviewer.models.connection import Place, is_own, open_client, place
from interviewer.transcript import Transcript, Turn
from tests.models import dialects
from tests.models.fault_table import ASKED, opened
from tests.models.protocol_server import ProtocolServer, Said, serving

FORM = '{"colour": "blue"}'


def settings(server: ProtocolServer, **more: object) -> Settings:
    given = {"model": "openai", "openai_base_url": server.address, "openai_api_key": SecretStr(server.key), **more}
    return Settings(_env_file=None, **given)  # type: ignore[arg-type]


def test_an_endpoint_is_described_by_what_it_answers() -> None:
    with serving("Hello", FORM, dialect=dialects.LLAMA_CPP) as server:
        found = openai_endpoint.examine(settings(server))
    assert found.models == ("/models/qwen3-8b.gguf",)
    assert found.said.strip() == "Hello"
    assert found.form is None
    assert found.window == 16_384
    assert "answers in a form; reads 16,384 tokens" in found.describe()


def test_a_window_that_is_too_small_is_said_with_its_cure() -> None:
    with serving("Hello", FORM, dialect=dialects.OLLAMA) as server:
        assert "OLLAMA_CONTEXT_LENGTH" in openai_endpoint.examine(settings(server)).describe()


def test_an_endpoint_that_cannot_answer_in_a_form_is_told_apart() -> None:
    with serving("no JSON at all") as server:
        found = openai_endpoint.examine(settings(server))
    assert "no answer in a form (no answer that fits the form" in found.describe()


@pytest.mark.parametrize(
    ("fault", "cure"),
    [
        ("401", r"check OPENAI_API_KEY.*Incorrect API key"),
        ("404", r"no model 'm' there: check INTERVIEWER_MODEL.*it offers house-model.*no such model"),
        ("429 for 20 s", r"too busy.*asks to wait 20 s.*Rate limit reached"),
        ("500", r"failed by itself.*not a matter of settings.*boom"),
        ("no credit", r"no credit or quota is left.*billing"),
        ("web page", r"web page: check OPENAI_BASE_URL"),
    ],
)
def test_an_error_says_what_to_do_and_what_the_server_said(fault: str, cure: str) -> None:
    with serving(fault) as server, pytest.raises(ModelError, match=cure) as caught:
        list(opened(server).speak(ASKED, limit=5))
    assert server.key not in str(caught.value)


def test_doctor_asks_the_endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = [look for look in interviewer.doctor._LOOKS if look[0] == "openai backend"]
    monkeypatch.setattr(interviewer.doctor, "_LOOKS", looks)
    with serving("Hello", FORM) as server:
        found = {one.name: one for one in doctor(settings(server, home=tmp_path))}
    assert found["openai backend"].fine
    assert "offers house-model" in found["openai backend"].text
    with serving("401") as server:
        found = {one.name: one for one in doctor(settings(server, home=tmp_path))}
    assert not found["openai backend"].fine
    assert "OPENAI_API_KEY" in found["openai backend"].text


def test_a_server_on_this_machine_is_found_and_how_to_use_it_is_said() -> None:
    with serving("Hello", dialect=dialects.OLLAMA) as server:
        port = urlsplit(server.address).port
        assert port
        found = openai_endpoint.local_servers([("Ollama", port), ("nobody", 9)])
    assert [one.name for one in found] == ["Ollama"]
    assert f"qwen3:8b): to use it, set OPENAI_BASE_URL=http://localhost:{port}/v1" in found[0].how


# -- proxies ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "socks5://127.0.0.1:9", "socks://127.0.0.1:9/"])
def test_this_machine_is_never_asked_through_a_proxy(monkeypatch: pytest.MonkeyPatch, name: str, proxy: str) -> None:
    for one in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(one, raising=False)
    monkeypatch.setenv(name, proxy)
    monkeypatch.setenv("NO_PROXY", "example.org")
    monkeypatch.setenv("no_proxy", "")
    tame_proxies()
    assert os.environ["NO_PROXY"].split(",") == ["example.org", "localhost", "127.0.0.1", "::1"]
    with serving("Hello") as server:
        assert "".join(opened(server).speak(ASKED)).strip() == "Hello"
    open_client(place("https://example.com/v1"), 5).close()


def test_a_proxy_that_cannot_be_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1:9")
    with pytest.raises(ValueError, match="ALL_PROXY"):
        open_client(place("https://example.com/v1"), 5)


def test_everything_heavy_can_be_imported_behind_any_proxy() -> None:
    code = (
        "from interviewer.config import quieten; quieten(); import gradio, chromadb, openai; "
        "import httpx; httpx.AsyncClient(); print('fine')"
    )
    environment = {**os.environ, "ALL_PROXY": "socks://127.0.0.1:9/", "HTTP_PROXY": "http://127.0.0.1:9"}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert ran.stdout.strip() == "fine", ran.stderr


@pytest.mark.parametrize(
    ("host", "own"), [("localhost", True), ("127.0.0.3", True), ("::1", True), ("10.0.0.1", False), ("a.org", False)]
)
def test_which_hosts_are_this_machine(host: str, own: bool) -> None:
    assert is_own(host) is own


def test_places() -> None:
    assert place(None) == Place("https://api.openai.com/v1")
    assert place("http://localhost:11434/").base == "http://localhost:11434/v1"
    azure = place("https://x.openai.azure.com/openai/deployments/a/chat/completions?api-version=2024-10-21")
    assert (azure.base, azure.query, azure.azure) == (
        "https://x.openai.azure.com/openai/deployments/a",
        (("api-version", "2024-10-21"),),
        True,
    )


# -- refusals of any form -------------------------------------------------------------------------------

SENT = {"temperature": 0.4, "seed": 7, "max_tokens": 120, "stream_options": {}}


@pytest.mark.parametrize(
    ("body", "text", "about"),
    [
        ({"message": "no", "param": "seed"}, "", ["seed"]),
        ({"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted", "input": 7}]}, "", ["seed"]),
        ({"detail": [{"loc": ["body", "messages", 0, "seed"], "msg": "no", "input": SENT}]}, "", []),
        ({"message": {"detail": [{"loc": ["body", "seed"], "msg": "no"}]}}, "", ["seed"]),
        ([{"error": {"message": 'Unknown name "seed": Cannot find field.'}}], "", ["seed"]),
        ({"error": {"message": "x", "details": [{"fieldViolations": [{"field": "generation_config.seed"}]}]}}, "", ["seed"]),
        ("Unrecognized request argument supplied: stream_options", "", ["stream_options"]),
        ({"message": "temperature and seed are not supported"}, "", ["temperature"]),
        ({"message": "does not support parameters: ['seed'], for model=x"}, "", ["seed"]),
        ({"message": "the word seedling is no field"}, "", []),
        ({"detail": "Invalid value", "request": SENT}, "", []),
        (None, "Unknown field: max_tokens", ["max_tokens"]),
        ({"message": "Use 'max_completion_tokens' instead of 'max_tokens'", "param": None}, "", ["max_tokens"]),
    ],
)  # fmt: skip
def test_the_field_is_found_whatever_the_errors_form(body: object, text: str, about: list[str]) -> None:
    assert read(body, text or (body if isinstance(body, str) else "")).about(SENT) == about


def test_a_limit_on_tokens_is_learnt_as_a_number_and_not_as_a_refusal() -> None:
    few = dialects.Dialect(
        "few",
        models=dialects.PLAIN_LIST,
        refuses=lambda body: (
            (400, {"error": {"message": "max_tokens is too large: must be at most 512", "param": "max_tokens"}})
            if body.get("max_tokens", 0) > 512
            else None
        ),
    )
    with serving("Hello", dialect=few) as server:
        list(opened(server).speak(ASKED, max_tokens=900))
    assert server.asked[-1]["max_tokens"] == 512


# -- cost -------------------------------------------------------------------------------------------------


def test_what_a_call_cost_counts_what_the_provider_had_kept_for_less() -> None:
    price = price_of("gpt-4.1-2025-04-14", None)
    assert price == Price(input=2, cached=0.5, output=8)
    assert price.of({"input": 1_000_000, "cached": 400_000, "output": 100_000}) == pytest.approx(1.2 + 0.2 + 0.8)
    assert price_date() == "2026-11-29"


@pytest.mark.parametrize(
    ("model", "address", "known"),
    [
        ("openai/gpt-4o-mini", "https://openrouter.ai/api/v1", True),
        ("models/gemini-2.5-flash", "https://generativelanguage.googleapis.com/v1beta/openai/", True),
        ("openai/gpt-oss-120b", "https://api.groq.com/openai/v1", True),
        ("gpt-4.1", "https://proxy.example.org/v1", False),
        ("some-model", None, False),
    ],
)
def test_a_price_is_known_where_it_holds_and_nowhere_else(model: str, address: str | None, known: bool) -> None:
    assert (price_of(model, address) is not None) is known


def test_ones_own_server_costs_nothing() -> None:
    assert price_of("qwen3:8b", "http://localhost:11434/v1") is FREE


def test_a_limit_is_reached_where_the_price_is_known() -> None:
    said = Turn(speaker="interviewer", text="How many a day?", usage={"input": 1_000_000})
    talk = Transcript(case="fraud-detection", level=Level.SENIOR, turns=[said])
    assert Budget(Price(input=2, output=8)).spent(talk) == 2
    assert Budget(Price(input=2, output=8), limit=2).reached(talk)
    assert Budget(Price(input=2, output=8), limit=2.1).reached(talk), "the report has to fit as well"
    assert not Budget(Price(input=2, output=8), limit=3).reached(talk)
    assert not Budget(None, limit=0.01).reached(talk), "a price that is not known limits nothing"


def test_codes_of_an_endpoint_never_reach_a_message() -> None:
    with serving(Said("\x1b[2J\x07Hello\u202e", "stop")) as server:
        assert "".join(opened(server).speak(ASKED)) == "Hello"
