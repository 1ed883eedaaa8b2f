"""How endpoints differ: where they stand, what their lists look like, which fields they refuse and in what words.

Each is written after the maker's own documentation and what users report (``docs/endpoints.md`` names the sources).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Body = Mapping[str, Any]
Refusal = tuple[int, Any]


def _none(body: Body) -> Refusal | None:
    return None


@dataclass(frozen=True)
class Dialect:
    """One kind of endpoint."""

    name: str
    base: str = "/v1"
    """The path of the address that people are told to use."""
    query: str = ""
    models: Any = None
    """The body of the list of models."""
    refuses: Callable[[Body], Refusal | None] = _none
    native: Mapping[str, Any] = field(default_factory=dict)
    """Other addresses from the root, with their bodies."""
    key_header: str = "authorization"
    unknown_model: Callable[[str], Refusal] | None = None
    before: tuple[Any, ...] = ()
    """Chunks that come before the first words."""
    thinks: bool = False
    """Its words come after thinking in a field of its own, and thinking counts as output."""
    cuts_at: int | None = None
    """It reads only so many tokens of a prompt and says nothing."""


def _openai_error(message: str, param: str | None = None, code: str | None = None, status: int = 400) -> Refusal:
    return status, {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


def _openai_reasoning(body: Body) -> Refusal | None:
    if "max_tokens" in body:
        message = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        )
        return _openai_error(message, "max_tokens", "unsupported_parameter")
    if body.get("temperature", 1) != 1:
        message = f"Unsupported value: 'temperature' does not support {body['temperature']} with this model. Only the default (1) value is supported."
        return _openai_error(message, "temperature", "unsupported_value")
    return None


def _azure(body: Body) -> Refusal | None:
    if "stream_options" in body:
        return _openai_error("Unrecognized request argument supplied: stream_options")
    if "max_completion_tokens" in body:
        return _openai_error("Unrecognized request argument supplied: max_completion_tokens")
    if body.get("response_format", {}).get("type") == "json_schema":
        message = "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."
        return _openai_error(message, "response_format")
    return None


def _groq(body: Body) -> Refusal | None:
    if body.get("response_format", {}).get("type") == "json_schema":
        message = "This model does not support response format `json_schema`. See supported models."
        return 400, {"error": {"message": message, "type": "invalid_request_error", "param": "response_format"}}
    return None


def _google(body: Body) -> Refusal | None:
    unknown = [name for name in ("seed", "frequency_penalty") if name in body]
    if not unknown:
        return None
    lines = [f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.' for name in unknown]
    details = {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [{"description": line} for line in lines],
    }
    error = {"code": 400, "message": "\n".join(lines), "status": "INVALID_ARGUMENT", "details": [details]}
    return 400, [{"error": error}]


def _lm_studio(body: Body) -> Refusal | None:
    if body.get("response_format", {}).get("type") == "json_object":
        return 400, {"error": "'response_format.type' must be 'json_schema' or 'text'"}
    return None


def _fastapi(body: Body) -> Refusal | None:
    known = {"model", "messages", "stream", "stream_options", "temperature", "max_tokens", "response_format"}
    unknown = sorted(set(body) - known)
    if not unknown:
        return None
    detail = [
        {"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted", "input": body[name]}
        for name in unknown
    ]
    return 422, {"detail": detail}


def _mistral(body: Body) -> Refusal | None:
    refusal = _fastapi(body)
    return (
        None if refusal is None else (422, {"object": "error", "message": refusal[1], "type": "invalid_request_error"})
    )


def _entry(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 1, "owned_by": "us", **more}


def _list(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"object": "list", "data": list(entries)}


OPENAI = Dialect(
    "OpenAI, a reasoning model",
    models=_list(
        _entry("text-embedding-3-small"),
        _entry("whisper-1"),
        _entry("omni-moderation-latest"),
        _entry("gpt-4o-mini-tts"),
        _entry("dall-e-3"),
        _entry("gpt-5-mini"),
    ),
    refuses=_openai_reasoning,
    thinks=True,
)
AZURE = Dialect(
    "Azure",
    base="/openai/deployments/my-gpt-4o",
    query="?api-version=2024-02-01",
    models=None,
    refuses=_azure,
    key_header="api-key",
    before=({"choices": [], "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}]},),
)
OPENROUTER = Dialect(
    "OpenRouter",
    base="/api/v1",
    models=_list(
        _entry("black-forest/flux-2", architecture={"output_modalities": ["image"]}, context_length=32_000),
        _entry("qwen/qwen3-32b:free", architecture={"output_modalities": ["text"]}, context_length=40_960),
    ),
)
GROQ = Dialect(
    "Groq",
    base="/openai/v1",
    models=_list(
        _entry("whisper-large-v3", active=True, context_window=448),
        _entry("meta-llama/llama-guard-4-12b", active=True, context_window=131_072),
        _entry("playai-tts", active=True, context_window=8_192),
        _entry("mixtral-8x7b-32768", active=False, context_window=32_768),
        _entry("llama-3.3-70b-versatile", active=True, context_window=131_072),
    ),
    refuses=_groq,
)
GEMINI = Dialect(
    "Gemini's compatible address",
    base="/v1beta/openai",
    models=_list(_entry("models/embedding-001"), _entry("models/imagen-4"), _entry("models/gemini-2.5-flash")),
    refuses=_google,
)
OLLAMA = Dialect(
    "Ollama",
    models=_list(_entry("nomic-embed-text:latest"), _entry("qwen3:8b")),
    native={"/api/ps": {"models": [{"name": "qwen3:8b", "model": "qwen3:8b", "context_length": 4096}]}},
    cuts_at=4096,
)
LM_STUDIO = Dialect(
    "LM Studio",
    models=_list(_entry("text-embedding-nomic-embed-text-v1.5"), _entry("gemma-3-4b"), _entry("qwen/qwen3-8b")),
    native={
        "/api/v0/models": _list(
            {"id": "text-embedding-nomic-embed-text-v1.5", "type": "embeddings", "state": "not-loaded"},
            {"id": "gemma-3-4b", "type": "vlm", "state": "not-loaded", "max_context_length": 131_072},
            {"id": "qwen/qwen3-8b", "type": "llm", "state": "loaded", "loaded_context_length": 8_192},
        )
    },
    refuses=_lm_studio,
)
VLLM = Dialect(
    "vLLM",
    models=_list(_entry("Qwen/Qwen3-32B-AWQ", max_model_len=40_960, root="Qwen/Qwen3-32B-AWQ")),
    thinks=True,
)
LLAMA_CPP = Dialect(
    "llama.cpp",
    models={"models": [], **_list(_entry("/models/qwen3-8b.gguf", meta={"n_ctx_train": 40_960}))},
    native={"/props": {"default_generation_settings": {"n_ctx": 16_384}, "total_slots": 1}},
)
MISTRAL = Dialect(
    "Mistral",
    models=_list(
        _entry("mistral-embed", capabilities={"completion_chat": False}, max_context_length=8_192),
        _entry("mistral-large-latest", capabilities={"completion_chat": True}, max_context_length=131_072),
    ),
    refuses=_mistral,
)
STRICT = Dialect("a strict FastAPI server", models=[{"id": "house-model"}], refuses=_fastapi)
ALL = (OPENAI, AZURE, OPENROUTER, GROQ, GEMINI, OLLAMA, LM_STUDIO, VLLM, LLAMA_CPP, MISTRAL, STRICT)
PLAIN_LIST = _list(_entry("house-model"))
