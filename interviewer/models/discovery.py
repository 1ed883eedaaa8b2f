"""What an endpoint says about itself: the models that it has, which of them can chat, how much they read.

    GET /models                    every server; vLLM, OpenRouter, Groq, Mistral and Google add how much a model reads
    GET /props                     llama.cpp         GET /api/ps, POST /api/show   Ollama
    GET /api/v0/models             LM Studio

The last three are asked of machines of one's own network only. Nothing here takes longer than it is given, and nobody
waits for somebody else's question.
"""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from interviewer import ModelError
from interviewer.background import aside
from interviewer.models.answers import clean
from interviewer.models.connection import DeadlineError, ElsewhereError, NonsenseError, Place, cause, once, open_client
from interviewer.models.failures import Asked, explain

if TYPE_CHECKING:
    import openai

LIMIT = 5.0
"""Seconds for everything that is asked."""
_NOT_CHAT = re.compile(
    r"embed|\bbge\b|\bbge-|\be5-|\bgte-|minilm|rerank|whisper|transcri|\btts\b|-tts|text-to-speech|kokoro|piper|orpheus|"
    r"playai|moderation|guard|shield|safety|\bclip\b|siglip|dall-e|image|imagen|\bveo\b|veo-|sora|diffusion|flux|realtime|"
    r"audio|babbage|davinci|turbo-instruct|\baqa\b|\bocr\b|computer-use|translate|reward|prompt-?injection",
    re.IGNORECASE,
)
"""Names of models that do something else than chat."""
_WINDOWS = (
    "max_model_len", "loaded_context_length", "context_length", "context_window", "max_context_length",
    "max_input_tokens", "inputTokenLimit", "n_ctx",
)  # fmt: skip
MOST_MODELS = 2_000


@dataclass(frozen=True)
class Offered:
    """A model that an endpoint has."""

    name: str
    chats: bool = True
    window: int | None = None
    """Tokens that it reads and writes together, where that is said."""


@dataclass(frozen=True)
class Offer:
    """What an endpoint says about itself."""

    place: Place
    models: tuple[Offered, ...]

    @property
    def chat(self) -> tuple[str, ...]:
        """The names of the models that can chat, in the endpoint's order."""
        return tuple(model.name for model in self.models if model.chats)

    def window(self, name: str) -> int | None:
        """Of one model; of the only one, whatever it is called."""
        known = self.models if len(self.models) == 1 else [model for model in self.models if model.name == name]
        return known[0].window if known else None


class Directory:
    """What an endpoint offers, asked once behind whoever wants to know. Safe to use from several threads."""

    def __init__(self, place: Place, key: str, where: str, has_key: bool, limit: float = LIMIT):
        self._limit = limit
        self._place = place
        self._key = key
        self._asked = Asked(where, "", key, has_key, "check the network and OPENAI_BASE_URL", limit)
        self._lock = threading.Lock()
        self._asking: Future[None] | None = None
        self.known: Offer | None = None
        self._failure = ModelError(f"{where}: did not say in time which models it has")

    def begin(self) -> None:
        """Asks, unless it is known or being asked."""
        with self._lock:
            if self.known is None and (self._asking is None or self._asking.done()):
                self._asking = aside("models-offered", self._ask)

    def get(self, seconds: float) -> Offer:
        """The offer, within so many seconds. Raises ModelError."""
        self.begin()
        if self._asking:
            wait([self._asking], min(seconds, self._limit))
        if self.known is None:
            raise self._failure
        return self.known

    def _ask(self) -> None:
        import httpx2
        import openai

        try:
            self.known = once(self._limit, lambda: ask(self._place, self._key))
        except (openai.OpenAIError, httpx2.HTTPError, DeadlineError, ValueError, TypeError, KeyError) as error:
            self._failure = self._told(error)

    def _told(self, error: Exception) -> ModelError:
        import openai

        if isinstance(error, openai.NotFoundError) or not isinstance(error, openai.APIError | DeadlineError):
            cure = "set INTERVIEWER_MODEL=openai:<model name>, and check OPENAI_BASE_URL"
            said = clean(" ".join(str(error).split()))[:160]
            return ModelError(f"{self._asked.where}: does not say which models it has ({said}): {cure}")
        return explain(error, self._asked).error


def ask(place: Place, key: str) -> Offer:
    """What is offered there, or at the other likely address of the same server. Raises what the client raises."""
    import openai

    try:
        return _offer(place, key)
    except openai.APIError as error:
        elsewhere = cause(error, ElsewhereError) is not None or getattr(error, "status_code", 0) in (404, 405)
        if not elsewhere:
            raise
        try:
            return _offer(place.other(), key)
        except (openai.APIError, NonsenseError):
            raise error from None


