"""Where the data that travels with the product lies: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict

_PACKAGE = Path(__file__).resolve().parent


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
