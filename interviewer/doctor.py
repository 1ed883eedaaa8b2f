"""What is configured, what works, and what to do about what does not: ``interviewer doctor``.

Looks only; nothing is fetched, started for good, or changed. Keys are named, never shown.
"""

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from interviewer.config import Settings
from interviewer.errors import InterviewerError
from interviewer.paths import verified

SPEAKING = "speaking now"
"""The finding on the backend that serves."""
_ENDPOINT = "openai backend"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: fine or not, and what to do."""

    name: str
    fine: bool
    text: str

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self)


def _knowledge(settings: Settings) -> str:
    from interviewer.knowledge.validate import check_tree
    from interviewer.paths import shipped

    count, problems = check_tree(shipped("knowledge"))
    if problems:
        raise InterviewerError(f"{len(problems)} problems, the first: {problems[0]}")
    return f"{count} files, no problems"


def _embedding(settings: Settings) -> str:
    from interviewer.knowledge.embeddings import Embedder

    return f"MiniLM, its file verified, answers with {Embedder().encode(['labels arrive late']).shape[1]} numbers"


def _index(settings: Settings) -> str:
    from interviewer.knowledge.embeddings import shared_embedder
    from interviewer.knowledge.index import Index
    from interviewer.knowledge.load import Knowledge

    where = settings.chroma_url or str(settings.home / "index")
    index = Index(Knowledge.load(), shared_embedder(), settings.home / "index", settings.chroma_url)
    built, wanted = index.built()
    rest = "" if built == wanted else "; the rest is built when first needed, or now by: interviewer knowledge build"
    return f"{where}: {built} of {wanted} groups built{rest}"


def _database(settings: Settings) -> str:
    from interviewer.storage.database import check

    return check(settings.database)


def _endpoint(settings: Settings) -> str:
    from interviewer.models import openai_endpoint, probe

    if openai_endpoint.configured(settings):
        return f"{settings.openai_base_url or 'the OpenAI API'} {probe.examine(settings).describe()}"
    found = probe.local_servers()
    if found:
        raise InterviewerError(f"not configured. {'. '.join(server.how for server in found)}")
    raise InterviewerError("not configured. Set OPENAI_API_KEY, or OPENAI_BASE_URL for another endpoint")


def _weights(settings: Settings) -> str:
    from interviewer.models import llama_cpp, weights

    if not llama_cpp.weights_there(settings):
        raise InterviewerError(
            "no weights. The scripted backend serves without them; to get them: interviewer model fetch"
        )
    found = weights.status(settings)
    if found["state"].startswith("wrong"):
        raise InterviewerError(f"{found['path']}: {found['state']}")
    return f"weights are there, {found['state']}"


def _backend(settings: Settings, endpoint: Finding | None) -> str:
    """Who speaks, by what asking the endpoint found: a configured one that does not answer serves nobody."""
    from interviewer.models.factory import open_chain

    chain = open_chain(settings)
    served = [model.backend for model in chain.models]
    if "openai" not in served or endpoint is None or endpoint.fine:
        return f"{settings.model} is served by {chain.backend}"
    if chain.named:
        raise InterviewerError(f"{settings.model} was named and cannot serve: see '{endpoint.name}'")
    rest = [backend for backend in served if backend != "openai"]
    return f"{settings.model} is served by {rest[0] if rest else 'scripted'}: see '{endpoint.name}'"


def _whiteboard(settings: Settings) -> str:
    from interviewer.web import board_files

    if not board_files.is_there(settings.home):
        raise InterviewerError(f"not there: diagrams are written in Mermaid. To draw: {board_files.HOW}")
    return f"{board_files.published().name} is there"


def _voice(settings: Settings) -> str:
    from interviewer.speech import stt, tts, vad

    missing = [name for name in ("faster_whisper", "piper") if importlib.util.find_spec(name) is None]
    if missing:
        cure = "pip install 'ml-design-interviewer[voice]'"
        raise InterviewerError(f"{', '.join(missing)} not installed: text only. To talk: {cure}")
    for path in (stt.weights(), tts.voice_file(), vad.model_path()):
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


def examine(settings: Settings) -> list[Finding]:
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