def chooses(offer: Offer) -> str:
    """The model that ``auto`` takes: the first that can chat. Raises ModelError when there is none."""
    if not offer.chat:
        has = f"only {', '.join(model.name for model in offer.models[:8])}" if offer.models else "no model"
        raise ModelError(
            f"{offer.place.base}: offers {has}, and none that can chat: load one, or name it in "
            "INTERVIEWER_MODEL=openai:<model name>"
        )
    return offer.chat[0]


def _offer(place: Place, key: str) -> Offer:
    import openai

    client = openai.OpenAI(
        api_key=key,
        base_url=place.base,
        default_query=dict(place.query) or None,
        default_headers={"api-key": key} if place.azure else None,
        max_retries=0,
        http_client=open_client(place, LIMIT),
    )
    try:
        models = tuple(_entries(client.get("/models", cast_to=object)))
        if not models:
            raise NonsenseError("its list is empty")
        if near(place):
            models = _native(client, place, models)
    finally:
        client.close()
    return Offer(place, models)


def near(place: Place) -> bool:
    """Whether a server stands in one's own network, so that it may be asked more than the protocol has."""
    if place.own or "." not in place.host or place.host.endswith(".local"):
        return True
    try:
        return ip_address(place.host).is_private
    except ValueError:
        return False


def _entries(answer: object) -> Iterator[Offered]:
    """``{"data": […]}``, ``{"models": […]}`` or the list alone."""
    found = answer
    if isinstance(answer, Mapping):
        found = answer.get("data", answer.get("models"))
    if not isinstance(found, Sequence) or isinstance(found, str):
        raise NonsenseError("its answer is no list of models")
    for entry in found[:MOST_MODELS]:
        details = entry if isinstance(entry, Mapping) else {"id": entry}
        name = next((details[key] for key in ("id", "name", "model", "key") if isinstance(details.get(key), str)), None)
        if name and clean(name).strip():
            yield Offered(clean(name).strip(), _chats(name, details), _window(details))


def _chats(name: str, details: Mapping[str, Any]) -> bool:
    can = details.get("capabilities")
    if isinstance(can, Mapping) and can.get("completion_chat") is False:
        return False
    if isinstance(can, list) and can and not {"completion", "chat"} & set(map(str, can)) and "embedding" in can:
        return False
    shape = details.get("architecture")
    gives = shape.get("output_modalities") if isinstance(shape, Mapping) else None
    if isinstance(gives, list) and "text" not in gives:
        return False
    kind = str(details.get("type", "")).lower()
    return details.get("active") is not False and "embed" not in kind and not _NOT_CHAT.search(name)


def _window(details: Mapping[str, Any]) -> int | None:
    meta = details.get("meta")
    for where in (details, meta if isinstance(meta, Mapping) else {}):
        for key in _WINDOWS:
            if isinstance(size := where.get(key), int) and size > 0:
                return size
    return None


def _native(client: "openai.OpenAI", place: Place, models: tuple[Offered, ...]) -> tuple[Offered, ...]:
    """The same models with what the server's own routes know of their windows."""
    parts = urlsplit(place.base)
    root = f"{parts.scheme}://{parts.netloc}"

    def get(path: str) -> Any:
        import httpx2
        import openai

        try:
            return client.get(f"{root}{path}", cast_to=object)
        except (openai.OpenAIError, httpx2.HTTPError, ValueError, TypeError):
            return None

    props = get("/props")  # llama.cpp: what it was started with, not what the model could do
    settings = props.get("default_generation_settings") if isinstance(props, Mapping) else None
    if isinstance(settings, Mapping) and isinstance(size := settings.get("n_ctx"), int):
        return tuple(replace(model, window=size) for model in models)
    running = get("/api/ps")  # Ollama: models in memory, with the window that they were loaded with
    if isinstance(running, Mapping) and isinstance(running.get("models"), list):
        return _with(models, {str(one.get("name")): one.get("context_length") for one in running["models"]})
    listed = get("/api/v0/models")  # LM Studio
    if isinstance(listed, Mapping) and isinstance(listed.get("data"), list):
        loaded = [one for one in listed["data"] if isinstance(one, Mapping)]
        sizes = {str(one.get("id")): one.get("loaded_context_length") for one in loaded}
        models = _with(models, sizes)
        kinds = {str(one.get("id")): str(one.get("type", "")) for one in loaded}
        models = tuple(replace(one, chats=one.chats and "embed" not in kinds.get(one.name, "")) for one in models)
        ready = {str(one.get("id")) for one in loaded if one.get("state") == "loaded"}
        return tuple(sorted(models, key=lambda model: model.name not in ready))
    return models


def _with(models: tuple[Offered, ...], sizes: Mapping[str, Any]) -> tuple[Offered, ...]:
    known = {name: size for name, size in sizes.items() if isinstance(size, int) and size > 0}
    return tuple(replace(model, window=known.get(model.name, model.window)) for model in models)
