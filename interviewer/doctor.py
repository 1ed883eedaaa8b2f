"""What the product works with: ``interviewer doctor`` says what is missing; other commands fetch, check and build it.

Looks only; nothing is fetched, started for good, or changed. Keys are named, never shown.
"""

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from interviewer import BadInput, CannotRun, InterviewerError, Step
from interviewer.config import Settings, load, verified
from interviewer.context import Json, only_ours, opened, put

SPEAKING = "speaking now"
"""The finding on the backend that serves."""
_ENDPOINT = "openai backend"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: fine or not, and what to do."""

    name: str
    fine: bool
    text: str


def _knowledge(settings: Settings) -> str:
    from interviewer.config import shipped
    from interviewer.knowledge.validate import check_tree

    count, problems = check_tree(shipped("knowledge"))
    if problems:
        raise InterviewerError(f"{len(problems)} problems, the first: {problems[0]}")
    return f"{count} files, no problems"


def _embedding(settings: Settings) -> str:
    from interviewer.knowledge.embeddings import Embedder

    return f"MiniLM, its file verified, answers with {Embedder().encode(['labels arrive late']).shape[1]} numbers"


def _index(settings: Settings) -> str:
    from interviewer.knowledge import Knowledge
    from interviewer.knowledge.embeddings import shared_embedder
    from interviewer.knowledge.index import Index

    where = settings.chroma_url or str(settings.home / "index")
    index = Index(Knowledge.load(), shared_embedder(), settings.home / "index", settings.chroma_url)
    built, wanted = index.built()
    rest = "" if built == wanted else "; the rest is built when first needed, or now by: interviewer knowledge build"
    return f"{where}: {built} of {wanted} groups built{rest}"


def _database(settings: Settings) -> str:
    from interviewer.storage.database import check

    return check(settings.database)


def _endpoint(settings: Settings) -> str:
    from interviewer.models import openai_endpoint

    if settings.has_endpoint:
        return f"{settings.openai_base_url or 'the OpenAI API'} {openai_endpoint.examine(settings).describe()}"
    found = openai_endpoint.local_servers()
    if found:
        raise InterviewerError(f"not configured. {'. '.join(server.how for server in found)}")
    raise InterviewerError("not configured. Set OPENAI_API_KEY, or OPENAI_BASE_URL for another endpoint")


def _weights(settings: Settings) -> str:
    from interviewer.models import llama_cpp, weights

    if not llama_cpp.weights_there(settings):
        raise InterviewerError(
            "no weights. The scripted backend serves without them; to get them: interviewer model fetch"
        )
    found = weights.weights_status(settings)
    if found["state"].startswith("wrong"):
        raise InterviewerError(f"{found['path']}: {found['state']}")
    return f"weights are there, {found['state']}"


_WORTH = {
    "openai": "a capable model conducts and judges: blind judges were content with more than nine in ten of its turns",
    "local": "a model of 7 B or more conducts and judges; the shipped one is not asked, and what speaks is 'scripted'",
    "scripted": "it gives facts, keeps the time and opens the parts, understands nothing, and gives no verdict: blind "
    "judges were content with half of its turns",
}
"""What to expect of a backend: ``evals/RESULTS.md``, .97 and .48."""


def _backend(settings: Settings, endpoint: Finding | None) -> str:
    """Who speaks, by what asking the endpoint found: a configured one that does not answer serves nobody."""
    from interviewer.models import open_chain

    chain = open_chain(settings)
    served = [model.backend for model in chain.models]
    if "openai" not in served or endpoint is None or endpoint.fine:
        return f"{settings.model} is served by {chain.backend}: {_WORTH[chain.backend]}"
    if chain.named:
        raise InterviewerError(f"{settings.model} was named and cannot serve: see '{endpoint.name}'")
    rest = [backend for backend in served if backend != "openai"]
    return f"{settings.model} is served by {rest[0] if rest else 'scripted'}: see '{endpoint.name}'"


def _whiteboard(settings: Settings) -> str:
    from interviewer.web import board

    if not board.is_there(settings.home):
        raise InterviewerError(f"not there: diagrams are written in Mermaid. To draw: {board.HOW}")
    return f"{board.published().name} is there"


def _voice(settings: Settings) -> str:
    from interviewer.speech import audio, stt, tts

    missing = [name for name in ("faster_whisper", "piper") if importlib.util.find_spec(name) is None]
    if missing:
        cure = "pip install 'ml-design-interviewer[voice]'"
        raise InterviewerError(f"{', '.join(missing)} not installed: text only. To talk: {cure}")
    for path in (stt.weights(), tts.voice_file(), audio.model_path()):
        if path is not None:
            verified(path / "model.bin" if path.is_dir() else path)
    plain = "" if shutil.which("espeak-ng") else " (espeak-ng, the plain fallback voice, is not there)"
    return f"recogniser and voice are installed, their files verified{plain}"


_LOOKS: tuple[tuple[str, Callable[[Settings], str]], ...] = (
    ("knowledge", _knowledge),
    ("embedding", _embedding),
    ("index", _index),
    ("database", _database),
    (_ENDPOINT, _endpoint),
    ("local backend", _weights),
    ("whiteboard", _whiteboard),
    ("voice", _voice),
)


def examine_all(settings: Settings) -> list[Finding]:
    """Looks at everything; a part that fails does not stop the next one from being looked at."""

    def look() -> Iterator[Finding]:
        yield Finding("data folder", True, str(settings.home))
        endpoint = None
        for name, check in _LOOKS:
            found = _looked(name, partial(check, settings))
            endpoint = found if name == _ENDPOINT else endpoint
            yield found
        yield _looked(SPEAKING, lambda: _backend(settings, endpoint))

    return list(look())


def _looked(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except InterviewerError as error:
        return Finding(name, False, str(error))


# -- commands that fetch, check and build ----------------------------------------------------------------
# The commands that look after what the product works with: knowledge, the model's weights, the whiteboard's files.


knowledge = typer.Typer(no_args_is_help=True, help="The knowledge base: check, build the index, search.")
model = typer.Typer(no_args_is_help=True, help="The embedded model's weights.")
board = typer.Typer(no_args_is_help=True, help="The whiteboard's files.")


@knowledge.command("check")
def knowledge_check(root: Annotated[Path | None, typer.Argument(help="A knowledge folder.")] = None) -> None:
    """Validates every file; names file and field."""
    from interviewer.config import shipped
    from interviewer.interview.words import followup_problems
    from interviewer.knowledge import Knowledge
    from interviewer.knowledge.validate import check_tree

    root = root or shipped("knowledge")
    count, found = check_tree(root)
    found = found or followup_problems(Knowledge.load(root))
    for problem in found:
        typer.echo(problem, err=True)
    if found:
        raise typer.Exit(2)
    typer.echo(f"{count} files, no problems")


@knowledge.command("cases")
def knowledge_cases() -> None:
    """The cases: slug and title."""
    from interviewer.knowledge import Knowledge

    for slug, case in Knowledge.load().cases.items():
        typer.echo(f"{slug}\t{case.title}")


@knowledge.command("build")
def knowledge_build() -> None:
    """Builds the index and the listener's vectors for every case."""
    settings = load()
    with opened(settings) as parts:
        for group, passages in parts.retriever.index.build():
            if group in parts.knowledge.cases:
                parts.interviewer.listener.sounds_of(group)
            typer.echo(f"{group}: {passages} passages", err=True)


