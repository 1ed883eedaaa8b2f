"""The tuned numbers of listening, typed; the values and where they come from are ``data/thresholds.yaml``."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict


class _Numbers(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Request(_Numbers):
    """When a sentence asks something of the interviewer as a person."""

    alike: float
    over_nothing: float
    over_problem: float
    longest: int
    last: int


class Thresholds(_Numbers):
    """All of them."""

    request: Request


@cache
def thresholds() -> Thresholds:
    """The shipped thresholds."""
    path = Path(__file__).parent / "data" / "thresholds.yaml"
    return Thresholds.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
