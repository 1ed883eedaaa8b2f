"""Where the data that travels with the product lies: beside the package in a checkout, inside it in a wheel.

Model files inside other wheels are used only when they are the ones that were tested: ``data/model_files.yaml``.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict

from interviewer.errors import CannotRun

_PACKAGE = Path(__file__).resolve().parent
BLOCK = 1 << 22


def shipped(name: str) -> Path:
    """The folder ``knowledge`` or ``prompts``. In a wheel they lie in ``interviewer/shipped``."""
    checkout = _PACKAGE.parent / name
    return checkout if (_PACKAGE.parent / "pyproject.toml").exists() else _PACKAGE / "shipped" / name


class Numbers(BaseModel):
    """Tuned numbers, each named and typed, from a YAML file in the folder ``data`` beside a module."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def beside(cls, module: str, name: str) -> Self:
        """Those in the file of that name beside the module (its ``__file__``)."""
        return cls.model_validate(yaml.safe_load((Path(module).parent / "data" / name).read_text(encoding="utf-8")))


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


@cache
def model_files() -> dict[str, tuple[str, str]]:
    """By file name the SHA-256 of each model file that comes in a wheel, and the wheel."""
    listed = yaml.safe_load((_PACKAGE / "data" / "model_files.yaml").read_text(encoding="utf-8"))
    return {name: (str(one["sha256"]), str(one["wheel"])) for name, one in listed.items()}


@cache
def verified(path: Path) -> Path:
    """The same path, once its file was found to be the one that was tested. Raises CannotRun for any other."""
    sha256, wheel = model_files()[path.name]
    if hash_file(path) != sha256:
        raise CannotRun(f"{path}: not the file that {wheel} brings; pip install --force-reinstall {wheel}")
    return path
