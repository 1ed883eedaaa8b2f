"""Faults of an endpoint × what a turn asks of it: how long until the next backend may serve, and until it is asked again.

    python -m tests.models.fault_table            the rows for docs/trust.md (about eight minutes)

Each fault is served over real HTTP. A turn's call has a limit of ten seconds. *First*: seconds until the first call
failed. *Then*: the next call. *Back*: seconds until calls succeed again after the endpoint has been mended.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydantic import BaseModel, SecretStr

from interviewer import ModelError
from interviewer.config import Settings
from interviewer.models.base import Message
from interviewer.models.client import Client
from interviewer.models.openai_endpoint import OpenAIModel, open_model
from tests.models.protocol_server import ProtocolServer, serving

TURN = 10.0
ASKED = [Message("system", "You are terse."), Message("user", "Say hello.")]
OUT = ("hang", "hang mid-stream", "drip", "web page", "401", "404", "429", "429 for 20 s", "500", "cut stream")
"""Faults that say that nobody can be served."""
ONE = ("nonsense", "empty", "filtered", "length", "megabyte", "error in the stream")
"""Faults of one answer: the next call asks again."""
HARMLESS = ("half a character",)
LISTS = ("hang", "drip", "web page", "401", "404", "429 for 20 s", "500", "nonsense")
"""Faults of the list of models, when no model is named."""


class Answer(BaseModel):
    label: str


@dataclass(frozen=True)
class Outcome:
    """What a call came to."""

    seconds: float
    error: str | None
    words: str = ""


Site = Callable[[OpenAIModel, float], str]


def speak(model: OpenAIModel, limit: float) -> str:
    return "".join(model.speak(ASKED, limit=limit))


def extract(model: OpenAIModel, limit: float) -> str:
    return model.extract(ASKED, Answer, limit=limit).label


SITES: dict[str, Site] = {"speak": speak, "extract": extract}


def opened(server: ProtocolServer, model: str = "openai:m") -> OpenAIModel:
    return open_model(
        Settings(
            _env_file=None,  # type: ignore[call-arg]
            model=model,
            openai_api_key=SecretStr(server.key),
            openai_base_url=server.address,
        )
    )


def called(site: Site, model: OpenAIModel, limit: float) -> Outcome:
    """One call, timed."""
    began = time.monotonic()
    try:
        words = site(model, limit)
    except ModelError as error:
        return Outcome(time.monotonic() - began, str(error))
    return Outcome(time.monotonic() - began, None, words)


def back(site: Site, model: OpenAIModel, limit: float, most: float) -> float:
    """Seconds until a call succeeds."""
    began = time.monotonic()
    while (outcome := called(site, model, limit)).error:
        if time.monotonic() - began > most:
            raise AssertionError(f"not back after {most} s: {outcome.error}")
        time.sleep(0.1)
    return time.monotonic() - began


def _rows() -> Iterator[str]:
    yield "| fault | call | first (s) | then (s) | back (s) | what is said |"
    yield "|---|---|---|---|---|---|"
    for fault in (*OUT, *ONE, *HARMLESS):
        for name, site in SITES.items():
            with serving(fault) as server:
                yield _row(fault, name, site, server, opened(server))
    for fault in LISTS:
        with serving("Hello", lists=fault) as server:
            yield _row(f"list of models: {fault}", "speak", speak, server, opened(server, "openai"))


def _row(fault: str, name: str, site: Site, server: ProtocolServer, model: OpenAIModel) -> str:
    first, then = called(site, model, TURN), called(site, model, TURN)
    server.script[:], server.lists = ['{"label": "click"}'], ""
    again = back(site, model, TURN, 60.0)
    said = (first.error or f"“{first.words}”").replace(server.address, "…").replace("|", "/")
    model.close()
    return f"| {fault} | {name} | {first.seconds:.1f} | {then.seconds:.1f} | {again:.1f} | {said} |"


if __name__ == "__main__":
    Client.prepare()  # imports are no part of a call
    for row in _rows():
        print(row)
        sys.stdout.flush()