@knowledge.command("search")
def knowledge_search(
    query: str,
    case: Annotated[str | None, typer.Option(help="Also search this case's passages.")] = None,
    step: Annotated[Step | None, typer.Option()] = None,
    audience: Annotated[str, typer.Option(help="interviewer or grader: who would read it.")] = "grader",
    limit: Annotated[int, typer.Option(min=1, max=50)] = 5,
    as_json: Json = False,
) -> None:
    """What would be retrieved, and why."""
    if audience not in ("interviewer", "grader"):
        raise BadInput(f"--audience {audience}: must be interviewer or grader")
    settings = load()
    with only_ours(as_json), opened(settings) as parts:
        found = parts.retriever.search(query, audience=audience, case=case, step=step, limit=limit)  # type: ignore[arg-type]
        if parts.retriever.index.trouble:
            raise CannotRun(parts.retriever.index.trouble)
    if as_json:
        put(
            [
                {
                    "id": one.passage.id,
                    "kind": one.passage.kind,
                    "score": round(one.score, 3),
                    "similarity": round(one.similarity, 3),
                    "lexical": round(one.lexical, 3),
                    "text": one.passage.text,
                }
                for one in found
            ]
        )
        return
    for one in found:
        typer.echo(f"{one.score:.2f}  (meaning {one.similarity:.2f}, words {one.lexical:.1f})  {one.passage.id}")
        typer.echo(f"      {one.passage.text[:220]}")
    if not found:
        typer.echo("nothing relevant here")


@model.command("fetch")
def model_fetch() -> None:
    """Fetches the embedded model's weights, resumes, and verifies their SHA-256."""
    from interviewer.models.weights import fetch_weights

    typer.echo(f"ready: {fetch_weights(load().home, lambda line: typer.echo(line, err=True))}")


@board.command("fetch")
def board_fetch(
    archives: Annotated[Path | None, typer.Option("--archives", help="A folder with the packages' archives.")] = None,
) -> None:
    """Fetches the whiteboard's published files by npm, and verifies their SHA-512."""
    from interviewer.web.board import fetch

    typer.echo(f"ready: {fetch(load().home, lambda line: typer.echo(line, err=True), archives)}")


@model.command("status")
def model_status(as_json: Json = False) -> None:
    """Which weights are there, and what this machine's memory could carry."""
    from interviewer.models.weights import weights_status

    with only_ours(as_json):
        answer = weights_status(load())
    if as_json:
        put(answer)
        return
    for key, value in answer.items():
        typer.echo(f"{key}: {value}")
