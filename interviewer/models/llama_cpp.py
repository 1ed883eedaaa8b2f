"""The backend ``local``: an embedded model through llama.cpp, in a child process that starts at the first use.

It speaks the OpenAI protocol on a free loopback port behind a random key, so the client is the same as for an
endpoint. Prompts should be append-only: the server keeps the longest prefix that it has read.
"""

import atexit
import json
import secrets
import subprocess
import sys
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from interviewer import CannotRun, ModelError
from interviewer.background import aside
from interviewer.config import Settings
from interviewer.models import weights
from interviewer.models.base import Message
from interviewer.models.client import Address, Limits
from interviewer.models.connection import place
from interviewer.models.openai_compatible import OpenAICompatible

START_LIMIT = 120.0
"""Seconds until the server must be up: a large model on a slow disk takes long."""
CACHE_MIB = 256
"""Memory for prompts that were read before (llama.cpp's own default is 8192)."""
MAGIC = b"GGUF"
CAPABLE_BYTES = 4_000_000_000
"""Of weights from which on a model may conduct and judge by itself."""
_WORKER = Path(__file__).parents[1] / "worker.py"


class LocalModel(OpenAICompatible):
    """An embedded model. Safe to use from several threads; the server answers one after the other."""

    backend = "local"
    side_by_side = 1
    """Calls that it serves at a time."""
    breaks = False
    """A slow answer of ours says nothing about the next one, and a question in between would only hold it up."""

    def __init__(self, path: Path, settings: Settings):
        self.path = path
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._running: Address | None = None
        self._lock = threading.Lock()
        super().__init__(
            f"the embedded model {path.name}",
            # A cold prompt is read in silence.
            Limits(settings.total_timeout, settings.total_timeout, retries=0, turn=settings.total_timeout),
            settings.context,
            "its server has stopped; the next call starts it again",
            extra={"cache_prompt": True},
            tasted=path == weights.default_path(settings.home),
        )

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @cached_property
    def sha256(self) -> str | None:
        """Of the weights."""
        return weights.sha256_of(self.path, self.settings.home)

    @cached_property
    def capable(self) -> bool:
        """Only a large model that the user chose can conduct and judge by itself."""
        return self.path != weights.default_path(self.settings.home) and self.path.stat().st_size >= CAPABLE_BYTES

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def warm(self, messages: Sequence[Message]) -> None:
        """Reads a prompt ahead of its use, so that a turn that begins with it starts at once; without one the server
        is only started. Raises ModelError."""
        if not messages:
            self.target(self.limits.total)
            return
        try:
            for _ in self.speak(messages, max_tokens=1, temperature=0.0):
                pass
        except ModelError as error:
            if error.finish != "length":
                raise

    def close(self) -> None:
        """Stops the server."""
        super().close()
        with self._lock:
            process, self._process, self._running = self._process, None, None
        if process is not None:
            _stop(process)

    def target(self, seconds: float) -> Address:
        """The running server; a server that died is started again, which takes as long as it takes."""
        with self._lock:
            if self._running is None or self._process is None or self._process.poll() is not None:
                key = secrets.token_urlsafe(24)
                self._process, address = _start(self.path, key, self.settings)
                self._running = Address(self.name, place(address), key)
            return self._running


def weights_there(settings: Settings) -> bool:
    """Whether ``auto`` may choose this backend; it never downloads."""
    path = weights.default_path(settings.home)
    return path.is_file() and _is_gguf(path)


def open_model(settings: Settings) -> LocalModel:
    """The backend. Raises CannotRun when the weights are not there; the server is not started yet."""
    chosen = settings.model_name if settings.backend == "local" else None
    path = Path(chosen).expanduser().absolute() if chosen else weights.default_path(settings.home)
    if not path.is_file():
        cure = "check INTERVIEWER_MODEL" if chosen else "run 'interviewer model fetch'"
        raise CannotRun(f"{path}: no such weights: {cure}")
    if not _is_gguf(path):
        raise ModelError(f"{path}: not a GGUF file")
    return LocalModel(path, settings)


def _is_gguf(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def _start(path: Path, key: str, settings: Settings) -> tuple["subprocess.Popen[bytes]", str]:
    process = subprocess.Popen(
        [sys.executable, "-P", str(_WORKER), "model"],  # -P: the names of our modules must not shadow others
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for us; we stop it in order
    )
    atexit.register(_stop, process)
    assert process.stdin
    assert process.stdout
    wanted = {
        "path": str(path),
        "api_key": key,
        "context": settings.context,
        "threads": settings.threads,
        "cache_mib": CACHE_MIB,
    }
    try:
        process.stdin.write(json.dumps(wanted).encode() + b"\n")
        process.stdin.flush()
        said = json.loads(_line(process) or b"{}")
    except (OSError, ValueError):
        said = {}
    if "address" not in said:
        _stop(process)
        raise ModelError(f"{path}: llama.cpp cannot load it ({said.get('error') or 'it gave up without a word'})")
    return process, said["address"]


def _line(process: "subprocess.Popen[bytes]") -> bytes:
    """The child's one line; nothing when it dies or takes too long."""
    assert process.stdout
    try:
        return aside("llama-server", process.stdout.readline).result(START_LIMIT)
    except TimeoutError:
        return b""


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Ends the child; also when it has ended already."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
