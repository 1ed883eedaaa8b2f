"""Faults of an endpoint × what a turn asks of it: how long until the next backend may serve, and until it is asked again.

    python -m tests.models.fault_table            the rows for docs/trust.md (about eight minutes)
    python -m tests.models.fault_table sites      the same faults × everything that asks a model (about as long)

Each fault is served over real HTTP. A turn's call has a limit of ten seconds. *First*: seconds until the first call
failed. *Then*: the next call. *Back*: seconds until calls succeed again after the endpoint has been mended.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from interviewer import ModelError
from interviewer.config import Settings
from interviewer.grading.grade import grade
from interviewer.interview.interviewer import Interviewer
from interviewer.interview.llm_policy import Observer
from interviewer.knowledge import Knowledge
from interviewer.models.base import Message, ModelChain
from interviewer.models.client import Client
from interviewer.models.openai_endpoint import OpenAIModel, open_model
from interviewer.practice.retake import stronger_answer
from interviewer.transcript import Transcript
from tests.models.protocol_server import ProtocolServer, serving

TURN = 10.0
ASKED = [Message("system", "You are terse."), Message("user", "Say hello.")]
OUT = ("hang", "hang mid-stream", "drip", "web page", "401", "404", "429", "429 for 20 s", "500", "cut stream")
"""Faults that say that nobody can be served."""
ONE = ("nonsense", "empty", "filtered", "length", "megabyte", "error in the stream")
"""Faults of one answer: the next call asks again."""
HARMLESS = ("half a character",)
_RECORDED = Path(__file__).resolve().parents[2] / "evals/transcripts/fraud-detection-01.json"
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


def _sites() -> Iterator[str]:
    """A turn, the next one, notes on answers, a report and a stronger answer, each of a recorded interview. A turn and a
    report go on without the model, the others say that it failed."""
    knowledge, talk = Knowledge.load(), Transcript.model_validate_json(_RECORDED.read_text(encoding="utf-8"))
    begun = talk.model_copy(update={"turns": talk.turns[:6]})
    Interviewer(knowledge).next_turn(begun)  # what the first turn and the first report of a process read is read
    grade(talk, knowledge, ModelChain())
    yield "| fault | turn (s) | the next (s) | who spoke | notes (s) | report (s) | who graded | stronger answer (s) |"
    yield "|---|---|---|---|---|---|---|---|"
    for fault in (*OUT, *ONE, *HARMLESS):
        with _out(fault) as model:
            interviewer = Interviewer(knowledge, ModelChain((model,)), keep_going=True)
            first, reply = _timed(interviewer.next_turn, begun)
            then, _ = _timed(interviewer.next_turn, begun)
        with _out(fault) as model:
            noted, _ = _timed(Observer(ModelChain((model,)), knowledge).observe, begun)
        with _out(fault) as model:
            graded, report = _timed(grade, talk, knowledge, ModelChain((model,)))
        with _out(fault) as model:
            stronger, _ = _timed(stronger_answer, talk, 5, knowledge, model)
        cells = (fault, first, then, reply.backend, noted, graded, report.graded_by.backend, stronger)
        yield f"| {' | '.join(cells)} |"


@contextmanager
def _out(fault: str) -> Iterator[OpenAIModel]:
    with serving(fault) as server:
        model = opened(server)
        yield model
        model.close()


def _timed(work: Callable[..., Any], *given: Any) -> tuple[str, Any]:
    began, found = time.monotonic(), None
    with suppress(ModelError):
        found = work(*given)
    return f"{time.monotonic() - began:.1f}", found


if __name__ == "__main__":
    Client.prepare()  # imports are no part of a call
    for row in _sites() if sys.argv[1:] == ["sites"] else _rows():
        print(row)
        sys.stdout.flush()
