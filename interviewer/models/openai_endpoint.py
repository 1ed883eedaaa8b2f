"""The backend ``openai``: any OpenAI-compatible endpoint, and what it can do, found out by asking it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

from pydantic import BaseModel

from interviewer import CannotRun, ModelError
from interviewer.config import Settings
from interviewer.models import discovery
from interviewer.models.answers import ROOM
from interviewer.models.base import Message
from interviewer.models.client import NO_KEY, Address, Limits
from interviewer.models.connection import OPENAI, place
from interviewer.models.failures import FailureKind
from interviewer.models.openai_compatible import OpenAICompatible

DEFAULT_MODEL = "gpt-4.1"
WINDOW = 100_000
"""Tokens that a model is taken to read where nobody says how many it does."""
A_MOMENT = 1.5
"""Seconds that a long prompt waits for the endpoint to say how much its model reads."""
UNKNOWN = "the endpoint's first model"


class OpenAIModel(OpenAICompatible):
    """A model behind an OpenAI-compatible endpoint."""

    backend = "openai"
    billed = True
    sha256 = None
    capable = True

    def __init__(self, settings: Settings):
        self._settings = settings
        self._place = place(settings.openai_base_url)
        self._named = settings.model_name if settings.backend == "openai" else None
        self._hosted = self._place.base == OPENAI
        if self._hosted and not self._named:
            self._named = DEFAULT_MODEL
        self._key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else NO_KEY
        where = f"the endpoint at {settings.openai_base_url or 'api.openai.com'}"
        self._directory = discovery.Directory(self._place, self._key, where, self._key != NO_KEY)
        super().__init__(
            where,
            Limits(settings.request_timeout, settings.total_timeout, settings.retries, settings.turn_timeout),
            settings.window or WINDOW,
            "check the network and OPENAI_BASE_URL",
            tasted=self._hosted,
            room_name=ROOM[0] if self._hosted or self._place.azure else ROOM[1],
        )

    @property
    def name(self) -> str:
        """The model's name: the one that was set, else the first one of the endpoint's that can chat."""
        if self._named:
            return self._named
        if self.out:  # whoever asks behind the turns will know
            return UNKNOWN
        began = monotonic()
        try:
            return self.target(discovery.LIMIT).name
        except ModelError as error:
            self._breaker.failed(error, FailureKind.OUT, began)
            return UNKNOWN

    def target(self, seconds: float) -> Address:
        """Where to ask. Raises ModelError when the endpoint does not say in time which model it has."""
        if self._named:
            if not self._hosted:
                self._directory.begin()
            return Address(self._named, self._place, self._key)
        offer = self._directory.get(seconds)
        if offer.place.base == self._place.other().base:
            self._place = offer.place
        return Address(discovery.chooses(offer), self._place, self._key)

    def elsewhere(self, target: Address) -> bool:
        """Whether the protocol may be one step beside the address that was given."""
        if self._hosted:
            return False
        if target.place == self._place:
            self._place = self._place.other()
        return True

    def offered(self) -> Sequence[str]:
        """The models that it has and that can chat; asked for where that is not known yet."""
        try:
            return self._directory.get(A_MOMENT).chat
        except ModelError:
            return ()

    def warm(self, messages: Sequence[Message]) -> None:
        """Asks what there is, and has a server of one's own network load its model, which may take a minute."""
        super().warm(messages)
        with suppress(ModelError):  # the turn that needs it says so
            if not self._hosted:
                self._directory.get(discovery.LIMIT)
            if discovery.near(self._place) and not self.out:
                self.ping(self.limits.total)

    def settle(self, seconds: float) -> None:
        """Waits a moment for the endpoint to say how much its model reads."""
        if not self._hosted and not self._settings.window:
            try:
                self._directory.get(min(A_MOMENT, seconds))
            except ModelError:
                return

    @property
    def said_window(self) -> int | None:
        """Tokens that the model reads and writes together, where the endpoint has said so."""
        offer = self._directory.known
        return offer.window(self._named or discovery.chooses(offer)) if offer else None

    @property
    def window(self) -> int:
        """As it was set, else as the endpoint says; never more than a call has shown."""
        window = self._settings.window or self.said_window or WINDOW
        return min(window, self._shown or window)


def open_model(settings: Settings) -> OpenAIModel:
    """The backend. Raises CannotRun when neither key nor address is set."""
    if not settings.has_endpoint:
        raise CannotRun("INTERVIEWER_MODEL=openai needs OPENAI_API_KEY, or OPENAI_BASE_URL for an endpoint without key")
    return OpenAIModel(settings)


# -- probe -----------------------------------------------------------------------------------------------
# What an endpoint can do, found out by asking it: ``interviewer doctor`` and the set-up page show it.
#
# examine(settings)      ->  Examined: models, one short answer, an answer in a form, how much it reads
# local_servers()        ->  servers on this machine that could be used, each with how


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
