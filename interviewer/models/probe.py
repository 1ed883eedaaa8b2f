"""What an endpoint can do, found out by asking it: ``interviewer doctor`` and the set-up page show it.

examine(settings)      ->  Examined: models, one short answer, an answer in a form, how much it reads
local_servers()        ->  servers on this machine that could be used, each with how
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic

from pydantic import BaseModel

from interviewer.config import Settings
from interviewer.errors import ModelError
from interviewer.models import discovery
from interviewer.models.base import Message
from interviewer.models.client import NO_KEY
from interviewer.models.connection import place
from interviewer.models.openai_endpoint import OpenAIModel

USUAL_PORTS = (("Ollama", 11434), ("LM Studio", 1234), ("vLLM", 8000), ("llama.cpp", 8080))
"""Servers for language models and the ports on which they listen when nobody says otherwise."""
PATIENCE = 1.0
"""Seconds for each of the usual ports; all are asked at once."""
ANSWER_LIMIT = 30.0
"""Seconds for a short answer: a model may have to be loaded first."""
SMALL_WINDOW = 16_384
"""Tokens below which a spoken interview of 45 minutes does not fit with its case."""
MOST_MODELS = 6


@dataclass(frozen=True)
class LocalServer:
    """A server on this machine that speaks the protocol."""

    name: str
    address: str
    models: tuple[str, ...]
    """Those that can chat."""

    @property
    def how(self) -> str:
        """One line: how to use it."""
        model = f" (models: {_some(self.models)})" if self.models else " (it has no model that can chat yet)"
        return f"{self.name} answers on this machine{model}: to use it, set OPENAI_BASE_URL={self.address}"


class _Form(BaseModel):
    colour: str


@dataclass(frozen=True)
class Examined:
    """What an endpoint said."""

    models: tuple[str, ...]
    """Those that can chat, where it lists them."""
    model: str
    """The one that is asked."""
    said: str
    """Its short answer."""
    seconds: float
    """Until that was there."""
    form: str | None
    """What went wrong with an answer in a form; None when it came."""
    window: int | None
    """Tokens that it reads and writes together, where that is known."""

    def describe(self) -> str:
        """One line."""
        listed = f"offers {_some(self.models)}" if self.models else "lists no models"
        answered = f"'{self.model}' answered in {self.seconds:.1f} s"
        form = "answers in a form" if self.form is None else f"no answer in a form ({self.form})"
        reads = f"reads {self.window:,} tokens" if self.window else "does not say how much it reads"
        small = ""
        if self.window and self.window < SMALL_WINDOW:
            small = (
                f": too few for a whole interview, give it at least {SMALL_WINDOW:,} (Ollama: OLLAMA_CONTEXT_LENGTH)"
            )
        return f"{listed}; {answered}; {form}; {reads}{small}"


def examine(settings: Settings) -> Examined:
    """Asks the configured endpoint. Raises ModelError in words for people when it does not answer."""
    model = OpenAIModel(settings)
    try:
        began = monotonic()
        target = model.target(discovery.LIMIT)
        said = model.ping(min(ANSWER_LIMIT, settings.total_timeout))
        seconds = monotonic() - began
        form = None
        try:
            model.extract([Message("user", "Name a colour.")], _Form, max_tokens=100, limit=ANSWER_LIMIT)
        except ModelError as error:
            form = str(error).removeprefix(f"{model.where}: ")
        model.settle(discovery.LIMIT)
        offered = tuple(model.offered()) if settings.openai_base_url else ()
        known = model.said_window if settings.window is None else settings.window
        return Examined(offered, target.name, said, seconds, form, known)
    finally:
        model.close()


def local_servers(ports: Sequence[tuple[str, int]] = USUAL_PORTS) -> list[LocalServer]:
    """Servers on this machine at the usual ports."""

    def look(entry: tuple[str, int]) -> LocalServer | None:
        name, port = entry
        address = f"http://localhost:{port}/v1"
        directory = discovery.Directory(place(address), NO_KEY, name, has_key=False, limit=PATIENCE)
        try:
            return LocalServer(name, address, directory.get(PATIENCE).chat)
        except ModelError:
            return None

    with ThreadPoolExecutor(len(ports) or 1) as pool:
        return [found for found in pool.map(look, ports) if found]


def _some(models: Sequence[str]) -> str:
    more = f" and {len(models) - MOST_MODELS} more" if len(models) > MOST_MODELS else ""
    return f"{', '.join(models[:MOST_MODELS])}{more}"
