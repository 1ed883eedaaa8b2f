"""Patterns of what people say, by name. Pure; the patterns are ``data/phrases.yaml`` and ``data/guardrails.yaml``."""

import re
from functools import cache, lru_cache
from pathlib import Path

import yaml

_DATA = Path(__file__).parent / "data"


@cache
def patterns(file: str) -> dict[str, re.Pattern[str]]:
    """The patterns of a data file, those of one name joined; case does not matter and ``^`` is a line's start."""
    data: dict[str, list[str]] = yaml.safe_load((_DATA / f"{file}.yaml").read_text(encoding="utf-8"))
    return {name: re.compile("|".join(f"(?:{one})" for one in ones), re.I | re.M) for name, ones in data.items()}


@lru_cache(maxsize=8192)  # the state is folded anew each turn
def says(name: str, text: str) -> bool:
    """Whether the text shows what the name of ``phrases.yaml`` stands for; apostrophes may be curly."""
    return patterns("phrases")[name].search(text.replace("’", "'")) is not None
